package cesql

import (
	"strings"
	"sync/atomic"
)

// failure is an error that an evaluation can end with. An [Error] has seven times as many bytes,
// and most are never returned.
type failure struct {
	offset uint32 // of the operand, the operator or the function
	reason reason
}

// reason says what is wrong.
type reason uint8

const (
	noAttribute reason = iota // whose name is at the offset
	noFunction                // the program says which
	notBoolean
	notInteger
	notSame
	notArgument
	noResult
	noDivisor
	tooLong
	negative
	outside
	itFailed
)

// reasons are the kinds and the details of the errors.
var reasons = [...]struct {
	kind   error
	detail string
}{
	noAttribute: {ErrMissingAttribute, ""},
	noFunction:  {ErrMissingFunction, ""},
	notBoolean:  {ErrCast, "the operand is not a Boolean"},
	notInteger:  {ErrCast, "the operand is not an Integer"},
	notSame:     {ErrCast, "the operand cannot be cast to the type of the other one"},
	notArgument: {ErrCast, "an argument cannot be cast to the type of its parameter"},
	noResult:    {ErrMath, "the result does not fit into 32 bits"},
	noDivisor:   {ErrMath, "the divisor is 0"},
	tooLong:     {ErrFunctionEvaluation, "the string is too long"},
	negative:    {ErrFunctionEvaluation, "the length is negative"},
	outside:     {ErrFunctionEvaluation, "the position is outside of the string, or the length is negative"},
	itFailed:    {ErrFunctionEvaluation, "the function failed"},
}

// failures are those of an expression.
type failures struct {
	places []failure
	few    [3]failure // the memory of places, if that is enough
	errors atomic.Pointer[[]Error]
}

// set copies the failures of a parser.
func (f *failures) set(places []failure) {
	if len(places) <= len(f.few) {
		f.places = f.few[:copy(f.few[:], places)]
		return
	}
	f.places = exactly(places)
}

// failure returns the error of that place. The first one makes all of them, so that those that
// follow allocate nothing.
func (x *Expression) failure(place int32) *Error {
	made := x.failures.errors.Load()
	if made == nil {
		errors := x.failureErrors()
		made = &errors
		x.failures.errors.Store(made)
	}
	return &(*made)[place]
}

func (x *Expression) failureErrors() []Error {
	all := make([]Error, len(x.failures.places))
	functions := 0
	for i, f := range x.failures.places {
		e := &all[i]
		e.Kind, e.Offset, e.Detail = reasons[f.reason].kind, int(f.offset), reasons[f.reason].detail
		switch f.reason {
		case noAttribute:
			l := lexer{source: x.source, offset: e.Offset}
			var name token
			l.next(&name)
			e.Detail = cut(strings.ToLower(name.text))
		case noFunction:
			e.Detail = x.missing[functions]
			functions++
		}
	}
	return all
}
