package ceamqp

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/attributes"
	"github.com/seed763dd41b/cloudevents/internal/message"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
)

// ToMessage validates e and returns the message that carries it. A nil f is [format.JSON].
// [Encoder.ToMessage] lists the errors.
func ToMessage(e *cloudevents.Event, mode cloudevents.Mode, f format.Formatter) (Message, error) {
	enc := Encoder{Mode: mode, Format: f}
	return enc.ToMessage(e)
}

// CopyToMessage makes m the message that carries e. Application properties that are not
// those of an event are kept. See [Encoder.CopyToMessage].
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

	// Colon writes the prefix cloudEvents: instead of cloudEvents_. The SDKs for Go and Java
	// read no other. JMS selectors cannot name such properties (section 3.1.3.1). Events of
	// version 0.3 always have it.
	Colon bool

	// Text writes all attributes as canonical strings, for receivers that do not read the
	// native types, such as the SDK for Java, and for brokers that change them: RabbitMQ 3.10
	// adds 256 to integers from -128 to -1 (section 3.1.3.2). A receiver has to be told the
	// types of extensions then.
	Text bool

	// CopyProperties writes the application properties in structured mode, too, for consumers
	// that filter by them (section 3.2.3).
	CopyProperties bool
}

// ToMessage validates e and returns the message that carries it. It has one data section. In
// binary mode, that is the Data of e itself.
//
// The error is that of the Format, wraps a [*validation.Error] (several are
// [validation.Errors]), or wraps [cloudevents.ErrContentMode]. The latter is for batch mode,
// and for data in binary mode whose content type begins with application/cloudevents.
func (enc *Encoder) ToMessage(e *cloudevents.Event) (Message, error) {
	var m Message
	err := enc.CopyToMessage(&m, e)
	return m, err
}

// CopyToMessage makes m the message that carries e. It replaces the content type, the body
// and, in a new slice, the application properties of an event that m has; it keeps all other
// properties, which come first. On an error m is unchanged.
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
// JSON event format copies JSON data without a second scan. The data section is fresh.
func (enc *Encoder) SealedToMessage(s *cloudevents.Sealed) (m Message, err error) {
	e, body, media, err := message.EncodeSealed(s, enc.Mode, enc.Format)
	if err == nil {
		enc.fill(&m, e, body, media)
	}
	return m, err
}

// fill makes m the message of an event with that body. media is the content type in structured
// mode.
func (enc *Encoder) fill(m *Message, e *cloudevents.Event, body []byte, media string) {
	old := m.ApplicationProperties
	n := 0
	for i := range old {
		if _, _, ok := attribute(old[i].Name); !ok {
			n++
		}
	}
	hasAttributes := enc.Mode == cloudevents.BinaryMode || enc.CopyProperties
	if hasAttributes {
		n += propertyCount(e)
	}
	w := enc.writer(e)
	w.properties, m.Data = room(n)
	for i := range old {
		if _, _, ok := attribute(old[i].Name); !ok {
			w.properties = append(w.properties, old[i])
		}
	}
	if hasAttributes {
		w.attributes(e)
	}
	if media == "" {
		media = e.DataContentType
	}
	if body == nil {
		body = []byte{} // a message has a body
	}
	m.ContentType, m.ApplicationProperties = media, w.properties
	m.Data[0], m.Value, m.Sequence = body, Value{}, false
}

// room returns memory for n properties and a data section, in one piece if n is small.
func room(n int) (properties []Property, data [][]byte) {
	const few, some = 10, 20
	switch {
	case n == 0:
		return nil, make([][]byte, 1)
	case n <= few:
		m := new(struct {
			data       [1][]byte
			properties [few]Property
		})
		return m.properties[:0:n], m.data[:]
	case n <= some:
		m := new(struct {
			data       [1][]byte
			properties [some]Property
		})
		return m.properties[:0:n], m.data[:]
	}
	return make([]Property, 0, n), make([][]byte, 1)
}

// propertyCount returns how many properties an event has.
func propertyCount(e *cloudevents.Event) int {
	n := attributes.Count(e)
	if e.DataContentType != "" { // which is no property
		n--
	}
	return n
}

// names are the names of the properties that an event can have.
type names struct {
	prefix, specVersion, id, source, eventType, subject, time string

	dataSchema [2]string // by the version
}

const (
	withUnderscore = prefix + string(underscore)
	withColon      = prefix + string(colon)
)

