package cloudevents

import (
	"errors"
	"strconv"
)

var (
	// ErrNotCloudEvent is wrapped by the error of a binding about a message that is
	// not an event: its metadata has neither a CloudEvents media type nor an
	// attribute.
	ErrNotCloudEvent = errors.New("message is not a CloudEvent")

	// ErrContentMode is wrapped by the error of a binding about a message whose
	// content mode the called function does not accept: a batch for a function that
	// decodes one event, for example.
	ErrContentMode = errors.New("wrong content mode")
)

// SyntaxError has the place at which an encoded event, or a batch, could not be decoded.
// It wraps a [*validation.Error] if an attribute or the data breaks a rule, a
// [*LimitError], or an error that has only a text if the document is malformed.
type SyntaxError struct {
	// Offset is in bytes from the beginning of the document, which may be a batch.
	Offset int

	// Err is the cause.
	Err error
}

// Error returns offset and cause.
func (e *SyntaxError) Error() string {
	return "offset " + strconv.Itoa(e.Offset) + ": " + e.Err.Error()
}

// Unwrap returns e.Err.
func (e *SyntaxError) Unwrap() error { return e.Err }

// BatchError has the index of the event of a batch that an error is about.
type BatchError struct {
	// Index counts from 0.
	Index int

	// Err is the error about that event.
	Err error
}

// Error returns index and cause.
func (e *BatchError) Error() string {
	return "event " + strconv.Itoa(e.Index) + ": " + e.Err.Error()
}

// Unwrap returns e.Err.
func (e *BatchError) Unwrap() error { return e.Err }

// LimitError is wrapped by the error of a decoder about a message that exceeds one of its
// limits, except the limit on the size of a body.
type LimitError struct {
	// What is "levels of nesting", "attributes" or "events".
	What string

	// Limit is the largest number that is allowed.
	Limit int
}

// Error returns the limit and what it applies to.
func (e *LimitError) Error() string {
	return "more than " + strconv.Itoa(e.Limit) + " " + e.What
}
