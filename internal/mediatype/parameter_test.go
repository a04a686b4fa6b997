package mediatype_test

import (
	"mime"
	"regexp"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

func TestParameter(t *testing.T) {
	for _, c := range []struct {
		name, in, value string
		ok              bool
	}{
		{"bare", "a/b;p=v", "v", true},
		{"case of the value is kept", "a/b;p=Vv", "Vv", true},
		{"case of the name is not", "a/b;P=v", "v", true},
		{"spaces around", "a/b ;\tp=v ", "v", true},
		{"behind another", "a/b;x=y;p=v", "v", true},
		{"before another", "a/b;p=v;x=y", "v", true},
		{"first of two", "a/b;p=v;p=w", "v", true},
		{"quoted", `a/b;p="v w"`, "v w", true},
		{"quoted semicolon", `a/b;p="v;p=w"`, "v;p=w", true},
		{"escaped quote and backslash", `a/b;p="\"\\"`, `"\`, true},
		{"unnecessary escape", `a/b;p="\v"`, "v", true},
		{"quoted and empty", `a/b;p=""`, "", true},
		{"empty", "a/b;p=", "", true},
		{"behind a quoted one", `a/b;x="y;\";z";p=v`, "v", true},
		{"equals sign in the value", "a/b;p=v=w", "v=w", true},
		{"quote not closed", `a/b;p="v`, "v", true},
		{"backslash last", `a/b;p="v\`, "v", true},

		{"space before a quoted one", `a/b;p= "v;w"`, "v;w", true},
		{"behind a quoted one with a space before it", `a/b;x= "y;p=w";p=v`, "v", true},
		{"behind a name without a value", "a/b; x; p=v", "v", true},

		{"none", "a/b", "", false},
		{"nothing behind the semicolon", "a/b;", "", false},
		{"name only", "a/b;p", "", false},
		{"another name", "a/b;q=v", "", false},
		{"longer name", "a/b;pp=v", "", false},
		{"shorter name", "a/b;=v", "", false},
		{"in a quoted value", `a/b;x=";p=v"`, "", false},
		{"before the semicolon", "p=v", "", false},
		{"empty text", "", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if value, ok := mediatype.Parameter(c.in, "p"); value != c.value || ok != c.ok {
				t.Errorf("Parameter(%q) = %q, %v; want %q, %v", c.in, value, ok, c.value, c.ok)
			}
		})
	}
}

// What mime reads otherwise is left out: names with an asterisk (RFC 2231),
// backslashes before letters and digits, and white space around equals signs.
var comparableText = func() *regexp.Regexp {
	const (
		token  = `[!#$%&'+.^_` + "`" + `{|}~0-9A-Za-z-]+`
		value  = `(` + token + `|"([^"\\\r\n]|\\[()<>@,;:\\"/\[\]?=])*")`
		spaces = `[ \t]*`
	)
	return regexp.MustCompile(`\A[^;]*(;` + spaces + token + `=` + value + spaces + `)*\z`)
}()

func FuzzParameter(f *testing.F) {
	for _, s := range []string{
		"text/plain", "text/plain; charset=utf-8", `a/b;p="v;w\"x" ; Q=1`, `a/b;p="`, `a/b;p="\`, "a/b;p;q=1", "a/b;;", `a/b;p=""`,
		"a/b;p*=utf-8''v", `a/b;p="\v"`, "a/b; p = v", `a/b;p="v"w;q=1`,
	} {
		f.Add(s, "q")
	}
	f.Fuzz(func(t *testing.T, s, name string) {
		value, ok := mediatype.Parameter(s, name)
		if len(value) > len(s) || !ok && value != "" {
			t.Fatalf("Parameter(%q, %q) = %q, %v", s, name, value, ok)
		}
		compareParameters(t, s, name)
		compareParameters(t, "a/b;"+s, name)
		compareParameters(t, `a/b;x="`+s+`"; q="1"`, name)
	})
}

func compareParameters(t *testing.T, s, absent string) {
	t.Helper()
	essence, params, err := mime.ParseMediaType(s)
	if err != nil || !comparableText.MatchString(s) {
		return
	}
	if got := mediatype.Essence(s); strings.ToLower(strings.TrimSpace(got)) != essence {
		t.Errorf("Essence(%q) = %q, mime says %q", s, got, essence)
	}
	for name, want := range params {
		for _, n := range []string{name, strings.ToUpper(name)} {
			if got, ok := mediatype.Parameter(s, n); !ok || got != want {
				t.Errorf("Parameter(%q, %q) = %q, %v; mime says %q", s, n, got, ok, want)
			}
		}
	}
	for name := range params {
		if len(name) == len(absent) && strings.EqualFold(name, absent) {
			return
		}
	}
	if got, ok := mediatype.Parameter(s, absent); ok {
		t.Errorf("Parameter(%q, %q) = %q; mime says none", s, absent, got)
	}
}
