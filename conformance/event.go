package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// ParseEvent reads the dump of an event, an attribute a line; see
// testdata/README.md.
func ParseEvent(s string) (e Event, err error) {
	for _, line := range strings.Split(strings.TrimSpace(s), "\n") {
		name, rest, _ := strings.Cut(line, " ")
		if rest = strings.TrimSpace(rest); name == spec.Data && (strings.HasPrefix(rest, `"`) || strings.HasPrefix(rest, "repeat ")) {
			if e.Data, err = parseData(rest); err != nil {
				return e, err
			}
			continue
		}
		typ, rest, _ := strings.Cut(rest, " ")
		t, ok := spec.ParseType(typ)
		if !ok {
			return e, fmt.Errorf("type in %q", line)
		}
		text, _, err := literal(rest)
		if err != nil {
			return e, err
		}
		e.Attributes = append(e.Attributes, Attribute{name, t, text})
	}
	return e, nil
}

func parseData(s string) ([]byte, error) {
	n := 1
	if count, ok := strings.CutPrefix(s, "repeat "); ok {
		var err error
		count, s, _ = strings.Cut(count, " ")
		if n, err = strconv.Atoi(count); err != nil || n < 0 {
			return nil, fmt.Errorf("repeat %q", count)
		}
	}
	text, _, err := literal(s)
	return []byte(strings.Repeat(text, n)), err
}

// String returns the dump that [ParseEvent] reads.
func (e Event) String() string {
	var b strings.Builder
	for _, a := range e.Attributes {
		fmt.Fprintf(&b, "%s %s %s\n", a.Name, a.Type, strconv.QuoteToASCII(a.Text))
	}
	if e.Data != nil {
		fmt.Fprintf(&b, "data %s\n", strconv.QuoteToASCII(string(e.Data)))
	}
	return b.String()
}

// FromEvent returns e in neutral form.
func FromEvent(e *cloudevents.Event) Event {
	n := Event{Data: slices.Clone(e.Data)}
	for name, v := range e.All() {
		n.Attributes = append(n.Attributes, Attribute{name, v.Type(), v.String()})
	}
	return n
}

// ToEvent returns the event that n stands for. Nothing is checked, so that an
// encoder gets to see what it must refuse; an unknown specversion becomes an
// invalid one. A time that is not a timestamp cannot be had and is an error.
func ToEvent(n Event) (e cloudevents.Event, err error) {
	for _, a := range n.Attributes {
		switch a.Name {
		case spec.SpecVersion:
			var ok bool
			if e.SpecVersion, ok = spec.ParseVersion(a.Text); !ok {
				e.SpecVersion = 255
			}
		case spec.ID:
			e.ID = a.Text
		case spec.Source:
			e.Source = a.Text
		case spec.EventType:
			e.Type = a.Text
		case spec.DataContentType:
			e.DataContentType = a.Text
		case spec.DataSchema:
			e.DataSchema = a.Text
		case spec.Subject:
			e.Subject = a.Text
		case spec.Time:
			if err := e.SetText(spec.Attribute{Name: spec.Time}, a.Text); err != nil {
				return e, err
			}
		default:
			v, err := value(a)
			if err != nil {
				return e, err
			}
			e.Extensions = append(e.Extensions, cloudevents.Extension{Name: a.Name, Value: v})
		}
	}
	e.Data = slices.Clone(n.Data)
	return e, nil
}

// errCase is wrapped by the error about a case that has no [cloudevents.Event].
var errCase = errors.New("the case cannot be expressed")

// ToEvents is [ToEvent] for several events.
func ToEvents(neutral []Event) ([]cloudevents.Event, error) {
	es := make([]cloudevents.Event, len(neutral))
	for i, n := range neutral {
		var err error
		if es[i], err = ToEvent(n); err != nil {
			return nil, err
		}
	}
	return es, nil
}

func toEvents(neutral []Event) ([]cloudevents.Event, error) {
	es, err := ToEvents(neutral)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errCase, err) // %v: it is no refusal
	}
	return es, nil
}

func value(a Attribute) (cloudevents.Value, error) {
	switch a.Type {
	case spec.String:
		return cloudevents.StringValue(a.Text), nil
	case spec.URI:
		return cloudevents.URIValue(a.Text), nil
	case spec.URIReference:
		return cloudevents.URIReferenceValue(a.Text), nil
	}
	v, err := cloudevents.ParseValue(a.Type, a.Text)
	if err != nil {
		return v, fmt.Errorf("extension %s: %w", a.Name, err)
	}
	return v, nil
}
