package ceprotobuf

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/events"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Sections that errors cite.
const (
	sectionTypes    = "protobuf-format.md#21-type-system"
	sectionRequired = "protobuf-format.md#23-required-attributes"
	sectionData     = "protobuf-format.md#3-data"
)

var (
	ruleRequired = &validation.Rule{Sentinel: validation.ErrName, Detail: "a required attribute has a field of its own, and is no entry of attributes"}
	ruleRange    = &validation.Rule{Sentinel: validation.ErrRange, Type: spec.Timestamp, Detail: "a Timestamp of Protobuf is in the years 1 to 9999 in UTC, with 0 to 999999999 nanoseconds"}
	ruleTypeURL  = &validation.Rule{Sentinel: validation.ErrData, Detail: "the type URL of proto_data is not one"}
	ruleMessage  = &validation.Rule{Sentinel: validation.ErrData, Detail: "proto_data is a message of another type than dataschema says"}
)

// assembler makes an event of the attributes of a message.
type assembler struct {
	attributes cloudevents.Attributes
	room       []byte // for canonical strings that the body does not have
	time       time.Time
	hasTime    bool
	violations events.Violations
}

// assemble makes an event of m and its attributes.
func (r *reader) assemble(e *cloudevents.Event, m *message, as []attribute) error {
	var a assembler
	a.attributes.Extensions, a.attributes.MaxAttributes = r.extensions, -1 // scan has counted
	a.attributes.V1Only, a.attributes.Forgive = r.v1Only, r.forgive
	a.required(spec.ID, &m.required[0])
	a.required(spec.Source, &m.required[1])
	a.required(spec.SpecVersion, &m.required[2])
	a.required(spec.EventType, &m.required[3])
	if n := sizeOfTexts(as); n > 0 {
		a.room = make([]byte, 0, n)
	}
	for i := range as {
		if x := &as[i]; !x.overwritten {
			a.add(x, m)
		}
	}
	err := a.violations.Assemble(&a.attributes, e)
	if err != nil {
		return &events.Invalid{Err: err}
	}
	if a.hasTime {
		e.Time = a.time
	}
	implied, err := a.setData(e, &m.data)
	if err != nil {
		return &events.Invalid{Err: a.violations.Forgiven(&a.attributes, syntax(m.data.at, err))}
	}
	if m.count+implied > r.maxAttributes {
		return r.tooMany(m.data.at)
	}
	r.forgiven = a.violations.Forgiven(&a.attributes)
	return nil
}

// required adds a required attribute. An empty field is absent.
func (a *assembler) required(name string, t *text) {
	if len(t.bytes) > 0 {
		a.attributes.AddBytes(t.at, view(name), spec.String, t.bytes)
	}
}

// types are the types of values, by the number of their field.
var types = [...]spec.Type{
	valueBoolean >> 3:      spec.Boolean,
	valueInteger >> 3:      spec.Integer,
	valueString >> 3:       spec.String,
	valueBinary >> 3:       spec.Binary,
	valueURI >> 3:          spec.URI,
	valueURIReference >> 3: spec.URIReference,
	valueTimestamp >> 3:    spec.Timestamp,
}

// add adds an entry of the map of attributes.
func (a *assembler) add(x *attribute, m *message) {
	if isRequired(x.name) {
		a.violations.Add(&a.attributes, false, syntax(x.at, validation.NewError(string(x.name), "", sectionRequired, ruleRequired)))
		return
	}
	t, text := types[x.key>>3], x.bytes
	switch x.key {
	case 0: // absent, but the name must be one
		if validation.Name(string(x.name)) == nil {
			return
		}
	case valueBoolean:
		text = view(strconv.FormatBool(x.number != 0))
	case valueInteger:
		if n := int64(int32(x.number)); isSmall(n) {
			text = view(strconv.FormatInt(n, 10))
		} else {
			text = a.made(strconv.AppendInt(a.room, n, 10))
		}
	case valueBinary:
		text = a.made(base64.StdEncoding.AppendEncode(a.room, x.bytes))
	case valueTimestamp:
		at, ok := x.time()
		if !ok {
			a.outOfRange(x)
			return
		}
		if string(x.name) == spec.Time {
			a.time, a.hasTime = timestamp.Decoded(at), true
			return
		}
		text = a.made(timestamp.Append(a.room, at))
	case valueURIReference:
		if string(x.name) == spec.DataSchema {
			t = spec.String // the URI may be one all the same
		}
	}
	if string(x.name) == spec.DataSchema && m.isBareTypeURL(text) {
		return // it is no URI without a scheme, and is set from the type URL
	}
	a.attributes.AddBytes(x.at, x.name, t, text)
}

