package cews

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/message"
	"github.com/seed763dd41b/cloudevents/spec"
)

// ToCloudEvent decodes the event in a message on a connection with that subprotocol. A nil f is
// [format.JSON]. exts are the types of extensions. [Decoder.ToCloudEvent] lists the errors.
func ToCloudEvent(m *Message, subprotocol string, f format.Formatter, exts ...spec.Attribute) (cloudevents.Event, error) {
	d := Decoder{Subprotocol: subprotocol, Format: f, Extensions: exts}
	return d.ToCloudEvent(m)
}

// Decoder decodes the events of connections with one subprotocol, with settings. The zero
// value refuses every message. A Decoder is safe for concurrent use as long as its fields do
// not change.
type Decoder struct {
	// Subprotocol is what the handshake has agreed on, in any case. "" is nothing, and then
	// every message is refused.
	Subprotocol string

	// Format decodes the messages. Of a format.Set, the member for the Subprotocol does. nil
	// is format.JSON{}.
	Format format.Formatter

	// Extensions are the types of extensions. An extension that is not listed has the type
	// that the format gives it.
	Extensions []spec.Attribute

	// MaxAttributes limits the attributes of an event, core attributes included. 0 is
	// cloudevents.DefaultMaxAttributes, -1 is no limit. If there is a Format, the limit is
	// that of the format.
	MaxAttributes int

	// V1Only refuses events of version 0.3. If there is a Format, it says that.
	V1Only bool

	// Forgive makes the decoder forgiving, as [cloudevents.JSONDecoder] describes it. nil is
	// strict. It is called for each event that was not taken as it is, and says why. The type
	// of a frame and the encoding of text are never forgiven. If there is a Format, it does
	// that.
	Forgive func(cloudevents.Receipt)
}

// ToCloudEvent decodes the event in a message. On an error the event is zero.
//
// An error is that of the Format, or wraps a [*SubprotocolError], [ErrFrame],
// [cloudevents.ErrContentMode] for a batch, a [*validation.Error] (several are
// [validation.Errors]), a [*cloudevents.SyntaxError], or a [*cloudevents.LimitError]. A nil m
// is an error, too.
func (d *Decoder) ToCloudEvent(m *Message) (e cloudevents.Event, err error) {
	shared := d.shared()
	err = d.decode(&e, m, &shared)
	return e, err
}

// ToSealed is ToCloudEvent for programs that pass events on. JSON data is not scanned again
// when the event is encoded as JSON. The event shares no memory with m.
func (d *Decoder) ToSealed(m *Message) (s cloudevents.Sealed, err error) {
	shared := d.shared()
	shared.Sealed = &s
	var e cloudevents.Event
	err = d.decode(&e, m, &shared)
	return s, err
}

func (d *Decoder) shared() message.Decoder {
	return message.Decoder{
		Extensions: d.Extensions, MaxAttributes: d.MaxAttributes, V1Only: d.V1Only, Forgive: d.Forgive,
	}
}

func (d *Decoder) decode(e *cloudevents.Event, m *Message, shared *message.Decoder) error {
	if m == nil {
		return message.ErrNilMessage
	}
	row, f, err := agreed(d.Subprotocol, d.Format)
	if err != nil {
		return err
	}
	if m.Frame != row.frame {
		return fmt.Errorf("%w: it is %v, and %s has %v frames (%s)", ErrFrame, m.Frame, row.name, row.frame, sectionSubprotocols)
	}
	if row.frame == Text && !utf8.Valid(m.Payload) {
		return &cloudevents.SyntaxError{Offset: invalid(m.Payload), Err: errNotUTF8}
	}
	if mode, _ := ModeOf(m, row.name); mode == cloudevents.BatchMode {
		return fmt.Errorf("%w: the message is a batch, and this protocol has none (%s)", cloudevents.ErrContentMode, sectionSubprotocols)
	}
	shared.Format = f
	return shared.Structured(e, m.Payload, row.mediaType)
}

var errNotUTF8 = errors.New("a text frame is not UTF-8 (RFC 6455, section 8.1)")

// invalid returns the offset of the first byte that is not UTF-8.
func invalid(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(text)
}

// isArray reports whether a JSON document can only be an array. A byte order mark is skipped,
// as the decoder does.
func isArray(document []byte) bool {
	document = bytes.TrimPrefix(document, []byte("\uFEFF"))
	document = bytes.TrimLeft(document, " \t\r\n")
	return len(document) > 0 && document[0] == '['
}
