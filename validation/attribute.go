package validation

import (
	"github.com/seed763dd41b/cloudevents/spec"
)

var ruleEmpty = &Rule{ErrMissing, "must not be empty"}

// Text checks the canonical string of a value of type t. The error wraps
// [ErrCharacter], [ErrSyntax] or [ErrRange], or [ErrType] for an unknown type.
func Text(t spec.Type, text string) error {
	if t == spec.String {
		return String(text)
	}
	return fail(text, checkText(t, text))
}

// Attribute checks text as the canonical string of the attribute a. A core
// attribute, as [spec.Version.Attribute] returns it, must not be empty
// ([ErrMissing]), and datacontenttype is a media type; other attributes are
// checked like [Text]; of specversion, see [spec.ParseVersion] for what is known. The error names the attribute,
// and for a core attribute the section that defines it.
func Attribute(a spec.Attribute, text string) error {
	section := spec.SectionTypeSystem
	core := false
	if a.Section != "" { // extensions of one's own have none
		if attribute, ok := spec.V1.Attribute(a.Name); ok {
			core, section = true, attribute.Section
		}
	}
	var rule *Rule
	switch {
	case core && text == "":
		rule = ruleEmpty
	case core && a.Name == spec.DataContentType:
		rule = checkMediaType(text)
	default:
		rule = checkText(a.Type, text)
	}
	if rule == nil {
		return nil
	}
	return NewError(a.Name, text, section, rule)
}

var ruleUnknownType = &Rule{ErrType, "unknown attribute type"}

func checkText(t spec.Type, text string) *Rule {
	switch t {
	case spec.String:
		return checkString(text)
	case spec.Boolean:
		if text != "true" && text != "false" {
			return ruleBoolean
		}
		return nil
	case spec.Integer:
		_, rule := parseInteger(text)
		return rule
	case spec.Binary:
		return checkBinary(text)
	case spec.URI:
		return checkURI(text)
	case spec.URIReference:
		return checkURIReference(text)
	case spec.Timestamp:
		_, rule := parseTimestamp(text)
		return rule
	}
	return ruleUnknownType
}
