package cloudevents

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Event is one CloudEvent. Its fields can be read and set freely. [Event.Validate], and
// every encoder and decoder, check whether they are legal.
//
// The zero Event is an empty event of specification version 1.0. It is not valid, because
// ID, Source and Type are required.
//
// A copy of an Event shares Extensions and Data with it. [Event.Set] and [Event.Delete]
// do not write to the shared slice. [Event.Clone] returns a copy that shares nothing.
type Event struct {
	// SpecVersion is the version of the specification. The zero value is 1.0.
	SpecVersion spec.Version

	// ID identifies the event together with Source. It is required.
	ID string

	// Source says where the event happened. It is a URI-reference, and required.
	Source string

	// Type says what happened. It is required.
	Type string

	// Subject says what the event is about, within Source. "" is absent.
	Subject string

	// Time says when it happened. The zero Time is absent. The offset is kept if it
	// is whole minutes and less than a day.
	Time time.Time

	// DataContentType is the media type of Data. "" is absent.
	DataContentType string

	// DataSchema is the URI of the schema of Data. "" is absent.
	DataSchema string

	// Extensions are the other attributes. Their names are unique. Decoders sort them
	// by name.
	Extensions []Extension

	// Data is the payload, in the media type DataContentType. nil is absent. An empty
	// slice is present and empty.
	Data []byte
}

// Extension is an extension attribute (spec.md#extension-context-attributes): a name of
// lower-case letters and digits, and a value of any type.
type Extension struct {
	Name  string
	Value Value
}

// New returns an event with the given source and type, a new random ID and the current
// time in UTC.
func New(source, eventType string) Event {
	return Event{
		ID:     NewID(),
		Source: source,
		Type:   eventType,
		Time:   time.Now().UTC(),
	}
}

// Clone returns a deep copy of e. The copy shares no memory with e, so it may outlive the
// message that e was decoded from.
func (e *Event) Clone() Event {
	c := *e
	c.ID = strings.Clone(e.ID)
	c.Source = strings.Clone(e.Source)
	c.Type = strings.Clone(e.Type)
	c.Subject = strings.Clone(e.Subject)
	c.DataContentType = strings.Clone(e.DataContentType)
	c.DataSchema = strings.Clone(e.DataSchema)
	c.Extensions = slices.Clone(e.Extensions)
	for i := range c.Extensions {
		x := &c.Extensions[i]
		x.Name = strings.Clone(x.Name)
		x.Value.text = strings.Clone(x.Value.text)
	}
	c.Data = slices.Clone(e.Data)
	return c
}

// The places of the core attributes, in the order of the specification.
const (
	coreID = iota
	coreSource
	coreSpecVersion
	coreType
	coreDataContentType
	coreDataSchema
	coreSubject
	coreTime
	coreCount
)

// coreTables has the core attributes of each version, by their place. A version is one
// more row.
var coreTables = [...][coreCount]spec.Attribute{
	spec.V1:  [coreCount]spec.Attribute(spec.V1.Attributes()),
	spec.V03: coreV03(),
}

// coreAttributes returns the core attributes of v by their place. For an unknown version
// it returns those of 1.0.
func coreAttributes(v spec.Version) *[coreCount]spec.Attribute {
	if int(v) < len(coreTables) {
		return &coreTables[v]
	}
	return &coreTables[spec.V1]
}

// coreIndex returns the place of the core attribute that a version calls by that name.
func coreIndex(v spec.Version, name string) (int, bool) {
	if v == spec.V03 {
		return coreIndexV03(name)
	}
	place, known := memberIndex(name)
	return place, known && place < coreCount
}

