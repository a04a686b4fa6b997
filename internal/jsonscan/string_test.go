package jsonscan_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
)

func TestString(t *testing.T) {
	const (
		plain = jsonscan.Printable
		verb  = jsonscan.Verbatim
		esc   = jsonscan.Escaped
		none  = jsonscan.None
	)
	for _, c := range []struct {
		name, text string
		end        int
		form       jsonscan.Form
		fault      jsonscan.Fault
	}{
		{"empty", `"`, 0, verb, none},
		{"empty, with a word to look at", `":1234567`, 0, plain, none},
		{"ASCII", `abc"`, 3, verb, none},
		{"ASCII, with a word to look at", `abc":1234`, 3, plain, none},
		{"first quote ends it", `a"b"`, 1, verb, none},
		{"one word", `12345678"`, 8, verb, none},
		{"one word, with another to look at", `12345678":123456`, 8, plain, none},
		{"all short escapes", `\"\\\/\b\f\n\r\t"`, 16, esc, none},
		{"unicode escape", `\u00E9"`, 6, esc, none},
		{"unicode escape in either case", `\uaBcD"`, 6, esc, none},
		{"unpaired surrogate escape", `\udc00"`, 6, esc, none},
		{"quote as unicode escape", `\u0022"`, 6, esc, none},
		{"two bytes", "é\"", 2, verb, none},
		{"three bytes", "€\"", 3, verb, none},
		{"four bytes", "😀\"", 4, verb, none},
		{"both", `é\n"`, 4, esc, none},
		{"delete character", "\x7f\"", 1, verb, none},
		{"noncharacter", "\uFFFF\"", 3, verb, none},

		{"no quote", `abc`, 3, plain, jsonscan.UnexpectedEnd},
		{"no quote, nothing", ``, 0, plain, jsonscan.UnexpectedEnd},
		{"quote escaped", `a\"`, 3, plain, jsonscan.UnexpectedEnd},
		{"backslash last", `ab\`, 2, plain, jsonscan.BadEscape},
		{"unknown escape", `a\x"`, 1, plain, jsonscan.BadEscape},
		{"upper-case U", `\U0041"`, 0, plain, jsonscan.BadEscape},
		{"single quote escape", `\'"`, 0, plain, jsonscan.BadEscape},
		{"three hex digits", `\u123"`, 0, plain, jsonscan.BadEscape},
		{"no hex digit", `\u12g4"`, 0, plain, jsonscan.BadEscape},
		{"sign in place of a hex digit", `\u+123"`, 0, plain, jsonscan.BadEscape},
		{"cut unicode escape", `\u12`, 0, plain, jsonscan.BadEscape},
		{"NUL", "a\x00\"", 1, plain, jsonscan.ControlCharacter},
		{"tab", "\t\"", 0, plain, jsonscan.ControlCharacter},
		{"last control character", "\x1f\"", 0, plain, jsonscan.ControlCharacter},
		{"continuation byte", "a\x80\"", 1, plain, jsonscan.InvalidUTF8},
		{"cut sequence", "\xe2\x82\"", 0, plain, jsonscan.InvalidUTF8},
		{"sequence cut by the end", "\xf0\x9f\x98", 0, plain, jsonscan.InvalidUTF8},
		{"overlong two bytes", "\xc1\xbf\"", 0, plain, jsonscan.InvalidUTF8},
		{"overlong three bytes", "\xe0\x9f\xbf\"", 0, plain, jsonscan.InvalidUTF8},
		{"overlong four bytes", "\xf0\x8f\xbf\xbf\"", 0, plain, jsonscan.InvalidUTF8},
		{"surrogate in UTF-8", "\xed\xa0\x80\"", 0, plain, jsonscan.InvalidUTF8},
		{"beyond U+10FFFF", "\xf4\x90\x80\x80\"", 0, plain, jsonscan.InvalidUTF8},
		{"second sequence bad", "é\xff\"", 2, plain, jsonscan.InvalidUTF8},
	} {
		t.Run(c.name, func(t *testing.T) {
			end, form, f := jsonscan.String([]byte(c.text), 0)
			if end != c.end || f != c.fault || f == none && form != c.form {
				t.Errorf("String(%q) = %d, %d, %v; want %d, %d, %v", c.text, end, form, f, c.end, c.form, c.fault)
			}
		})
	}
}

// slowString is String by one byte at a time and unicode/utf8.
func slowString(b []byte, i int) (end int, form jsonscan.Form, f jsonscan.Fault) {
	for i < len(b) {
		switch {
		case b[i] == '"':
			return i, form, jsonscan.None
		case b[i] < 0x20:
			return i, form, jsonscan.ControlCharacter
		case b[i] == '\\':
			form = jsonscan.Escaped
			switch {
			case i+1 < len(b) && strings.IndexByte(`"\/bfnrt`, b[i+1]) >= 0:
				i += 2
			case i+5 < len(b) && b[i+1] == 'u' && strings.Trim(string(b[i+2:i+6]), "0123456789abcdefABCDEF") == "":
				i += 6
			default:
				return i, form, jsonscan.BadEscape
			}
		default:
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 {
				return i, form, jsonscan.InvalidUTF8
			}
			if r >= 0x7F {
				form = max(form, jsonscan.Verbatim)
			}
			i += n
		}
	}
	return len(b), form, jsonscan.UnexpectedEnd
}

func compareString(t *testing.T, b []byte, i int) {
	t.Helper()
	end, form, f := jsonscan.String(b, i)
	slowEnd, slowForm, slowF := slowString(b, i)
	if word := i + (slowEnd-i)/8*8; word+8 > len(b) { // too near to the end of b to be looked at closely
		slowForm = max(slowForm, jsonscan.Verbatim)
	}
	if end != slowEnd || f != slowF || f == jsonscan.None && form != slowForm {
		t.Fatalf("String(%q, %d) = %d, %d, %v; byte by byte %d, %d, %v", b, i, end, form, f, slowEnd, slowForm, slowF)
	}
}

// Every byte at every place of a text of 0 to 40 characters, begun at every
// place of a word, with and without a quote behind it, and escapes behind that.
func TestStringEveryByteEverywhere(t *testing.T) {
	for _, fill := range []byte{'a', ' ', '#', '~', 0x7F} {
		for length := range 41 {
			if fill != 'a' && length > 17 {
				break
			}
			for at := range 8 {
				b := []byte(strings.Repeat("\"", at) + strings.Repeat(string(fill), length) + `"\n\n\n\n`)
				compareString(t, b, at)
				compareString(t, b[:at+length], at)
				for place := at; place < at+length; place++ {
					for special := range 256 {
						b[place] = byte(special)
						compareString(t, b, at)
						compareString(t, b[:at+length], at)
					}
					b[place] = fill
				}
			}
		}
	}
}

// Every pair of bytes at every place of a word: the arithmetic on words borrows
// from the next byte.
func TestStringEveryPair(t *testing.T) {
	b := []byte(strings.Repeat("a", 18) + `"\n\n\n\n`)
	for place := range 9 {
		for pair := range 1 << 16 {
			b[place], b[place+1] = byte(pair>>8), byte(pair)
			compareString(t, b, 0)
		}
		b[place] = 'a'
	}
}

// Every pair of bytes above ASCII before each border of the third byte, and the
// borders of those of four.
func TestStringUTF8(t *testing.T) {
	b := []byte("123...6789\"")
	edges := []byte{0x00, '"', '\\', 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xFF}
	for lead := 0x80; lead <= 0xFF; lead++ {
		for second := range 256 {
			for _, third := range edges {
				b[3], b[4], b[5] = byte(lead), byte(second), third
				compareString(t, b, 0)
			}
		}
	}
	for lead := 0xE0; lead <= 0xFF; lead++ {
		for _, x := range edges {
			for _, y := range edges {
				for _, z := range edges {
					b[3], b[4], b[5], b[6] = byte(lead), x, y, z
					for cut := 3; cut <= len(b); cut++ {
						compareString(t, b[:cut], 0)
					}
				}
			}
		}
	}
}

func FuzzString(f *testing.F) {
	for _, s := range []string{
		`plain"`, `\ud83d\ude00"`, `\ud83d"`, `\ude00\ud83d"`, `\ud83dx"`, `\ud83d\n"`, `\uD83D\u0041"`, "é\\u00e9\"",
		"\xff\"", `\\u0041"`, `\"\\\/\b\f\n\r\t"`, `\u12`, "0123456789é\"", `\ud83d\ud83d\ude00"`,
	} {
		f.Add([]byte(s), 0)
		f.Add([]byte(`"[1,`+s), 4)
	}
	f.Fuzz(func(t *testing.T, b []byte, i int) {
		if i < 0 || i > len(b) {
			i = 0
		}
		compareString(t, b, i)
		end, form, fault := jsonscan.String(b, i)
		if fault == jsonscan.None {
			compareUnquoted(t, b[i:end], form == jsonscan.Escaped)
		}
	})
}
