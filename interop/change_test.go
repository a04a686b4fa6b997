package interop_test

import (
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// What the rows of the tables do to events.

var textAttributes = []string{spec.ID, spec.EventType, spec.Subject, "note"} // that texts sets

// setText sets an attribute to a text without checking it.
func setText(e *cloudevents.Event, name, text string) {
	switch name {
	case spec.ID:
		e.ID = text
	case spec.Source:
		e.Source = text
	case spec.EventType:
		e.Type = text
	case spec.Subject:
		e.Subject = text
	default:
		setExtension(e, name, cloudevents.StringValue(text))
	}
}

// setVersion sets the specversion. What is none is said by an extension; see fromJS.
func setVersion(e *cloudevents.Event, text string) {
	v, ok := spec.ParseVersion(text)
	if !ok {
		setExtension(e, "!specversion", cloudevents.StringValue(text))
	}
	e.SpecVersion = v
}

func setExtension(e *cloudevents.Event, name string, v cloudevents.Value) {
	e.Delete(name)
	e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name, Value: v})
}

// rewrite applies f to those attributes that e has.
func rewrite(f func(string) string, names ...string) func(e *cloudevents.Event) {
	return func(e *cloudevents.Event) {
		for _, name := range names {
			if v, ok := e.Get(name); ok {
				setText(e, name, f(v.String()))
			}
		}
	}
}

func to(text string) func(string) string { return func(string) string { return text } }

func replace(old, with string) func(string) string {
	return func(s string) string { return strings.ReplaceAll(s, old, with) }
}

func toData(text string) func(*cloudevents.Event) {
	return func(e *cloudevents.Event) { e.Data = []byte(text) }
}

func toExtension(name string, v cloudevents.Value) func(*cloudevents.Event) {
	return func(e *cloudevents.Event) { setExtension(e, name, v) }
}

func toSubject(text string) func(*cloudevents.Event) {
	return func(e *cloudevents.Event) { e.Subject = text }
}

func toUTC(e *cloudevents.Event)          { e.Time = e.Time.UTC() }
func dropData(e *cloudevents.Event)       { e.Data = nil }
func setCurrentTime(e *cloudevents.Event) { e.Time = timeOfExchange }

// quoteData makes data the JSON string of what it was.
func quoteData(e *cloudevents.Event) {
	e.Data = []byte(`"` + strings.ReplaceAll(string(e.Data), `"`, `\"`) + `"`)
}

// illegal gives an attribute a text of a type that no attribute has; see fromJS.
func illegal(name, kind, text string) func(*cloudevents.Event) {
	return func(e *cloudevents.Event) {
		setText(e, name, text)
		setExtension(e, "!"+name, cloudevents.StringValue(kind))
	}
}

func hasNoTime(c *eventCase) bool        { return c.wire == nil && c.event.Time.IsZero() }
func hasNoContentType(c *eventCase) bool { return c.wire == nil && c.event.DataContentType == "" }

// percentEncoded is section 3.1.3.2 of the HTTP binding, for a value that is handed
// on without being decoded.
func percentEncoded(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c > '~' || c == '"' || c == '%' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// rawTexts returns the headers of attributes that are written as they are.
func rawTexts(e *cloudevents.Event) map[string]string { return textHeaders(e.Subject) }

func rawSource(e *cloudevents.Event) map[string]string {
	return map[string]string{"Ce-Source": e.Source}
}

// latin1Texts is rawTexts with each character as one byte.
func latin1Texts(e *cloudevents.Event) map[string]string {
	var b []byte
	for _, r := range e.Subject {
		b = append(b, byte(r))
	}
	return textHeaders(string(b))
}

func textHeaders(value string) map[string]string {
	return map[string]string{"Ce-Id": value, "Ce-Type": value, "Ce-Subject": value, "Ce-Note": value}
}

// with returns the event of the wire cases with a change.
func with(change func(*cloudevents.Event)) *cloudevents.Event {
	e := timed()
	if change != nil {
		change(&e)
	}
	return &e
}

func str(s string) cloudevents.Value { return cloudevents.StringValue(s) }
