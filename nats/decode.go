package cenats

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
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
	// strict. It is called for each event that was not taken as it is, and says why. If there
	// is a Format, it does that for documents.
	Forgive func(cloudevents.Receipt)

	// JSONEvents takes a message in which Content-Type is application/json as it takes one
	// without Content-Type: if it has no ce- header, and its data contain "specversion", it
	// is an event in structured mode. Without JSONEvents it is not a CloudEvent.
	JSONEvents bool

	// HTTPContentType takes the header Content-Type of a message in binary mode for its
	// datacontenttype, if there is no ce-datacontenttype. It is for messages that were made
	// of HTTP requests, and for senders that rely on sdk-go, which reads content-type in this
	// way. Without HTTPContentType, Content-Type has no meaning in binary mode.
	HTTPContentType bool

	// UnknownFormat takes a message with a CloudEvents media type that Format does not read
	// for one in binary mode, so that it can be routed by its ce- headers and passed on. That
	// media type is then the datacontenttype. Without UnknownFormat such a message is refused.
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
// message is not scanned again when the event is encoded as JSON. The event does not share
// the Data of m.
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
	a := cloudevents.Attributes{Section: sectionValues}
	shared.Begin(&a)
	var media, dataType header // Content-Type and ce-datacontenttype
	for key, values := range m.Header {
		switch {
		case len(values) == 0:
		case isAttribute(key):
			name := key[len(prefix):]
			if isDataContentType(name) {
				dataType.add(values)
				continue
			}
			a.AddEncoded(name, trim(values[0]))
			if len(values) > 1 { // that is a duplicate
				a.AddEncoded(name, "")
			}
		case isContentType(key):
			media.add(values)
		}
	}
	if media.count > 1 {
		return message.ErrContentTypes()
	}
	if media.count > 0 && mediatype.Is(media.value, spec.MediaTypePrefix) {
		media.value = spec.MediaTypeJSON + media.value[len(spec.MediaTypePrefix):]
	}
	mode, err := shared.Mode(media.value)
	if err != nil {
		return err
	}
	if mode == cloudevents.StructuredMode {
		return shared.Structured(e, m.Data, media.value)
	}
	if a.Len() == 0 && dataType.count == 0 {
		if d.JSONEvents || media.value == "" {
			if taken, err := shared.JSONEvent(e, m.Data, media.value); taken {
				return err
			}
		}
		return shared.NotCloudEvent("header with the prefix ce-", foreign(m), media.value, sectionMapping)
	}
	switch {
	case format.ModeOf(media.value) != cloudevents.BinaryMode: // of an event format that nobody reads
		a.Add(spec.DataContentType, spec.String, media.value)
	case dataType.count > 0:
		a.AddEncoded(spec.DataContentType, dataType.value)
		if dataType.count > 1 {
			a.AddEncoded(spec.DataContentType, "")
		}
	case d.HTTPContentType && media.count > 0: // it has no escapes
		a.Add(spec.DataContentType, spec.String, media.value)
	}
	body := m.Data
	if len(body) == 0 {
		body = nil
	}
	return shared.Binary(e, &a, body, nil)
}

// foreign returns the name of a header that looks like an attribute and is none here. If
// there are several, it is the first by name.
func foreign(m *Message) (first string) {
	for key := range m.Header {
		if (first == "" || key < first) && message.IsForeign(key) {
			first = key
		}
	}
	return first
}
