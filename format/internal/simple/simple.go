// Package simple makes events of what most documents have: valid events of version 1.0
// with a few extensions whose types are not declared. A format reads such a document
// without memory of its own, and checks and copies all attributes at once. It reads a
// document that is not so with [cloudevents.Attributes], from its beginning, and has the
// errors from there.
package simple

import (
	"time"
	"unsafe"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
)

// maxExtensions is how many extensions an Event can have.
const maxExtensions = 16

// Event collects the attributes of an event. The zero value is ready to use.
type Event struct {
	// Event has the core attributes that were set, as parts of the document until Finish
	// copies them.
	Event cloudevents.Event

	// GaveUp says that the event is not simple.
	GaveUp bool

	extensions [maxExtensions]cloudevents.Extension
	count      int
	isBuilt    bool // an extension has a text that the document does not have
}

// Set sets a text of Event to a part of the document. It gives up if the text is empty or
// was set already.
func (e *Event) Set(field *string, text []byte) {
	if *field != "" || len(text) == 0 {
		e.GaveUp = true
		return
	}
	*field = view(text)
}

// SetTime sets the time. It gives up if that was set already, or has no RFC 3339.
func (e *Event) SetTime(t time.Time) {
	if !timestamp.InRange(t) || !timestamp.Absent(e.Event.Time) {
		e.GaveUp = true
		return
	}
	e.Event.Time = timestamp.Decoded(t)
}

// Add adds an extension whose value is no part of the document and needs no memory.
func (e *Event) Add(name []byte, v cloudevents.Value) {
	if e.count == maxExtensions {
		e.GaveUp = true
		return
	}
	e.extensions[e.count] = cloudevents.Extension{Name: view(name), Value: v}
	e.count++
}

// AddString adds an extension that is a String, and a part of the document.
func (e *Event) AddString(name, text []byte) { e.Add(name, cloudevents.StringValue(view(text))) }

// AddURI is AddString for a URI.
func (e *Event) AddURI(name, text []byte) { e.Add(name, cloudevents.URIValue(view(text))) }

// AddInteger adds an extension that is an Integer.
func (e *Event) AddInteger(name []byte, n int32) {
	if 0 <= n && n < 100 { // strconv has the text
		e.Add(name, cloudevents.IntegerValue(n))
	} else if e.build() {
		e.Add(name, cloudevents.IntegerValue(n))
	}
}

// AddTimestamp adds an extension that is a Timestamp.
func (e *Event) AddTimestamp(name []byte, t time.Time) {
	if !timestamp.InRange(t) {
		e.GaveUp = true
	} else if e.build() {
		e.Add(name, cloudevents.TimestampValue(t))
	}
}

// build reports whether there may be an extension whose value needs memory: the first one.
func (e *Event) build() bool {
	if e.isBuilt {
		e.GaveUp = true
	}
	e.isBuilt = true
	return !e.GaveUp
}

// Finish copies the attributes out of the document, and reports whether they are those of
// a valid event, no more than a limit. The document has all texts. The part between two
// offsets, where the data may be, has none; it is not copied.
func (e *Event) Finish(document []byte, start, end, maxAttributes int) bool {
	event := &e.Event
	if e.GaveUp || e.attributes() > maxAttributes {
		return false
	}
	if e.count > 0 { // a part of e would make it escape
		event.Extensions = make([]cloudevents.Extension, e.count)
		copy(event.Extensions, e.extensions[:])
		sort(event.Extensions)
	}
	if event.Validate() != nil {
		return false
	}
	c := copier{from: document, start: start, skipped: end - start}
	c.copy(end)
	c.set(&event.ID)
	c.set(&event.Source)
	c.set(&event.Type)
	c.set(&event.DataContentType)
	c.set(&event.DataSchema)
	c.set(&event.Subject)
	for i := range event.Extensions {
		x := &event.Extensions[i]
		c.set(&x.Name)
		switch v := x.Value.String(); x.Value.Type() {
		case spec.String:
			c.set(&v)
			x.Value = cloudevents.StringValue(v)
		case spec.URI:
			c.set(&v)
			x.Value = cloudevents.URIValue(v)
		}
	}
	return true
}

// attributes returns how many there are, with those that are required.
func (e *Event) attributes() int {
	n := 4 + e.count
	for _, isThere := range [...]bool{e.Event.DataContentType != "", e.Event.DataSchema != "", e.Event.Subject != "", !timestamp.Absent(e.Event.Time)} {
		if isThere {
			n++
		}
	}
	return n
}

// sort sorts a few extensions by name.
func sort(xs []cloudevents.Extension) {
	for i := 1; i < len(xs); i++ {
		for k := i; k > 0 && xs[k].Name < xs[k-1].Name; k-- {
			xs[k], xs[k-1] = xs[k-1], xs[k]
		}
	}
}

// copier copies texts out of a document.
type copier struct {
	from           []byte
	start, skipped int // the part that is left out
	text           string
}

// copy copies the document but for the part that is left out.
func (c *copier) copy(end int) {
	if c.skipped == 0 {
		c.text = string(c.from)
		return
	}
	b := make([]byte, len(c.from)-c.skipped)
	copy(b, c.from[:c.start])
	copy(b[c.start:], c.from[end:])
	c.text = view(b)
}

// set sets s, a part of the document, to its copy.
func (c *copier) set(s *string) {
	if *s == "" {
		*s = ""
		return
	}
	i := int(uintptr(unsafe.Pointer(unsafe.StringData(*s))) - uintptr(unsafe.Pointer(unsafe.SliceData(c.from))))
	if i >= c.start {
		i -= c.skipped
	}
	*s = c.text[i : i+len(*s)]
}

// view returns b as a string that changes with it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
