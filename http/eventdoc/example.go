package eventdoc

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/curl"
	"github.com/seed763dd41b/cloudevents/internal/jsonschema"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

// newEvent returns what the documentation says about a route, whose number makes the ids
// and the sources of its examples its own.
func newEvent(r *dispatch.Route, number string) (event, error) {
	in, err := describeIn(r, number)
	if err != nil {
		return event{}, fmt.Errorf("documentation of the event (In): %w", err)
	}
	e := event{Type: r.Type, Source: r.Source, Version: r.Version, Summary: valid(r.Summary), In: *in, Answers: answers(r, in)}
	if reflect.ValueOf(r.Out).IsZero() {
		return e, nil
	}
	if e.Out, err = describeOut(&r.Out, number); err != nil {
		return event{}, fmt.Errorf("documentation of the reply (Out): %w", err)
	}
	return e, nil
}

// describeIn returns the example of an event that r takes. Attributes that the route
// leaves open are filled in after its patterns.
func describeIn(r *dispatch.Route, number string) (*example, error) {
	e := r.In.Event.Clone()
	schema, label := "*", ""
	switch {
	case r.Version == "":
	case strings.Contains(r.Version, ":") || r.Version == "*":
		schema = r.Version
	default:
		label = "." + r.Version
	}
	if e.Type == "" {
		e.Type = matching(r.Type, "example", "example") + label
	}
	if e.Source == "" {
		e.Source = matching(cmp.Or(r.Source, "*"), "example-"+number, "/example/"+number)
	}
	if e.DataSchema == "" {
		e.DataSchema = matching(schema, "example", "")
	}
	if e.ID == "" {
		e.ID = "example-" + number
	}
	if !isGenerated(&r.In) {
		x, err := newExample(e, &r.In)
		if err == nil {
			x.checked = isChecked(r, x.Event)
			err = refusal(r, x.Event)
		}
		return x, err
	}
	x, err := newExample(e, &r.In)
	if err != nil {
		return nil, err
	}
	filled, err := withValues(&r.In)
	if err != nil {
		return nil, err
	}
	if better, err := newExample(e, filled); err == nil && refusal(r, better.Event) == nil {
		better.checked = isChecked(r, better.Event)
		return better, nil
	}
	x.checked = isChecked(r, x.Event)
	if err := refusal(r, x.Event); err != nil {
		if !r.Matches(x.Event) {
			return nil, err
		}
		x.Event = nil
	}
	return x, nil
}

// isChecked reports whether a route that takes e refuses malformed data before its handler
// is called.
func isChecked(r *dispatch.Route, e *cloudevents.Event) bool {
	malformed := *e
	malformed.DataContentType, malformed.Data = "application/json", []byte("{")
	return r.Matches(&malformed) && r.Check(&malformed) != nil
}

// withValues returns d with values instead of the zero value that says the type of the data.
func withValues(d *dispatch.EventDoc) (*dispatch.EventDoc, error) {
	v, err := jsonschema.Example(reflect.TypeOf(d.Data))
	if err != nil {
		return nil, err
	}
	filled := *d
	filled.Data = v
	return &filled, nil
}

// refusal returns why the route refuses an example in some content mode.
func refusal(r *dispatch.Route, e *cloudevents.Event) error {
	received := *e
	if len(e.Data) == 0 {
		received.Data = nil // as binary mode has it
	}
	return r.Check(&received)
}

// isGenerated reports whether nobody has chosen the data of an example: it may be the zero
// value that gives a route its schema.
func isGenerated(d *dispatch.EventDoc) bool {
	return d.Data != nil && d.Event.Data == nil && isZero(d.Data)
}

func isZero(data any) bool {
	v := reflect.Indirect(reflect.ValueOf(data))
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return v.IsZero()
}

// matching returns a text that the pattern matches. For a prefix it ends in end. For the
// pattern "*" it is other.
func matching(pattern, end, other string) string {
	prefix, star := strings.CutSuffix(pattern, "*")
	switch {
	case star && prefix == "":
		return other
	case star:
		return prefix + end
	}
	return pattern
}

