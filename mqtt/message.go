package cemqtt

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/message"
	"github.com/seed763dd41b/cloudevents/spec"
)

// These constants are all that the binding says of MQTT alone. Attributes have no prefix.
const (
	// sdkGoPrefix is what the SDK for Go puts before the names of attributes.
	sdkGoPrefix = "ce-"

	// maxString is how many bytes a string in a packet can have (MQTT 5, section 1.5.4).
	maxString = 65535

	sectionMapping     = "mqtt-protocol-binding.md#3-mqtt-publish-message-mapping"
	sectionContentType = "mqtt-protocol-binding.md#311-mqtt-publish-content-type"
	sectionNames       = "mqtt-protocol-binding.md#3131-user-property-names"
	sectionValues      = "mqtt-protocol-binding.md#3132-user-property-values"
)

// Version is a version of MQTT. The zero value is [V5].
type Version uint8

const (
	// V5 is MQTT 5.
	V5 Version = iota
	// V311 is MQTT 3.1.1.
	V311
)

// String returns "MQTT 5" or "MQTT 3.1.1".
func (v Version) String() string {
	switch v {
	case V5:
		return "MQTT 5"
	case V311:
		return "MQTT 3.1.1"
	}
	return fmt.Sprintf("Version(%d)", uint8(v))
}

// Message has the parts of a PUBLISH packet that can carry an event.
type Message struct {
	// Version is the version of MQTT that the client speaks. The zero value is MQTT 5.
	Version Version

	// ContentType is the Content Type property. "" is none. MQTT 3.1.1 has none.
	ContentType string

	// UserProperties are the User Property fields in their order. A name may occur more
	// than once. MQTT 3.1.1 has none.
	UserProperties []UserProperty

	// Payload is the payload. nil and empty are the same.
	Payload []byte
}

// UserProperty is a User Property of a PUBLISH packet.
type UserProperty struct {
	// Name is compared exactly.
	Name string

	// Value may be empty.
	Value string
}

// IsCloudEvent reports whether a message declares an event: by a CloudEvents media type other
// than that of a batch, or by the user property specversion. A message of MQTT 3.1.1 declares
// one if its payload is a JSON object with a member specversion, as far as a first look tells.
// IsCloudEvent does not validate the event. [ToCloudEvent] does.
func IsCloudEvent(m *Message) bool {
	mode, ok := ModeOf(m)
	return ok && mode != cloudevents.BatchMode
}

// ModeOf returns the content mode of a message, as its Content Type declares it, and whether
// it declares one: without a CloudEvents media type, the user property specversion has to be
// there. In MQTT 3.1.1 the payload declares it: a JSON object with a member specversion is an
// event in structured mode, and an array of such objects is a batch, as far as a first look
// tells. ok is false for all other messages. Decoders refuse a batch. In MQTT 5, ModeOf does
// not look into the payload, so that it does not know the events that [Decoder.JSONEvents] is
// for.
func ModeOf(m *Message) (mode cloudevents.Mode, ok bool) {
	switch {
	case m == nil || m.Version > V311:
		return cloudevents.BinaryMode, false
	case m.Version == V311:
		mode = message.ModeOfJSON(m.Payload, "")
	default:
		mode = format.ModeOf(m.ContentType)
		ok = hasProperty(m, spec.SpecVersion)
	}
	return mode, ok || mode != cloudevents.BinaryMode
}

func hasProperty(m *Message, name string) bool {
	for i := range m.UserProperties {
		if m.UserProperties[i].Name == name {
			return true
		}
	}
	return false
}

// attributeNames says which names of user properties are those of attributes.
type attributeNames struct {
	version     spec.Version
	isExtension func(name string) bool // nil is every legal name
	extensions  map[string]bool        // names that isExtension is not asked for
}

// has reports whether a property of that name is an attribute. data is one, so that it is
// refused and not passed over.
func (a *attributeNames) has(name string) bool {
	if name == "" || !ascii.LowerAlphanumeric(name) {
		return false
	}
	if a.version == spec.V03 && name[0] <= '9' { // names begin with a letter
		return false
	}
	return a.isExtension == nil || isCore(name) || a.extensions[name] || a.isExtension(name)
}

// isCore reports whether a name is that of a core attribute in version 0.3 or 1.0.
func isCore(name string) bool {
	switch name {
	case spec.ID, spec.Source, spec.SpecVersion, spec.EventType, spec.DataContentType, spec.DataSchema,
		spec.Subject, spec.Time, spec.SchemaURL, spec.DataContentEncoding:
		return true
	}
	return false
}

// check returns the error about a version that does not exist.
func (v Version) check() error {
	if v > V311 {
		return fmt.Errorf("%w: %s", errVersion, v)
	}
	return nil
}

var errVersion = errors.New("unknown version of MQTT")
