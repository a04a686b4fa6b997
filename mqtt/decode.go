package cemqtt

import (
	"bytes"
	"fmt"

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
	// It has to read the JSON event format for MQTT 3.1.1.
	Format format.Formatter

	// Extensions are the types of extensions. An extension that is not listed is a String
	// in a user property. In a document it has the type that the format gives it.
	Extensions []spec.Attribute

	// IsExtension says which user properties with a legal attribute name are extensions.
	// Decoders ignore the others. It is not asked for the core attributes of version 0.3 and
	// 1.0. nil is all of them. It must be safe for concurrent use.
	IsExtension func(name string) bool

	// MaxAttributes limits the attributes of an event, core attributes included. 0 is
	// cloudevents.DefaultMaxAttributes, -1 is no limit. If there is a Format, the limit in a
	// document is that of the format.
	MaxAttributes int

	// V1Only refuses events of version 0.3. If there is a Format, it says that for
	// documents.
	V1Only bool

	// Forgive makes the decoder forgiving, as [cloudevents.JSONDecoder] describes it. nil is
	// strict. It is called for each event that was not taken as it is, and says why. A user
	// property datacontenttype that differs from the Content Type, or is there without it, is
	// then left out. If there is a Format, it does that for documents.
	Forgive func(cloudevents.Receipt)

	// JSONEvents takes a payload with a JSON object that has a member specversion for an
	// event in structured mode, if the user properties have no event and the Content Type is
	// absent or application/json. A publisher with MQTT 3.1.1 reaches a subscriber with MQTT
	// 5 like that. An array of events is then a batch, which is refused. Without JSONEvents
	// such a message of MQTT 5 is not a CloudEvent.
	JSONEvents bool

	// SDKGoNames also reads the user properties of the SDK for Go, which puts ce- before the
	// names of attributes. In a message with a property ce-specversion and without
	// specversion, it takes these properties alone, and IsExtension is not asked. Without
	// SDKGoNames such a message is not a CloudEvent.
	SDKGoNames bool

	// UnknownFormat takes a message with a CloudEvents media type that Format does not read
	// for one in binary mode, so that it can be routed by its user properties
	// (mqtt-protocol-binding.md#3-mqtt-publish-message-mapping). Encoders refuse its event in
	// binary mode, so pass the message itself on. Without UnknownFormat such a message is
	// refused.
	UnknownFormat bool
}

// ToCloudEvent decodes the event in a message, in binary or structured mode. On an error the
// event is zero.
//
// An error is that of the Format, or wraps [cloudevents.ErrNotCloudEvent],
// [cloudevents.ErrContentMode] for a batch, [format.ErrUnknown], a [*validation.Error]
// (several are [validation.Errors]), a [*cloudevents.SyntaxError], or a
// [*cloudevents.LimitError]. The error about a message of MQTT 3.1.1 without an event wraps
// ErrNotCloudEvent and that of the JSON event format. A nil m is an error, too.
func (d *Decoder) ToCloudEvent(m *Message) (e cloudevents.Event, err error) {
	shared := d.shared()
	err = d.decode(&e, m, &shared)
	return e, err
}

// ToSealed is ToCloudEvent for programs that pass events on. JSON data of a structured
// message is not scanned again when the event is encoded as JSON. The event does not share
// the Payload of m.
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
	if m.Version != V5 {
		if err := m.Version.check(); err != nil {
			return err
		}
		return d.decode311(e, m, shared)
	}
	mode, err := shared.Mode(m.ContentType)
	if err != nil {
		return err
	}
	if mode == cloudevents.StructuredMode {
		return shared.Structured(e, m.Payload, m.ContentType)
	}
	p := d.find(m)
	if !p.isEvent {
		if d.JSONEvents {
			if taken, err := shared.JSONEvent(e, m.Payload, m.ContentType); taken {
				return err
			}
		}
		return notCloudEvent(m, shared)
	}
	return d.binary(e, m, shared, &p)
}

