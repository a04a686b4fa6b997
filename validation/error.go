package validation

import (
	"errors"
	"strconv"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/spec"
)

// What an [Error] wraps. Use errors.Is.
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

// Error is a violation of the specification. The text is for people, the
// fields are the contract.
type Error struct {
	Attribute string // the attribute's name, "" if a text was checked on its own
	Value     string // what was found, at most 64 bytes of it; never event data
	Section   string // what it breaks, such as "spec.md#id"; see spec.SectionURL
	Err       error  // wraps one of the sentinels of this package
}

// Error returns attribute, rule, excerpt and section in one line.
func (e *Error) Error() string {
	b := make([]byte, 0, 128)
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

// NewError returns an [*Error] with an excerpt of value. It is for bindings and
// formats, which check what this package cannot see.
func NewError(attribute, value, section string, err error) *Error {
	return &Error{Attribute: cut(attribute), Value: cut(value), Section: section, Err: err}
}

const maxExcerpt = 64

func cut(s string) string { return excerpt.Cut(s, maxExcerpt) }

// Rule is what the Err of an [Error] is: a sentinel with the detail that was
// broken. Formats and bindings that check what this package cannot see have rules
// of their own.
type Rule struct {
	Sentinel error
	Detail   string
}

// Error returns the detail.
func (r *Rule) Error() string { return r.Detail }

// Unwrap returns the sentinel.
func (r *Rule) Unwrap() error { return r.Sentinel }

var ruleRequired = &Rule{ErrMissing, "a required attribute is missing"}

// Missing returns the error about an event without the required attribute a.
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

// failed is apart, so that fail is inlined.
func failed(value string, rule *Rule) error {
	return NewError("", value, sectionTypes, rule)
}
