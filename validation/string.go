package validation

import (
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/spec"
)

const sectionTypes = spec.SectionTypeSystem

var (
	ruleUTF8         = &Rule{ErrCharacter, "invalid UTF-8", spec.String}
	ruleControl      = &Rule{ErrCharacter, "control character", spec.String}
	ruleNoncharacter = &Rule{ErrCharacter, "Unicode noncharacter", spec.String}
)

// String checks a value of type String. It must be UTF-8 without control characters
// (U+0000–U+001F, U+007F–U+009F), noncharacters and surrogates. The empty string is
// legal. The error wraps [ErrCharacter].
func String(s string) error { return fail(s, checkString(s)) }

func checkString(s string) *Rule {
	if ascii.Printable(s) {
		return nil
	}
	return checkRunes(s)
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
