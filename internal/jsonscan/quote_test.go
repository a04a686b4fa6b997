package jsonscan_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
)

func TestAppendUnquoted(t *testing.T) {
	for _, c := range []struct{ name, in, out string }{
		{"empty", ``, ""},
		{"plain", `abc`, "abc"},
		{"non-ASCII", `é😀`, "é😀"},
		{"short escapes", `\"\\\/\b\f\n\r\t`, "\"\\/\b\f\n\r\t"},
		{"NUL", `\u0000`, "\x00"},
		{"one byte", `\u0041`, "A"},
		{"two bytes", `\u00e9`, "é"},
		{"three bytes", `\u20AC`, "€"},
		{"surrogate pair", `\uD83D\ude00`, "😀"},
		{"lowest pair", `\ud800\udc00`, "\U00010000"},
		{"highest pair", `\udbff\udfff`, "\U0010FFFF"},
		{"below the surrogates", `\ud7ff`, "\ud7ff"},
		{"above the surrogates", `\ue000`, "\ue000"},
		{"escaped backslash before u", `\\u0041`, `\u0041`},
		{"replacement character", `\ufffd`, "\ufffd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, offset, f := jsonscan.AppendUnquoted([]byte("dst"), []byte(c.in))
			if string(out) != "dst"+c.out || offset != len(c.in) || f != jsonscan.None {
				t.Errorf("AppendUnquoted(%q) = %q, %d, %v; want %q, %d", c.in, out, offset, f, "dst"+c.out, len(c.in))
			}
		})
	}
}

func TestAppendUnquotedLoneSurrogate(t *testing.T) {
	for _, c := range []struct {
		name, in string
		offset   int
	}{
		{"lead alone", `\ud800`, 0},
		{"trail alone", `ab\udfff`, 2},
		{"lead before text", `\udbffabcdef`, 0},
		{"lead before a short escape", `\ud83d\n01234`, 0},
		{"lead before another character", `\ud83d\u0041`, 0},
		{"lead before the character below the trails", `\ud83d\udbff`, 0},
		{"lead before the character above the trails", `\ud83d\ue000`, 0},
		{"lead before a lead", `\ud83d\ud83d\ude00`, 0},
		{"pair in reverse", `\ude00\ud83d`, 0},
		{"second trail", `\ud83d\ude00\ude00`, 12},
		{"lead before an escaped backslash", `\ud83d\\ude00`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, offset, f := jsonscan.AppendUnquoted(nil, []byte(c.in))
			if offset != c.offset || f != jsonscan.LoneSurrogate {
				t.Errorf("AppendUnquoted(%q): %d, %v; want %d, lone surrogate", c.in, offset, f, c.offset)
			}
		})
	}
}

// loneSurrogate returns the place of the first escape in s that is half a pair,
// or -1.
func loneSurrogate(s string) int {
	unit := func(i int) rune {
		if i+6 > len(s) || s[i:i+2] != `\u` {
			return -1
		}
		n, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
		if err != nil {
			return -1
		}
		return rune(n)
	}
	for i := 0; i < len(s); {
		switch r := unit(i); {
		case s[i] != '\\':
			i++
		case r < 0:
			i += 2
		case !utf16.IsSurrogate(r):
			i += 6
		case utf16.DecodeRune(r, unit(i+6)) == utf8.RuneError:
			return i
		default:
			i += 12
		}
	}
	return -1
}

// compareUnquoted takes the characters of a string that String accepts.
func compareUnquoted(t *testing.T, s []byte, escaped bool) {
	t.Helper()
	out, offset, f := jsonscan.AppendUnquoted(nil, s)
	if lone := loneSurrogate(string(s)); lone >= 0 {
		if offset != lone || f != jsonscan.LoneSurrogate {
			t.Fatalf("AppendUnquoted(%q): %d, %v; want %d, lone surrogate", s, offset, f, lone)
		}
		return
	}
	var want string
	if err := json.Unmarshal([]byte(`"`+string(s)+`"`), &want); err != nil {
		t.Fatalf("String accepts %q: %v", s, err)
	}
	if string(out) != want || offset != len(s) || f != jsonscan.None {
		t.Fatalf("AppendUnquoted(%q) = %q, %d, %v; want %q", s, out, offset, f, want)
	}
	if !escaped && want != string(s) {
		t.Fatalf("%q stands for %q and has no escape", s, want)
	}
}

