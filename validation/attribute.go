package validation

import "github.com/seed763dd41b/cloudevents/spec"

var (
	ruleEmpty    = &Rule{Sentinel: ErrMissing, Detail: "must not be empty"}
	rulePositive = &Rule{Sentinel: ErrRange, Type: spec.Integer, Detail: "must be greater than zero"}
	ruleNegative = &Rule{Sentinel: ErrRange, Type: spec.Integer, Detail: "must not be negative"}
)

// Text checks the canonical string of a value of type t. The empty string is legal
// for a String, a Binary and a URI-reference. The error wraps [ErrCharacter],
// [ErrSyntax] or [ErrRange], or [ErrType] for an unknown type.
func Text(t spec.Type, text string) error {
	if t == spec.String {
		return String(text)
	}
	return fail(text, checkText(t, text))
}

// Attribute checks text as the value of a. Core attributes, as
// [spec.Version.Attribute] returns them, must not be empty ([ErrMissing]), and
// datacontenttype must be a media type. Documented extensions, as [spec.Extension]
// returns them, must not be empty or must be positive where their documents say so. All
// other values are checked as [Text] does.
//
// Attribute accepts any specversion; use [spec.ParseVersion] for the supported ones.
// The error names the attribute. For a core attribute, or a rule of a documented
// extension, it cites the section that defines it.
func Attribute(a spec.Attribute, text string) error {
	section := spec.SectionTypeSystem
	core := a.Section != "" && a.Core() // your own extensions have no section
	if core {
		section = a.Section
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
	if rule == nil && !core && a.Section != "" {
		if rule = checkDocumented(a, text); rule != nil {
			section = a.Section
		}
	}
	if rule == nil {
		return nil
	}
	return NewError(a.Name, text, section, rule)
}

// checkDocumented checks text, a legal value of its type, against the document of an
// extension. An extension of the same name that is not the documented one has no rules.
func checkDocumented(a spec.Attribute, text string) *Rule {
	rule := documentedRule(a.Name, text)
	if rule == nil {
		return nil
	}
	if documented, ok := spec.Extension(a.Name); !ok || documented.Section != a.Section || documented.Type != a.Type {
		return nil
	}
	return rule
}

func documentedRule(name, text string) *Rule {
	switch name {
	case "bamtxid", "bampid", "bamptxid", "bamptxsid", "bamptxsstatus", "correlationid", "causationid", "dataregulation",
		"datacategory", "traceparent", "partitionkey", "sequence", "severitytext":
		if text == "" {
			return ruleEmpty
		}
	case "sampledrate":
		if n, rule := parseInteger(text); rule == nil && n <= 0 {
			return rulePositive
		}
	case "severitynumber":
		if n, rule := parseInteger(text); rule == nil && n < 0 {
			return ruleNegative
		}
	}
	return nil
}

var ruleUnknownType = &Rule{Sentinel: ErrType, Detail: "unknown attribute type"}

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
