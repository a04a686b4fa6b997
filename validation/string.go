package validation

import (
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
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

func checkString(s string) *Rule {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		// The high bit of a byte is set, here and there too often, if the
		// byte is non-ASCII, below a space, or DEL.
		w := ascii.Word(s, i)
		if (w|(w-ascii.Each*' ')|(w+ascii.Each))&ascii.High != 0 {
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
