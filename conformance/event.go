package conformance

import (
	"errors"
	"fmt"
	"mime"
	"slices"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// ParseEvent reads the dump of an event, which has an attribute on each line.
// testdata/README.md describes it.
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
			return e, fmt.Errorf("type in %.64q", line)
		}
		text, err := parseData(rest)
		if err != nil {
			return e, err
		}
		e.Attributes = append(e.Attributes, Attribute{name, t, string(text)})
	}
	return e, nil
}

func parseData(s string) ([]byte, error) {
	n := 1
	if count, ok := strings.CutPrefix(s, "repeat "); ok {
		var err error
		count, s, _ = strings.Cut(count, " ")
		if n, err = strconv.Atoi(count); err != nil || n < 0 {
			return nil, fmt.Errorf("repeat %.64q", count)
		}
	}
	text, rest, err := literal(s)
	if err == nil && strings.TrimSpace(rest) != "" {
		return nil, fmt.Errorf("%.64q behind the string literal", rest)
	}
	if len(text) > 0 && n > maxRepeated/len(text) && n > 1 {
		return nil, fmt.Errorf("repeat %d makes more than %d bytes", n, maxRepeated)
	}
	return []byte(strings.Repeat(text, n)), err
}

// maxRepeated limits the data that "repeat" makes, in bytes, because a case may come from
// somebody else.
const maxRepeated = 64 << 20

// String returns the dump that [ParseEvent] reads.
func (e Event) String() string { return string(e.Append(nil)) }

// Append appends the dump that [ParseEvent] reads.
func (e Event) Append(dst []byte) []byte {
	for _, a := range e.Attributes {
		dst = append(append(append(dst, a.Name...), ' '), a.Type.String()...)
		dst = append(strconv.AppendQuoteToASCII(append(dst, ' '), a.Text), '\n')
	}
	if e.Data != nil {
		dst = append(dst, "data "...)
		dst = append(strconv.AppendQuoteToASCII(dst, string(e.Data)), '\n')
	}
	return dst
}

// FromEvent returns e in neutral form.
func FromEvent(e *cloudevents.Event) Event {
	n := Event{Data: slices.Clone(e.Data)}
	for name, v := range e.All() {
		n.Attributes = append(n.Attributes, Attribute{name, v.Type(), v.String()})
	}
	return n
}

// ToEvent returns n as an event. It does not validate, so that encoders can be tested
// with what they must refuse; an unknown specversion becomes an invalid one. It fails
// if an event cannot hold a value, such as a time that is not a timestamp. A codec that
// returns this error fails the case instead of refusing it.
func ToEvent(n Event) (e cloudevents.Event, err error) {
	if e, err = toEvent(n); err != nil {
		return e, fmt.Errorf("%w: %v", errCase, err) // %v, because it is not a refusal
	}
	return e, nil
}

func toEvent(n Event) (e cloudevents.Event, err error) {
	for _, a := range n.Attributes { // what others are called depends on it
		if a.Name == spec.SpecVersion {
			var ok bool
			if e.SpecVersion, ok = spec.ParseVersion(a.Text); !ok {
				e.SpecVersion = 255
			}
		}
	}
	dataSchema := spec.DataSchema
	if e.SpecVersion == spec.V03 {
		dataSchema = spec.SchemaURL
	}
	for _, a := range n.Attributes {
		switch a.Name {
		case spec.SpecVersion:
		case spec.ID:
			e.ID = a.Text
		case spec.Source:
			e.Source = a.Text
		case spec.EventType:
			e.Type = a.Text
		case spec.DataContentType:
			e.DataContentType = a.Text
		case dataSchema:
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

// errCase is wrapped by the error about a case for which there is no event.
var errCase = errors.New("the case cannot be expressed")

// ToEvents calls [ToEvent] for several events.
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

// text returns the text of an attribute, or "" if it is absent.
func (e *Event) text(name string) string {
	for _, a := range e.Attributes {
		if a.Name == name {
			return a.Text
		}
	}
	return ""
}

// core returns the core attribute of that name in the version of e. If the version is
// unknown or absent, it is the zero Version.
func (e *Event) core(name string) (spec.Attribute, bool) {
	v, _ := spec.ParseVersion(e.text(spec.SpecVersion))
	return v.Attribute(name)
}

// declaresJSON reports whether datacontenttype is a JSON media type.
func (e *Event) declaresJSON() bool {
	mediaType, _, _ := mime.ParseMediaType(e.text(spec.DataContentType))
	return isJSON(mediaType)
}

// isJSON reports whether a media type in lower case is one of JSON.
func isJSON(mediaType string) bool {
	return strings.HasSuffix(mediaType, "/json") || strings.HasSuffix(mediaType, "+json")
}
