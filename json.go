package cloudevents

import (
	"bytes"
	"math"

	"github.com/seed763dd41b/cloudevents/spec"
)

// Limits of the zero [JSONDecoder].
const (
	DefaultMaxDepth  = 1024
	DefaultMaxEvents = 10_000
)

// JSONDecoder reads the JSON event format and the JSON batch format
// (json-format.md). The zero value is ready to use, and safe for concurrent use
// as long as nobody changes it. A limit of 0 is the default, -1 is none.
//
// Package format wraps it for the bindings; use it directly for events that
// come from a file or a queue.
type JSONDecoder struct {
	Extensions    []spec.Attribute // types of extensions; others keep the type that JSON gave them
	MaxDepth      int              // arrays and objects that enclose each other within data
	MaxAttributes int              // of one event
	MaxEvents     int              // of one batch

	// InPlace lets the decoder overwrite the document, which is then good for
	// nothing but the Data that aliases it: base64 and strings with escapes are
	// decoded in their place and not into new memory.
	InPlace bool
}

// Decode reads one event. The Data of the event aliases document, unless it was
// base64 or a string with escapes and InPlace is not set; the attributes share one
// new string.
//
// All errors are, or wrap, a [*SyntaxError] with the offset, or a
// [*validation.Error] for a missing attribute, which has no offset; if attributes
// break several rules, the errors are [validation.Errors].
//
// If document is a buffer that is filled again, by a bufio.Scanner for example,
// Clone an event before that if it is still needed then.
func (d *JSONDecoder) Decode(document []byte) (e Event, err error) {
	var r jsonReader
	i := r.open(d, document)
	if i, _, err = r.event(&e, i, false); err == nil {
		err = r.end(i)
	}
	if err != nil {
		return Event{}, err
	}
	return e, nil
}

// DecodeBatch reads a batch, which may be empty: the result is then empty, not
// nil. The events alias document as those of Decode do, and neighbours share the
// memory of their attributes: an event that is kept keeps up to 8 KiB of strings
// and 64 extensions of others from being freed, unless it is cloned. An error about
// one event is, or wraps, a [*BatchError] with its index.
func (d *JSONDecoder) DecodeBatch(document []byte) ([]Event, error) {
	var r jsonReader
	i := r.open(d, document)
	es, i, err := r.batch(i, limit(d.MaxEvents, DefaultMaxEvents))
	if err == nil {
		err = r.end(i)
	}
	if err != nil {
		return nil, err
	}
	return es, nil
}

// MarshalJSON returns e in the JSON event format, like [AppendJSON]. Mind that
// json.Marshal compacts what it gets from here and escapes <, > and &: the same
// JSON value in other bytes. A struct that embeds an Event is marshaled by this
// method, too, which knows nothing of its other fields; give the Event a name. A
// field that may be empty wants the type *Event or the tag omitzero, for the zero
// Event is refused.
func (e Event) MarshalJSON() ([]byte, error) {
	return AppendJSON(nil, &e)
}

// UnmarshalJSON reads the JSON event format like the zero [JSONDecoder], but the
// event shares no memory with document. It replaces all of e, or leaves it as it
// was if there is an error. A JSON null is refused: it is no event. For a field of
// type *Event, encoding/json makes null a nil pointer without asking.
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

// limit returns the limit that n stands for: 0 is the default, a negative one is none.
func limit(n, byDefault int) int {
	switch {
	case n == 0:
		return byDefault
	case n < 0:
		return math.MaxInt
	}
	return n
}
