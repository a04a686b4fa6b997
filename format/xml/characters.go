package cexml

import (
	"bytes"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

// class says what a byte can be.
type class uint8

const (
	startsName class = 1 << iota // of ASCII; whatever is not ASCII is looked at
	inName
	isSpace
	isMarkup // a byte of text that is more than itself, or may be
)

// classes has the classes of all bytes.
var classes = [256]class{
	'\t': isSpace, '\n': isSpace, '\r': isSpace | isMarkup, ' ': isSpace,
	'&': isMarkup, '<': isMarkup, ']': isMarkup,
	'-': inName, '.': inName, '_': startsName | inName,
	'0': inName, '1': inName, '2': inName, '3': inName, '4': inName, '5': inName, '6': inName, '7': inName, '8': inName, '9': inName,
	'A': letter, 'B': letter, 'C': letter, 'D': letter, 'E': letter, 'F': letter, 'G': letter, 'H': letter, 'I': letter,
	'J': letter, 'K': letter, 'L': letter, 'M': letter, 'N': letter, 'O': letter, 'P': letter, 'Q': letter, 'R': letter,
	'S': letter, 'T': letter, 'U': letter, 'V': letter, 'W': letter, 'X': letter, 'Y': letter, 'Z': letter,
	'a': letter, 'b': letter, 'c': letter, 'd': letter, 'e': letter, 'f': letter, 'g': letter, 'h': letter, 'i': letter,
	'j': letter, 'k': letter, 'l': letter, 'm': letter, 'n': letter, 'o': letter, 'p': letter, 'q': letter, 'r': letter,
	's': letter, 't': letter, 'u': letter, 'v': letter, 'w': letter, 'x': letter, 'y': letter, 'z': letter,
}

const letter = startsName | inName

// illegal returns the offset of the first byte that does not belong to a character of XML
// in UTF-8 (production 2, Char), or -1.
func illegal(b []byte) int {
	var all uint64 // bits of all bytes
	i := 0
	for ; i+16 <= len(b); i += 16 {
		v, w := ascii.Word(b, i), ascii.Word(b, i+8)
		all |= v | w
		if ((v-ascii.Each*' ')&^v|(w-ascii.Each*' ')&^w)&ascii.High == 0 {
			continue
		}
		for k, c := range b[i : i+16] {
			if isControl(c) {
				return firstIllegal(b, i+k)
			}
		}
	}
	for ; i < len(b); i++ {
		if isControl(b[i]) {
			return firstIllegal(b, i)
		}
		all |= uint64(b[i])
	}
	if all&ascii.High == 0 || utf8.Valid(b) && !bytes.Contains(b, []byte("\uFFFE")) && !bytes.Contains(b, []byte("\uFFFF")) {
		return -1
	}
	return firstIllegal(b, len(b))
}

// firstIllegal returns the offset of the first illegal character that is not ASCII, or
// end if there is none before it.
func firstIllegal(b []byte, end int) int {
	for i := 0; i < end; {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 || r == '\uFFFE' || r == '\uFFFF' {
			return i
		}
		i += n
	}
	return end
}

// isControl reports whether c is a control character that XML does not have.
func isControl(c byte) bool { return c < ' ' && classes[c]&isSpace == 0 }

// isCharacter is production 2, Char.
func isCharacter(r rune) bool {
	switch {
	case r < ' ':
		return r == '\t' || r == '\n' || r == '\r'
	case r < 0xD800:
		return true
	}
	return 0xE000 <= r && r <= 0xFFFD || 0x1_0000 <= r && r <= utf8.MaxRune
}

// isName reports whether a character that is not ASCII may be in a name (production 4a,
// NameChar), at the beginning (production 4, NameStartChar) or behind it.
func isName(r rune, start bool) bool {
	switch {
	case r < 0x300:
		return r >= 0xC0 && r != 0xD7 && r != 0xF7 || r == 0xB7 && !start
	case r < 0x370:
		return !start
	case r < 0x2000:
		return r != 0x37E
	case r < 0x2070:
		return r == 0x200C || r == 0x200D || (r == 0x203F || r == 0x2040) && !start
	}
	return r <= 0x218F || 0x2C00 <= r && r <= 0x2FEF || 0x3001 <= r && r <= 0xD7FF ||
		0xF900 <= r && r <= 0xFDCF || 0xFDF0 <= r && r <= 0xFFFD || 0x1_0000 <= r && r <= 0xE_FFFF
}

// space returns the index of the first byte at i or behind it that is no white space.
func space(b []byte, i int) int {
	for i < len(b) && classes[b[i]]&isSpace != 0 {
		i++
	}
	return i
}

// trim returns b without white space around it.
func trim(b []byte) []byte {
	b = b[space(b, 0):]
	for len(b) > 0 && classes[b[len(b)-1]]&isSpace != 0 {
		b = b[:len(b)-1]
	}
	return b
}

// ncName returns the index after the name without a colon that begins at i, which is i if
// there is none.
func ncName(b []byte, i int) int {
	start := i
	if i < len(b) && b[i] < utf8.RuneSelf {
		if classes[b[i]]&startsName == 0 {
			return i
		}
		i++
	}
	for i < len(b) {
		switch c := b[i]; {
		case classes[c]&inName != 0:
			i++
		case c < utf8.RuneSelf:
			return i
		default:
			r, n := utf8.DecodeRune(b[i:])
			if !isName(r, i == start) {
				return i
			}
			i += n
		}
	}
	return i
}
