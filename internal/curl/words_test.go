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
