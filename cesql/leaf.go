package cesql

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
)

// leaf is a value that needs no instruction of its own: a constant, or an attribute of the event,
// or what LENGTH, LEFT or RIGHT with a constant make of one.
type leaf struct {
	from     origin
	function builtin // of the attribute; or none
	fail     int32   // the place of the error of a missing attribute
	value    Value   // the constant; the text of it is the name of an attribute, the number how many characters
}

// origin says where the value of a leaf is.
type origin uint8

const (
	fromConstant origin = iota
	fromID
	fromSource
	fromType
	fromSpecVersion
	fromSubject
	fromTime
	fromTimeLater // the instruction needs no Value and writes the text itself
	fromDataContentType
	fromExtension
	fromVersion // the name is that of a core attribute in some versions only
)

func originOf(name string) origin {
	switch name {
	case spec.ID:
		return fromID
	case spec.Source:
		return fromSource
	case spec.EventType:
		return fromType
	case spec.SpecVersion:
		return fromSpecVersion
	case spec.Subject:
		return fromSubject
	case spec.Time:
		return fromTime
	case spec.DataContentType:
		return fromDataContentType
	case spec.DataSchema, spec.SchemaURL:
		return fromVersion
	}
	return fromExtension
}

// mayBeMissing reports whether a valid event can be without the attribute.
func (o origin) mayBeMissing() bool { return o >= fromSubject }

// exists reports whether an event has the attribute.
func (l *leaf) exists(e *cloudevents.Event) bool {
	switch l.from {
	case fromID, fromSource, fromType, fromSpecVersion:
		return true
	case fromSubject:
		return e.Subject != ""
	case fromTime:
		return !timestamp.Absent(e.Time)
	case fromDataContentType:
		return e.DataContentType != ""
	}
	_, ok := e.Get(l.value.text)
	return ok
}

// of returns the value for an event, and whether there is one.
func (l *leaf) of(e *cloudevents.Event) (Value, bool) {
	v, ok := l.attribute(e)
	if l.function == none || !ok {
		return v, ok
	}
	switch l.function {
	case fnLeft:
		return StringValue(left(v.String(), int(l.value.number))), true
	case fnRight:
		return StringValue(right(v.String(), int(l.value.number))), true
	}
	return length(v), true
}

// attribute is of without the function.
func (l *leaf) attribute(e *cloudevents.Event) (Value, bool) {
	text := ""
	switch l.from {
	case fromConstant:
		return l.value, true
	case fromID:
		return Value{text: e.ID, typ: String}, true
	case fromSource:
		return Value{text: e.Source, typ: String}, true
	case fromType:
		return Value{text: e.Type, typ: String}, true
	case fromSpecVersion:
		return Value{text: e.SpecVersion.String(), typ: String}, true
	case fromSubject:
		text = e.Subject
	case fromDataContentType:
		text = e.DataContentType
	case fromTimeLater:
		return Value{typ: String}, !timestamp.Absent(e.Time)
	case fromExtension:
		for i := range e.Extensions {
			if x := &e.Extensions[i]; x.Name == l.value.text {
				return ofAttribute(x.Value), true
			}
		}
		return Value{}, false
	default:
		v, ok := e.Get(l.value.text)
		if !ok {
			return Value{}, false
		}
		return ofAttribute(v), true
	}
	return Value{text: text, typ: String}, text != ""
}

// ofAttribute returns the value of an attribute of an event.
func ofAttribute(v cloudevents.Value) Value {
	switch v.Type() {
	case spec.Boolean:
		return BooleanValue(v.String() == "true")
	case spec.Integer:
		if n, ok := parseInteger(v.String()); ok {
			return IntegerValue(n)
		}
	}
	return StringValue(v.String())
}
