package jsonscan

import (
	"encoding/binary"
	"math/bits"
)

// Content says what a string holds besides ASCII.
type Content uint8

const (
	Escaped  Content = 1 << iota // a backslash
	NonASCII                     // a byte above 0x7F
)

const (
	each = 0x0101010101010101 // a one in each byte of a word
	high = 0x8080808080808080
)

// special has the high bit set in the first byte of w that ends a run of plain
// string characters: a quote, a backslash, a control character or a non-ASCII
// byte. Bits above that one mean nothing.
//
// XOR with 2 moves the quote below 0x21 and keeps the controls there, so that one
// subtraction finds both; only a byte that is found can borrow from the next.
func special(w uint64) uint64 {
	return (((w ^ each*2) - each*0x21) | ((w ^ each*'\\') - each) | w) & high
}

// String returns the index of the quote that ends the string whose first
// character is at i, and what the string holds. Escapes are checked one by one:
// an unpaired surrogate is found by [AppendUnquoted].
func String(b []byte, i int) (end int, c Content, f Fault) {
	for {
		for i+8 <= len(b) {
			m := special(binary.LittleEndian.Uint64(b[i:]))
			if m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(b) {
			return i, c, UnexpectedEnd
		}
		switch ch := b[i]; {
		case ch == '"':
			return i, c, None
		case ch == '\\':
			c |= Escaped
			n := escape(b[i:])
			if n == 0 {
				return i, c, BadEscape
			}
			i += n
		case ch < ' ':
			return i, c, ControlCharacter
		case ch < 0x80:
			i++ // near the end of b, where no word is left
		default:
			c |= NonASCII
			var ok bool
			if i, ok = multibytes(b, i); !ok {
				return i, c, InvalidUTF8
			}
		}
	}
}

// escape returns the length of the escape that s begins with, or 0.
func escape(s []byte) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(s); ok {
			return 6
		}
	}
	return 0
}

// hex4 returns the code unit of the escape \uhhhh that s begins with.
func hex4(s []byte) (unit rune, ok bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	for _, c := range s[2:6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		unit = unit<<4 | rune(c)
	}
	return unit, true
}

// multibytes returns the end of the non-ASCII characters that begin at i, or where
// they are not UTF-8.
func multibytes(b []byte, i int) (end int, ok bool) {
	for i < len(b) && b[i] >= 0x80 {
		if i+4 > len(b) {
			n := multibyte(b[i:])
			if n == 0 {
				return i, false
			}
			i += n
			continue
		}
		switch w := binary.LittleEndian.Uint32(b[i:]); {
		case w&0xC0E0 == 0x80C0: // two bytes
			if w&0x1E == 0 { // overlong
				return i, false
			}
			i += 2
		case w&0xC0C0F0 == 0x8080E0: // three bytes
			if x := w & 0x200F; x == 0 || x == 0x200D { // overlong, surrogate
				return i, false
			}
			i += 3
		default:
			if multibyte(b[i:]) != 4 {
				return i, false
			}
			i += 4
		}
	}
	return i, true
}

// multibyte returns the length of the well-formed UTF-8 sequence of two bytes or
// more that s begins with, or 0.
func multibyte(s []byte) int {
	switch c := s[0]; {
	case c < 0xC2:
		return 0
	case c < 0xE0:
		if len(s) < 2 || s[1]&0xC0 != 0x80 {
			return 0
		}
		return 2
	case c < 0xF0:
		if len(s) < 3 || s[1]&0xC0 != 0x80 || s[2]&0xC0 != 0x80 ||
			c == 0xE0 && s[1] < 0xA0 || c == 0xED && s[1] > 0x9F {
			return 0
		}
		return 3
	case c < 0xF5:
		if len(s) < 4 || s[1]&0xC0 != 0x80 || s[2]&0xC0 != 0x80 || s[3]&0xC0 != 0x80 ||
			c == 0xF0 && s[1] < 0x90 || c == 0xF4 && s[1] > 0x8F {
			return 0
		}
		return 4
	}
	return 0
}
