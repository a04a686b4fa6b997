package cekafka

import (
	"unsafe"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/attributes"
	"github.com/seed763dd41b/cloudevents/internal/message"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
)

// ToMessage validates e and returns the message that carries it. Its key is null. A nil f is
// [format.JSON]. [Encoder.ToMessage] lists the errors.
func ToMessage(e *cloudevents.Event, mode cloudevents.Mode, f format.Formatter) (Message, error) {
	enc := Encoder{Mode: mode, Format: f}
	return enc.ToMessage(e)
}

// CopyToMessage makes m the message that carries e. Headers that are not those of an event
// are kept, and so is the key. See [Encoder.CopyToMessage].
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

	// Key returns the key of the record for an event, which it must not change
	// (kafka-protocol-binding.md#31-key-mapping). A nil result leaves the key of the
	// message as it is. [PartitionKey] is such a function. If Key is nil, keys are the
	// user's.
	Key func(e *cloudevents.Event) []byte

	// CopyHeaders writes the ce_ headers in structured mode, too, for consumers that filter
	// by headers (section 3.3.3).
	CopyHeaders bool
}

// ToMessage validates e and returns the message that carries it. In binary mode, its Value is
// the Data of e itself.
//
// The error is that of the Format, wraps a [*validation.Error] (several are
// [validation.Errors]), or wraps [cloudevents.ErrContentMode]. The latter is for batch mode,
// and for data in binary mode whose content type begins with application/cloudevents.
func (enc *Encoder) ToMessage(e *cloudevents.Event) (Message, error) {
	var m Message
	err := enc.CopyToMessage(&m, e)
	return m, err
}

// CopyToMessage makes m the message that carries e. It replaces the Value and, in a new
// slice, the headers of an event that m has; it keeps all other headers, which come first. It
// sets the Key only as Encoder.Key says. On an error m is unchanged.
func (enc *Encoder) CopyToMessage(m *Message, e *cloudevents.Event) error {
	if m == nil {
		return message.ErrNilMessage
	}
	body, media, err := message.Encode(e, enc.Mode, enc.Format)
	if err != nil {
		return err
	}
	enc.fill(m, e, body, media)
	return nil
}

// SealedToMessage is ToMessage for an event whose data was checked. In structured mode, the
// JSON event format copies JSON data without a second scan. The Value is fresh.
func (enc *Encoder) SealedToMessage(s *cloudevents.Sealed) (m Message, err error) {
	e, body, media, err := message.EncodeSealed(s, enc.Mode, enc.Format)
	if err != nil {
		return Message{}, err
	}
	if enc.Key != nil { // it may look at the data, which e need not have
		full := s.Event()
		e = &full
	}
	enc.fill(&m, e, body, media)
	return m, nil
}

// fill makes m the message of an event with that body. media is the content type in structured
// mode.
func (enc *Encoder) fill(m *Message, e *cloudevents.Event, body []byte, media string) {
	m.Headers = enc.headers(m.Headers, e, media)
	m.Value = body
	if enc.Key != nil {
		if key := enc.Key(e); key != nil {
			m.Key = key
		}
	}
}

// headers returns the headers of others in old, and those of e. media is the content type in
// structured mode.
func (enc *Encoder) headers(old []Header, e *cloudevents.Event, media string) []Header {
	kept := 0
	for i := range old {
		if !isEventHeader(&old[i]) {
			kept++
		}
	}
	hasAttributes := enc.Mode == cloudevents.BinaryMode || enc.CopyHeaders
	w := newWriter(kept+headerCount(e, media, hasAttributes), headerSize(e, media, hasAttributes))
	for i := range old {
		if !isEventHeader(&old[i]) {
			w.headers = append(w.headers, old[i])
		}
	}
	if hasAttributes {
		w.attributes(e)
	}
	if media == "" {
		media = e.DataContentType
	}
	if media != "" {
		w.add(contentType, media)
	}
	return w.headers
}

// headerCount returns how many headers an event has.
func headerCount(e *cloudevents.Event, media string, hasAttributes bool) int {
	switch {
	case !hasAttributes:
		return 1
	case media != "" && e.DataContentType == "":
		return attributes.Count(e) + 1
	}
	return attributes.Count(e)
}

// headerSize returns how many bytes the headers need, or a few more.
func headerSize(e *cloudevents.Event, media string, hasAttributes bool) int {
	n := len(media)
	if !hasAttributes {
		return n
	}
	n += len("1.0") + len(e.ID) + len(e.Source) + len(e.Type) + len(e.DataContentType) + len(e.DataSchema) + len(e.Subject)
	if !timestamp.Absent(e.Time) {
		n += timestamp.MaxLength
	}
	for i := range e.Extensions {
		x := &e.Extensions[i]
		n += len(prefix) + len(x.Name) + len(x.Value.String())
	}
	return n
}

// writer writes headers. It cuts their values, and the names of extensions, from one slice.
type writer struct {
	headers []Header
	text    []byte
}

// Memory for the headers of an event, in one allocation: small for one with a time and a key,
// large for one with a schema, a subject and two extensions.
type (
	smallBacking struct {
		headers [7]Header
		text    [200]byte
	}
	largeBacking struct {
		headers [10]Header
		text    [240]byte
	}
)

// newWriter returns a writer with room for so many headers, and for so many bytes of text.
func newWriter(count, size int) writer {
	switch {
	case size < len(smallBacking{}.text)/3: // it would keep much that is not used
	case count <= len(smallBacking{}.headers) && size <= len(smallBacking{}.text):
		b := new(smallBacking)
		return writer{headers: b.headers[:0:count], text: b.text[:0:size]}
	case count <= len(largeBacking{}.headers) && size <= len(largeBacking{}.text):
		b := new(largeBacking)
		return writer{headers: b.headers[:0:count], text: b.text[:0:size]}
	}
	return writer{headers: make([]Header, 0, count), text: make([]byte, 0, size)}
}

// dataSchemaHeaders are the names of the one attribute whose name depends on the version.
var dataSchemaHeaders = [...]string{spec.V1: prefix + spec.DataSchema, spec.V03: prefix + spec.SchemaURL}

func (w *writer) attributes(e *cloudevents.Event) {
	w.add(prefix+"specversion", e.SpecVersion.String())
	w.add(prefix+"id", e.ID)
	w.add(prefix+"source", e.Source)
	w.add(prefix+"type", e.Type)
	if e.DataSchema != "" {
		w.add(dataSchemaHeaders[e.SpecVersion], e.DataSchema)
	}
	if e.Subject != "" {
		w.add(prefix+"subject", e.Subject)
	}
	if !timestamp.Absent(e.Time) {
		begin := len(w.text)
		w.text = timestamp.Append(w.text, e.Time)
		w.headers = append(w.headers, Header{prefix + "time", w.from(begin)})
	}
	for i := range e.Extensions {
		x := &e.Extensions[i]
		begin := len(w.text)
		w.text = append(append(w.text, prefix...), x.Name...)
		name := w.from(begin)
		w.add(unsafe.String(unsafe.SliceData(name), len(name)), x.Value.String())
	}
}

func (w *writer) add(name, value string) {
	begin := len(w.text)
	w.text = append(w.text, value...)
	w.headers = append(w.headers, Header{name, w.from(begin)})
}

// from returns what was written since begin. An append to it does not write into what
// follows.
func (w *writer) from(begin int) []byte { return w.text[begin:len(w.text):len(w.text)] }
