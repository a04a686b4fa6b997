package cloudevents

import (
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var ruleJSONInteger = &validation.Rule{Sentinel: validation.ErrSyntax, Type: spec.Integer, Detail: "an Integer has no fraction and no exponent"}

// unescaped returns the text of a JSON string with escapes. Attributes rarely have any.
func (a *Attributes) unescaped(v *addedValue, name string, m *attributeMemory) (string, error) {
	s, offset, f := jsonscan.AppendUnquoted(m.text.Room(), []byte(v.text))
	if f != jsonscan.None {
		return "", a.located(v.at+place(offset), badJSONCharacter(name, f))
	}
	return m.text.Cut(s), nil
}

// badJSONCharacter returns the error about an illegal string as the value of an
// attribute.
func badJSONCharacter(name string, f jsonscan.Fault) error {
	rule := &validation.Rule{Sentinel: validation.ErrCharacter, Detail: f.Error()}
	return validation.NewError(name, "", spec.SectionJSONTypes, rule)
}

// wrongJSONValue returns the error about an extension whose value is not legal for any
// attribute: an object, an array, or a number that is not an Integer.
func wrongJSONValue(v *addedValue, name string, t spec.Type, isDeclared bool) error {
	switch {
	case !isDeclared && v.typ != spec.Integer:
		return wrongJSONType(v, name, "string, boolean or number")
	case v.typ != spec.Integer || isDeclared && t != spec.Integer:
		return wrongJSONType(v, name, jsonType(t))
	}
	return validation.NewError(name, v.text, spec.SectionJSONTypes, ruleJSONInteger)
}

// wrongJSONType returns the error about a value whose JSON type is not the one called
// want.
func wrongJSONType(v *addedValue, name, want string) error {
	kind := "string"
	switch {
	case v.kind == '{':
		kind = "object"
	case v.kind == '[':
		kind = "array"
	case v.typ == spec.Boolean:
		kind = "boolean"
	case v.typ == spec.Integer:
		kind = "number"
	}
	rule := &validation.Rule{Sentinel: validation.ErrType, Detail: "the JSON type is " + kind + ", and must be " + want}
	return validation.NewError(name, "", spec.SectionJSONTypes, rule)
}

// jsonType returns the JSON type of an attribute type.
func jsonType(t spec.Type) string {
	switch t {
	case spec.Boolean:
		return "boolean"
	case spec.Integer:
		return "number"
	}
	return "string"
}
