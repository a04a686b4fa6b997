package cloudevents

import (
	"slices"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/spec"
)

// Event is one CloudEvent. Its fields can be set and read freely; whether they
// are legal is checked by [Event.Validate], and by every encoder and decoder.
//
// The zero Event is an empty event of specification version 1.0. It is not valid:
// ID, Source and Type are required.
//
// A copy of an Event shares Extensions and Data with it. [Event.Set] and
// [Event.Delete] do not write to the slice that is shared; [Event.Clone] shares
// nothing at all.
type Event struct {
	SpecVersion     spec.Version // zero is 1.0
	ID              string       // required; unique together with Source
	Source          string       // required, a URI-reference
	Type            string       // required
	Subject         string       // "" is absent
	Time            time.Time    // zero is absent; the offset is kept if it is whole minutes, less than a day
	DataContentType string       // media type of Data; "" is absent
	DataSchema      string       // URI; "" is absent
	Extensions      []Extension  // names are unique; decoders sort by name
	Data            []byte       // nil is absent, empty is present and empty
}

// Extension is an extension attribute: a name of lower-case letters and digits,
// and a value of any type (spec.md#extension-context-attributes).
type Extension struct {
	Name  string
	Value Value
}

// New returns an event of that source and type with a new random ID and the
// current time in UTC.
func New(source, eventType string) Event {
	return Event{
		ID:     NewID(),
		Source: source,
		Type:   eventType,
		Time:   time.Now().UTC(),
	}
}

// Clone returns a deep copy of e: it shares no slice and no string memory with
// e, so that it may outlive the message that e was decoded from.
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