// coreIndexFold is coreIndex for a name of 1.0 in any case.
func coreIndexFold(name string) (core int, ok bool) {
	// The compiler compares with constants of a few bytes without a call.
	switch len(name) {
	case len(spec.ID):
		core, ok = coreID, name[1:] == spec.ID[1:]
	case len(spec.Time): // and that of type
		if name[1]|0x20 == spec.Time[1] {
			core, ok = coreTime, name[1:] == spec.Time[1:]
		} else {
			core, ok = coreType, name[1:] == spec.EventType[1:]
		}
	case len(spec.Source):
		core, ok = coreSource, name[1:] == spec.Source[1:]
	case len(spec.Subject):
		core, ok = coreSubject, name[1:] == spec.Subject[1:]
	case len(spec.DataSchema):
		core, ok = coreDataSchema, name[1:] == spec.DataSchema[1:]
	case len(spec.SpecVersion):
		core, ok = coreSpecVersion, name[1:] == spec.SpecVersion[1:]
	case len(spec.DataContentType):
		core, ok = coreDataContentType, name[1:] == spec.DataContentType[1:]
	default:
		return 0, false
	}
	want := coreTables[spec.V1][core].Name
	return core, ok && name[0]|0x20 == want[0] || ascii.EqualFold(name, want)
}

// text returns the field of a core attribute that is a string, and nil for the others.
func (e *Event) text(core int) *string {
	switch core {
	case coreID:
		return &e.ID
	case coreSource:
		return &e.Source
	case coreType:
		return &e.Type
	case coreDataContentType:
		return &e.DataContentType
	case coreDataSchema:
		return &e.DataSchema
	case coreSubject:
		return &e.Subject
	}
	return nil
}

// core returns the value of a core attribute, and whether e has it.
func (e *Event) core(core int) (Value, bool) {
	switch core {
	case coreSpecVersion:
		return StringValue(e.SpecVersion.String()), true
	case coreTime:
		if timestamp.Absent(e.Time) {
			return Value{}, false
		}
		return TimestampValue(e.Time), true
	}
	s := *e.text(core)
	return Value{s, coreAttributes(e.SpecVersion)[core].Type}, s != ""
}

// legal reports whether text is a legal value of a core attribute whose field is a
// string. It is faster than validation.Attribute, which explains why a text is illegal.
func legal(core int, text string) bool {
	switch core {
	case coreSource:
		return text != "" && validation.URIReference(text) == nil
	case coreDataSchema:
		return validation.URI(text) == nil // "" is not a URI
	case coreDataContentType:
		return mediatype.IsCommon(text) || validation.MediaType(text) == nil
	}
	return text != "" && legalString(text)
}

// coreGrammar returns the place of a core attribute of 1.0 that has the grammar of the
// one at core in version v.
func coreGrammar(v spec.Version, core int) int {
	if v == spec.V03 && core == coreDataSchema {
		return coreSource // a URI-reference
	}
	return core
}

// setCore parses, checks and sets a core attribute.
func (e *Event) setCore(core int, text string) error {
	a := &coreAttributes(e.SpecVersion)[core]
	switch core {
	case coreSpecVersion:
		v, ok := spec.ParseVersion(text)
		if !ok {
			if err := validation.Attribute(*a, text); err != nil {
				return err
			}
			if isPatchOfV1(text) {
				return validation.NewError(a.Name, text, a.Section, rulePatchLevel)
			}
			return validation.NewError(a.Name, text, a.Section, validation.ErrVersion)
		}
		e.SpecVersion = v
	case coreTime:
		t, err := validation.ParseTimestamp(text)
		if err != nil {
			return validation.Attribute(*a, text)
		}
		if !timestamp.InRange(t) { // a leap second after the year 9999
			return validation.NewError(a.Name, text, a.Section, ruleTimeRange)
		}
		e.Time = timestamp.Decoded(t)
	default:
		if !legal(coreGrammar(e.SpecVersion, core), text) {
			return validation.Attribute(*a, text)
		}
		*e.text(core) = text
	}
	return nil
}

