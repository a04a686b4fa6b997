package cecbor

import (
	"math"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/simple"
	"github.com/seed763dd41b/cloudevents/internal/cborscan"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// simpleEvent decodes an event whose attributes are as most encoders write them: of
// definite length, not null, names of less than 24 bytes. If ok is false, a reader must.
func (f *Format) simpleEvent(e *cloudevents.Event, b []byte) (ok bool) {
	if len(b) == 0 || b[0]>>5 != cborscan.Map || b[0]&31 > 23 {
		return false
	}
	var s simple.Event
	var data span
	var dataBytes []byte // if it is a byte string
	hasVersion := false
	i := 1
	for pairs := b[0] & 31; pairs > 0 && !s.GaveUp; pairs-- {
		if i >= len(b) {
			return false
		}
		size := int(b[i]) - cborscan.Text<<5
		nameAt := i + 1
		i = nameAt + size
		if uint(size) > 23 || i >= len(b) {
			return false
		}
		name := b[nameAt:i]
		if string(name) == spec.Data {
			if data.end > 0 {
				return false
			}
			end := i
			if b[i]>>5 == cborscan.Bytes { // as most have it
				first, next, chunked, fault := cborscan.String(b, i)
				if fault != cborscan.None {
					return false
				}
				if end = next; !chunked {
					dataBytes = b[first:next:next]
				}
			} else {
				var fault cborscan.Fault
				if end, fault = cborscan.Value(b, i, limit.Of(f.MaxDepth, cloudevents.DefaultMaxDepth)); fault != cborscan.None {
					return false
				}
			}
			data = span{i, end}
			i = end
			continue
		}
		tag := -1
		if c := b[i]; c>>5 == cborscan.Tag { // one byte, or two
			tag = int(c & 31)
			i++
			if tag == 24 && i < len(b) {
				tag = int(b[i])
				i++
			} else if tag > 23 {
				return false
			}
			if i == len(b) {
				return false
			}
		}
		n, first := int(b[i])-cborscan.Text<<5, i+1
		switch {
		case uint(n) < 24:
		case n == 24 && first < len(b):
			n = int(b[first])
			first++
		case (n < 0 || n > 31) && tag < 0: // of another type
			s.Name(nameAt, len(name))
			if i = setScalar(&s, b, i); i < 0 {
				return false
			}
			continue
		default:
			return false
		}
		if i = first + n; i > len(b) {
			return false
		}
		if tag >= 0 && !canTag(name, tag) {
			return false
		}
		switch string(name) {
		case spec.ID:
			s.Set(simple.ID, first, n)
		case spec.Source:
			s.Set(simple.Source, first, n)
		case spec.EventType:
			s.Set(simple.Type, first, n)
		case spec.Subject:
			s.Set(simple.Subject, first, n)
		case spec.DataContentType:
			s.Set(simple.DataContentType, first, n)
		case spec.DataSchema:
			s.Set(simple.DataSchema, first, n)
		case spec.SpecVersion:
			if hasVersion || string(b[first:i]) != spec.V1.String() {
				return false
			}
			hasVersion = true
		case spec.Time:
			t, err := validation.ParseTimestamp(viewText(b[first:i]))
			if err != nil {
				return false
			}
			s.SetTime(t)
		default:
			t := spec.String
			if tag == tagURI {
				t = spec.URI
			}
			s.Name(nameAt, len(name))
			s.Text(t, first, n)
		}
	}
	if i != len(b) || !hasVersion {
		return false
	}
	maxAttributes := limit.Of(f.MaxAttributes, cloudevents.DefaultMaxAttributes)
	if data.end > 0 && !s.Has(simple.DataContentType) {
		maxAttributes-- // of data that implies one
	}
	switch {
	case !s.Finish(e, b, data.start, data.end, maxAttributes):
		return false
	case dataBytes != nil && !mediatype.IsCBOR(e.DataContentType): // as most have it
		e.Data = dataBytes
		return true
	}
	r := reader{b: b, data: data, maxAttributes: math.MaxInt}
	return data.end == 0 || r.setData(e, nil) == nil
}

// setScalar sets the value of an extension that is a Boolean or an Integer, and returns
// its end, or -1 if it is something else.
func setScalar(s *simple.Event, b []byte, i int) (end int) {
	c := b[i]
	switch {
	case c == cborscan.True || c == cborscan.False:
		s.Boolean(c == cborscan.True)
		return i + 1
	case c>>5 > cborscan.Negative:
		return -1
	}
	n, end, fault := cborscan.Argument(b, i)
	if fault != cborscan.None || n > math.MaxInt32 {
		return -1
	}
	if c>>5 == cborscan.Negative {
		n = ^n
	}
	s.Integer(int32(n))
	return end
}

// canTag reports whether a text with that name may have a tag in a simple event.
func canTag(name []byte, tag int) bool {
	switch string(name) {
	case spec.Time:
		return tag == tagDateTime
	case spec.ID, spec.Source, spec.EventType, spec.Subject, spec.DataContentType, spec.SpecVersion:
		return false
	}
	return tag == tagURI
}
