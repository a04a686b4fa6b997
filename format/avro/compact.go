package ceavro

import (
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

const (
	compactMediaType = "application/cloudevents+avro-compact"
	javaMediaType    = "application/cloudevents+avrocompact" // of the SDK for Java
)

// Sections that errors cite.
const (
	sectionCompact           = "avro-compact-format.md#abstract"
	sectionCompactTypes      = "avro-compact-format.md#21-type-system-mapping"
	sectionCompactDefinition = "avro-compact-format.md#22-definition"
)

var (
	ruleCompactVersion = &validation.Rule{Sentinel: validation.ErrVersion, Detail: "the Avro compact format has version 1.0 only"}
	ruleCompactName    = &validation.Rule{Sentinel: validation.ErrName, Detail: "an attribute of the specification has a field of its own, and is no entry of extensions"}
	ruleCompactRange   = &validation.Rule{Sentinel: validation.ErrRange, Type: spec.Timestamp, Detail: "a Timestamp is in the years 0 to 9999 in UTC"}
)

// Compact is the Avro compact event format, which is a working draft. The zero value is
// ready to use.
type Compact struct {
	// MaxAttributes limits the attributes of an event. 0 is
	// [cloudevents.DefaultMaxAttributes], -1 is no limit.
	MaxAttributes int

	// Forgive makes the decoder forgiving, as in [cloudevents.JSONDecoder]. nil is strict.
	Forgive func(cloudevents.Receipt)
}

var _ format.Formatter = Compact{}

// MediaType returns "application/cloudevents+avro-compact".
func (Compact) MediaType() string { return compactMediaType }

// Accepts reports whether contentType is "", application/cloudevents+avro-compact or, as
// the SDK for Java spells it, application/cloudevents+avrocompact, with any parameters.
func (Compact) Accepts(contentType string) bool {
	return contentType == "" || contentType == compactMediaType ||
		mediatype.Is(contentType, compactMediaType) || mediatype.Is(contentType, javaMediaType)
}

// DecodeStructuredModeMessage decodes an event. The Data aliases body.
func (c Compact) DecodeStructuredModeMessage(body []byte, contentType string, exts ...spec.Attribute) (e cloudevents.Event, err error) {
	if !c.Accepts(contentType) {
		return e, format.Accepts(c, contentType)
	}
	if len(exts) == 0 {
		if ok, err := c.simpleEvent(&e, body); ok {
			return e, nil
		} else if err != nil {
			return cloudevents.Event{}, err
		}
	}
	return c.decode(body, exts)
}

// decode decodes every event.
func (c *Compact) decode(body []byte, exts []spec.Attribute) (cloudevents.Event, error) {
	var d decoder
	d.b = body
	d.setAttributes(c.MaxAttributes, exts, c.Forgive != nil)
	var e cloudevents.Event
	if err := d.compactEvent(&e); err != nil {
		return cloudevents.Event{}, err
	}
	if err := d.forgiven(); err != nil {
		receipt(c.Forgive, e, err)
	}
	return e, nil
}

// EncodeStructuredModeMessage appends e as [AppendCompact] does.
func (Compact) EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error) {
	return AppendCompact(dst, e)
}

// DecodeBinaryModeEventData sets e.Data to body without copying, or to nil if body is
// empty.
func (Compact) DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error {
	setBinaryModeData(body, e)
	return nil
}

// EncodeBinaryModeEventData returns e.Data itself.
func (Compact) EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error) {
	return e.Data, nil
}

// DecodeCompact decodes an event as the zero [Compact] does. The Data aliases body.
func DecodeCompact(body []byte) (e cloudevents.Event, err error) {
	var c Compact
	if ok, err := c.simpleEvent(&e, body); ok {
		return e, nil
	} else if err != nil {
		return cloudevents.Event{}, err
	}
	return c.decode(body, nil)
}

// AppendCompact validates e and appends it to dst in the Avro compact event format.
// Timestamps are cut to microseconds and lose their offsets. On error it returns dst
// unchanged. If the Data of e overlaps the free capacity of dst, the result is a new
// slice.
func AppendCompact(dst []byte, e *cloudevents.Event) ([]byte, error) {
	b, err := appendCompactEvent(prepared(dst, e), e)
	if err != nil {
		return dst, err
	}
	return b, nil
}

// The members of the union of extensions, and of that of data.
const (
	compactBoolean = iota
	compactInt
	compactTimestamp
	compactString
	compactBytes
	compactExtensionMembers

	compactDataBytes   = 0
	compactDataNull    = 1
	compactDataMembers = 2
)

// compactEvent decodes an event in the compact format.
func (d *decoder) compactEvent(e *cloudevents.Event) error {
	whole := d.b
	d.attributes.Add(spec.SpecVersion, spec.String, spec.V1.String())
	d.count++
	for _, name := range [...]string{spec.ID, spec.Source, spec.EventType} {
		at := d.i
		if s := d.bytes(); d.counted(at) {
			d.attributes.AddBytes(at, view(name), spec.String, s)
		}
	}
	for _, name := range [...]string{spec.DataContentType, spec.DataSchema, spec.Subject} {
		at := d.i
		if d.union(2) == 1 {
			if s := d.bytes(); d.counted(at) {
				d.attributes.AddBytes(at, view(name), spec.String, s)
			}
		}
	}
	if at := d.i; d.union(2) == 1 {
		if n := d.long(); d.counted(at) {
			d.addMicroseconds(at, view(spec.Time), n)
		}
	}
	for b := (block{end: -1}); d.next(&b, 3); {
		d.compactExtension(&b)
	}
	data := data{at: d.i, member: dataNull}
	if d.union(compactDataMembers) == compactDataBytes {
		data.member, data.bytes = dataBytes, d.bytes()
	}
	return d.finish(e, &data, whole)
}

