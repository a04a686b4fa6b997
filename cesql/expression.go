package cesql

import "github.com/seed763dd41b/cloudevents"

// Expression is a compiled expression. It is safe for concurrent use. The zero Expression
// is the constant false.
type Expression struct {
	source     string
	conditions []condition
	failures   *failures
	*program        // nil if the expression is nothing but conditions
	typ        Type // of the value
}

// Compile compiles an expression with the functions of the specification. The error is an
// [*Error] that wraps [ErrParse]. A call of a function that does not exist is only a
// warning, because the specification makes it an error of the evaluation.
func Compile(text string) (*Expression, []Warning, error) {
	var c Compiler
	return c.Compile(text)
}

// MustCompile is [Compile] for expressions in the source of a program. It panics if there
// is an error or a warning.
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

// Type returns the type of the value. If the type depends on the event, as that of an
// attribute does, it is Boolean.
func (x *Expression) Type() Type { return x.typ }

// Match reports whether the value of the expression for e, which must be valid, is the
// Boolean true (section 1.2). It is false with an error of [Expression.Evaluate], and for
// a value of another type, with an [*Error] that wraps [ErrGeneric].
func (x *Expression) Match(e *cloudevents.Event) (bool, error) {
	if x.program == nil && x.conditions != nil {
		b, err := x.decide(e)
		if err != nil {
			return false, err
		}
		return b, nil
	}
	v, err := x.evaluate(e)
	switch {
	case err != nil:
		return false, err
	case v.typ != Boolean:
		return false, errNotBoolean
	}
	return v.number != 0, nil
}

// Matches is [Expression.Match] without the error, for fields such as
// dispatch.Route.Filter.
func (x *Expression) Matches(e *cloudevents.Event) bool {
	ok, err := x.Match(e)
	return ok && err == nil
}

var errNotBoolean = &Error{Kind: ErrGeneric, Detail: "the value of the expression is not a Boolean"}

// Evaluate returns the value of the expression for e, which must be valid. The error is
// an [*Error]. With an error there is a value too, which has the type of the expression.
func (x *Expression) Evaluate(e *cloudevents.Event) (Value, error) {
	v, err := x.evaluate(e)
	if err != nil {
		return v, err
	}
	return v, nil
}

// evaluate decides the conditions, or runs the code with a stack that is large enough.
func (x *Expression) evaluate(e *cloudevents.Event) (Value, *Error) {
	switch {
	case x.program == nil && x.conditions != nil:
		b, err := x.decide(e)
		return BooleanValue(b), err
	case x.program == nil: // of the zero Expression
		return Value{}, nil
	case x.stack == 0:
		return x.run(nil, e)
	}
	return x.withStack(e)
}

func (x *Expression) withStack(e *cloudevents.Event) (Value, *Error) {
	var few [4]Value
	if x.stack <= len(few) {
		return x.run(few[:], e)
	}
	return x.withLargeStack(e)
}

func (x *Expression) withLargeStack(e *cloudevents.Event) (Value, *Error) {
	var some [32]Value
	if x.stack <= len(some) {
		return x.run(some[:], e)
	}
	return x.withHugeStack(e)
}

// withHugeStack is for what is deeply nested, or for many arguments.
func (x *Expression) withHugeStack(e *cloudevents.Event) (Value, *Error) {
	var many [512]Value
	if x.stack <= len(many) {
		return x.run(many[:], e)
	}
	return x.run(make([]Value, x.stack), e)
}

// MarshalText returns the text that was compiled.
func (x *Expression) MarshalText() ([]byte, error) { return []byte(x.source), nil }

// UnmarshalText compiles a text as [Compile] does, and drops the warnings.
func (x *Expression) UnmarshalText(text []byte) error {
	compiled, _, err := Compile(string(text))
	if err == nil {
		*x = *compiled
	}
	return err
}
