package cesql

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Expression is a compiled expression. It is safe for concurrent use. The zero Expression is
// the constant false.
type Expression struct {
	source     string
	code       []instruction
	constants  []Value
	attributes []attribute
	patterns   []*pattern
	functions  []*function
	failures   []Error
	warnings   []Warning // until Compile returns them
	stack      int       // how many values the code needs
	typ        Type      // of the value
	maxString  int
}

// Compile compiles an expression with the functions of the specification. The error is an
// [*Error] that wraps [ErrParse]. Warnings are about an expression that is legal and may mean
// something else than it seems to; a function that does not exist is one of them, because the
// specification makes it an error of the evaluation.
func Compile(text string) (*Expression, []Warning, error) {
	var c Compiler
	return c.Compile(text)
}

// MustCompile is Compile for constants. It panics if there is an error or a warning.
func MustCompile(text string) *Expression {
	x, warnings, err := Compile(text)
	if err != nil {
		panic(err)
	}
	if len(warnings) > 0 {
		panic(warnings[0].String())
	}
	return x
}

// String returns the text that was compiled.
func (x *Expression) String() string { return x.source }

// Type returns the type of the value. It is Boolean if it depends on the event, as that of an
// attribute does.
func (x *Expression) Type() Type { return x.typ }

// Match reports whether the value of the expression for e is the Boolean true
// (section 1.2). An error, or a value of another type, is false. The error is that of
// [Expression.Evaluate], or an [*Error] that wraps [ErrGeneric] for a value of another type.
func (x *Expression) Match(e *cloudevents.Event) (bool, error) {
	v, err := x.Evaluate(e)
	switch {
	case err != nil:
		return false, err
	case v.typ != Boolean:
		return false, errNotBoolean
	}
	return v.number != 0, nil
}

// Matches is Match without the error, for filters that take a function.
func (x *Expression) Matches(e *cloudevents.Event) bool {
	ok, err := x.Match(e)
	return ok && err == nil
}

var errNotBoolean = &Error{Kind: ErrGeneric, Detail: "the value of the expression is no Boolean"}

// Evaluate returns the value of the expression for an event, which must be valid. The error is
// an [*Error]; the value is one of the expression's type nevertheless.
func (x *Expression) Evaluate(e *cloudevents.Event) (Value, error) {
	var few [6]Value
	stack := few[:]
	if x.stack > len(few) {
		stack = make([]Value, x.stack)
	}
	v, err := x.run(stack, e)
	if err != nil {
		return v, err
	}
	return v, nil
}

// MarshalText returns the text that was compiled.
func (x *Expression) MarshalText() ([]byte, error) { return []byte(x.source), nil }

// UnmarshalText compiles a text as [Compile] does. Warnings are dropped.
func (x *Expression) UnmarshalText(text []byte) error {
	compiled, _, err := Compile(string(text))
	if err == nil {
		*x = *compiled
	}
	return err
}

// attribute is an attribute that an expression names.
type attribute struct {
	name string
	core core
}

// core says which field of an Event an attribute is.
type core uint8

const (
	isOther core = iota // an extension, or a name that depends on the version
	isID
	isSource
	isType
	isSpecVersion
	isSubject
	isTime
	isDataContentType
)

func coreOf(name string) core {
	switch name {
	case spec.ID:
		return isID
	case spec.Source:
		return isSource
	case spec.EventType:
		return isType
	case spec.SpecVersion:
		return isSpecVersion
	case spec.Subject:
		return isSubject
	case spec.Time:
		return isTime
	case spec.DataContentType:
		return isDataContentType
	}
	return isOther
}

// exists reports whether an event has the attribute.
func (a *attribute) exists(e *cloudevents.Event) bool {
	switch a.core {
	case isID, isSource, isType, isSpecVersion:
		return true
	case isSubject:
		return e.Subject != ""
	case isTime:
		return !timestamp.Absent(e.Time)
	case isDataContentType:
		return e.DataContentType != ""
	}
	_, ok := e.Get(a.name)
	return ok
}

// of returns the value of the attribute of an event.
func (a *attribute) of(e *cloudevents.Event) (Value, bool) {
	text := ""
	switch a.core {
	case isID:
		return StringValue(e.ID), true
	case isSource:
		return StringValue(e.Source), true
	case isType:
		return StringValue(e.Type), true
	case isSpecVersion:
		return StringValue(e.SpecVersion.String()), true
	case isSubject:
		text = e.Subject
	case isDataContentType:
		text = e.DataContentType
	default:
		v, ok := e.Get(a.name)
		if !ok {
			return Value{}, false
		}
		return ofAttribute(v), true
	}
	return StringValue(text), text != ""
}
