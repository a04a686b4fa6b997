package jsonscan

import (
	"bytes"
	"math/bits"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

// AppendUnquoted appends what the string with the characters s stands for. s is
// what [String] accepted, without its quotes. On a fault, which can only be an
// unpaired surrogate, offset is its place in s.
func AppendUnquoted(dst, s []byte) (_ []byte, offset int, f Fault) {
	for i := 0; ; {
		n := bytes.IndexByte(s[i:], '\\')
		if n < 0 {
			return append(dst, s[i:]...), len(s), None
		}
		dst = append(dst, s[i:i+n]...)
		i += n
		c := s[i+1]
		if c != 'u' {
			dst = append(dst, meant[c])
			i += 2
			continue
		}
		r, n := unit(s[i:])
		if n == 0 {
			return dst, i, LoneSurrogate
		}
		dst = utf8.AppendRune(dst, r)
		i += n
	}
}

// meant has what the character behind a backslash stands for.
var meant = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unit returns the character of the escape \uhhhh, or of the pair of them, that
// s begins with, and its length; 0 if it is half a pair.
func unit(s []byte) (r rune, n int) {
	const (
		lead, trail, end = 0xD800, 0xDC00, 0xE000
	)
	r, _ = hex4(s)
	if r < lead || r >= end {
		return r, 6
	}
	low, ok := hex4(s[6:])
	if r >= trail || !ok || low < trail || low >= end {
		return 0, 0
	}
	return (r-lead)<<10 + (low - trail) + 0x10000, 12
}

// AppendQuoted appends s as a JSON string. Quotes, backslashes and control
// characters are escaped, nothing else; s must be valid UTF-8.
func AppendQuoted[T string | []byte](dst []byte, s T) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; ; {
		i = nextEscape(s, i)
		dst = append(dst, s[start:i]...)
		if i == len(s) {
			return append(dst, '"')
		}
		dst = appendEscape(dst, s[i])
		i++
		start = i
	}
}

// QuotedSize returns the length of what AppendQuoted appends.
func QuotedSize[T string | []byte](s T) int {
	n := len(s) + len(`""`)
	for i := nextEscape(s, 0); i < len(s); i = nextEscape(s, i+1) {
		if letters[s[i]] != 0 {
			n++
		} else {
			n += len(`\u0000`) - 1
		}
	}
	return n
}

// nextEscape returns the index of the first character at or after i that must be
// escaped, or len(s).
func nextEscape[T string | []byte](s T, i int) int {
	for ; i+8 <= len(s); i += 8 {
		w := ascii.Word(s, i)
		// As in special, but non-ASCII bytes are plain.
		if m := (((w ^ ascii.Each*2) - ascii.Each*0x21) | ((w ^ ascii.Each*'\\') - ascii.Each)) &^ w & ascii.High; m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return i
		}
	}
	return i
}

func appendEscape(dst []byte, c byte) []byte {
	if letter := letters[c]; letter != 0 {
		return append(dst, '\\', letter)
	}
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
}

// letters has what is written behind a backslash for the characters that have a short
// escape.
var letters = [...]byte{'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}
