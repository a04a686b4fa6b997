// Package format defines the event formats that protocol bindings use, and has the JSON
// format (json-format.md). The others are in packages of their own: ceprotobuf in
// format/protobuf, cexml in format/xml, ceavro in format/avro (Avro and Avro compact) and
// cecbor in format/cbor. [Set] combines some of them, and the function Formats of package
// format/all returns all:
//
//	d := cehttp.Decoder{Format: all.Formats()}
//
// Formats stand on this package, and so it cannot import them.
//
// # Aliasing
//
// Decoders may return events whose Data shares memory with the body. Clone an event
// that you keep while the body is reused. Encoders append to the caller's slice and keep
// no reference to it.
//
// # Limits
//
// [JSON] limits the depth of data, the attributes of an event and the events of a batch;
// see its fields. It does not limit the length of a body: the code that reads the body
// does.
//
// # Errors
//
// All formats return the errors of package cloudevents: a [*cloudevents.SyntaxError]
// with the byte offset in a malformed body, a [*cloudevents.BatchError] with the index
// of an event of a batch, and a [*cloudevents.LimitError].
package format

import (
	"errors"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// ErrUnknown is wrapped by the error about a content type that is not the content type
// of the format, or that has a charset which the format cannot read.
var ErrUnknown = errors.New("unknown event format")

// Structured encodes an event as one document, and decodes it.
type Structured interface {
	// MediaType returns the content type of a structured-mode message, such as
	// "application/cloudevents+json".
	MediaType() string
	// DecodeStructuredModeMessage decodes and validates an event. contentType is the
	// content type of the message, or "" if the message is known to be in this format.
	// The error wraps ErrUnknown if the format does not read that content type. exts are
	// the types of extensions. The Data may alias body.
	DecodeStructuredModeMessage(body []byte, contentType string, exts ...spec.Attribute) (cloudevents.Event, error)
	// EncodeStructuredModeMessage validates e and appends it to dst. On error it returns
	// dst without changes.
	EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error)
}

// BinaryData converts between the data of an event and the body of a binary-mode
// message.
type BinaryData interface {
	// DecodeBinaryModeEventData sets e.Data, which may alias body. The other attributes
	// of e, such as DataContentType, are set already.
	DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error
	// EncodeBinaryModeEventData returns the body, which may be e.Data itself.
	EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error)
}

// Formatter is a format that serves the structured and the binary mode.
type Formatter interface {
	Structured
	BinaryData
}

// Batch encodes any number of events as one document, and decodes them.
type Batch interface {
	// BatchMediaType returns the content type of a batch-mode message, such as
	// "application/cloudevents-batch+json".
	BatchMediaType() string
	// DecodeBatchModeMessage decodes and validates events, which must have the same
	// specversion. contentType and exts are as in DecodeStructuredModeMessage. An empty
	// batch is an empty slice. An error about one event wraps a [*cloudevents.BatchError].
	DecodeBatchModeMessage(body []byte, contentType string, exts ...spec.Attribute) ([]cloudevents.Event, error)
	// EncodeBatchModeMessage validates es and appends them to dst. On error it returns dst
	// without changes. A nil slice is an empty batch.
	EncodeBatchModeMessage(dst []byte, es []cloudevents.Event) ([]byte, error)
}
