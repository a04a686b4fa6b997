package ceamqp

import (
	"strings"
	"unsafe"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
)

// These constants are all that the binding says of AMQP alone.
const (
	prefix     = "cloudEvents"
	underscore = '_'
	colon      = ':'

	sectionMapping        = "amqp-protocol-binding.md#3-amqp-message-mapping"
	sectionContentType    = "amqp-protocol-binding.md#311-amqp-content-type"
	sectionNames          = "amqp-protocol-binding.md#3131-amqp-application-property-names"
	sectionBinaryData     = "amqp-protocol-binding.md#312-event-data-encoding"
	sectionStructuredData = "amqp-protocol-binding.md#322-event-data-encoding"
)

// Message has the parts of an AMQP message that can carry an event. The body of a message
// has one of three kinds: data sections, a value, or sequences.
type Message struct {
	// ContentType is the content-type of the properties section. "" is absent.
	ContentType string

	// ApplicationProperties are the application properties in their order. In AMQP a name
	// occurs once.
	ApplicationProperties []Property

	// Data are the data sections, which are one body in pieces.
	Data [][]byte

	// Value is the body if it is an amqp-value section. null, the zero Value, is no such
	// section.
	Value Value

	// Sequence says that the body consists of amqp-sequence sections. Their content is not
	// kept, because no event has it.
	Sequence bool
}

// Property is an application property.
type Property struct {
	// Name is compared exactly.
	Name string

	// Value is the value. Decoders take null for an absent property.
	Value Value
}

// IsCloudEvent reports whether a message declares an event: by a CloudEvents media type other
// than that of a batch, or by the specversion among its application properties. It does not
// validate the event. [ToCloudEvent] does.
func IsCloudEvent(m *Message) bool {
	mode, ok := ModeOf(m)
	return ok && mode != cloudevents.BatchMode
}

// ModeOf returns the content mode of a message, as its content type declares it, and whether
// it declares one: without a CloudEvents media type, specversion has to be among its
// application properties, with one of the prefixes. ok is false for all other messages.
// Decoders refuse a batch. ModeOf does not look into the body, so that it does not know the
// events that [Decoder.JSONEvents] is for.
func ModeOf(m *Message) (mode cloudevents.Mode, ok bool) {
	if m == nil {
		return cloudevents.BinaryMode, false
	}
	if mode = format.ModeOf(m.ContentType); mode != cloudevents.BinaryMode {
		return mode, true
	}
	for i := range m.ApplicationProperties {
		p := &m.ApplicationProperties[i]
		if name, _, ok := attribute(p.Name); ok && name == spec.SpecVersion && p.Value.kind != KindNull {
			return cloudevents.BinaryMode, true
		}
	}
	return cloudevents.BinaryMode, false
}

// attribute returns the name of the attribute that a property has, and the separator before
// it. The result is false for the properties of others.
func attribute(property string) (name string, separator byte, ok bool) {
	rest, ok := strings.CutPrefix(property, prefix)
	if !ok || rest == "" || rest[0] != underscore && rest[0] != colon {
		return "", 0, false
	}
	return rest[1:], rest[0], true
}

// view returns b as a string. b must not change any more.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// viewBytes returns the bytes of s, which are only read.
func viewBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
