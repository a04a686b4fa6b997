package validation

import (
	"errors"
	"strconv"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Every [Error] wraps one of these sentinels. Use errors.Is.
var (
	ErrMissing   = errors.New("missing or empty")
	ErrName      = errors.New("illegal attribute name")
	ErrCharacter = errors.New("illegal character")
	ErrSyntax    = errors.New("malformed value")
	ErrRange     = errors.New("value out of range")
	ErrType      = errors.New("wrong type")
	ErrDuplicate = errors.New("duplicate attribute")
	ErrVersion   = errors.New("unsupported specversion")
	ErrData      = errors.New("data does not fit its content type")
)

// These rules about data are told apart by errors.Is, because the sender corrects each
// in another way. Each wraps [ErrData].
var (
	ErrDataTwice   = &Rule{Sentinel: ErrData, Detail: "data and data_base64 exclude each other"}
	ErrDataString  = &Rule{Sentinel: ErrData, Detail: "data that is not JSON by its content type must be a string"}
	ErrDataCharset = &Rule{Sentinel: ErrData, Detail: "data is text that is not the same in UTF-8 and in the charset of its content type"}
)

// Error is a violation of the specification. Programs use the fields; the text is for
// people and may change.
type Error struct {
	// Attribute is the name of the attribute. It is empty if a text was checked without
	// an attribute.
	Attribute string
	// Value is an excerpt of the illegal text, at most 64 bytes long. It is never event
	// data.
	Value string
	// Section is the violated section, such as "spec.md#id". spec.SectionURL has its
	// address.
	Section string
	// Err is the violated rule. It wraps one of the sentinels of this package, and is
	// a [*Rule] unless a format or a binding chose otherwise.
	Err error
}

// Error returns the attribute, the rule, the excerpt and the section in one line.
func (e *Error) Error() string {
	b := make([]byte, 0, 256) // on the stack
	if e.Attribute != "" {
		b = append(b, "attribute "...)
		b = strconv.AppendQuote(b, cut(e.Attribute))
		b = append(b, ": "...)
	}
	if e.Err != nil {
		b = append(b, e.Err.Error()...)
	}
	if e.Value != "" {
		b = append(b, ": "...)
		b = strconv.AppendQuote(b, cut(e.Value))
	}
	if e.Section != "" {
		b = append(b, " ("...)
		b = append(b, e.Section...)
		b = append(b, ')')
	}
	return string(b)
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// NewError returns an [*Error] with copies of at most 64 bytes of attribute and value.
// Bindings and formats use it for what this package cannot check.
func NewError(attribute, value, section string, err error) *Error {
	return &Error{Attribute: cut(attribute), Value: cut(value), Section: section, Err: err}
}

const maxExcerpt = 64

func cut(s string) string { return excerpt.Cut(s, maxExcerpt) }

// Rule is a rule that a text or an event violates. It is the Err of an [Error].
// Formats and bindings have rules of their own for what this package cannot check.
type Rule struct {
	// Sentinel is one of the sentinels of this package.
	Sentinel error
	// Detail says what the rule is, in a few words without a final point.
	Detail string
	// Type is the type of which the text is no value; rules that URI and URI-reference
	// share have URI. It is String, the zero value, for the rules of String and for rules
	// that are not about a type.
	Type spec.Type
}

// Error returns r.Detail.
func (r *Rule) Error() string { return r.Detail }

// Unwrap returns r.Sentinel.
func (r *Rule) Unwrap() error { return r.Sentinel }

var ruleRequired = &Rule{Sentinel: ErrMissing, Detail: "a required attribute is missing"}

// Missing returns the error about an event that lacks the required attribute a.
func Missing(a spec.Attribute) error {
	return NewError(a.Name, "", a.Section, ruleRequired)
}

// fail turns the verdict of a grammar into an error about a lone text.
func fail(value string, rule *Rule) error {
	if rule == nil {
		return nil
	}
	return failed(value, rule)
}

// failed is separate so that the compiler can inline fail.
func failed(value string, rule *Rule) error {
	return NewError("", value, sectionTypes, rule)
}
