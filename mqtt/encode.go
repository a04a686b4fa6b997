package cemqtt

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/attributes"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/message"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// ToMessage validates e and returns the message of MQTT 5 that carries it. A nil f is
// [format.JSON]. [Encoder.ToMessage] lists the errors. [Encoder.Version] is for MQTT 3.1.1.
func ToMessage(e *cloudevents.Event, mode cloudevents.Mode, f format.Formatter) (Message, error) {
	enc := Encoder{Mode: mode, Format: f}
	return enc.ToMessage(e)
}

// CopyToMessage makes m the message that carries e, in the version of MQTT that m has. User
// properties that are not those of an event are kept. See [Encoder.CopyToMessage].
func CopyToMessage(m *Message, e *cloudevents.Event, mode cloudevents.Mode, f format.Formatter) error {
	enc := Encoder{Mode: mode, Format: f}
	return enc.CopyToMessage(m, e)
}

// Encoder encodes events as messages, with settings. The zero value writes binary mode for
// MQTT 5. An Encoder is safe for concurrent use as long as its fields do not change.
type Encoder struct {
	// Version is the version of MQTT. The zero value is MQTT 5. CopyToMessage writes a
	// message of MQTT 3.1.1 if Version or the message says so.
	Version Version

	// Mode is BinaryMode or StructuredMode. MQTT 3.1.1 has StructuredMode alone.
	Mode cloudevents.Mode

	// Format encodes structured messages and the data of binary ones. nil is format.JSON{}.
	// MQTT 3.1.1 has the JSON event format alone.
	Format format.Formatter

	// IsExtension says which user properties with a legal attribute name CopyToMessage takes
	// for extensions of the event that the message had, and removes. nil is all of them,
	// because receivers would take them for extensions of e. It is not asked for the core
	// attributes of version 0.3 and 1.0, nor for the attributes of e, which are removed.
	IsExtension func(name string) bool

	// Retain says that the messages are published with the RETAIN flag. A message with an
	// empty payload, which would delete the retained message of the topic, is then an error
	// (MQTT 5, section 3.3.1.3). Events without data need structured mode.
	Retain bool

	// CopyDataContentType writes datacontenttype as a user property, too. Receivers with the
	// SDK for JavaScript find it there alone. It applies where user properties are written.
	CopyDataContentType bool

	// CopyProperties writes the user properties in structured mode, too, for consumers that
	// filter by them (section 3.2.3). MQTT 3.1.1 has none.
	CopyProperties bool
}

// ToMessage validates e and returns the message that carries it. In binary mode, its Payload
// is the Data of e itself.
//
// The error is that of the Format, or wraps a [*validation.Error] (several are
// [validation.Errors]), [cloudevents.ErrContentMode] or [format.ErrUnknown].
// A validation.Error that wraps [validation.ErrRange] is also about a string that is too long
// for MQTT. ErrContentMode is for batch mode, for binary mode in MQTT 3.1.1, for an empty
// payload with Encoder.Retain, and for data in binary mode whose content type begins with
// application/cloudevents. ErrUnknown is for another format than JSON in MQTT 3.1.1.
func (enc *Encoder) ToMessage(e *cloudevents.Event) (Message, error) {
	var m Message
	err := enc.CopyToMessage(&m, e)
	return m, err
}

// CopyToMessage makes m the message that carries e. It replaces the Payload, the ContentType
// and, in a new slice, the user properties of an event that m has; it keeps all other user
// properties, which come first. A property is one of an event if its name is a legal
// attribute name and Encoder.IsExtension does not say otherwise. Properties with the prefix
// of [Decoder.SDKGoNames] are kept, too.
//
// On an error m is unchanged. The errors are those of ToMessage. An error about a property
// that is kept wraps [validation.ErrRange] or [validation.ErrCharacter].
func (enc *Encoder) CopyToMessage(m *Message, e *cloudevents.Event) error {
	if m == nil {
		return message.ErrNilMessage
	}
	version, err := enc.check(m)
	if err != nil {
		return err
	}
	body, media, err := message.Encode(e, enc.Mode, enc.Format)
	if err != nil {
		return err
	}
	return enc.fill(m, e, version, body, media)
}

// SealedToMessage is ToMessage for an event whose data was checked. In structured mode, the
// JSON event format copies JSON data without a second scan. The Payload is fresh.
func (enc *Encoder) SealedToMessage(s *cloudevents.Sealed) (m Message, err error) {
	version, err := enc.check(&m)
	if err != nil {
		return m, err
	}
	e, body, media, err := message.EncodeSealed(s, enc.Mode, enc.Format)
	if err == nil {
		err = enc.fill(&m, e, version, body, media)
	}
	return m, err
}

// check returns the version of MQTT for m, and an error if that does not have the mode or the
// format.
func (enc *Encoder) check(m *Message) (Version, error) {
	version := max(enc.Version, m.Version)
	switch {
	case version == V5:
		return version, nil
	case version != V311:
		return version, version.check()
	case enc.Mode == cloudevents.BinaryMode:
		return version, fmt.Errorf("%w: MQTT 3.1.1 has no properties and so no binary mode; use structured mode or MQTT 5 (%s)", cloudevents.ErrContentMode, sectionMapping)
	case enc.Format != nil && enc.Mode == cloudevents.StructuredMode && format.Accepts(format.JSON{}, enc.Format.MediaType()) != nil:
		return version, fmt.Errorf("%w for MQTT 3.1.1, which has the JSON event format alone: %q (%s)", format.ErrUnknown, excerpt.Of(enc.Format.MediaType()), sectionMapping)
	}
	return version, nil
}

