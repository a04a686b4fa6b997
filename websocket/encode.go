package cews

import (
	"fmt"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/message"
)

// ToMessage validates e and returns the message that carries it on a connection with that
// subprotocol. A nil f is [format.JSON]. [Encoder.ToMessage] lists the errors.
func ToMessage(e *cloudevents.Event, subprotocol string, f format.Formatter) (Message, error) {
	enc := Encoder{Subprotocol: subprotocol, Format: f}
	return enc.ToMessage(e)
}

// CopyToMessage makes m the message that carries e. See [Encoder.CopyToMessage].
func CopyToMessage(m *Message, e *cloudevents.Event, subprotocol string, f format.Formatter) error {
	enc := Encoder{Subprotocol: subprotocol, Format: f}
	return enc.CopyToMessage(m, e)
}

// Encoder encodes the events of connections with one subprotocol. The zero value refuses
// every event. An Encoder is safe for concurrent use as long as its fields do not change.
type Encoder struct {
	// Subprotocol is what the handshake has agreed on, in any case. "" is nothing, and then
	// every event is refused.
	Subprotocol string

	// Format encodes the messages. Of a format.Set, the member for the Subprotocol does. nil
	// is format.JSON{}.
	Format format.Formatter
}

// ToMessage validates e and returns the message that carries it.
//
// The error is that of the format, wraps a [*SubprotocolError] if the format of the
// connection is another one, or wraps a [*validation.Error] (several are
// [validation.Errors]).
func (enc *Encoder) ToMessage(e *cloudevents.Event) (Message, error) {
	row, f, err := agreed(enc.Subprotocol, enc.Format)
	if err != nil {
		return Message{}, err
	}
	payload, _, err := message.Encode(e, cloudevents.StructuredMode, f)
	return row.message(payload, err)
}

// CopyToMessage makes m the message that carries e. It sets both fields. On an error m is
// unchanged.
func (enc *Encoder) CopyToMessage(m *Message, e *cloudevents.Event) error {
	if m == nil {
		return message.ErrNilMessage
	}
	encoded, err := enc.ToMessage(e)
	if err == nil {
		*m = encoded
	}
	return err
}

// SealedToMessage is ToMessage for an event whose data was checked. The JSON event format
// copies JSON data without a second scan.
func (enc *Encoder) SealedToMessage(s *cloudevents.Sealed) (Message, error) {
	row, f, err := agreed(enc.Subprotocol, enc.Format)
	if err != nil {
		return Message{}, err
	}
	_, payload, _, err := message.EncodeSealed(s, cloudevents.StructuredMode, f)
	return row.message(payload, err)
}

// message returns a message with that payload. Not every Formatter is known to write UTF-8.
func (row *subprotocol) message(payload []byte, err error) (Message, error) {
	switch {
	case err != nil:
		return Message{}, err
	case row.frame == Text && !utf8.Valid(payload):
		return Message{}, fmt.Errorf("the Format has written text for %s that is not UTF-8", row.name)
	}
	return Message{Frame: row.frame, Payload: payload}, nil
}
