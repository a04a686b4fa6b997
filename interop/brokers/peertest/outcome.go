package peertest

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Outcome is what a receiver made of a message: an event, or an error.
type Outcome struct {
	Event conformance.Event
	Err   string
}

// Got returns the outcome of a decoder of this module.
func Got(e cloudevents.Event, err error) Outcome {
	if err != nil {
		return Failed(err)
	}
	return Outcome{Event: conformance.FromEvent(&e)}
}

// Failed returns the outcome of an error.
func Failed(err error) Outcome { return Outcome{Err: err.Error()} }

// madeUp stands for any time at which a test runs: some peers put the current time into
// events that have none.
const madeUp = "the time of the exchange"

// String returns all that is in an outcome, an attribute a line: extensions with their type,
// because messages decide the types of extensions alone.
func (o Outcome) String() string {
	if o.Err != "" {
		return "error: " + o.Err + "\n"
	}
	var lines []string
	for _, a := range o.Event.Attributes {
		kind := spec.String
		if !core(a.Name) {
			kind = a.Type
		}
		text := a.Text
		if t, err := validation.ParseTimestamp(text); a.Name == spec.Time && err == nil {
			text = t.Format(time.RFC3339Nano) // with as many digits of a fraction as it takes
			if time.Since(t).Abs() < 10*time.Minute {
				text = madeUp
			}
		}
		lines = append(lines, fmt.Sprintf("%s %s %q\n", a.Name, kind, text))
	}
	slices.Sort(lines)
	switch b := o.Event.Data; {
	case b == nil:
	case len(b) > 512:
		lines = append(lines, fmt.Sprintf("data of %d bytes, SHA-256 %x\n", len(b), sha256.Sum256(b)))
	default:
		lines = append(lines, fmt.Sprintf("data %q\n", b))
	}
	return strings.Join(lines, "")
}

func core(name string) bool {
	return slices.Contains([]string{
		spec.ID, spec.Source, spec.SpecVersion, spec.EventType, spec.DataContentType, spec.DataSchema, spec.SchemaURL, spec.Subject, spec.Time,
	}, name)
}

// Set returns a change that sets an attribute to a text.
func Set(name string, kind spec.Type, text string) func(*conformance.Event) {
	return func(e *conformance.Event) {
		Drop(name)(e)
		e.Attributes = append(e.Attributes, conformance.Attribute{Name: name, Type: kind, Text: text})
	}
}

// Drop returns a change that removes attributes.
func Drop(names ...string) func(*conformance.Event) {
	return func(e *conformance.Event) {
		e.Attributes = slices.DeleteFunc(e.Attributes, func(a conformance.Attribute) bool { return slices.Contains(names, a.Name) })
	}
}

// Rewrite returns a change of the texts of those attributes that there are.
func Rewrite(f func(string) string, names ...string) func(*conformance.Event) {
	return func(e *conformance.Event) {
		for i, a := range e.Attributes {
			if slices.Contains(names, a.Name) {
				e.Attributes[i].Text = f(a.Text)
			}
		}
	}
}

// Data returns a change of the data.
func Data(b []byte) func(*conformance.Event) { return func(e *conformance.Event) { e.Data = b } }

// Retype returns a change that makes extensions of the types from be of type to.
func Retype(to spec.Type, from ...spec.Type) func(*conformance.Event) {
	return func(e *conformance.Event) {
		for i, a := range e.Attributes {
			if !core(a.Name) && slices.Contains(from, a.Type) {
				e.Attributes[i].Type = to
			}
		}
	}
}

// TimeMadeUp is a change to the current time.
func TimeMadeUp(e *conformance.Event) {
	Set(spec.Time, spec.Timestamp, time.Now().UTC().Format(time.RFC3339Nano))(e)
}

// TimeInUTC is a change to the same time without an offset.
func TimeInUTC(e *conformance.Event) {
	Rewrite(func(s string) string {
		t, err := validation.ParseTimestamp(s)
		if err != nil {
			return s
		}
		return t.UTC().Format(time.RFC3339Nano)
	}, spec.Time)(e)
}

// TimeInMilliseconds is a change to the format of JavaScript's toISOString.
func TimeInMilliseconds(e *conformance.Event) {
	Rewrite(func(s string) string {
		t, err := validation.ParseTimestamp(s)
		if err != nil {
			return s
		}
		return t.UTC().Format("2006-01-02T15:04:05.000Z")
	}, spec.Time)(e)
}

// All returns a change that makes several.
func All(changes ...func(*conformance.Event)) func(*conformance.Event) {
	return func(e *conformance.Event) {
		for _, change := range changes {
			change(e)
		}
	}
}
