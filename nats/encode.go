package cenats

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/attributes"
	"github.com/seed763dd41b/cloudevents/internal/message"
	"github.com/seed763dd41b/cloudevents/internal/percent"
	"github.com/seed763dd41b/cloudevents/internal/textbuf"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
)

// ToMessage validates e and returns the message that carries it. A nil f is [format.JSON].
// [Encoder.ToMessage] lists the errors.
func ToMessage(e *cloudevents.Event, mode cloudevents.Mode, f format.Formatter) (Message, error) {
	enc := Encoder{Mode: mode, Format: f}
	return enc.ToMessage(e)
}

// CopyToMessage makes m the message that carries e. Headers that are not those of an event
// are kept. See [Encoder.CopyToMessage].
func CopyToMessage(m *Message, e *cloudevents.Event, mode cloudevents.Mode, f format.Formatter) error {
	enc := Encoder{Mode: mode, Format: f}
	return enc.CopyToMessage(m, e)
}

// Encoder encodes events as messages, with settings. The zero value writes binary mode. An
// Encoder is safe for concurrent use as long as its fields do not change.
type Encoder struct {
	// Mode is BinaryMode or StructuredMode.
	Mode cloudevents.Mode

	// Format encodes structured messages and the data of binary ones. nil is format.JSON{}.
	Format format.Formatter
}

// ToMessage validates e and returns the message that carries it. In binary mode, its Data is
// the Data of e itself.
//
// The error is that of the Format, wraps a [*validation.Error] (several are
// [validation.Errors]), or wraps [cloudevents.ErrContentMode] for batch mode.
func (enc *Encoder) ToMessage(e *cloudevents.Event) (Message, error) {
	var m Message
	err := enc.CopyToMessage(&m, e)
	return m, err
}

// CopyToMessage makes m the message that carries e. It replaces the Data and, in the map that
// m has, the headers of an event and Content-Type; it keeps all other headers. On an error m
// is unchanged.
func (enc *Encoder) CopyToMessage(m *Message, e *cloudevents.Event) error {
	if m == nil {
		return message.ErrNilMessage
	}
	body, media, err := enc.encode(e)
	if err == nil {
		m.fill(e, body, media)
	}
	return err
}

// SealedToMessage is ToMessage for an event whose data was checked. In structured mode, the
// JSON event format copies JSON data without a second scan. The Data is fresh.
func (enc *Encoder) SealedToMessage(s *cloudevents.Sealed) (m Message, err error) {
	if enc.Mode == cloudevents.BinaryMode {
		e := s.Event()
		return enc.ToMessage(&e)
	}
	e, body, media, err := message.EncodeSealed(s, enc.Mode, enc.Format)
	if err == nil {
		m.fill(e, body, media)
	}
	return m, err
}

// encode validates e and returns the data of its message. media is the content type in
// structured mode, and "" in binary mode.
func (enc *Encoder) encode(e *cloudevents.Event) (body []byte, media string, err error) {
	if enc.Mode != cloudevents.BinaryMode {
		return message.Encode(e, enc.Mode, enc.Format)
	}
	// Any datacontenttype will do, because it is not the Content-Type.
	if err := e.Validate(); err != nil {
		return nil, "", err
	}
	body, err = message.Data(e, enc.Format)
	return body, "", err
}

// fill makes m the message of a valid event with that body. media is the content type in
// structured mode, and "" in binary mode.
func (m *Message) fill(e *cloudevents.Event, body []byte, media string) {
	m.Data = body
	if len(m.Header) > 0 { // starting to range over a map costs something
		for key := range m.Header {
			if isEventHeader(key) {
				delete(m.Header, key)
			}
		}
	}
	if media != "" {
		if m.Header == nil {
			m.Header = make(map[string][]string, 1)
		}
		m.Header[contentType] = []string{media}
		return
	}
	count := attributes.Count(e)
	if m.Header == nil {
		m.Header = make(map[string][]string, count)
	}
	w := writer{header: m.Header}
	w.reserve(count, textSize(e))
	w.attributes(e)
}

// textSize returns how many bytes of text have to be written for the headers, or more.
func textSize(e *cloudevents.Event) int {
	n := escapedSize(e.ID) + escapedSize(e.Source) + escapedSize(e.Type) +
		escapedSize(e.DataContentType) + escapedSize(e.DataSchema) + escapedSize(e.Subject)
	if !timestamp.Absent(e.Time) {
		n += timestamp.MaxLength
	}
	for i := range e.Extensions {
		x := &e.Extensions[i]
		n += len(prefix) + len(x.Name) + escapedSize(x.Value.String())
	}
	return n
}

// escapedSize returns the largest size of s with escapes, or 0 if it needs none.
func escapedSize(s string) int {
	if percent.NeedsEscape(s) {
		return len("%00") * len(s)
	}
	return 0
}

// backing is memory for the headers of an event with a time and two extensions, in one
// allocation.
type backing struct {
	values [10]string
	text   [96]byte
}

// writer sets headers. It cuts their values from one slice, and all texts that it has to
// write from one string.
type writer struct {
	header map[string][]string
	values []string // has one for each header that is still to be set
	text   textbuf.Buffer
}

// reserve makes room for so many headers, and for so many bytes of text.
func (w *writer) reserve(count, size int) {
	if size == 0 || size > len(backing{}.text) || count > len(backing{}.values) {
		w.values = make([]string, count)
		w.text.Grow(size)
		return
	}
	b := new(backing)
	w.values = b.values[:count]
	w.text.Use(b.text[:])
}

// dataSchemaHeaders are the names of the one attribute whose name depends on the version.
var dataSchemaHeaders = [...]string{spec.V1: prefix + spec.DataSchema, spec.V03: prefix + spec.SchemaURL}

// attributes sets the headers of a valid event.
func (w *writer) attributes(e *cloudevents.Event) {
	w.set(prefix+"specversion", e.SpecVersion.String())
	w.setText(prefix+"id", e.ID)
	w.setText(prefix+"source", e.Source)
	w.setText(prefix+"type", e.Type)
	if e.DataContentType != "" {
		w.setText(prefix+spec.DataContentType, e.DataContentType)
	}
	if e.DataSchema != "" {
		w.setText(dataSchemaHeaders[e.SpecVersion], e.DataSchema)
	}
	if e.Subject != "" {
		w.setText(prefix+"subject", e.Subject)
	}
	if !timestamp.Absent(e.Time) {
		w.set(prefix+"time", w.text.Cut(timestamp.Append(w.text.Room(), e.Time)))
	}
	for i := range e.Extensions {
		x := &e.Extensions[i]
		w.setText(w.text.Cut(append(append(w.text.Room(), prefix...), x.Name...)), x.Value.String())
	}
}

func (w *writer) set(key, value string) {
	one := w.values[:1:1]
	w.values = w.values[1:]
	one[0] = value
	w.header[key] = one
}

// setText sets a header to a text that may need escapes.
func (w *writer) setText(key, text string) {
	if percent.NeedsEscape(text) {
		text = w.text.Cut(percent.Append(w.text.Room(), text))
	}
	w.set(key, text)
}
