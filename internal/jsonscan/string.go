package jsonscan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
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
// character is at i, and whether the string has escapes. Those are checked one by
// one: an unpaired surrogate is found by [AppendUnquoted].
//
// Runs of plain ASCII are passed over by words. A word with anything else goes
// through the automaton of string_table.go, byte by byte but without a branch
// that depends on the text: what is in a string cannot be predicted.
func String(b []byte, i int) (end int, escaped bool, f Fault) {
	start, state := i, uint64(inPlain)
	var backslashes uint64
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		if state == inPlain {
			m := special(w)
			if m == 0 {
				i += 8
				continue
			}
			if j := i + bits.TrailingZeros64(m)>>3; b[j] == '"' {
				return j, backslashes != 0, None
			}
		}
		s := step[byte(w)] >> state
		after := hasStopped(s) // how many bytes are behind the one that it stops at
		s = step[byte(w>>8)] >> (s & 63)
		after += hasStopped(s)
		s = step[byte(w>>16)] >> (s & 63)
		after += hasStopped(s)
		s = step[byte(w>>24)] >> (s & 63)
		after += hasStopped(s)
		s = step[byte(w>>32)] >> (s & 63)
		after += hasStopped(s)
		s = step[byte(w>>40)] >> (s & 63)
		after += hasStopped(s)
		s = step[byte(w>>48)] >> (s & 63)
		after += hasStopped(s)
		s = step[byte(w>>56)] >> (s & 63) & 63
		found := equal(w, '\\')
		if s != stopped {
			backslashes |= found
			state = s
			i += 8
			continue
		}
		backslashes |= found << (8 * after) << 8
		if i += 7 - int(after); b[i] == '"' && endsCharacter(b[start:i]) {
			return i, backslashes != 0, None
		}
		if i = unicodeEscape(b, start, i); i < 0 {
			end, f = explain(b, start)
			return end, false, f
		}
		state = inPlain
	}
	for ; i < len(b); i++ {
		s := step[b[i]] >> state & 63
		if b[i] == '\\' {
			backslashes = 1
		}
		if s != stopped {
			state = s
			continue
		}
		if b[i] == '"' && state == inPlain {
			return i, backslashes != 0, None
		}
		if i = unicodeEscape(b, start, i) - 1; i < 0 {
			break
		}
		state = inPlain
	}
	end, f = explain(b, start)
	return end, false, f
}

// endsCharacter reports whether no UTF-8 sequence is cut at the end of s, which is
// well-formed before it.
func endsCharacter(s []byte) bool {
	if len(s) == 0 || s[len(s)-1] < utf8.RuneSelf {
		return true
	}
	r, n := utf8.DecodeLastRune(s)
	return r != utf8.RuneError || n > 1
}

// unicodeEscape returns the end of the escape \uhhhh in whose u, at i, the
// automaton has stopped, or -1 if it has stopped at something else.
func unicodeEscape(b []byte, start, i int) int {
	if b[i] != 'u' || i == start || b[i-1] != '\\' {
		return -1
	}
	if _, ok := hex4(b[i-1:]); !ok {
		return -1
	}
	return i + 5
}

// explain returns the place of the first fault in a string that has one.
func explain(b []byte, i int) (int, Fault) {
	for i < len(b) {
		switch c := b[i]; {
		case c == '\\':
			n := escape(b[i:])
			if n == 0 {
				return i, BadEscape
			}
			i += n
		case c < ' ':
			return i, ControlCharacter
		default:
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 {
				return i, InvalidUTF8
			}
			i += n
		}
	}
	return i, UnexpectedEnd
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
