package cesql

import (
	"errors"
	"strconv"
)

// The kinds of errors of the specification (section 3.3).
var (
	// ErrParse is about a text that is no expression, or exceeds a limit of the Compiler.
	ErrParse = errors.New("syntax error")

	// ErrMath is about a division by 0, and a result that does not fit into 32 bits.
	ErrMath = errors.New("math error")

	// ErrCast is about a value that cannot become one of the type that is needed.
	ErrCast = errors.New("cast error")

	// ErrMissingAttribute is about an attribute that the event does not have.
	ErrMissingAttribute = errors.New("missing attribute")

	// ErrMissingFunction is about a function that does not exist, or not with so many
	// parameters. Its arguments are not evaluated.
	ErrMissingFunction = errors.New("missing function")

	// ErrFunctionEvaluation is about a function that failed, such as LEFT with a negative
	// length, a string above Compiler.MaxString, and an error or a panic of a Function.
	ErrFunctionEvaluation = errors.New("function evaluation error")

	// ErrGeneric is about an expression whose value is no Boolean, in [Expression.Match].
	ErrGeneric = errors.New("error")
)

// Error is an error of an expression. [errors.Is] tells its kind.
type Error struct {
	// Kind is one of the errors of this package, such as ErrCast.
	Kind error

	// Offset is where the operand, the operator or the function is, in bytes from the
	// beginning of the expression.
	Offset int

	// Detail says more, such as what was expected. It has no values of attributes.
	Detail string

	// Err is the error of a function of the Compiler, or nil.
	Err error
}

// Error returns offset, kind and detail.
func (e *Error) Error() string {
	s := "offset " + strconv.Itoa(e.Offset) + ": " + e.Kind.Error()
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

// Unwrap returns Kind and Err.
func (e *Error) Unwrap() []error {
	if e.Err != nil {
		return []error{e.Kind, e.Err}
	}
	return []error{e.Kind}
}

// Warning is about an expression that is legal and may mean something else than it seems to.
type Warning struct {
	// Place is where the expression is in a [Filter], such as "all[1].sql". It is empty if it
	// was compiled alone.
	Place string

	// Offset is in bytes from the beginning of the expression.
	Offset int

	// Text says what the expression means, and how to write what may be meant.
	Text string
}

// String returns place, offset and text.
func (w Warning) String() string {
	text := "offset " + strconv.Itoa(w.Offset) + ": " + w.Text
	if w.Place == "" {
		return text
	}
	return "filter " + w.Place + ": " + text
}