// setParsed sets the core attribute at a place if its field is no text and the text is
// legal, and reports whether it did. It does not keep the text.
func (e *Event) setParsed(core int, text string) bool {
	switch core {
	case coreSpecVersion:
		v, ok := spec.ParseVersion(text)
		if ok {
			e.SpecVersion = v
		}
		return ok
	case coreTime:
		t, err := validation.ParseTimestamp(text)
		if err != nil || !timestamp.InRange(t) {
			return false
		}
		e.Time = timestamp.Decoded(t)
		return true
	}
	return false
}

// Get returns the core attribute or extension with the given name, and whether e has it.
// A core attribute whose field is empty is absent. Data is not an attribute.
func (e *Event) Get(name string) (Value, bool) {
	if core, ok := coreIndex(e.SpecVersion, name); ok {
		return e.core(core)
	}
	for i := range e.Extensions {
		if e.Extensions[i].Name == name {
			return e.Extensions[i].Value, true
		}
	}
	return Value{}, false
}

// Set checks name and value and sets a core attribute or an extension. The error is a
// [*validation.Error].
//
// A core attribute accepts a value of its own type, or a String that has the canonical
// string of such a value; source also accepts a URI. A core attribute cannot be set to
// "": use [Event.Delete] to remove it. A new extension goes before the first one with a
// greater name, so that sorted extensions stay sorted.
//
// Set copies Extensions, because another Event may share them. A loop over many
// attributes is therefore quadratic: use [Attributes] to decode a message, and append to
// the field to add many extensions.
func (e *Event) Set(name string, v Value) error {
	if core, ok := coreIndex(e.SpecVersion, name); ok {
		a := &coreAttributes(e.SpecVersion)[core]
		if v.typ != a.Type && v.typ != spec.String && !(v.typ == spec.URI && a.Type == spec.URIReference) {
			return validation.NewError(name, v.text, a.Section, validation.ErrType)
		}
		return e.setCore(core, v.text)
	}
	if err := checkExtension(e.SpecVersion, name, v); err != nil {
		return err
	}
	v = canonical(v.typ, v.text)
	xs := make([]Extension, len(e.Extensions), len(e.Extensions)+1)
	copy(xs, e.Extensions)
	at := len(xs) // where a new extension goes
	for i := range xs {
		if xs[i].Name == name {
			xs[i].Value = v
			e.Extensions = xs
			return nil
		}
		if xs[i].Name > name {
			at = min(at, i)
		}
	}
	xs = append(xs, Extension{})
	copy(xs[at+1:], xs[at:])
	xs[at] = Extension{name, v}
	e.Extensions = xs
	return nil
}

// SetText sets the attribute a to the value whose canonical string is text. A core
// attribute has the type that the specification gives it, an extension has a.Type. The
// error is a [*validation.Error].
func (e *Event) SetText(a spec.Attribute, text string) error {
	if core, ok := coreIndex(e.SpecVersion, a.Name); ok {
		return e.setCore(core, text)
	}
	return e.Set(a.Name, Value{text, a.Type})
}

// Delete removes the attribute with the given name. Deleting specversion sets it to 1.0,
// its zero value.
func (e *Event) Delete(name string) {
	core, ok := coreIndex(e.SpecVersion, name)
	switch {
	case !ok:
		if _, ok := e.Get(name); ok {
			e.Extensions = slices.DeleteFunc(slices.Clone(e.Extensions), func(x Extension) bool { return x.Name == name })
			if len(e.Extensions) == 0 {
				e.Extensions = nil // as if there never was one
			}
		}
	case core == coreSpecVersion:
		e.SpecVersion = spec.V1
	case core == coreTime:
		e.Time = time.Time{}
	default:
		*e.text(core) = ""
	}
}

// All returns an iterator over the attributes that e has. Core attributes come first, in
// the order of the specification, and include specversion always. Extensions follow in
// the order of the field.
func (e *Event) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for core, a := range coreAttributes(e.SpecVersion) {
			if v, ok := e.core(core); ok && !yield(a.Name, v) {
				return
			}
		}
		for _, x := range e.Extensions {
			if !yield(x.Name, x.Value) {
				return
			}
		}
	}
}
