// Package format defines what an event format is to a protocol binding, and has
// the JSON format (json-format.md).
//
// # Aliasing
//
// Decoders may return events whose Data shares memory with the body; Clone an
// event that is kept while the body is reused. Encoders append to the caller's
// slice and keep nothing.
//
// # Limits
//
// [JSON] limits depth, attributes and events; see its fields. The length of a
// body is limited by whoever reads it.
package format

import (
	"errors"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// ErrUnknown is wrapped by the error about a content type that is not that of
// the format, or whose charset it cannot read.
var ErrUnknown = errors.New("unknown event format")

// Structured writes and reads an event as a whole.
type Structured interface {
	// MediaType returns the content type of a structured-mode message, such as
	// "application/cloudevents+json".
	MediaType() string
	// DecodeStructuredModeMessage reads one valid event. contentType is that of
	// the message, or "" if it is known to be in this format; the error wraps
	// ErrUnknown if it is another one. exts are the types of extensions.
	DecodeStructuredModeMessage(body []byte, contentType string, exts ...spec.Attribute) (cloudevents.Event, error)
	// EncodeStructuredModeMessage validates e and appends it. On an error it
	// returns dst as it was.
	EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error)
}

// BinaryData converts between the data of an event and the body of a binary-mode
// message.
type BinaryData interface {
	// DecodeBinaryModeEventData sets e.Data, whose content type is in e.
	DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error
	// EncodeBinaryModeEventData returns the body, which may be e.Data itself.
	EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error)
}

// Formatter is a format that serves the structured and the binary mode.
type Formatter interface {
	Structured
	BinaryData
}

// Batch writes and reads any number of events as a whole.
type Batch interface {
	// BatchMediaType returns the content type of a batch-mode message, such as
	// "application/cloudevents-batch+json".
	BatchMediaType() string
	// DecodeBatchModeMessage reads valid events of one specversion. An empty
	// batch is an empty slice. Errors about an event wrap a
	// [*cloudevents.BatchError].
	DecodeBatchModeMessage(body []byte, contentType string, exts ...spec.Attribute) ([]cloudevents.Event, error)
	// EncodeBatchModeMessage validates es and appends them. On an error it
	// returns dst as it was.
	EncodeBatchModeMessage(dst []byte, es []cloudevents.Event) ([]byte, error)
}
