package ceavro

import (
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// fewExtensions is how many extensions a simple event can have.
const fewExtensions = 16

// simple decodes what most documents are: valid events of version 1.0 with a few
// extensions whose types are not declared. All others are read once more by a decoder,
// which takes twice as long, and says what is wrong. Both decode an event to the same.
type simple struct {
	reader
	event      cloudevents.Event // its texts are parts of the document, until they are copied
	extensions [fewExtensions]cloudevents.Extension
	count      int  // of extensions
	isBuilt    bool // a value has a text that the document does not have
}

// text reads a string, and fails if it is empty.
func (s *simple) text() string {
	b := s.bytes()
	if len(b) == 0 {
		s.giveUp()
	}
	return viewText(b)
}

// giveUp leaves the document to a decoder. The error is not returned.
func (s *simple) giveUp() { s.err = errCut }

// setTime sets the time, which is there once.
func (s *simple) setTime(t time.Time) {
	if !timestamp.InRange(t) || !timestamp.Absent(s.event.Time) {
		s.giveUp()
		return
	}
	s.event.Time = timestamp.Decoded(t)
}

// set sets a text that is there once.
func (s *simple) set(text *string) {
	if *text != "" {
		s.giveUp()
		return
	}
	*text = s.text()
}

func (s *simple) add(name []byte, v cloudevents.Value) {
	if s.count == fewExtensions {
		s.giveUp()
		return
	}
	s.extensions[s.count] = cloudevents.Extension{Name: viewText(name), Value: v}
	s.count++
}

// build adds an extension whose value needs memory, which only one can have.
func (s *simple) build(name []byte, value func() cloudevents.Value) {
	if s.isBuilt {
		s.giveUp()
		return
	}
	s.isBuilt = true
	s.add(name, value())
}

func (s *simple) addInteger(name []byte, n int32) {
	if 0 <= n && n < 100 { // strconv has the text
		s.add(name, cloudevents.IntegerValue(n))
		return
	}
	s.build(name, func() cloudevents.Value { return cloudevents.IntegerValue(n) })
}

// attributes reads the map of the Avro format.
func (s *simple) attributes() {
	hasVersion := false
	for b := (block{end: -1}); s.next(&b, 2) && s.err == nil; {
		name := s.bytes()
		switch s.union(attributeMembers) {
		case attributeBoolean:
			s.add(name, cloudevents.BooleanValue(s.boolean()))
			continue
		case attributeInt:
			s.addInteger(name, s.int())
			continue
		case attributeString:
		default:
			s.giveUp()
		}
		switch string(name) {
		case spec.SpecVersion:
			if hasVersion || s.text() != spec.V1.String() {
				s.giveUp()
			}
			hasVersion = true
		case spec.ID:
			s.set(&s.event.ID)
		case spec.Source:
			s.set(&s.event.Source)
		case spec.EventType:
			s.set(&s.event.Type)
		case spec.DataContentType:
			s.set(&s.event.DataContentType)
		case spec.DataSchema:
			s.set(&s.event.DataSchema)
		case spec.Subject:
			s.set(&s.event.Subject)
		case spec.Time:
			t, err := validation.ParseTimestamp(s.text())
			if err != nil {
				s.giveUp()
			}
			s.setTime(t)
		default:
			s.add(name, cloudevents.StringValue(viewText(s.bytes())))
		}
	}
	if !hasVersion {
		s.giveUp()
	}
}

// compactAttributes reads the fields of the compact format up to data.
func (s *simple) compactAttributes() {
	s.set(&s.event.ID)
	s.set(&s.event.Source)
	s.set(&s.event.Type)
	for _, text := range [...]*string{&s.event.DataContentType, &s.event.DataSchema, &s.event.Subject} {
		if s.union(2) == 1 {
			s.set(text)
		}
	}
	if s.union(2) == 1 {
		s.setTime(time.UnixMicro(s.long()).UTC())
	}
	for b := (block{end: -1}); s.next(&b, 3) && s.err == nil; {
		name := s.bytes()
		switch s.union(compactExtensionMembers) {
		case compactBoolean:
			s.add(name, cloudevents.BooleanValue(s.boolean()))
		case compactInt:
			s.addInteger(name, s.int())
		case compactString:
			s.add(name, cloudevents.StringValue(viewText(s.bytes())))
		case compactTimestamp:
			t := time.UnixMicro(s.long()).UTC()
			if !timestamp.InRange(t) {
				s.giveUp()
				return
			}
			s.build(name, func() cloudevents.Value { return cloudevents.TimestampValue(t) })
		default:
			s.giveUp()
		}
	}
}

// finish reports whether the attributes that were read are those of a valid event. It
// copies their texts, all at once.
func (s *simple) finish(maxAttributes int) bool {
	e := &s.event
	if s.err != nil {
		return false
	}
	count := 4 + s.count
	for _, isThere := range [...]bool{e.DataContentType != "", e.DataSchema != "", e.Subject != "", !timestamp.Absent(e.Time)} {
		if isThere {
			count++
		}
	}
	if count > maxAttributes {
		return false
	}
	if s.count > 0 {
		e.Extensions = make([]cloudevents.Extension, s.count)
		copy(e.Extensions, s.extensions[:])
		slices.SortFunc(e.Extensions, func(x, y cloudevents.Extension) int { return strings.Compare(x.Name, y.Name) })
	}
	if e.Validate() != nil {
		return false
	}
	from := s.b[:s.i]
	text := string(from)
	for _, field := range [...]*string{&e.ID, &e.Source, &e.Type, &e.DataContentType, &e.DataSchema, &e.Subject} {
		*field = copied(*field, from, text)
	}
	for i := range e.Extensions {
		x := &e.Extensions[i]
		x.Name = copied(x.Name, from, text)
		if x.Value.Type() == spec.String {
			x.Value = cloudevents.StringValue(copied(x.Value.String(), from, text))
		}
	}
	return true
}

// copied returns the same part of text, which is a copy of b, as s is of b.
func copied(s string, b []byte, text string) string {
	if s == "" {
		return ""
	}
	start := uintptr(unsafe.Pointer(unsafe.StringData(s))) - uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return text[start : start+uintptr(len(s))]
}

// simpleEvent decodes a simple event of the Avro format. If ok is false and there is no
// error, a decoder must.
func (f *Format) simpleEvent(body []byte) (e cloudevents.Event, ok bool, err error) {
	s := simple{reader: reader{b: body}}
	s.attributes()
	if !s.finish(limit.Of(f.MaxAttributes, cloudevents.DefaultMaxAttributes)) {
		return e, false, nil
	}
	var x data
	s.data(&x, limit.Of(f.MaxDepth, cloudevents.DefaultMaxDepth))
	if err := s.end(body); err != nil {
		return e, false, err
	}
	if x.implies(&s.event) || x.set(&s.event, nil) != nil {
		return e, false, nil
	}
	return s.event, true, nil
}

// simpleEvent decodes a simple event of the compact format. If ok is false and there is no
// error, a decoder must.
func (c *Compact) simpleEvent(body []byte) (e cloudevents.Event, ok bool, err error) {
	s := simple{reader: reader{b: body}}
	s.compactAttributes()
	if !s.finish(limit.Of(c.MaxAttributes, cloudevents.DefaultMaxAttributes)) {
		return e, false, nil
	}
	if s.union(compactDataMembers) == compactDataBytes {
		s.event.Data = s.bytes()
	}
	if err := s.end(body); err != nil {
		return e, false, err
	}
	return s.event, true, nil
}
