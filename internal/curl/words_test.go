package curl

import (
	"os/exec"
	"strings"
	"testing"
)

// bash sees the words that shellWords sees.
func TestShellWordsLikeBash(t *testing.T) {
	for _, script := range []string{
		`a 'b c' "d e" f\ g`, `'it'\''s'`, `$'\x41\u20ac\t\'\101\n'`, `"a\"b\\c\d\$"`, "a \\\n  b", `a#b c # d`, `'' "" x''y`, `a"b"'c'$'d'`,
		`"a	b"`, `~`, `a=b`, `$'\e[31m\cZ'`, `100$ $`, `a$'\q'b`, `"$"`, "\"a\\\nb\"",
	} {
		if strings.Contains(script, `\c`) {
			continue // control characters are not read
		}
		words, _, err := shellWords(script)
		if err != nil {
			t.Errorf("%s: %v", script, err)
			continue
		}
		got := ""
		for _, w := range words {
			got += w.text + "\x00"
		}
		want := bash(t, `HOME='~'; printf '%s\0' `+script)
		if got != want {
			t.Errorf("%s: got %q, want %q", script, got, want)
		}
	}
	for _, script := range []string{`"a`, `'a`, `$'a`, "`a`", `$HOME`, `"$(a)"`, `${a}`} {
		if words, _, err := shellWords(script); err == nil {
			t.Errorf("%s: %q", script, words)
		}
	}
}

// A line end is part of what was read, and so is a redirection or another command up to it.
func TestShellWordsRest(t *testing.T) {
	for _, c := range []struct{ script, words, rest string }{
		{"a b", "a|b", ""},
		{"a\n", "a", ""},
		{"a\nb", "a", "b"},
		{"a\n\nb", "a", "\nb"},
		{"\n\na\nb\n", "a", "b\n"},
		{"a \\\n b\nc", "a|b", "c"},
		{"a # b\nc", "a", "c"},
		{"# a\nb\nc", "b", "c"},
		{"a 'b\nc'\nd", "a|b\nc", "d"},
		{"a; b\nc", "a", "\nc"},
		{"a | b > c\nd", "a", "\nd"},
		{"a >b", "a", ""},
		{"a& b", "a", ""},
		{";\nb", "", "\nb"},
		{"", "", ""},
	} {
		words, rest, err := shellWords(c.script)
		var texts []string
		for _, w := range words {
			texts = append(texts, w.text)
		}
		if got := strings.Join(texts, "|"); err != nil || got != c.words || rest != c.rest {
			t.Errorf("%q: %q and %q, %v, want %q and %q", c.script, got, rest, err, c.words, c.rest)
		}
	}
}

// bash returns the output of a script.
func bash(t *testing.T, script string) string {
	t.Helper()
	path, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	out, err := exec.Command(path, "-c", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