// describeOut returns the example of a reply.
func describeOut(d *dispatch.EventDoc, number string) (*example, error) {
	e := d.Event.Clone()
	if e.Source == "" {
		e.Source = "/example/" + number
	}
	if e.ID == "" {
		e.ID = "example-" + number + "-reply"
	}
	x, err := newExample(e, d)
	if err != nil || !isGenerated(d) {
		return x, err
	}
	filled, err := withValues(d)
	if err != nil {
		return nil, err
	}
	if better, err := newExample(e, filled); err == nil {
		return better, nil
	}
	return x, nil
}

// newExample returns e as an example, with the data and the schema of d.
func newExample(e cloudevents.Event, d *dispatch.EventDoc) (*example, error) {
	contentType := e.DataContentType
	schema := d.Schema
	switch d.Data.(type) {
	case nil:
	case []byte:
		if contentType == "" {
			contentType = "application/octet-stream"
		}
	case string:
		if contentType == "" {
			contentType = "text/plain"
		}
	default:
		if contentType == "" {
			contentType = "application/json"
		}
		if schema == nil {
			derived, err := jsonschema.For(reflect.TypeOf(d.Data))
			if err != nil {
				return nil, err
			}
			schema = derived
		}
	}
	if d.Data != nil {
		err := setData(&e, contentType, d.Data)
		// A zero value may be there for its type alone.
		if err != nil && (schema == nil || !isZero(d.Data)) {
			return nil, err
		}
		if mediatype.IsJSON(e.DataContentType) {
			e.Data = indented(e.Data)
		}
		e.Data = bytes.Clone(e.Data)
	}
	if schema != nil && !json.Valid(schema) {
		return nil, errors.New("schema is not JSON")
	}
	m, err := newMessages(&e)
	if err != nil {
		return nil, err
	}
	return &example{Event: &e, Fields: fields(schema), Schema: bytes.Clone(schema), messages: m}, nil
}

// fields returns the table of a schema, in text that can be shown.
func fields(schema json.RawMessage) []jsonschema.Field {
	all := jsonschema.Fields(schema)
	for i := range all {
		f := &all[i]
		f.Name, f.Type, f.Description = valid(f.Name), valid(f.Type), valid(f.Description)
	}
	return all
}

// setData sets the data of e. A method of v that panics is an error: a method that is
// promoted from an embedded pointer panics if the pointer is nil.
func setData(e *cloudevents.Event, contentType string, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%T cannot be written: panic: %.256s", v, fmt.Sprint(p))
		}
	}()
	return e.SetData(contentType, v)
}

// messages are the HTTP messages with an event in each content mode, still without a URL.
type messages struct {
	binary, structured, batch curl.Command
}

// newMessages returns an error if e cannot be sent in each content mode.
func newMessages(e *cloudevents.Event) (m messages, err error) {
	m.binary = curl.Command{Header: http.Header{}, Body: e.Data, Include: true}
	if err := cehttp.SetHeader(m.binary.Header, e); err != nil {
		return m, err
	}
	structured, err := cloudevents.AppendJSON(nil, e)
	if err != nil {
		return m, err
	}
	batch, err := cloudevents.AppendJSONBatch(nil, []cloudevents.Event{*e})
	if err != nil {
		return m, err
	}
	m.structured = curl.Command{Header: http.Header{"Content-Type": {spec.MediaTypeJSON}}, Body: indented(structured), Include: true}
	m.batch = curl.Command{Header: http.Header{"Content-Type": {spec.BatchMediaTypeJSON}}, Body: indented(batch), Include: true}
	return m, nil
}

// commands returns the commands that send the messages to url.
func (m messages) commands(url string) *commands {
	m.binary.URL, m.structured.URL, m.batch.URL = url, url, url
	return &commands{string(m.binary.Append(nil)), string(m.structured.Append(nil)), string(m.batch.Append(nil))}
}

// indented returns JSON with line breaks, and anything else as it is.
func indented(data []byte) []byte {
	var b bytes.Buffer
	if json.Indent(&b, data, "", "  ") != nil {
		return data
	}
	return b.Bytes()
}

// valid returns s with U+FFFD for each byte that is not UTF-8.
func valid(s string) string { return string([]rune(s)) }
