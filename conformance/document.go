package conformance

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/cborscan"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// formatRules are how a format deviates from one that carries every valid event
// unchanged. The zero value is JSON.
type formatRules struct {
	// arrives returns an event as it arrives in a document. nil is JSON, which drops white
	// space around a JSON value. The row of every other format has a function.
	arrives func(e Event) Event
	// carries reports whether there is a document for a valid event. nil is always.
	carries func(e *Event) bool
}

// parseDocument reads a document, which is the whole section. Those of binary formats are
// in sections with " quoted" at the end of the name.
func parseDocument(p *protocol, s string, _ bool) (Message, error) {
	return Message{Protocol: p.name, Body: []byte(s)}, nil
}

// goldenDocument is the inverse of parseDocument.
func goldenDocument(_ *protocol, m *Message) string { return string(m.Body) }

// arrivesInJSON drops the white space around a JSON value.
func arrivesInJSON(e Event) Event {
	if e.declaresJSON() {
		e.Data = bytes.Trim(e.Data, " \t\r\n")
	}
	return e
}

// arrivesInProtobuf moves Timestamps to UTC and cuts them to nanoseconds.
func arrivesInProtobuf(e Event) Event {
	return e.withTimes(func(t time.Time) time.Time { return t.UTC() })
}

// carriedByProtobuf reports whether all Timestamps are in the years 1 to 9999 of UTC.
func carriedByProtobuf(e *Event) bool { return e.timesWithin(1, 9999) }

// timesWithin reports whether all Timestamps are in those years of UTC.
func (e *Event) timesWithin(first, last int) bool {
	for _, a := range e.Attributes {
		if a.Type != spec.Timestamp {
			continue
		}
		if t, err := validation.ParseTimestamp(a.Text); err == nil && (t.UTC().Year() < first || t.UTC().Year() > last) {
			return false
		}
	}
	return true
}

// arrivesInAvroCompact moves Timestamps to UTC and cuts them to microseconds.
func arrivesInAvroCompact(e Event) Event {
	return e.withTimes(func(t time.Time) time.Time { return time.UnixMicro(t.UnixMicro()).UTC() })
}

// carriedByAvroCompact reports whether the version is 1.0, and all Timestamps are in the
// years 0 to 9999 of UTC.
func carriedByAvroCompact(e *Event) bool {
	return e.text(spec.SpecVersion) == spec.V1.String() && e.timesWithin(0, 9999)
}

// unchanged returns e.
func unchanged(e Event) Event { return e }

// carriedByXML reports whether all names can be those of elements, which do not begin with
// a digit.
func carriedByXML(e *Event) bool {
	for _, a := range e.Attributes {
		if a.Name != "" && a.Name[0] <= '9' {
			return false
		}
	}
	return true
}

// arrivesInCBOR writes Timestamps with T and Z in upper case, as their tag has them.
func arrivesInCBOR(e Event) Event {
	out := Event{Data: e.Data, Attributes: slices.Clone(e.Attributes)}
	for i, a := range out.Attributes {
		if a.Type == spec.Timestamp {
			out.Attributes[i].Text = strings.ToUpper(a.Text)
		}
	}
	return out
}

// carriedByCBOR reports whether data is one CBOR item if its content type is one of CBOR.
func carriedByCBOR(e *Event) bool {
	if e.Data == nil || !mediatype.IsCBOR(e.text(spec.DataContentType)) {
		return true
	}
	end, fault := cborscan.Value(e.Data, 0, cloudevents.DefaultMaxDepth)
	return fault == cborscan.None && end == len(e.Data)
}

// withTimes returns e with another time in each Timestamp. Without fraction digits after
// the ninth, and in the shortest form.
func (e Event) withTimes(change func(time.Time) time.Time) Event {
	out := Event{Data: e.Data, Attributes: make([]Attribute, len(e.Attributes))}
	for i, a := range e.Attributes {
		if t, err := validation.ParseTimestamp(a.Text); a.Type == spec.Timestamp && err == nil {
			a.Text = change(t).Format(time.RFC3339Nano)
		}
		out.Attributes[i] = a
	}
	return out
}
