package ascii_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

func TestEqualFold(t *testing.T) {
	for _, c := range []struct {
		name, s, t string
		want       bool
	}{
		{"same", "ce-id", "ce-id", true},
		{"case", "Content-TYPE", "content-type", true},
		{"empty", "", "", true},
		{"length", "ce-id", "ce-i", false},
		{"letter", "ce-id", "ce-ie", false},
		{"at and grave accent differ by the bit of the case", "@", "`", false},
		{"brackets differ by the bit of the case", "[", "{", false},
		{"long s", "\u017f", "s", false},
		{"Kelvin sign", "\u212a", "k", false},
		{"non-ASCII is compared as it is", "\u00e9", "\u00c9", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ascii.EqualFold(c.s, c.t); got != c.want {
				t.Errorf("EqualFold(%q, %q) = %v", c.s, c.t, got)
			}
		})
	}
}

func TestCutPrefixFold(t *testing.T) {
	for _, c := range []struct {
		name, s, rest string
		want          bool
	}{
		{"same", "ce-id", "id", true},
		{"case", "CE-id", "id", true},
		{"nothing behind it", "Ce-", "", true},
		{"shorter", "ce", "ce", false},
		{"other", "cf-id", "cf-id", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if rest, ok := ascii.CutPrefixFold(c.s, "ce-"); rest != c.rest || ok != c.want {
				t.Errorf("CutPrefixFold(%q) = %q, %v", c.s, rest, ok)
			}
		})
	}
}

func TestLess(t *testing.T) {
	texts := []string{"", "\x00", "a", "aa", "ab", "b", "subject", "subjecu", "time", "\xff", "\xff\xff"}
	for _, s := range texts {
		for _, u := range texts {
			if got, want := ascii.Less(s, u), s < u; got != want {
				t.Errorf("Less(%q, %q) = %v", s, u, got)
			}
		}
	}
}

func TestLower(t *testing.T) {
	for c := range 128 {
		if got, want := ascii.Lower(byte(c)), strings.ToLower(string(rune(c)))[0]; got != want {
			t.Errorf("Lower(%q) = %q", c, got)
		}
	}
}

func TestUnhex(t *testing.T) {
	for c := range 256 {
		want := strings.IndexByte("0123456789abcdef", ascii.Lower(byte(c)))
		if want < 0 {
			want = 16
		}
		if got := ascii.Unhex[c]; int(got) != want {
			t.Errorf("Unhex[%q] = %d, want %d", c, got, want)
		}
	}
}
