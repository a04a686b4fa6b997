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

// set sets a core attribute to the next text in the document.
func (s *simpleReader) set(c simple.Core) {
	size := len(s.bytes())
	s.Set(c, s.i-size, size)
}

// text sets the value of an extension to the next text in the document.
func (s *simpleReader) text() {
	size := len(s.bytes())
	s.Text(spec.String, s.i-size, size)
}

// attributes reads the map of the Avro format.
func (s *simpleReader) attributes() {
	hasVersion := false
	for b := (block{end: -1}); s.next(&b, 2) && !s.ended(); {
		name := s.bytes()
		at := s.i - len(name)
		switch s.union(attributeMembers) {
		case attributeBoolean:
			s.Name(at, len(name))
			s.Boolean(s.boolean())
			continue
		case attributeInt:
			s.Name(at, len(name))
			s.Integer(s.int())
			continue
		case attributeString:
		default:
			s.GaveUp = true
			return
		}
		switch string(name) {
		case spec.SpecVersion:
			if text := s.bytes(); hasVersion || string(text) != spec.V1.String() {
				s.GaveUp = true
			}
			hasVersion = true
		case spec.ID:
			s.set(simple.ID)
		case spec.Source:
			s.set(simple.Source)
		case spec.EventType:
			s.set(simple.Type)
		case spec.DataContentType:
			s.set(simple.DataContentType)
		case spec.DataSchema:
			s.set(simple.DataSchema)
		case spec.Subject:
			s.set(simple.Subject)
		case spec.Time:
			if t, err := validation.ParseTimestamp(viewText(s.bytes())); err != nil {
				s.GaveUp = true
			} else {
				s.SetTime(t)
			}
		default:
			s.Name(at, len(name))
			s.text()
		}
	}
	s.GaveUp = s.GaveUp || !hasVersion
}

// compactAttributes reads the fields of the compact format up to data.
func (s *simpleReader) compactAttributes() {
	s.set(simple.ID)
	s.set(simple.Source)
	s.set(simple.Type)
	for _, c := range [...]simple.Core{simple.DataContentType, simple.DataSchema, simple.Subject} {
		if s.union(2) == 1 {
			s.set(c)
		}
	}
	if s.union(2) == 1 {
		s.SetTime(time.UnixMicro(s.long()).UTC())
	}
	for b := (block{end: -1}); s.next(&b, 3) && !s.ended(); {
		size := len(s.bytes())
		s.Name(s.i-size, size)
		switch s.union(compactExtensionMembers) {
		case compactBoolean:
			s.Boolean(s.boolean())
		case compactInt:
			s.Integer(s.int())
		case compactString:
			s.text()
		case compactTimestamp:
			s.Timestamp(time.UnixMicro(s.long()).UTC())
		default:
			s.GaveUp = true
		}
	}
}

// finish sets e to the attributes, which end here, and reports whether they are those of a
// valid event.
func (s *simpleReader) finish(e *cloudevents.Event, maxAttributes int) bool {
	return s.err == nil && s.Finish(e, s.b[:s.i], s.i, s.i, limit.Of(maxAttributes, cloudevents.DefaultMaxAttributes))
}

// simpleEvent sets e, which is empty, to a simple event of the Avro format. If ok is false
// and there is no error, a decoder must.
func (f *Format) simpleEvent(e *cloudevents.Event, body []byte) (ok bool, err error) {
	s := simpleReader{reader: reader{b: body}}
	s.attributes()
	if !s.finish(e, f.MaxAttributes) {
		return false, nil
	}
	var x data
	s.data(&x, limit.Of(f.MaxDepth, cloudevents.DefaultMaxDepth))
	if err := s.end(body); err != nil {
		return false, err
	}
	return !x.implies(e) && x.set(e, nil) == nil, nil
}

// simpleEvent sets e, which is empty, to a simple event of the compact format. If ok is
// false and there is no error, a decoder must.
func (c *Compact) simpleEvent(e *cloudevents.Event, body []byte) (ok bool, err error) {
	s := simpleReader{reader: reader{b: body}}
	s.compactAttributes()
	if !s.finish(e, c.MaxAttributes) {
		return false, nil
	}
	if s.union(compactDataMembers) == compactDataBytes {
		e.Data = s.bytes()
	}
	if err := s.end(body); err != nil {
		return false, err
	}
	return true, nil
}
