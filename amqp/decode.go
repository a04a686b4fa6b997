package ceamqp

import (
	"strconv"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/message"
	"github.com/seed763dd41b/cloudevents/internal/textbuf"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
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

	// Extensions are the types of extensions. An extension that is not listed has the type
	// of its property, which is String for a canonical string. In a document it has the type
	// that the format gives it.
	Extensions []spec.Attribute

	// MaxAttributes limits the attributes of an event, core attributes included. 0 is
	// cloudevents.DefaultMaxAttributes, -1 is no limit. If there is a Format, the limit in a
	// document is that of the format.
	MaxAttributes int

	// V1Only refuses events of version 0.3. If there is a Format, it says that for
	// documents.
	V1Only bool

	// Forgive makes the decoder forgiving, as [cloudevents.JSONDecoder] describes it. nil is
	// strict. It is called for each event that was not taken as it is, and says why. A
	// property datacontenttype that differs from content-type, or is there without it, is
	// then left out. Both prefixes in one message are forgiven, if each attribute is there
	// once. If there is a Format, it does that for documents.
	Forgive func(cloudevents.Receipt)

	// JSONEvents takes a body with a JSON object that has a member specversion for an event
	// in structured mode, if the application properties have no event and content-type is
	// absent or application/json. An array of events is then a batch, which is refused.
	// Without JSONEvents such a message is not a CloudEvent.
	JSONEvents bool

	// ValueBody takes an amqp-value section with a string or a binary for data. Some clients
	// send one when they are given a text, Proton for Python and JMS among them. The data are
	// a copy. Without ValueBody such a message is refused.
	ValueBody bool

	// UnknownFormat takes a message with a CloudEvents media type that Format does not read
	// for one in binary mode, so that it can be routed by its properties
	// (amqp-protocol-binding.md#3-amqp-message-mapping). Encoders refuse its event in binary
	// mode, so pass the message itself on. Without UnknownFormat such a message is refused.
	UnknownFormat bool
}

// ToCloudEvent decodes the event in a message, in binary or structured mode. On an error the
// event is zero.
//
// An error is that of the Format, or wraps [cloudevents.ErrNotCloudEvent],
// [cloudevents.ErrContentMode] for a batch, [format.ErrUnknown], a [*validation.Error]
// (several are [validation.Errors]), a [*cloudevents.SyntaxError], or a
// [*cloudevents.LimitError]. A body of another kind than data is a [*validation.Error] about
// data. A nil m is an error, too.
func (d *Decoder) ToCloudEvent(m *Message) (e cloudevents.Event, err error) {
	shared := d.shared()
	err = d.decode(&e, m, &shared)
	return e, err
}

// ToSealed is ToCloudEvent for programs that pass events on. JSON data of a structured
// message is not scanned again when the event is encoded as JSON. The event shares no memory
// with the data sections of m.
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
	mode, err := shared.Mode(m.ContentType)
	if err != nil {
		return err
	}
	if mode == cloudevents.StructuredMode {
		body, err := d.body(m, sectionStructuredData)
		if err != nil {
			return err
		}
		return shared.Structured(e, body, m.ContentType)
	}
	var a cloudevents.Attributes
	shared.Begin(&a)
	var r reader
	r.properties(&a, m.ApplicationProperties)
	if r.separator == 0 {
		if d.JSONEvents {
			if taken, err := d.jsonEvent(e, m, shared); taken {
				return err
			}
		}
		return shared.NotCloudEvent("application property with the prefix cloudEvents_ or cloudEvents:",
			foreign(m), m.ContentType, sectionMapping)
	}
	if m.ContentType != "" {
		a.Add(spec.DataContentType, spec.String, m.ContentType)
	}
	body, err := d.body(m, sectionBinaryData)
	if err != nil {
		a.Fail(err)
	}
	return shared.Binary(e, &a, body, r.repeated(m.ContentType))
}

// jsonEvent decodes a message without attributes whose body is an event in JSON. A body that
// has no bytes is none.
func (d *Decoder) jsonEvent(e *cloudevents.Event, m *Message, shared *message.Decoder) (taken bool, err error) {
	body, err := d.body(m, sectionStructuredData)
	if err != nil {
		return false, nil
	}
	return shared.JSONEvent(e, body, m.ContentType)
}

// reader reads attributes from application properties. It does not hold the Attributes, so
// that they stay on the stack.
type reader struct {
	text      textbuf.Buffer // of values that are not text
	separator byte           // of the first attribute; 0 if there is none
	isMixed   bool
	other     string // the first attribute with the other separator
	copied    Value  // of the property datacontenttype; null if there is none
}

