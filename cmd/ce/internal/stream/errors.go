package stream

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
)

// ErrEmpty is the error about an input without an event, where there must be one.
var ErrEmpty = errors.New("the input is empty")

// ErrForm is the error about an input whose first bytes tell no form, and that is no event in
// another format.
var ErrForm = errors.New("neither JSON, nor an HTTP message, nor a curl command, nor an event in another format")

// StructureError is an error about the text between events. Nothing can be read after it. It
// wraps a [*cloudevents.SyntaxError] with the offset in the input.
type StructureError struct {
	Err     error
	Section string // of the specification
}

// Error returns the text of e.Err.
func (e *StructureError) Error() string { return e.Err.Error() }

// Unwrap returns e.Err.
func (e *StructureError) Unwrap() error { return e.Err }

// HTTPError is an error about the layout of a raw HTTP message.
type HTTPError struct {
	Offset int64 // in the input, in bytes
	Line   int   // of the input, counted from 1
	Text   string
	Advice string // what to do about it
}

// Error returns line and text.
func (e *HTTPError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// CurlError is an error about a curl command.
type CurlError struct {
	Offset int64 // of the command in the input, in bytes
	Line   int   // of the command, counted from 1
	Err    error
}

// Error returns line and cause.
func (e *CurlError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Err) }

// Unwrap returns e.Err.
func (e *CurlError) Unwrap() error { return e.Err }

// TooLongError is an error about a unit or a file that is larger than a limit.
type TooLongError struct {
	Max  int    // bytes
	Flag string // the flag that changes Max; "" if there is none
}

// MaxBytesFlag is the flag of [Source].MaxBytes.
const MaxBytesFlag = "--max-bytes"

// Error returns the limit, and the flag that changes it.
func (e *TooLongError) Error() string {
	text := fmt.Sprintf("longer than %d bytes", e.Max)
	if e.Flag != "" {
		text += "; see " + e.Flag
	}
	return text
}

// IsFault reports whether an error of [Reader.Next] is about the contents of the
// input, and not about reading it.
func IsFault(err error) bool {
	var (
		structure *StructureError
		syntax    *cloudevents.SyntaxError
		message   *HTTPError
		command   *CurlError
		long      *TooLongError
	)
	return errors.As(err, &structure) || errors.As(err, &syntax) || errors.As(err, &message) ||
		errors.As(err, &command) || errors.As(err, &long)
}
