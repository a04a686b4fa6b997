package validation_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestString(t *testing.T) {
	for _, c := range []struct {
		name, text string
		legal      bool
	}{
		{"empty", "", true},
		{"every printable ASCII character", " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~", true},
		{"first character behind the controls", "\u00A0", true},
		{"all lengths of UTF-8", "aé€😀", true},
		{"replacement character", "\uFFFD", true},
		{"byte order mark", "\uFEFF", true},
		{"private use", "\uE000\U0010FFFD", true},
		{"unassigned", "\u0378", true},
		{"around the noncharacters", "\uFDCF\uFDF0", true},
		{"line separator", "\u2028", true},

		{"NUL", "a\x00", false},
		{"tab", "a\tb", false},
		{"line break", "a\nb", false},
		{"last C0 control", "\x1f", false},
		{"delete", "\x7f", false},
		{"first C1 control", "\u0080", false},
		{"last C1 control", "\u009F", false},
		{"first noncharacter", "\uFDD0", false},
		{"last noncharacter of the block", "\uFDEF", false},
		{"noncharacters of the plane", "\uFFFE", false},
		{"last code point", "\U0010FFFF", false},
		{"surrogate", "\xed\xa0\x80", false},
		{"cut sequence", "a\xe2\x82", false},
		{"continuation alone", "\x80", false},
		{"overlong", "\xc0\x80", false},
		{"beyond U+10FFFF", "\xf4\x90\x80\x80", false},
		{"Latin-1", "Gr\xf6\xdfe", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want error
			if !c.legal {
				want = validation.ErrCharacter
			}
			verdict(t, c.text, validation.String(c.text), want, spec.SectionTypeSystem)
			compareString(t, c.text)
		})
	}
}

// slowString returns what the rule says about the first bad character, or "".
func slowString(s string) string {
	for i, r := range s {
		switch _, n := utf8.DecodeRuneInString(s[i:]); {
		case r == utf8.RuneError && n == 1:
			return "invalid UTF-8"
		case unicode.Is(unicode.Cc, r):
			return "control character"
		case unicode.Is(unicode.Noncharacter_Code_Point, r):
			return "Unicode noncharacter"
		}
	}
	return ""
}

func compareString(t *testing.T, s string) {
	t.Helper()
	err := validation.String(s)
	want := slowString(s)
	if want == "" {
		verdict(t, s, err, nil, "")
		return
	}
	verdict(t, s, err, validation.ErrCharacter, spec.SectionTypeSystem)
	var rule *validation.Rule
	if !errors.As(err, &rule) || rule.Detail != want {
		t.Fatalf("%q: %v; want %s", s, err, want)
	}
}

func TestStringEveryCodePoint(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if utf8.ValidRune(r) {
			compareString(t, "a"+string(r))
		}
	}
}

// Every byte at every place of a text of 0 to 40 characters: words of eight bytes
// are checked at once.
func TestStringEveryByteEverywhere(t *testing.T) {
	for _, fill := range []string{"a", " ", "~"} {
		for length := range 41 {
			b := []byte(strings.Repeat(fill, length))
			compareString(t, string(b))
			for place := range length {
				for special := range 256 {
					b[place] = byte(special)
					if err := validation.String(string(b)); (err == nil) != (slowString(string(b)) == "") {
						t.Fatalf("%q: %v", b, err)
					}
				}
				b[place] = fill[0]
			}
		}
	}
}

// Every pair of bytes in a word, because the arithmetic carries into the next byte.
func TestStringEveryPair(t *testing.T) {
	b := []byte("aaaaaaaaaaaaaaaaa")
	for _, place := range []int{0, 3, 6, 7} {
		for pair := range 1 << 16 {
			b[place], b[place+1] = byte(pair>>8), byte(pair)
			if err := validation.String(string(b)); (err == nil) != (slowString(string(b)) == "") {
				t.Fatalf("%q: %v", b, err)
			}
		}
		b[place], b[place+1] = 'a', 'a'
	}
}

func FuzzString(f *testing.F) {
	for _, s := range []string{"", "plain text of some length", "aé€😀", "\u0080", "\uFDD0", "\uFFFF", "\x7f", "\xff", "0123456\t", "\xed\xa0\x80", "\U0001FFFE"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { compareString(t, s) })
}