// compactExtension reads an entry of extensions.
func (d *decoder) compactExtension(b *block) {
	name := d.bytes()
	at := d.i
	member := d.union(compactExtensionMembers)
	if !d.counted(at) {
		return
	}
	isCore := isCoreAttribute(name)
	switch member {
	case compactBoolean:
		v := d.boolean()
		if !isCore {
			d.addBoolean(at, name, v)
		}
	case compactInt:
		n := d.int()
		if !isCore {
			d.addInteger(at, name, n, b.left)
		}
	case compactTimestamp:
		n := d.long()
		if !isCore {
			d.addMicroseconds(at, name, n)
		}
	case compactString:
		s := d.bytes()
		if !isCore {
			d.attributes.AddBytes(at, name, spec.String, s)
		}
	case compactBytes:
		s := d.bytes()
		if !isCore {
			d.addBinary(at, name, s)
		}
	}
	if isCore {
		d.violations.Add(&d.attributes, false, syntax(at, validation.NewError(string(name), "", sectionCompactDefinition, ruleCompactName)))
	}
}

// isCoreAttribute reports whether name is that of an attribute of the specification.
func isCoreAttribute(name []byte) bool {
	switch string(name) {
	case spec.ID, spec.Source, spec.SpecVersion, spec.EventType,
		spec.DataContentType, spec.DataSchema, spec.Subject, spec.Time:
		return true
	}
	return false
}

// addMicroseconds adds a Timestamp, or the error about one that is out of range.
func (d *decoder) addMicroseconds(at int, name []byte, n int64) {
	t := time.UnixMicro(n).UTC()
	switch {
	case !timestamp.InRange(t):
		d.outOfRange(at, name)
	case string(name) == spec.Time:
		d.time, d.hasTime = timestamp.Decoded(t), true
	default:
		d.attributes.AddBytes(at, name, spec.Timestamp, d.made(timestamp.Append(d.space(timestamp.MaxLength, 0), t)))
	}
}

// outOfRange adds the error about a Timestamp, or forgives it.
func (d *decoder) outOfRange(at int, name []byte) {
	d.attributes.AddNull(at, name) // because it must not be there twice
	if validation.Name(string(name)) == nil {
		d.violations.Add(&d.attributes, true, syntax(at, validation.NewError(string(name), "", sectionCompactTypes, ruleCompactRange)))
	}
}

// appendCompactEvent validates e and appends it.
func appendCompactEvent(dst []byte, e *cloudevents.Event) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return dst, err
	}
	if e.SpecVersion != spec.V1 {
		return dst, validation.NewError(spec.SpecVersion, e.SpecVersion.String(), sectionCompact, ruleCompactVersion)
	}
	dst = appendString(dst, e.ID)
	dst = appendString(dst, e.Source)
	dst = appendString(dst, e.Type)
	dst = appendOptional(dst, e.DataContentType)
	dst = appendOptional(dst, e.DataSchema)
	dst = appendOptional(dst, e.Subject)
	var err error
	if timestamp.Absent(e.Time) {
		dst = appendLong(dst, 0)
	} else if dst, err = appendMicroseconds(appendLong(dst, 1), spec.Time, e.Time); err != nil {
		return dst, err
	}
	if len(e.Extensions) > 0 {
		dst = appendLong(dst, int64(len(e.Extensions)))
	}
	for i := range e.Extensions {
		if dst, err = appendCompactExtension(dst, &e.Extensions[i]); err != nil {
			return dst, err
		}
	}
	dst = appendLong(dst, 0)
	if e.Data == nil {
		return appendLong(dst, compactDataNull), nil
	}
	return appendBytes(appendLong(dst, compactDataBytes), e.Data), nil
}

// appendOptional appends a union of null and a string, in which "" is null.
func appendOptional(dst []byte, s string) []byte {
	if s == "" {
		return appendLong(dst, 0)
	}
	return appendString(appendLong(dst, 1), s)
}

func appendCompactExtension(dst []byte, x *cloudevents.Extension) ([]byte, error) {
	dst = appendString(dst, x.Name)
	switch x.Value.Type() {
	case spec.Boolean:
		return appendBoolean(appendLong(dst, compactBoolean), x.Value.String() == "true"), nil
	case spec.Integer:
		n, err := x.Value.Int()
		return appendLong(appendLong(dst, compactInt), int64(n)), err
	case spec.Binary:
		return appendBinary(appendLong(dst, compactBytes), x.Value.String()), nil
	case spec.Timestamp:
		t, err := x.Value.Time()
		if err != nil {
			return dst, err // Validate has found it
		}
		return appendMicroseconds(appendLong(dst, compactTimestamp), x.Name, t)
	}
	return appendString(appendLong(dst, compactString), x.Value.String()), nil
}

// appendMicroseconds appends a Timestamp, cut to the microsecond before it.
func appendMicroseconds(dst []byte, name string, t time.Time) ([]byte, error) {
	if t = t.UTC(); !timestamp.InRange(t) {
		return dst, validation.NewError(name, "", sectionCompactTypes, ruleCompactRange)
	}
	return appendLong(dst, t.UnixMicro()), nil
}