// binary decodes a message in binary mode, in whose user properties p was found.
func (d *Decoder) binary(e *cloudevents.Event, m *Message, shared *message.Decoder, p *properties) error {
	var a cloudevents.Attributes
	shared.Begin(&a)
	names := attributeNames{isExtension: d.IsExtension}
	if p.version == spec.V03.String() {
		names.version = spec.V03
	}
	var copied *UserProperty // datacontenttype
	for i := range m.UserProperties {
		property := &m.UserProperties[i]
		name := property.Name
		if p.prefix != "" {
			if len(name) < len(p.prefix) || name[:len(p.prefix)] != p.prefix {
				continue
			}
			name = name[len(p.prefix):]
		} else if !names.has(name) {
			continue
		}
		if name == spec.DataContentType {
			if copied == nil {
				copied = property
				continue
			}
			a.Add(name, spec.String, copied.Value) // so that the attribute is there twice
		}
		a.Add(name, spec.String, property.Value)
	}
	var repeated error
	if m.ContentType != "" {
		a.Add(spec.DataContentType, spec.String, m.ContentType)
	}
	if copied != nil {
		repeated = message.CompareContentType(copied.Value, m.ContentType, sectionContentType)
	}
	body := m.Payload
	if len(body) == 0 { // which is the same as none
		body = nil
	}
	return shared.Binary(e, &a, body, repeated)
}

// decode311 decodes a message of MQTT 3.1.1. A payload that does not speak of a version was
// hardly meant to be an event, and the error says what may have happened.
func (d *Decoder) decode311(e *cloudevents.Event, m *Message, shared *message.Decoder) error {
	err := format.Accepts(d.Format, spec.MediaTypeJSON)
	if err != nil {
		return err
	}
	err = shared.Structured(e, m.Payload, spec.MediaTypeJSON)
	switch {
	case err == nil:
		return nil
	case message.ModeOfJSON(m.Payload, "") == cloudevents.BatchMode:
		_, err = shared.JSONEvent(e, m.Payload, "") // says so
		return err
	case bytes.Contains(m.Payload, []byte(`"specversion"`)):
		return err
	}
	return fmt.Errorf("%w: MQTT 3.1.1 carries the JSON event format, and the payload is not in it (%s); %s: %w",
		cloudevents.ErrNotCloudEvent, sectionMapping, hintLost, err)
}

// hintLost says what to do about a message that had attributes once.
const hintLost = "an event in binary mode loses its attributes on the way to a client with MQTT 3.1.1: " +
	"publish in structured mode, or subscribe with MQTT 5"

// properties is what is to be known of user properties before they are read.
type properties struct {
	prefix  string // of the names of attributes
	version string // of the specification, or ""
	isEvent bool   // there is a version, or nothing is missing but a version
}

// find looks for the attributes that make a message an event.
func (d *Decoder) find(m *Message) (p properties) {
	var hasVersion, hasID, hasSource, hasType, isSDKGo bool
	var prefixed string
	for i := range m.UserProperties {
		property := &m.UserProperties[i]
		switch property.Name {
		case spec.SpecVersion:
			p.version, hasVersion = property.Value, true
		case spec.ID:
			hasID = true
		case spec.Source:
			hasSource = true
		case spec.EventType:
			hasType = true
		case sdkGoPrefix + spec.SpecVersion:
			prefixed, isSDKGo = property.Value, d.SDKGoNames
		}
	}
	if isSDKGo && !hasVersion {
		return properties{prefix: sdkGoPrefix, version: prefixed, isEvent: true}
	}
	p.isEvent = hasVersion || hasID && hasSource && hasType
	return p
}

// notCloudEvent returns the error about a message of MQTT 5 without an event.
func notCloudEvent(m *Message, shared *message.Decoder) error {
	err := shared.NotCloudEvent("user property specversion", foreign(m), m.ContentType, sectionMapping)
	switch {
	case hasProperty(m, sdkGoPrefix+spec.SpecVersion):
		return fmt.Errorf("%w; Decoder.SDKGoNames reads the names that the SDK for Go writes", err)
	case len(m.UserProperties) > 0 || format.ModeOf(m.ContentType) != cloudevents.BinaryMode:
		return err
	case message.MayBeJSON(m.Payload, m.ContentType):
		return fmt.Errorf("%w; the payload may be an event of a publisher with MQTT 3.1.1, which Decoder.JSONEvents reads", err)
	case m.ContentType == "":
		return fmt.Errorf("%w; %s", err, hintLost)
	}
	return err
}

// foreign returns the name of a user property that looks like an attribute and is none here.
func foreign(m *Message) string {
	for i := range m.UserProperties {
		name := m.UserProperties[i].Name
		if message.IsForeign(name) || ascii.EqualFold(name, spec.SpecVersion) {
			return name
		}
	}
	return ""
}
