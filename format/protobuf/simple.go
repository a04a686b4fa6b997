package ceprotobuf

import (
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/simple"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

// simpleReader reads a message that has what most encoders write: every field once, and
// no other fields than those of cloudevents.proto. An event that is decoded here is the
// one that a reader makes of the message.
type simpleReader struct {
	simple.Event
	b []byte
}

// span is a part of the message.
type span struct{ start, end int }

// simpleEvent sets e, which is empty, to the event of a message. If ok is false, a reader
// must.
func simpleEvent(e *cloudevents.Event, b []byte, maxAttributes int) (ok bool) {
	s := simpleReader{b: b}
	var data span
	var dataKey byte
	hasVersion := false
	for i := 0; i < len(b) && !s.GaveUp; {
		key := b[i]
		f, ok := s.bytes(i, len(b))
		if !ok {
			return false
		}
		i = f.end
		switch key {
		case eventID:
			s.Set(simple.ID, f.start, f.end-f.start)
		case eventSource:
			s.Set(simple.Source, f.start, f.end-f.start)
		case eventVersion:
			if hasVersion || string(b[f.start:f.end]) != spec.V1.String() {
				return false
			}
			hasVersion = true
		case eventType:
			s.Set(simple.Type, f.start, f.end-f.start)
		case eventAttributes:
			if !s.entry(f) {
				return false
			}
		case eventBinaryData, eventTextData:
			if dataKey != 0 {
				return false
			}
			data, dataKey = f, key
		default:
			return false
		}
	}
	if !hasVersion || !s.Finish(e, b, data.start, data.end, maxAttributes) {
		return false
	}
	if dataKey == 0 {
		return true
	}
	e.Data = b[data.start:data.end:data.end]
	t := e.DataContentType
	return dataKey == eventBinaryData || utf8.Valid(e.Data) && (mediatype.IsJSON(t) || mediatype.FitsCharset(t, e.Data))
}

// bytes reads the field of bytes at i, whose key has one byte, in a message that ends at
// end.
func (s *simpleReader) bytes(i, end int) (f span, ok bool) {
	if end-i < 2 || s.b[i]&wireBits != wireBytes {
		return f, false
	}
	n := uint64(s.b[i+1])
	i += 2
	if n >= 0x80 {
		var err error
		if n, i, err = varint(s.b[:end], i-1); err != nil {
			return f, false
		}
	}
	if n > uint64(end-i) {
		return f, false
	}
	return span{i, i + int(n)}, true
}

// entry reads an entry of the map of attributes.
func (s *simpleReader) entry(entry span) (ok bool) {
	name, ok := s.bytes(entry.start, entry.end)
	if !ok || s.b[entry.start] != entryName {
		return false
	}
	value, ok := s.bytes(name.end, entry.end)
	if !ok || s.b[name.end] != entryValue || value.end != entry.end || value.start == value.end {
		return false
	}
	key := s.b[value.start]
	switch key {
	case valueBoolean, valueInteger:
		n, end, err := varint(s.b[:value.end], value.start+1)
		if err != nil || end != value.end || isOptional(s.b[name.start:name.end]) {
			return false
		}
		s.Name(name.start, name.end-name.start)
		if key == valueBoolean {
			s.Boolean(n != 0)
		} else {
			s.Integer(int32(n))
		}
		return true
	case valueString, valueURI, valueTimestamp:
	default:
		return false
	}
	f, ok := s.bytes(value.start, value.end)
	if !ok || f.end != value.end {
		return false
	}
	if key == valueTimestamp {
		return s.timestamp(name, f)
	}
	size := f.end - f.start
	switch string(s.b[name.start:name.end]) {
	case spec.DataContentType:
		s.Set(simple.DataContentType, f.start, size)
		return key == valueString
	case spec.Subject:
		s.Set(simple.Subject, f.start, size)
		return key == valueString
	case spec.DataSchema:
		s.Set(simple.DataSchema, f.start, size)
		return key == valueURI
	case spec.Time:
		return false
	}
	s.Name(name.start, name.end-name.start)
	t := spec.String
	if key == valueURI {
		t = spec.URI
	}
	s.Text(t, f.start, size)
	return true
}

// timestamp sets the attribute with a name to a google.protobuf.Timestamp.
func (s *simpleReader) timestamp(name, f span) (ok bool) {
	var v value
	for i := f.start; i < f.end; {
		key := s.b[i]
		n, end, err := varint(s.b[:f.end], i+1)
		switch {
		case err != nil:
			return false
		case key == timestampSeconds:
			v.number = int64(n)
		case key == timestampNanoseconds:
			v.nanoseconds = int32(n)
		default:
			return false
		}
		i = end
	}
	t, ok := v.time()
	switch {
	case !ok:
		return false
	case string(s.b[name.start:name.end]) == spec.Time:
		s.SetTime(t)
	case isOptional(s.b[name.start:name.end]):
		return false
	default:
		s.Name(name.start, name.end-name.start)
		s.Timestamp(t)
	}
	return true
}

// isOptional reports whether name is that of an optional core attribute.
func isOptional(name []byte) bool {
	switch string(name) {
	case spec.DataContentType, spec.DataSchema, spec.Subject, spec.Time:
		return true
	}
	return false
}