var (
	underscoreNames = names{
		prefix:      withUnderscore,
		specVersion: withUnderscore + "specversion",
		id:          withUnderscore + "id",
		source:      withUnderscore + "source",
		eventType:   withUnderscore + "type",
		subject:     withUnderscore + "subject",
		time:        withUnderscore + "time",
		dataSchema:  [...]string{spec.V1: withUnderscore + spec.DataSchema, spec.V03: withUnderscore + spec.SchemaURL},
	}
	colonNames = names{
		prefix:      withColon,
		specVersion: withColon + "specversion",
		id:          withColon + "id",
		source:      withColon + "source",
		eventType:   withColon + "type",
		subject:     withColon + "subject",
		time:        withColon + "time",
		dataSchema:  [...]string{spec.V1: withColon + spec.DataSchema, spec.V03: withColon + spec.SchemaURL},
	}
)

// writer writes properties. It cuts the names of extensions, and values that are not the
// strings of the event, from one slice.
type writer struct {
	names      *names
	isText     bool
	properties []Property
	text       []byte
}

func (enc *Encoder) writer(e *cloudevents.Event) writer {
	if enc.Colon || e.SpecVersion == spec.V03 {
		return writer{names: &colonNames, isText: enc.Text}
	}
	return writer{names: &underscoreNames, isText: enc.Text}
}

func (w *writer) attributes(e *cloudevents.Event) {
	if size := w.textSize(e); size > 0 {
		w.text = make([]byte, 0, size)
	}
	w.add(w.names.specVersion, StringValue(e.SpecVersion.String()))
	w.add(w.names.id, StringValue(e.ID))
	w.add(w.names.source, StringValue(e.Source))
	w.add(w.names.eventType, StringValue(e.Type))
	if e.DataSchema != "" {
		w.add(w.names.dataSchema[e.SpecVersion], StringValue(e.DataSchema))
	}
	if e.Subject != "" {
		w.add(w.names.subject, StringValue(e.Subject))
	}
	if !timestamp.Absent(e.Time) {
		w.add(w.names.time, w.time(e.Time))
	}
	for i := range e.Extensions {
		x := &e.Extensions[i]
		begin := len(w.text)
		w.text = append(append(w.text, w.names.prefix...), x.Name...)
		name := view(w.text[begin:])
		w.add(name, w.value(x.Value))
	}
}

// textSize returns how many bytes of text w needs for e, or a few more.
func (w *writer) textSize(e *cloudevents.Event) int {
	n := 0
	if !timestamp.Absent(e.Time) && (w.isText || !isMilliseconds(e.Time)) {
		n = timestamp.MaxLength
	}
	for i := range e.Extensions {
		x := &e.Extensions[i]
		n += len(w.names.prefix) + len(x.Name)
		if x.Value.Type() == spec.Binary && !w.isText {
			n += base64.StdEncoding.DecodedLen(len(x.Value.String()))
		}
	}
	return n
}

func (w *writer) add(name string, v Value) {
	w.properties = append(w.properties, Property{name, v})
}

// time returns a timestamp, if that is all there is to t, and the canonical string otherwise.
func (w *writer) time(t time.Time) Value {
	if !w.isText && isMilliseconds(t) {
		return TimestampValue(t.UnixMilli())
	}
	begin := len(w.text)
	w.text = timestamp.Append(w.text, t)
	return StringValue(view(w.text[begin:]))
}

// value returns the value of an extension. The event is valid.
func (w *writer) value(v cloudevents.Value) Value {
	text := v.String()
	if w.isText {
		return StringValue(text)
	}
	switch v.Type() {
	case spec.Boolean:
		return BooleanValue(text == "true")
	case spec.Integer:
		if n, err := strconv.ParseInt(text, 10, 32); err == nil {
			return LongValue(n)
		}
	case spec.Binary:
		begin := len(w.text)
		b, err := base64.StdEncoding.AppendDecode(w.text, viewBytes(text))
		if err == nil {
			w.text = b
			return Value{kind: KindBinary, text: view(b[begin:])}
		}
	case spec.Timestamp:
		if milliseconds, ok := millisecondsOf(text); ok {
			return TimestampValue(milliseconds)
		}
	}
	return StringValue(text)
}

// isMilliseconds reports whether an AMQP timestamp says all that t does.
func isMilliseconds(t time.Time) bool {
	_, offset := t.Zone()
	return offset == 0 && t.Nanosecond()%int(time.Millisecond) == 0
}

// millisecondsOf returns the AMQP timestamp that decodes to exactly that text.
func millisecondsOf(text string) (int64, bool) {
	if !strings.HasSuffix(text, "Z") || len(text) > len("2006-01-02T15:04:05.999Z") {
		return 0, false
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, false // a leap second
	}
	var b [timestamp.MaxLength]byte
	if string(timestamp.Append(b[:0], t)) != text {
		return 0, false // lower case, or more digits than are needed
	}
	return t.UnixMilli(), true
}
