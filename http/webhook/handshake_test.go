package webhook_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/http/webhook"
)

func TestMatchOrigin(t *testing.T) {
	label := strings.Repeat("a", 63)
	for _, c := range []struct {
		name, pattern, origin string
		want                  bool
	}{
		{"the same", "a.example.com", "a.example.com", true},
		{"another", "a.example.com", "b.example.com", false},
		{"in another case", "a.Example.com", "A.exAmple.COM", true},
		{"a part of it", "example.com", "example.co", false},
		{"more than it, before", "example.com", "a.example.com", false},
		{"more than it, after", "example.com", "example.com.evil.org", false},
		{"one label", "localhost", "localhost", true},
		{"an underscore", "a_b.example.com", "a_b.example.com", true},
		{"a hyphen within", "a--b.example.com", "a--b.example.com", true},
		{"below", "*.example.com", "a.example.com", true},
		{"far below", "*.example.com", "a.b.c.example.com", true},
		{"below, in another case", "*.Example.com", "a.eXample.COM", true},
		{"the parent itself", "*.example.com", "example.com", false},
		{"a name that ends alike", "*.example.com", "evilexample.com", false},
		{"a name that goes on", "*.example.com", "a.example.com.evil.org", false},
		{"the parent that goes on", "*.example.com", "example.com.evil.org", false},
		{"an empty label", "*.example.com", ".example.com", false},
		{"an empty label within", "*.example.com", "a..example.com", false},
		{"the pattern itself", "*.example.com", "*.example.com", false},
		{"all", "*", "a.example.com", true},
		{"all, but not nothing", "*", "", false},
		{"all, but not a star", "*", "*", false},

		{"a dot at the end", "*", "a.example.com.", false},
		{"a dot only", "*", ".", false},
		{"a port", "*", "a.example.com:443", false},
		{"a user", "*", "user@a.example.com", false},
		{"a user that looks allowed", "*.example.com", "a.example.com@evil.org", false},
		{"a scheme", "*", "https://a.example.com", false},
		{"a path", "*.example.com", "evil.org/a.example.com", false},
		{"a fragment", "*.example.com", "evil.org#a.example.com", false},
		{"a backslash", "*.example.com", `evil.org\a.example.com`, false},
		{"an international name", "*", "bücher.example.com", false},
		{"the same in ASCII", "*.example.com", "xn--bcher-kva.example.com", true},
		{"a letter that folds to ASCII", "k.example.com", "\u212a.example.com", false},
		{"an s that folds to ASCII", "*.example.com", "a.e\u017fample.com", false},
		{"a wide dot", "*.example.com", "evil\uff0eexample.com", false},
		{"a list", "*.example.com", "evil.org, a.example.com", false},
		{"a list without a space", "*.example.com", "evil.org,a.example.com", false},
		{"spaces around", "*.example.com", " a.example.com ", false},
		{"a tab", "*.example.com", "evil.org\ta.example.com", false},
		{"a line break", "*.example.com", "evil.org\r\na.example.com", false},
		{"a NUL", "*.example.com", "evil.org\x00.example.com", false},
		{"a percent sign", "*.example.com", "evil.org%2e.example.com", false},
		{"an address", "*", "192.0.2.1", true},
		{"an IPv6 address", "*", "[2001:db8::1]", false},
		{"a hyphen in front", "*", "-a.example.com", false},
		{"a hyphen at the end of a label", "*", "a-.example.com", false},
		{"a label of 63", "*", label + ".example.com", true},
		{"a label of 64", "*", label + "a.example.com", false},
		{"a name of 253", "*", strings.Repeat(label+".", 3) + strings.Repeat("a", 61), true},
		{"a name of 254", "*", strings.Repeat(label+".", 3) + strings.Repeat("a", 62), false},

		{"an empty pattern", "", "a.example.com", false},
		{"a star without a parent", "*.", "a.example.com", false},
		{"two stars", "*.*.example.com", "a.b.example.com", false},
		{"two stars alone", "**", "a.example.com", false},
		{"a star within a label", "a*.example.com", "ab.example.com", false},
		{"a star without a dot", "*example.com", "evilexample.com", false},
		{"a star at the end", "example.*", "example.com", false},
		{"a pattern with a dot in front", ".example.com", "a.example.com", false},
		{"a pattern with a dot at the end", "*.example.com.", "a.example.com", false},
		{"a pattern with a scheme", "https://a.example.com", "a.example.com", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := webhook.MatchOrigin(c.pattern, c.origin); got != c.want {
				t.Errorf("MatchOrigin(%q, %q) is %v", c.pattern, c.origin, got)
			}
		})
	}
}

// FuzzMatchOrigin compares with a slow reading label by label, from behind.
func FuzzMatchOrigin(f *testing.F) {
	f.Add("*.example.com", "a.example.com")
	f.Add("*.example.com", "example.com.evil.org")
	f.Add("*", "a..b")
	f.Add("example.com", "EXAMPLE.com.")
	f.Fuzz(func(t *testing.T, pattern, origin string) {
		got := webhook.MatchOrigin(pattern, origin)
		if want := slowMatch(pattern, origin); got != want {
			t.Fatalf("MatchOrigin(%q, %q) is %v, the slow reading says %v", pattern, origin, got, want)
		}
		if got && (webhook.MatchOrigin(pattern, origin+".evil.org") || webhook.MatchOrigin(pattern, "evil"+origin)) && pattern[0] != '*' {
			t.Fatalf("%q matches more than %q", pattern, origin)
		}
	})
}

func slowMatch(pattern, origin string) bool {
	labels, ok := slowLabels(origin)
	if !ok {
		return false
	}
	if pattern == "*" {
		return true
	}
	star := strings.HasPrefix(pattern, "*.")
	parents, ok := slowLabels(strings.TrimPrefix(pattern, "*."))
	if !ok || !star && len(labels) != len(parents) || star && len(labels) <= len(parents) {
		return false
	}
	for i := 1; i <= len(parents); i++ {
		if !strings.EqualFold(parents[len(parents)-i], labels[len(labels)-i]) { // both are ASCII
			return false
		}
	}
	return true
}

func slowLabels(name string) ([]string, bool) {
	labels := strings.Split(name, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return nil, false
		}
		if strings.Trim(l, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
			return nil, false
		}
		for _, c := range l {
			if c > 0x7e || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", c) {
				return nil, false
			}
		}
	}
	return labels, len(name) <= 253
}
