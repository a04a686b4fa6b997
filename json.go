package cloudevents

import (
	"bytes"

	"github.com/seed763dd41b/cloudevents/spec"
)

// The limits of the zero [JSONDecoder].
const (
	DefaultMaxDepth  = 1024
	DefaultMaxEvents = 10_000
)

// JSONDecoder decodes the JSON event format and the JSON batch format (json-format.md).
// The zero value is ready to use. In limits, 0 is the default and -1 is no limit. A
// JSONDecoder is safe for concurrent use as long as its fields do not change.
//
// Bindings use it through package format. Use it directly for events from a file or a
// queue.
type JSONDecoder struct {
	// Extensions are the types of extensions. Extensions that are not listed keep the
	// type that JSON gave them.
	Extensions []spec.Attribute

	// MaxDepth limits how deeply arrays and objects are nested in data. 0 is
	// DefaultMaxDepth, -1 is no limit. A lower limit than DefaultMaxDepth is also that
	// of JSON data in base64.
	MaxDepth int

	// MaxAttributes limits the attributes of one event, core attributes and an implied
	// datacontenttype included. 0 is DefaultMaxAttributes, -1 is no limit.
	MaxAttributes int

	// MaxEvents limits the events of one batch. 0 is DefaultMaxEvents, -1 is no
	// limit.
	MaxEvents int

	// InPlace lets the decoder reuse the document as its scratch space: base64 data
	// and strings with escapes are decoded where they stand. After the call the
	// document holds nothing but the event's Data.
	InPlace bool

	// V1Only refuses events of version 0.3.
	V1Only bool

	// Forgive makes the decoder forgiving. nil is strict. It is called, at the end of a
	// decode that succeeds, for each event that was not taken as it is, and says why.
	//
	// Forgiven are: an optional attribute or an extension whose name, type or value breaks
	// a rule, which is left out; source and dataschema that are legal only before
	// percent-decoding, which are taken so; a datacontenttype with a semicolon at its end,
	// which is taken without it; a patch level in specversion 1.0, which is dropped. An
	// event of a batch that is invalid all the same is left out of the batch. If more than
	// 100 are invalid, and more than one for each 256 bytes, the batch is refused. What is
	// returned is always valid.
	//
	// Never forgiven are required attributes, attributes that are there twice, malformed
	// documents, data, limits, and more than 32 violations in one event.
	Forgive func(Receipt)
}

// Decode decodes one event. The attributes share one new string. The Data aliases
// document, unless it was base64 or a string with escapes and InPlace is false. If the
// buffer is reused, as by bufio.Scanner, Clone the events that you keep.
//
// The error is or wraps a [*SyntaxError] with the offset, or a [*validation.Error]
// without an offset if an attribute is missing. If the attributes violate several rules,
// it is [validation.Errors].
func (d *JSONDecoder) Decode(document []byte) (e Event, err error) {
	var r jsonReader
	i := r.open(d, document)
	if i, _, err = r.event(&e, i, false); err == nil {
		err = r.end(i)
	}
	if err != nil {
		return Event{}, plain(err)
	}
	if r.receipts != nil {
		d.receipt(e, r.receipts[0].err)
	}
	return e, nil
}

// receipt is separate because e escapes.
func (d *JSONDecoder) receipt(e Event, err error) { d.Forgive(Receipt{-1, &e, err}) }

// MarshalJSON returns e in the JSON event format, as [AppendJSON] does. json.Marshal then
// compacts the result and escapes <, > and &: it has the same JSON value in other bytes.
//
// A struct that embeds an Event is marshaled by this method too, which ignores its other
// fields; make the Event a named field instead. A field that may be empty needs the type
// *Event or the tag omitzero, because the zero Event is refused.
func (e Event) MarshalJSON() ([]byte, error) {
	return AppendJSON(nil, &e)
}

// UnmarshalJSON decodes the JSON event format as the zero [JSONDecoder] does, but the
// event shares no memory with document. It replaces all of e. On an error e is unchanged.
// A JSON null is refused, because it is not an event. For a field of type *Event,
// encoding/json turns null into a nil pointer and does not call this method.
func (e *Event) UnmarshalJSON(document []byte) error {
	var d JSONDecoder
	decoded, err := d.Decode(document)
	if err != nil {
		return err
	}
	decoded.Data = bytes.Clone(decoded.Data)
	*e = decoded
	return nil
}
