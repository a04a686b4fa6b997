// Package simple makes events of what most documents have: valid events of version 1.0
// with a few extensions whose types are not declared. A format reads such a document
// without memory of its own, and copies and checks all attributes at once. It reads a
// document that is not so with [cloudevents.Attributes], from its beginning, and has the
// errors from there.
package simple

import (
	"math"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Core is a core attribute that is a text.
type Core int

const (
	ID Core = iota
	Source
	Type
	Subject
	DataContentType
	DataSchema
	texts
)

// maxExtensions is how many extensions an Event can have.
const maxExtensions = 16

// Event collects the attributes of an event: where they are in the document, so that it
// has no pointers until there is an event. The zero value is ready to use.
type Event struct {
	// GaveUp says that the event is not simple.
	GaveUp bool

	isBuilt    bool // an extension has a text that the document does not have
	hasTime    bool
	time       time.Time
	built      time.Time // of the extension that is a Timestamp
	texts      [texts]span
	extensions [maxExtensions]extension
	count      int
}

// span is a part of the document.
type span struct{ at, size uint32 }

// extension is one of the types String, URI, Boolean, Integer and Timestamp.
type extension struct {
	name, text span
	number     int32 // an Integer, or a Boolean
	typ        spec.Type
}

// Set sets a core attribute to a part of the document, which begins at an offset. It gives
// up if the part is empty or the attribute was set already.
func (e *Event) Set(c Core, at, size int) {
	if e.texts[c].size != 0 || size == 0 {
		e.GaveUp = true
		return
	}
	e.texts[c] = span{uint32(at), uint32(size)}
}

// Has reports whether a core attribute was set.
func (e *Event) Has(c Core) bool { return e.texts[c].size != 0 }

// SetTime sets the time. It gives up if that was set already, or has no RFC 3339.
func (e *Event) SetTime(t time.Time) {
	if e.hasTime || !timestamp.InRange(t) {
		e.GaveUp = true
		return
	}
	e.time, e.hasTime = timestamp.Decoded(t), true
}

// Name begins an extension, whose name is a part of the document. Another method sets its
// value after that.
func (e *Event) Name(at, size int) {
	if e.count == maxExtensions {
		e.GaveUp = true
		e.count-- // its value is for no one
	}
	e.extensions[e.count] = extension{name: span{uint32(at), uint32(size)}}
	e.count++
}

// Text sets the value of the last extension to a part of the document.
func (e *Event) Text(t spec.Type, at, size int) {
	x := &e.extensions[e.count-1]
	x.typ, x.text = t, span{uint32(at), uint32(size)}
}

// Boolean sets the value of the last extension.
func (e *Event) Boolean(v bool) {
	x := &e.extensions[e.count-1]
	if x.typ = spec.Boolean; v {
		x.number = 1
	}
}

// Integer sets the value of the last extension.
func (e *Event) Integer(n int32) {
	if n < 0 || n >= 100 { // strconv does not have the text
		e.build()
	}
	x := &e.extensions[e.count-1]
	x.typ, x.number = spec.Integer, n
}

// Timestamp sets the value of the last extension.
func (e *Event) Timestamp(t time.Time) {
	if !timestamp.InRange(t) {
		e.GaveUp = true
	}
	e.build()
	e.extensions[e.count-1].typ, e.built = spec.Timestamp, t
}

// build notes that there is an extension whose value needs memory. It gives up if there
// is another one.
func (e *Event) build() {
	e.GaveUp = e.GaveUp || e.isBuilt
	e.isBuilt = true
}

// Finish copies the attributes out of the document, and sets event to them. It reports
// whether they are those of a valid event, no more than a limit. The part of the document
// between two offsets, where the data may be, has no attributes. The rest is copied at
// once, names included, which takes less time than to copy each text.
func (e *Event) Finish(event *cloudevents.Event, document []byte, start, end, maxAttributes int) bool {
	if e.GaveUp || e.attributes() > maxAttributes || uint64(len(document)) > math.MaxUint32 {
		return false
	}
	c := copyOf(document, start, end)
	out := cloudevents.Event{ // so that the memory of the caller is written to but once
		ID:              c.text(e.texts[ID]),
		Source:          c.text(e.texts[Source]),
		Type:            c.text(e.texts[Type]),
		Subject:         c.text(e.texts[Subject]),
		Time:            e.time,
		DataContentType: c.text(e.texts[DataContentType]),
		DataSchema:      c.text(e.texts[DataSchema]),
	}
	if e.count > 0 {
		out.Extensions = make([]cloudevents.Extension, e.count)
		var order [maxExtensions]uint8
		e.sort(&order, &c)
		for i := range out.Extensions {
			x := &e.extensions[order[i]%maxExtensions]
			out.Extensions[i] = cloudevents.Extension{Name: c.text(x.name), Value: e.value(x, &c)}
		}
	}
	if out.Validate() != nil {
		return false
	}
	*event = out
	return true
}

// attributes returns how many there are, with those that are required.
func (e *Event) attributes() int {
	n := 4 + e.count
	if e.Has(DataContentType) {
		n++
	}
	if e.Has(DataSchema) {
		n++
	}
	if e.Has(Subject) {
		n++
	}
	if e.hasTime {
		n++
	}
	return n
}

// sort sets order to the extensions, sorted by name.
func (e *Event) sort(order *[maxExtensions]uint8, c *copied) {
	for i := range e.count {
		k, name := i, c.text(e.extensions[i].name)
		for ; k > 0 && name < c.text(e.extensions[order[k-1]%maxExtensions].name); k-- {
			order[k] = order[k-1]
		}
		order[k] = uint8(i)
	}
}

// value returns the value of an extension.
func (e *Event) value(x *extension, c *copied) cloudevents.Value {
	switch x.typ {
	case spec.URI:
		return cloudevents.URIValue(c.text(x.text))
	case spec.Boolean:
		return cloudevents.BooleanValue(x.number == 1)
	case spec.Integer:
		return cloudevents.IntegerValue(x.number)
	case spec.Timestamp:
		return cloudevents.TimestampValue(e.built)
	}
	return cloudevents.StringValue(c.text(x.text))
}

// copied is a copy of a document, but for a part that is left out.
type copied struct {
	string
	start, skipped uint32 // the part
}

func copyOf(document []byte, start, end int) copied {
	if start == end {
		return copied{string: string(document)}
	}
	var b strings.Builder // which does not clear the memory first
	b.Grow(len(document) - (end - start))
	b.Write(document[:start])
	b.Write(document[end:])
	return copied{b.String(), uint32(start), uint32(end - start)}
}

// text returns the copy of a part of the document.
func (c *copied) text(s span) string {
	if s.size == 0 {
		return "" // which keeps no memory from being freed
	}
	if s.at >= c.start {
		s.at -= c.skipped
	}
	return c.string[s.at:][:s.size]
}
