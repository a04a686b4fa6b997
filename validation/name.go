package validation

import (
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/spec"
)

var (
	ruleNameEmpty    = &Rule{Sentinel: ErrName, Detail: "attribute name is empty"}
	ruleNameChar     = &Rule{Sentinel: ErrName, Detail: "attribute name has a character other than a-z and 0-9"}
	ruleNameReserved = &Rule{Sentinel: ErrName, Detail: "the name data is reserved"}
)

// Name checks the name of an attribute (spec.md#naming-conventions). It must have at
// least one character, only lower-case letters and digits, and must not be "data". The
// length is not limited. The error wraps [ErrName].
func Name(name string) error {
	if rule := checkName(name); rule != nil {
		return NewError(name, "", spec.SectionNaming, rule)
	}
	return nil
}

func checkName(name string) *Rule {
	if !ascii.LowerAlphanumeric(name) {
		return ruleNameChar
	}
	switch name {
	case "":
		return ruleNameEmpty
	case spec.Data:
		return ruleNameReserved
	}
	return nil
}