// made returns what was appended to the room.
func (a *assembler) made(room []byte) []byte {
	start := len(a.room)
	a.room = room
	return room[start:]
}

// isSmall reports whether strconv has the text of n, and does not allocate.
func isSmall(n int64) bool { return 0 <= n && n < 100 }

// isBareTypeURL reports whether text is the type URL of proto_data and has no scheme, in
// version 1.0. SDKs write it as dataschema.
func (m *message) isBareTypeURL(text []byte) bool {
	return m.data.key == eventProtoData && string(text) == string(m.data.typeURL.bytes) &&
		string(m.required[2].bytes) != spec.V03.String() && len(text) > 0 && !hasScheme(string(text))
}

func isRequired(name []byte) bool {
	switch string(name) {
	case spec.ID, spec.Source, spec.SpecVersion, spec.EventType:
		return true
	}
	return false
}

// outOfRange adds the error about a Timestamp, or forgives it.
func (a *assembler) outOfRange(x *attribute) {
	err := validation.Name(string(x.name))
	if err == nil {
		err = validation.NewError(string(x.name), "", sectionTypes, ruleRange)
	}
	a.violations.Add(&a.attributes, true, syntax(x.at, err))
}

// The seconds of a google.protobuf.Timestamp.
const (
	firstSecond = -62_135_596_800
	lastSecond  = 253_402_300_799
)

// time returns the time of a Timestamp, and whether it is in range.
func (v *value) time() (time.Time, bool) {
	if v.number < firstSecond || v.number > lastSecond || v.nanoseconds < 0 || v.nanoseconds > 999_999_999 {
		return time.Time{}, false
	}
	return time.Unix(v.number, int64(v.nanoseconds)).UTC(), true
}

// sizeOfTexts returns how much room add needs.
func sizeOfTexts(as []attribute) (n int) {
	for i := range as {
		x := &as[i]
		switch {
		case x.overwritten:
		case x.key == valueInteger && !isSmall(int64(int32(x.number))):
			n += len("-2147483648")
		case x.key == valueBinary:
			n += base64.StdEncoding.EncodedLen(len(x.bytes))
		case x.key == valueTimestamp && string(x.name) != spec.Time:
			n += timestamp.MaxLength
		}
	}
	return n
}

// setData sets the data of e, and what proto_data says about it. It returns how many
// attributes that were.
func (a *assembler) setData(e *cloudevents.Event, d *data) (implied int, err error) {
	if d.key == 0 {
		return 0, nil
	}
	if e.Data, err = a.attributes.Data(d.bytes); err != nil {
		return 0, err
	}
	switch d.key {
	case eventTextData:
		if !mediatype.IsJSON(e.DataContentType) && !mediatype.FitsCharset(e.DataContentType, d.bytes) {
			return 0, validation.NewError(spec.Data, "", sectionData, validation.ErrDataCharset)
		}
	case eventProtoData:
		if e.DataContentType == "" {
			e.DataContentType = contentType
			implied++
		}
		if len(d.typeURL.bytes) == 0 {
			return implied, nil
		}
		had := e.DataSchema
		if err := setSchema(e, d.typeURL.bytes); err != nil {
			return 0, err
		}
		if had == "" {
			implied++
		}
	}
	return implied, nil
}

// setSchema sets DataSchema to a type URL, unless it says something else.
func setSchema(e *cloudevents.Event, typeURL []byte) error {
	slash := bytes.LastIndexByte(typeURL, '/')
	if rest, ok := strings.CutPrefix(e.DataSchema, impliedScheme); ok && rest == string(typeURL) && slash >= 0 {
		return nil
	}
	schema := SchemaURI(string(typeURL))
	if slash < 0 || validation.URI(schema) != nil {
		return validation.NewError(spec.Data, string(typeURL), sectionData, ruleTypeURL)
	}
	if e.DataSchema == "" || e.DataSchema == string(typeURL) {
		e.DataSchema = schema
	} else if name, ok := messageName(e.DataSchema); ok && name != string(typeURL[slash+1:]) {
		return validation.NewError(spec.Data, string(typeURL), sectionData, ruleMessage)
	}
	return nil
}

// view returns the bytes of s, which must not be written to.
func view(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
