package cekafka

import (
	"unsafe"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
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
	// ce_datacontenttype that differs from content-type is forgiven, too; content-type
	// counts. If there is a Format, it does that for documents.
	Forgive func(cloudevents.Receipt)

	// JSONEvents takes a value with a JSON object that has a member specversion for an event
	// in structured mode, if there is no ce_ header and content-type is absent or
	// application/json. Dapr and Argo Events send such messages, and many outbox tables.
	// Without it such a message is not a CloudEvent.
	JSONEvents bool

	// UnknownFormat takes a message with a CloudEvents media type that Format does not read
	// for one in binary mode, so that it can be routed by its ce_ headers and passed on
	// (kafka-protocol-binding.md#3-kafka-message-mapping). Without it such a message is refused.
	UnknownFormat bool
}

// ToCloudEvent decodes the event in a message, in binary or structured mode.
//
// An error wraps [cloudevents.ErrNotCloudEvent], [cloudevents.ErrContentMode] for a batch,
// [format.ErrUnknown], a [*validation.Error] (several are [validation.Errors]), a
// [*cloudevents.SyntaxError], or a [*cloudevents.LimitError].
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
		case isAttribute(h.Name):
			if h.Name == prefix+spec.DataContentType && copied == nil {
				copied = h
				continue
			}
			a.AddText(h.Name[len(prefix):], spec.String, h.Value)
		case h.Name == contentType:
			if declared != nil {
				return message.ErrContentTypes()
			}
			declared = h
		}
	}
	var media []byte
	if declared != nil {
		media = declared.Value
	}
	mode, err := shared.Mode(view(media))
	if err != nil {
		return err
	}
	if mode == cloudevents.StructuredMode {
		return shared.Structured(e, m.Value, view(media))
	}
	if a.Len() == 0 && copied == nil {
		if d.JSONEvents && message.MayBeJSON(m.Value, view(media)) {
			return shared.UndeclaredJSON(e, m.Value)
		}
		return shared.NotCloudEvent("header with the prefix ce_", foreign(m), string(media), sectionMapping)
	}
	var repeated error
	if declared != nil {
		a.AddText(spec.DataContentType, spec.String, media)
	}
	if copied != nil {
		repeated = message.CompareContentType(string(copied.Value), string(media), sectionContentType)
	}
	return shared.Binary(e, &a, m.Value, repeated)
}

// foreign returns the name of a header that looks like an attribute and is none here.
func foreign(m *Message) string {
	for i := range m.Headers {
		if name := m.Headers[i].Name; message.IsForeign(name) {
			return name
		}
	}
	return ""
}

// view returns b as a string that is only read as long as b does not change.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