// properties adds the attributes among all to a.
func (r *reader) properties(a *cloudevents.Attributes, all []Property) {
	size := 0
	for i := range all {
		p := &all[i]
		if p.Value.kind == KindString {
			continue
		}
		if name, _, ok := attribute(p.Name); ok && !isCheap(name, &p.Value) {
			size += p.Value.maxText()
		}
	}
	if size > 0 {
		r.text.Grow(size)
	}
	for i := range all {
		p := &all[i]
		name, separator, ok := attribute(p.Name)
		if !ok || p.Value.kind == KindNull {
			continue
		}
		switch {
		case r.separator == 0:
			r.separator = separator
		case r.separator != separator && !r.isMixed:
			r.isMixed, r.other = true, name
		}
		if name == spec.DataContentType && r.copied.kind == KindNull {
			r.copied = p.Value
			continue
		}
		r.add(a, name, &p.Value)
	}
}

// add adds an attribute with the type that the property has.
func (r *reader) add(a *cloudevents.Attributes, name string, v *Value) {
	switch v.kind {
	case KindString, KindSymbol:
		a.Add(name, spec.String, v.text)
	case KindBoolean:
		if v.bits != 0 {
			a.Add(name, spec.Boolean, "true")
		} else {
			a.Add(name, spec.Boolean, "false")
		}
	case KindUbyte, KindUshort, KindUint, KindUlong, KindByte, KindShort, KindInt, KindLong:
		if isCheap(name, v) {
			a.Add(name, spec.Integer, strconv.Itoa(int(v.bits)))
		} else {
			a.Add(name, spec.Integer, r.cut(v))
		}
	case KindTimestamp:
		if isCheap(name, v) {
			a.AddTime(name, time.UnixMilli(int64(v.bits)).UTC())
		} else {
			a.Add(name, spec.Timestamp, r.cut(v))
		}
	case KindBinary:
		a.Add(name, spec.Binary, r.cut(v))
	case KindChar, KindUUID:
		a.Add(name, spec.String, r.cut(v))
	default:
		a.AddUnfit(name, v.typeName())
	}
}

// isCheap reports whether an integer or a timestamp is added without memory for its text: the
// attribute time is no text in an event, and strconv has the texts of small numbers.
func isCheap(name string, v *Value) bool {
	if v.kind == KindTimestamp {
		return name == spec.Time
	}
	return v.kind >= KindUbyte && v.kind <= KindLong && v.bits < 100
}

// cut returns the canonical string of v.
func (r *reader) cut(v *Value) string { return r.text.Cut(v.appendText(r.text.Room())) }

var ruleMixed = &validation.Rule{Sentinel: validation.ErrName, Detail: "the message has attributes with both prefixes, cloudEvents_ and cloudEvents:"}

// repeated returns the violations that a forgiving decoder passes over: both prefixes, and a
// datacontenttype beside the content type.
func (r *reader) repeated(contentType string) error {
	var errs []error
	if r.isMixed {
		errs = append(errs, validation.NewError(r.other, "", sectionNames, ruleMixed))
	}
	if r.copied.kind != KindNull {
		if err := message.CompareContentType(r.copied.String(), contentType, sectionContentType); err != nil {
			errs = append(errs, err)
		}
	}
	return validation.Join(errs)
}

// body returns the data of m. nil is none. section is the one that an error cites.
func (d *Decoder) body(m *Message, section string) ([]byte, error) {
	kind := m.Value.kind
	switch {
	case m.Sequence:
		return nil, bodyError("the body of the message is a sequence, and must be data", section)
	case kind == KindNull:
		return join(m.Data), nil
	case len(m.Data) > 0:
		return nil, bodyError("the message has data sections and a value, and must have one body", section)
	case d.ValueBody && (kind == KindString || kind == KindBinary):
		if m.Value.text == "" {
			return nil, nil
		}
		return []byte(m.Value.text), nil
	}
	return nil, bodyError("the body of the message is a value of type "+m.Value.typeName()+", and must be data", section)
}

func bodyError(detail, section string) error {
	return validation.NewError(spec.Data, "", section, &validation.Rule{Sentinel: validation.ErrData, Detail: detail})
}

// join returns the content of data sections as one. It is nil if there is none, and copied
// if it is in more than one section.
func join(sections [][]byte) []byte {
	var only []byte
	size, filled := 0, 0
	for _, section := range sections {
		if len(section) > 0 {
			only = section
			size += len(section)
			filled++
		}
	}
	if filled < 2 {
		return only
	}
	all := make([]byte, 0, size)
	for _, section := range sections {
		all = append(all, section...)
	}
	return all
}

// foreign returns the name of a property that looks like an attribute and is none here.
func foreign(m *Message) string {
	for i := range m.ApplicationProperties {
		name := m.ApplicationProperties[i].Name
		if _, _, ok := attribute(name); !ok && message.IsForeign(name) {
			return name
		}
	}
	return ""
}
