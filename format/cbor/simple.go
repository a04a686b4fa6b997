package cecbor

import (
	"math"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/simple"
	"github.com/seed763dd41b/cloudevents/internal/cborscan"
	"github.com/seed763dd41b/cloudevents/internal/limit"
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
	hasVersion := false
	i := 1
	for pairs := b[0] & 31; pairs > 0 && !s.GaveUp; pairs-- {
		if i >= len(b) || b[i]>>5 != cborscan.Text || b[i]&31 > 23 {
			return false
		}
		end := i + 1 + int(b[i]&31)
		if end >= len(b) {
			return false
		}
		name := b[i+1 : end]
		i = end
		if string(name) == spec.Data {
			if data.end > 0 {
				return false
			}
			end, fault := cborscan.Value(b, i, limit.Of(f.MaxDepth, cloudevents.DefaultMaxDepth))
			if fault != cborscan.None {
				return false
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
		c := b[i]
		if c>>5 != cborscan.Text {
			if tag >= 0 {
				return false
			}
			if i = addScalar(&s, name, b, i); i < 0 {
				return false
			}
			continue
		}
		n, first := int(c&31), i+1
		if n == 24 && first < len(b) {
			n = int(b[first])
			first++
		} else if n > 23 {
			return false
		}
		if i = first + n; i > len(b) {
			return false
		}
		text := b[first:i]
		if tag >= 0 {
			s.GaveUp = !addTagged(&s, name, text, tag) || s.GaveUp
			continue
		}
		switch string(name) {
		case spec.ID:
			s.Set(&s.Event.ID, text)
		case spec.Source:
			s.Set(&s.Event.Source, text)
		case spec.EventType:
			s.Set(&s.Event.Type, text)
		case spec.Subject:
			s.Set(&s.Event.Subject, text)
		case spec.DataContentType:
			s.Set(&s.Event.DataContentType, text)
		case spec.DataSchema:
			s.Set(&s.Event.DataSchema, text)
		case spec.SpecVersion:
			if hasVersion || string(text) != "1.0" {
				return false
			}
			hasVersion = true
		case spec.Time:
			setTime(&s, text)
		default:
			s.AddString(name, text)
		}
	}
	if i != len(b) || !hasVersion {
		return false
	}
	r := reader{b: b, data: data, maxAttributes: limit.Of(f.MaxAttributes, cloudevents.DefaultMaxAttributes)}
	implied := 0
	if data.end > 0 && s.Event.DataContentType == "" {
		implied = 1 // if the data is no bytes, but that is a matter of setData
	}
	if !s.Finish(b, data.start, data.end, r.maxAttributes-implied) || data.end > 0 && r.setData(&s.Event, nil) != nil {
		return false
	}
	*e = s.Event
	return true
}

// addScalar adds an extension that is a Boolean or an Integer, and returns its end, or -1
// if it is something else.
func addScalar(s *simple.Event, name, b []byte, i int) (end int) {
	c := b[i]
	switch {
	case c == cborscan.True || c == cborscan.False:
		s.Add(name, cloudevents.BooleanValue(c == cborscan.True))
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
	s.AddInteger(name, int32(n))
	return end
}

// addTagged adds a text with a tag, and reports whether it is a simple one.
func addTagged(s *simple.Event, name, text []byte, tag int) bool {
	switch {
	case tag == tagDateTime && string(name) == spec.Time:
		setTime(s, text)
	case tag == tagURI && string(name) == spec.DataSchema:
		s.Set(&s.Event.DataSchema, text)
	case tag == tagURI: // Finish refuses the names of other core attributes
		s.AddURI(name, text)
	default:
		return false
	}
	return true
}

func setTime(s *simple.Event, text []byte) {
	t, err := validation.ParseTimestamp(viewText(text))
	if err != nil {
		s.GaveUp = true
		return
	}
	s.SetTime(t)
}
