package cli

import (
	"strings"
	"testing"
)

func TestDidYouMean(t *testing.T) {
	verbs := []string{"send", "listen", "convert", "check", "conformance", "completion", "version", "help"}
	for name, want := range map[string]string{
		"chekc": "check", "chek": "check", "lisen": "listen", "SEND": "send", "sned": "send", "convret": "convert", "confromance": "conformance",
		"verson": "version", "hlep": "help", "publish": "", "x": "", "": "", "s": "", strings.Repeat("send", 100): "", "sendd": "send", "sexx": "", "conv": "", "sendevents": "send",
	} {
		got := DidYouMean(name, verbs)
		if want != "" {
			want = "; did you mean " + want + "?"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"ab", "ba", 1}, {"abc", "cab", 2}, {"kitten", "sitting", 3}, {"same", "same", 0}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