// slowQuoted is AppendQuoted by a table of the shortest escapes.
func slowQuoted(s string) string {
	short := map[byte]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch e, ok := short[s[i]]; {
		case ok:
			b.WriteString(e)
		case s[i] < 0x20:
			fmt.Fprintf(&b, `\u%04x`, s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	b.WriteByte('"')
	return b.String()
}

func compareQuoted(t *testing.T, dst []byte, s string) {
	t.Helper()
	if got, want := jsonscan.AppendQuoted(dst[:0], s), slowQuoted(s); string(got) != want {
		t.Fatalf("AppendQuoted(%q) = %s, want %s", s, got, want)
	}
	if n := jsonscan.QuotedSize(s); n != len(slowQuoted(s)) {
		t.Fatalf("QuotedSize(%q) = %d, want %d", s, n, len(slowQuoted(s)))
	}
}

func TestAppendQuoted(t *testing.T) {
	for _, c := range []struct{ name, in, out string }{
		{"empty", "", `""`},
		{"short escapes", "\"\\\b\f\n\r\t", `"\"\\\b\f\n\r\t"`},
		{"other control characters", "\x00\x1f", `"\u0000\u001f"`},
		{"solidus as it is", "a/b", `"a/b"`},
		{"HTML as it is", "<&>", `"<&>"`},
		{"line separators as they are", "\u2028\u2029", "\"\u2028\u2029\""},
		{"delete as it is", "\x7f", "\"\x7f\""},
		{"non-ASCII as it is", "é😀", `"é😀"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := jsonscan.AppendQuoted([]byte("dst"), c.in); string(got) != "dst"+c.out {
				t.Errorf("string %q: %s, want %s", c.in, got, "dst"+c.out)
			}
			if got := jsonscan.AppendQuoted([]byte("dst"), []byte(c.in)); string(got) != "dst"+c.out {
				t.Errorf("bytes %q: %s, want %s", c.in, got, "dst"+c.out)
			}
		})
	}
}

// Every byte at every place of a text of 0 to 40 characters, begun at every place
// of a word.
func TestAppendQuotedEveryByteEverywhere(t *testing.T) {
	dst := make([]byte, 0, 256)
	for length := range 41 {
		b := []byte(strings.Repeat("a", length))
		compareQuoted(t, dst, string(b))
		for place := range length {
			for special := range 256 {
				b[place] = byte(special)
				compareQuoted(t, dst, string(b))
			}
			b[place] = 'a'
		}
	}
	for at := range 8 {
		for special := range 256 {
			s := strings.Repeat("\n", at) + "01234567" + string([]byte{byte(special)}) + "89"
			compareQuoted(t, dst, s)
		}
	}
}

func TestAppendQuotedEveryPair(t *testing.T) {
	dst := make([]byte, 0, 256)
	b := []byte("aaaaaaaaaaaaaaaaaa")
	for _, place := range []int{0, 3, 6, 7} {
		for pair := range 1 << 16 {
			b[place], b[place+1] = byte(pair>>8), byte(pair)
			compareQuoted(t, dst, string(b))
		}
		b[place], b[place+1] = 'a', 'a'
	}
}

func FuzzAppendQuoted(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "é😀\u2028", "01234567\"", "<&>", "\xff"} {
		f.Add([]byte("dst"), s)
	}
	f.Fuzz(func(t *testing.T, dst []byte, s string) {
		out := jsonscan.AppendQuoted(bytes.Clone(dst), s)
		if !bytes.HasPrefix(out, dst) {
			t.Fatalf("AppendQuoted(%q, %q) = %q", dst, s, out)
		}
		quoted := out[len(dst):]
		if string(quoted) != slowQuoted(s) || !bytes.Equal(quoted, jsonscan.AppendQuoted(nil, []byte(s))) {
			t.Fatalf("AppendQuoted(%q) = %s", s, quoted)
		}
		if !utf8.ValidString(s) {
			return
		}
		var back string
		if err := json.Unmarshal(quoted, &back); err != nil || back != s {
			t.Fatalf("AppendQuoted(%q) = %s, which reads %q, %v", s, quoted, back, err)
		}
		end, form, fault := jsonscan.String(quoted, 1)
		if end != len(quoted)-1 || fault != jsonscan.None {
			t.Fatalf("String(%s) = %d, %v", quoted, end, fault)
		}
		compareUnquoted(t, quoted[1:end], form == jsonscan.Escaped)
	})
}
