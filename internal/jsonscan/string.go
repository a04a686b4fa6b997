package jsonscan

import (
	"math/bits"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

// special has the high bit set in the first byte of w that is not a printable ASCII
// character, or is a quote or a backslash. Bits above that one mean nothing.
//
// XOR with 2 moves the quote below 0x21 and keeps the controls there, so that one
// subtraction finds both, and all from 0xA3; the other two terms find the rest. Only a
// byte that is found can borrow from the next, or carry into it.
func special(w uint64) uint64 {
	return (((w ^ ascii.Each*2) - ascii.Each*0x21) | ((w ^ ascii.Each*'\\') - ascii.Each) | (w + ascii.Each)) & ascii.High
}

// Form says how a string is written.
type Form uint8

const (
	Printable Form = iota // in printable ASCII that stands for itself
	Verbatim              // as itself, with other characters, or it was not looked at closely
	Escaped               // with escapes
)

// String returns the index of the quote that ends the string whose first
// character is at i, and how the string is written. Escapes are checked one by
// one: an unpaired surrogate is found by [AppendUnquoted].
//
// Runs of printable ASCII are passed over by words. A word with anything else goes
// through the automaton of string_table.go, byte by byte but without a branch
// that depends on the text: what is in a string cannot be predicted.
func String(b []byte, i int) (end int, form Form, f Fault) {
	start, state := i, uint64(inPlain)
	var backslashes uint64
	for i+8 <= len(b) {
		w := ascii.Word(b, i)
		if state == inPlain {
			m := special(w)
			if m == 0 {
				if i += 8; form == Printable && i-start == strides {
					i = printable(b, i)
				}
				continue
			}
			if j := i + bits.TrailingZeros64(m)>>3; b[j] == '"' {
				return j, written(form, backslashes), None
			}
		}
		form = Verbatim
		s := step[byte(w)] >> (state & 63)
		s = step[byte(w>>8)] >> (s & 63)
		s = step[byte(w>>16)] >> (s & 63)
		s = step[byte(w>>24)] >> (s & 63)
		s = step[byte(w>>32)] >> (s & 63)
		s = step[byte(w>>40)] >> (s & 63)
		s = step[byte(w>>48)] >> (s & 63)
		s = step[byte(w>>56)] >> (s & 63) & 63
		if s != stopped {
			backslashes |= equal(w, '\\')
			state = s
			i += 8
			continue
		}
		// Once more, to see where it stopped.
		for s = step[b[i]] >> (state & 63) & 63; s != stopped; s = step[b[i]] >> s & 63 {
			if b[i] == '\\' {
				backslashes = 1
			}
			i++
		}
		if b[i] == '"' && endsCharacter(b[start:i]) {
			return i, written(form, backslashes), None
		}
		if i = unicodeEscape(b, start, i); i < 0 {
			return explain(b, start)
		}
		state = inPlain
	}
	form = Verbatim
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
			return i, written(form, backslashes), None
		}
		if i = unicodeEscape(b, start, i) - 1; i < 0 {
			break
		}
		state = inPlain
	}
	return explain(b, start)
}

// strides is after how many printable bytes a string is expected to go on like that.
const strides = 64

// printable returns a place up to which all is plain, and not much of that is left.
func printable(b []byte, i int) int {
	for ; i+32 <= len(b); i += 32 {
		p := b[i : i+32 : i+32]
		if special(ascii.Word(p, 0))|special(ascii.Word(p, 8))|
			special(ascii.Word(p, 16))|special(ascii.Word(p, 24)) != 0 {
			break
		}
	}
	return i
}

// written is the Form of a string that has come to its end.
func written(form Form, backslashes uint64) Form {
	if backslashes != 0 {
		return Escaped
	}
	return form
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
func explain(b []byte, i int) (int, Form, Fault) {
	for i < len(b) {
		switch c := b[i]; {
		case c == '\\':
			n := escape(b[i:])
			if n == 0 {
				return i, Verbatim, BadEscape
			}
			i += n
		case c < ' ':
			return i, Verbatim, ControlCharacter
		default:
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 {
				return i, Verbatim, InvalidUTF8
			}
			i += n
		}
	}
	return i, Verbatim, UnexpectedEnd
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
	a, b, c, d := ascii.Unhex[s[2]], ascii.Unhex[s[3]], ascii.Unhex[s[4]], ascii.Unhex[s[5]]
	return rune(a)<<12 | rune(b)<<8 | rune(c)<<4 | rune(d), a|b|c|d < 16
}
