package interop_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// outcome is what a receiver made of a message: events, or an error.
type outcome struct {
	events []cloudevents.Event
	err    string
	header http.Header // of the message, where a peer wrote it
}

func failed(err error) outcome { return outcome{err: err.Error()} }

func (o outcome) String() string {
	if o.err != "" {
		return "error: " + o.err + "\n"
	}
	var b strings.Builder
	for i := range o.events {
		if len(o.events) > 1 {
			fmt.Fprintf(&b, "event %d\n", i)
		}
		b.WriteString(dump(&o.events[i]))
	}
	if len(o.events) == 0 {
		return "no events\n"
	}
	return b.String()
}

// dump returns all that is in an event: an attribute a line, with type and text,
// extensions sorted by name, and the bytes of the data.
func dump(e *cloudevents.Event) string {
	var b strings.Builder
	line := func(name string, t spec.Type, text string) { fmt.Fprintf(&b, "%s %s %q\n", name, t, text) }
	for _, a := range []struct{ name, text string }{
		{spec.SpecVersion, e.SpecVersion.String()}, {spec.ID, e.ID}, {spec.Source, e.Source}, {spec.EventType, e.Type},
		{spec.DataContentType, e.DataContentType}, {spec.DataSchema, e.DataSchema}, {spec.Subject, e.Subject},
	} {
		line(a.name, spec.String, a.text)
	}
	switch {
	case e.Time.Equal(timeOfExchange):
		line(spec.Time, spec.Timestamp, "time of the exchange")
	case !e.Time.IsZero():
		line(spec.Time, spec.Timestamp, e.Time.Format(time.RFC3339Nano))
	}
	extensions := slices.SortedFunc(slices.Values(e.Extensions), func(x, y cloudevents.Extension) int {
		return strings.Compare(x.Name, y.Name)
	})
	for _, x := range extensions {
		line(x.Name, x.Value.Type(), x.Value.String())
	}
	switch {
	case e.Data == nil:
	case len(e.Data) > 512:
		fmt.Fprintf(&b, "data of %d bytes, SHA-256 %x\n", len(e.Data), sha256.Sum256(e.Data))
	default:
		fmt.Fprintf(&b, "data %q\n", e.Data)
	}
	return b.String()
}

// timeOfExchange stands for any time at which a test runs: some peers put the
// current time into events that have none.
var (
	timeOfExchange = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	started        = time.Now().Add(-time.Second)
)

func hideTimeOfExchange(t time.Time) time.Time {
	if t.After(started) && t.Before(time.Now().Add(time.Second)) {
		return timeOfExchange
	}
	return t
}

// arrived returns the event that a message with e stands for, by the
// specification: what no mode can carry is gone. Without declared extensions, the
// message decides the types of extensions.
func arrived(e cloudevents.Event, m cloudevents.Mode, declared bool) cloudevents.Event {
	e = e.Clone()
	if m == cloudevents.BinaryMode && len(e.Data) == 0 {
		e.Data = nil // an empty body is no data
	}
	for i := range e.Extensions {
		v := &e.Extensions[i].Value
		typed := m != cloudevents.BinaryMode && (v.Type() == spec.Boolean || v.Type() == spec.Integer)
		if !declared && !typed {
			*v = cloudevents.StringValue(v.String())
		}
	}
	return e
}

// declarations are the types of the extensions of e.
func declarations(e *cloudevents.Event) []spec.Attribute {
	var as []spec.Attribute
	for _, x := range e.Extensions {
		as = append(as, spec.Attribute{Name: x.Name, Type: x.Value.Type()})
	}
	return as
}
