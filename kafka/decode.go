package cekafka

import (
	"strings"
	"unsafe"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/message"
	"github.com/seed763dd41b/cloudevents/spec"
)

// ToCloudEvent decodes the event in a message, in binary or structured mode. A nil f is
// [format.JSON]. exts are the types of extensions. [Decoder.ToCloudEvent] lists the errors.
func ToCloudEvent(m *Message, f format.Formatter, exts ...spec.Attribute) (cloudevents.Event, error) {
	d := Decoder{Format: f, Extensions: exts}
	return d.ToCloudEvent(m)
}

// Decoder decodes events from messages, with settings. [ToCloudEvent] uses the zero value. A
// Decoder is safe for concurrent use as long as its fields do not change.
type Decoder struct {
	// Format decodes structured messages and the data of binary ones. nil is format.JSON{}.
	Format format.Formatter

	// Extensions are the types of extensions. An extension that is not listed is a String
	// in a header. In a document it has the type that the format gives it.
	Extensions []spec.Attribute

	// MaxAttributes limits the attributes of an event, core attributes included. 0 is
	// cloudevents.DefaultMaxAttributes, -1 is no limit. If there is a Format, the limit in a
	// document is that of the format.
	MaxAttributes int

	// V1Only refuses events of version 0.3. If there is a Format, it says that for
	// documents.
	V1Only bool

	// Forgive makes the decoder forgiving, as [cloudevents.JSONDecoder] describes it. nil is
	// strict. It is called for each event that was not taken as it is, and says why. A header
	// ce_datacontenttype that differs from content-type, or is there without it, is then left
	// out. If there is a Format, it does that for documents.
	Forgive func(cloudevents.Receipt)

	// JSONEvents takes a value with a JSON object that has a member specversion for an event
	// in structured mode, if there is no ce_ header and content-type is absent or
	// application/json. Dapr and Argo Events send such messages, and many outbox tables.
	// An array of events is then a batch, which is refused. Without JSONEvents such a
	// message is not a CloudEvent.
	JSONEvents bool

	// UnknownFormat takes a message with a CloudEvents media type that Format does not read
	// for one in binary mode, so that it can be routed by its ce_ headers
	// (kafka-protocol-binding.md#3-kafka-message-mapping). Encoders refuse its event in binary
	// mode, so pass the message itself on. Without UnknownFormat such a message is refused.
	UnknownFormat bool
}

// ToCloudEvent decodes the event in a message, in binary or structured mode. On an error the
// event is zero.
//
// An error is that of the Format, or wraps [cloudevents.ErrNotCloudEvent],
// [cloudevents.ErrContentMode] for a batch, [format.ErrUnknown], a [*validation.Error]
// (several are [validation.Errors]), a [*cloudevents.SyntaxError], or a
// [*cloudevents.LimitError]. A nil m is an error, too.
func (d *Decoder) ToCloudEvent(m *Message) (e cloudevents.Event, err error) {
	shared := d.shared()
	err = d.decode(&e, m, &shared)
	return e, err
}

// ToSealed is ToCloudEvent for programs that pass events on. JSON data of a structured
// message is not scanned again when the event is encoded as JSON. The event shares no memory
// with m.
func (d *Decoder) ToSealed(m *Message) (s cloudevents.Sealed, err error) {
	shared := d.shared()
	shared.Sealed = &s
	var e cloudevents.Event
	err = d.decode(&e, m, &shared)
	return s, err
}

func (d *Decoder) shared() message.Decoder {
	return message.Decoder{
		Format: d.Format, Extensions: d.Extensions, MaxAttributes: d.MaxAttributes,
		V1Only: d.V1Only, Forgive: d.Forgive, UnknownFormat: d.UnknownFormat,
	}
}

func (d *Decoder) decode(e *cloudevents.Event, m *Message, shared *message.Decoder) error {
	if m == nil {
		return message.ErrNilMessage
	}
	var a cloudevents.Attributes
	shared.Begin(&a)
	var declared, copied *Header // content-type and ce_datacontenttype
	for i := range m.Headers {
		h := &m.Headers[i]
		switch {
		case h.Value == nil:
		case h.Name == prefix+spec.DataContentType && copied == nil:
			copied = h
		case isAttribute(h.Name):
			if h.Name == prefix+spec.DataContentType { // once more: that is a duplicate
				a.AddText(spec.DataContentType, spec.String, copied.Value)
			}
			a.AddText(h.Name[len(prefix):], spec.String, h.Value)
		case h.Name == contentType:
			if declared != nil {
				return message.ErrContentTypes()
			}
			declared = h
		}
	}
	var media string
	if declared != nil {
		media = view(declared.Value)
	}
	mode, err := shared.Mode(media)
	if err != nil {
		return err
	}
	if mode == cloudevents.StructuredMode {
		if d.Format != nil { // which may keep it
			media = strings.Clone(media)
		}
		return shared.Structured(e, m.Value, media)
	}
	if a.Len() == 0 && copied == nil {
		if d.JSONEvents {
			if taken, err := shared.JSONEvent(e, m.Value, media); taken {
				return err
			}
		}
		return shared.NotCloudEvent("header with the prefix ce_", foreign(m), media, sectionMapping)
	}
	if declared != nil {
		a.AddText(spec.DataContentType, spec.String, declared.Value)
	}
	var repeated error
	if copied != nil {
		repeated = message.CompareContentType(view(copied.Value), media, sectionContentType)
	}
	return shared.Binary(e, &a, m.Value, repeated)
}

// foreign returns the name of a header that would declare an event in another binding or
// spelling.
func foreign(m *Message) string {
	for i := range m.Headers {
		h := &m.Headers[i]
		switch {
		case h.Value == nil:
		case message.IsForeign(h.Name):
			return h.Name
		case ascii.EqualFold(h.Name, contentType) && format.ModeOf(view(h.Value)) != cloudevents.BinaryMode:
			return h.Name
		}
	}
	return ""
}

// view returns b as a string that is only read as long as b does not change.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
