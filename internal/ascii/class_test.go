package ascii_test

import (
	"bytes"
	"cmp"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

func isPlainPath(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '/'
}

func plainPath(s string) bool { return ascii.PlainPath(s) == len(s) }

func isLiteral(first byte) func(byte) bool {
	return func(c byte) bool { return first <= c && c <= '~' && c != '"' && c != '%' }
}

func literal(first byte) func(string) bool {
	return func(s string) bool { return ascii.Literal(s, first) }
}

func TestPlainPathLength(t *testing.T) {
	for length := range 40 {
		for place := range length {
			s := strings.Repeat("a", place) + "?" + strings.Repeat("/", length-place-1)
			if got, want := ascii.PlainPath(s), place/8*8; got != want {
				t.Errorf("PlainPath(%q) = %d, want %d", s, got, want)
			}
		}
	}
}

// Each byte, and each pair of neighbors, at each place of texts around the word
// size, the rest being of the class.
func TestClasses(t *testing.T) {
	for _, class := range []struct {
		name string
		of   func(string) bool
		is   func(byte) bool
		fill byte
	}{
		{"Printable", ascii.Printable, func(c byte) bool { return ' ' <= c && c <= '~' }, ' '},
		{"Printable", ascii.Printable, func(c byte) bool { return ' ' <= c && c <= '~' }, '~'},
		{"LowerAlphanumeric", ascii.LowerAlphanumeric, func(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }, 'z'},
		{"LowerAlphanumeric", ascii.LowerAlphanumeric, func(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }, '0'},
		{"Literal from space", literal(' '), isLiteral(' '), ' '},
		{"Literal from !", literal('!'), isLiteral('!'), '!'},
		{"Literal from !", literal('!'), isLiteral('!'), '~'},
		{"IsPlainPath", ascii.IsPlainPath, isPlainPath, 'a'},
		{"PlainPath", plainPath, isPlainPath, 'Z'},
		{"PlainPath", plainPath, isPlainPath, '-'},
	} {
		if !class.of("") {
			t.Errorf("%s of nothing is false", class.name)
		}
		for length := 1; length <= 25; length++ {
			text := bytes.Repeat([]byte{class.fill}, length)
			for place := range length {
				for c := range 256 {
					text[place] = byte(c)
					if got := class.of(string(text)); got != class.is(byte(c)) {
						t.Fatalf("%s(%q) = %t", class.name, text, got)
					}
				}
				text[place] = class.fill
			}
		}
		text := bytes.Repeat([]byte{class.fill}, 10)
		for place := range len(text) - 1 {
			for c := range 1 << 16 {
				text[place], text[place+1] = byte(c>>8), byte(c)
				if got := class.of(string(text)); got != (class.is(byte(c>>8)) && class.is(byte(c))) {
					t.Fatalf("%s(%q) = %t", class.name, text, got)
				}
			}
			text[place], text[place+1] = class.fill, class.fill
		}
	}
}

// The order of prefixes is that of strings, as far as eight bytes go.
func TestPrefix(t *testing.T) {
	var texts []string
	for n := range 11 {
		for _, c := range []byte{0, 1, 'a', 'z', 0x80, 0xFF} {
			b := bytes.Repeat([]byte{'m'}, n)
			texts = append(texts, string(b))
			for i := range b {
				b[i] = c
				texts = append(texts, string(b))
			}
		}
	}
	for _, s := range texts {
		for _, u := range texts {
			filled := func(s string) string { return (s + "\x00\x00\x00\x00\x00\x00\x00\x00")[:8] }
			if got, want := cmp.Compare(ascii.Prefix(s), ascii.Prefix(u)), strings.Compare(filled(s), filled(u)); got != want {
				t.Errorf("%q and %q: %d, want %d", s, u, got, want)
			}
		}
	}
}