// fill makes m the message of an event with that body. media is the content type in structured
// mode. On an error m is unchanged.
func (enc *Encoder) fill(m *Message, e *cloudevents.Event, version Version, body []byte, media string) error {
	if enc.Retain && len(body) == 0 {
		return fmt.Errorf("%w: an empty payload deletes the retained message of the topic; use structured mode for an event without data", cloudevents.ErrContentMode)
	}
	hasAttributes := version == V5 && (enc.Mode == cloudevents.BinaryMode || enc.CopyProperties)
	w := writer{properties: enc.kept(m.UserProperties, e, hasAttributes)}
	for i := range w.properties {
		if err := checkForeign(&w.properties[i]); err != nil {
			return err
		}
	}
	if hasAttributes {
		w.attributes(e)
		if enc.CopyDataContentType && e.DataContentType != "" {
			w.add(spec.DataContentType, e.DataContentType)
		}
	}
	switch {
	case version == V311:
		media = ""
	case media == "":
		media = e.DataContentType
		w.check(spec.DataContentType, media, sectionContentType)
	}
	if len(w.fails) > 0 {
		return validation.Join(w.fails)
	}
	if len(w.properties) == 0 {
		w.properties = nil
	}
	m.Version, m.ContentType, m.UserProperties, m.Payload = version, media, w.properties, body
	return nil
}

// kept returns a new slice with the properties in old that are not those of an event. It has
// room for those of e.
func (enc *Encoder) kept(old []UserProperty, e *cloudevents.Event, hasAttributes bool) []UserProperty {
	n := 0
	if hasAttributes {
		n = attributes.Count(e)
	}
	if len(old) == 0 {
		return make([]UserProperty, 0, n)
	}
	names := attributeNames{version: e.SpecVersion, isExtension: enc.IsExtension}
	if enc.IsExtension != nil {
		names.extensions = make(map[string]bool, len(e.Extensions))
		for i := range e.Extensions {
			names.extensions[e.Extensions[i].Name] = true
		}
	}
	properties := make([]UserProperty, 0, n+len(old))
	for i := range old {
		if !names.has(old[i].Name) {
			properties = append(properties, old[i])
		}
	}
	return properties
}

// writer writes user properties. fails are about those that MQTT cannot carry.
type writer struct {
	properties []UserProperty
	fails      []error
}

// dataSchemaNames are the names of the one attribute whose name depends on the version.
var dataSchemaNames = [...]string{spec.V1: spec.DataSchema, spec.V03: spec.SchemaURL}

func (w *writer) attributes(e *cloudevents.Event) {
	w.add(spec.SpecVersion, e.SpecVersion.String())
	w.add(spec.ID, e.ID)
	w.add(spec.Source, e.Source)
	w.add(spec.EventType, e.Type)
	if e.DataSchema != "" {
		w.add(dataSchemaNames[e.SpecVersion], e.DataSchema)
	}
	if e.Subject != "" {
		w.add(spec.Subject, e.Subject)
	}
	if !timestamp.Absent(e.Time) {
		w.add(spec.Time, string(timestamp.Append(make([]byte, 0, timestamp.MaxLength), e.Time)))
	}
	for i := range e.Extensions {
		x := &e.Extensions[i]
		if len(x.Name) > maxString {
			w.fail(x.Name, "", sectionNames, ruleLongName)
		}
		w.add(x.Name, x.Value.String())
	}
}

// add writes an attribute. The event is valid, and so its attributes are UTF-8 without U+0000.
func (w *writer) add(name, value string) {
	w.check(name, value, sectionValues)
	w.properties = append(w.properties, UserProperty{name, value})
}

func (w *writer) check(name, value, section string) {
	if len(value) > maxString {
		w.fail(name, value, section, ruleLongValue)
	}
}

func (w *writer) fail(name, value, section string, rule *validation.Rule) {
	w.fails = append(w.fails, validation.NewError(name, value, section, rule))
}

var (
	ruleLongName  = &validation.Rule{Sentinel: validation.ErrRange, Detail: "the name has more than 65,535 bytes, which is what MQTT can carry outside structured mode"}
	ruleLongValue = &validation.Rule{Sentinel: validation.ErrRange, Detail: "more than 65,535 bytes, which is what MQTT can carry outside structured mode"}
)

// checkForeign reports what MQTT cannot carry of a property that is not of an event.
func checkForeign(p *UserProperty) error {
	switch {
	case len(p.Name) > maxString || len(p.Value) > maxString:
		return fmt.Errorf("user property %q: %w: more than 65,535 bytes", excerpt.Of(p.Name), validation.ErrRange)
	case !utf8.ValidString(p.Name) || !utf8.ValidString(p.Value) || strings.IndexByte(p.Name, 0) >= 0 || strings.IndexByte(p.Value, 0) >= 0:
		return fmt.Errorf("user property %q: %w: MQTT has UTF-8 without U+0000", excerpt.Of(p.Name), validation.ErrCharacter)
	}
	return nil
}
