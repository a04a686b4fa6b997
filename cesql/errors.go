package cesql

import (
	"errors"
	"strconv"
)

// The kinds of errors of the specification (section 3.3).
var (
	// ErrParse is the kind of error about a text that is not an expression, or exceeds a
	// limit of the Compiler.
	ErrParse = errors.New("syntax error")

	// ErrMath is the kind of error about a division by 0, or a result that does not fit
	// into 32 bits.
	ErrMath = errors.New("math error")

	// ErrCast is the kind of error about a value that cannot be cast to the required
	// type.
	ErrCast = errors.New("cast error")

	// ErrMissingAttribute is the kind of error about an attribute that the event does not
	// have.
	ErrMissingAttribute = errors.New("missing attribute")

	// ErrMissingFunction is the kind of error about a function that does not exist, or
	// does not take that number of arguments. Its arguments are not evaluated.
	ErrMissingFunction = errors.New("missing function")

	// ErrFunctionEvaluation is the kind of error about a function that failed: LEFT with
	// a negative length, a string longer than Compiler.MaxString, an error or a panic of
	// a Function, and the like.
	ErrFunctionEvaluation = errors.New("function evaluation error")

	// ErrGeneric is the kind of error of [Expression.Match] about a value that is not a
	// Boolean.
	ErrGeneric = errors.New("error")
)

// Error is an error of an expression. [errors.Is] finds its kind.
type Error struct {
	// Kind is one of the errors of this package, such as ErrCast.
	Kind error

	// Offset is the position of the operand, operator or function, in bytes from the
	// beginning of the expression.
	Offset int

	// Detail says more, such as what was expected. It contains no values of attributes.
	Detail string

	// Err is the error of a Function of the Compiler. It is nil for other errors.
	Err error
}

// Error returns the offset, the kind and the detail.
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

// Warning is about a legal expression that may not mean what it seems to.
type Warning struct {
	// Place is the place of the expression in a [Filter], such as "all[1].sql". It is
	// empty if the expression was compiled alone.
	Place string

	// Offset is the position of the cause, in bytes from the beginning of the expression.
	Offset int

	// Text says what the expression means, and how to write what may have been meant.
	Text string
}

// String returns the place, the offset and the text.
func (w Warning) String() string {
	text := "offset " + strconv.Itoa(w.Offset) + ": " + w.Text
	if w.Place == "" {
		return text
	}
	return "filter " + w.Place + ": " + text
}
