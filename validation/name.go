package validation

import (
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/spec"
)

var (
	ruleNameEmpty    = &Rule{ErrName, "attribute name is empty"}
	ruleNameChar     = &Rule{ErrName, "attribute name has a character other than a-z and 0-9"}
	ruleNameReserved = &Rule{ErrName, "the name data is reserved"}
)

// Name checks the name of an attribute (spec.md#naming-conventions): lower-case
// letters and digits, at least one, and not "data". The error wraps [ErrName].
func Name(name string) error {
	if rule := checkName(name); rule != nil {
		return NewError(name, "", spec.SectionNaming, rule)
	}
	return nil
}

func checkName(name string) *Rule {
	if len(name) >= 8 {
		i := 0
		for ; i+8 <= len(name); i += 8 {
			if !alphanumeric(ascii.Word(name, i)) {
				return ruleNameChar
			}
		}
		// What is left, with some of what was there before it.
		if !alphanumeric(ascii.Word(name, len(name)-8)) {
			return ruleNameChar
		}
		return nil
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return ruleNameChar
		}
	}
	switch name {
	case "":
		return ruleNameEmpty
	case spec.Data:
		return ruleNameReserved
	}
	return nil
}

// alphanumeric reports whether every byte of w is a lower-case letter or a digit.
// The sum of an ASCII byte and 0x80 - c has its high bit set if the byte is c or
// above, and does not reach the next byte.
func alphanumeric(w uint64) bool {
	digit := (w + ascii.Each*(0x80-'0')) &^ (w + ascii.Each*(0x80-'9'-1))
	letter := (w + ascii.Each*(0x80-'a')) &^ (w + ascii.Each*(0x80-'z'-1))
	return w&ascii.High == 0 && (digit|letter)&ascii.High == ascii.High
}
