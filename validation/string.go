package validation

import (
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/spec"
)

const sectionTypes = spec.SectionTypeSystem

var (
	ruleUTF8         = &Rule{ErrCharacter, "invalid UTF-8"}
	ruleControl      = &Rule{ErrCharacter, "control character"}
	ruleNoncharacter = &Rule{ErrCharacter, "Unicode noncharacter"}
)

// String checks a value of type String: UTF-8 without control characters
// (U+0000–U+001F, U+007F–U+009F), noncharacters and surrogates. The empty
// string is legal. The error wraps [ErrCharacter].
func String(s string) error { return fail(s, checkString(s)) }

const (
	each = 0x0101010101010101 // a one in each byte of a word
	high = 0x8080808080808080
)

func checkString(s string) *Rule {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		// The high bit of a byte is set, here and there too often, if the
		// byte is non-ASCII, below a space, or DEL.
		w := word(s, i)
		if (w|(w-each*' ')|(w+each))&high != 0 {
			return checkRunes(s[i:])
		}
	}
	return checkRunes(s[i:])
}

func checkRunes(s string) *Rule {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == 0x7F {
				return ruleControl
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			return ruleUTF8
		case r <= 0x9F:
			return ruleControl
		case r&0xFFFE == 0xFFFE || 0xFDD0 <= r && r <= 0xFDEF:
			return ruleNoncharacter
		}
		i += n
	}
	return nil
}

// word loads eight bytes, little endian; the compiler makes one load of it.
func word(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
