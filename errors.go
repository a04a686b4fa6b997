package cloudevents

import (
	"errors"
	"strconv"
)

var (
	// ErrNotCloudEvent is wrapped by the error of a binding about a message that is
	// no event: its metadata has neither a CloudEvents media type nor an attribute.
	ErrNotCloudEvent = errors.New("message is not a CloudEvent")

	// ErrContentMode is wrapped by the error of a binding about a message in another
	// content mode than the called function takes: a batch for a function that takes
	// one event, for example.
	ErrContentMode = errors.New("wrong content mode")
)

// SyntaxError says where in an encoded event, or in a batch of them, decoding
// failed. It wraps what is wrong there: a [*validation.Error] if an attribute
// or the data breaks a rule, a [*LimitError], or an error with nothing but a text
// if the document is malformed.
type SyntaxError struct {
	Offset int // in bytes from the beginning of the document; of a batch, the whole batch
	Err    error
}

// Error returns offset and cause.
func (e *SyntaxError) Error() string {
	return "offset " + strconv.Itoa(e.Offset) + ": " + e.Err.Error()
}

// Unwrap returns e.Err.
func (e *SyntaxError) Unwrap() error { return e.Err }

// BatchError says which event of a batch an error is about.
type BatchError struct {
	Index int // counted from 0
	Err   error
}

// Error returns index and cause.
func (e *BatchError) Error() string {
	return "event " + strconv.Itoa(e.Index) + ": " + e.Err.Error()
}

// Unwrap returns e.Err.
func (e *BatchError) Unwrap() error { return e.Err }

// LimitError is wrapped by the error of a decoder about a message that exceeds one
// of its limits, other than the size of a body.
type LimitError struct {
	What  string // "levels of nesting", "attributes" or "events"
	Limit int
}

// Error returns what is limited, and the limit.
func (e *LimitError) Error() string {
	return "more than " + strconv.Itoa(e.Limit) + " " + e.What
}
