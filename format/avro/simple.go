package ceavro

import (
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/simple"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// simpleReader decodes what most documents are. All others are read once more by a decoder,
// which takes twice as long, and says what is wrong. Both decode an event to the same.
type simpleReader struct {
	reader
	simple.Event
}

// ended reports whether there is nothing more to read, because of an error or because the
// event is not simple.
func (s *simpleReader) ended() bool { return s.err != nil || s.GaveUp }

// set sets a text that is there once, to the next one in the document.
func (s *simpleReader) set(text *string) { s.Set(text, s.bytes()) }

// attributes reads the map of the Avro format.
func (s *simpleReader) attributes() {
	e := &s.Event.Event
	hasVersion := false
	for b := (block{end: -1}); s.next(&b, 2) && !s.ended(); {
		name := s.bytes()
		switch s.union(attributeMembers) {
		case attributeBoolean:
			s.Add(name, cloudevents.BooleanValue(s.boolean()))
			continue
		case attributeInt:
			s.AddInteger(name, s.int())
			continue
		case attributeString:
		default:
			s.GaveUp = true
			return
		}
		text := s.bytes()
		switch string(name) {
		case spec.SpecVersion:
			if hasVersion || string(text) != "1.0" {
				s.GaveUp = true
			}
			hasVersion = true
		case spec.ID:
			s.Set(&e.ID, text)
		case spec.Source:
			s.Set(&e.Source, text)
		case spec.EventType:
			s.Set(&e.Type, text)
		case spec.DataContentType:
			s.Set(&e.DataContentType, text)
		case spec.DataSchema:
			s.Set(&e.DataSchema, text)
		case spec.Subject:
			s.Set(&e.Subject, text)
		case spec.Time:
			if t, err := validation.ParseTimestamp(viewText(text)); err != nil {
				s.GaveUp = true
			} else {
				s.SetTime(t)
			}
		default:
			s.AddString(name, text)
		}
	}
	s.GaveUp = s.GaveUp || !hasVersion
}

// compactAttributes reads the fields of the compact format up to data.
func (s *simpleReader) compactAttributes() {
	e := &s.Event.Event
	s.set(&e.ID)
	s.set(&e.Source)
	s.set(&e.Type)
	for _, text := range [...]*string{&e.DataContentType, &e.DataSchema, &e.Subject} {
		if s.union(2) == 1 {
			s.set(text)
		}
	}
	if s.union(2) == 1 {
		s.SetTime(time.UnixMicro(s.long()).UTC())
	}
	for b := (block{end: -1}); s.next(&b, 3) && !s.ended(); {
		name := s.bytes()
		switch s.union(compactExtensionMembers) {
		case compactBoolean:
			s.Add(name, cloudevents.BooleanValue(s.boolean()))
		case compactInt:
			s.AddInteger(name, s.int())
		case compactString:
			s.AddString(name, s.bytes())
		case compactTimestamp:
			s.AddTimestamp(name, time.UnixMicro(s.long()).UTC())
		default:
			s.GaveUp = true
		}
	}
}

// finish reports whether the attributes, which end here, are those of a valid event.
func (s *simpleReader) finish(maxAttributes int) bool {
	return s.err == nil && s.Finish(s.b[:s.i], s.i, s.i, limit.Of(maxAttributes, cloudevents.DefaultMaxAttributes))
}

// simpleEvent decodes a simple event of the Avro format. If ok is false and there is no
// error, a decoder must.
func (f *Format) simpleEvent(body []byte) (e cloudevents.Event, ok bool, err error) {
	s := simpleReader{reader: reader{b: body}}
	s.attributes()
	if !s.finish(f.MaxAttributes) {
		return e, false, nil
	}
	var x data
	s.data(&x, limit.Of(f.MaxDepth, cloudevents.DefaultMaxDepth))
	if err := s.end(body); err != nil {
		return e, false, err
	}
	if x.implies(&s.Event.Event) || x.set(&s.Event.Event, nil) != nil {
		return e, false, nil
	}
	return s.Event.Event, true, nil
}

// simpleEvent decodes a simple event of the compact format. If ok is false and there is no
// error, a decoder must.
func (c *Compact) simpleEvent(body []byte) (e cloudevents.Event, ok bool, err error) {
	s := simpleReader{reader: reader{b: body}}
	s.compactAttributes()
	if !s.finish(c.MaxAttributes) {
		return e, false, nil
	}
	if s.union(compactDataMembers) == compactDataBytes {
		s.Event.Event.Data = s.bytes()
	}
	if err := s.end(body); err != nil {
		return e, false, err
	}
	return s.Event.Event, true, nil
}
