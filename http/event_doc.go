package cehttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/jsonschema"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

// EventDoc describes an event for the documentation of a [Mux]: an example, and a
// JSON Schema of its data. [Mux.Handle] refuses an example that is not a valid
// event, or that its route does not take.
type EventDoc struct {
	// Event is the example. What it leaves empty is filled in: id, and for
	// Route.In source, type and dataschema after the patterns of the route. The
	// type of a reply is required.
	Event cloudevents.Event

	// Data is the data of the example, as [cloudevents.Event.SetData] takes it. If
	// Event.DataContentType is empty it is application/json, text/plain for a
	// string, and application/octet-stream for []byte. nil is Event.Data. A zero
	// value that encoding/json refuses gives a schema and no example.
	Data any

	// Schema is a JSON Schema of the data. If it is nil it is derived from the Go
	// type of Data, unless that is []byte or string: it then describes what
	// encoding/json writes for a value of that type. A field without omitempty
	// and omitzero is required.
	Schema json.RawMessage
}

func (d *EventDoc) isZero() bool { return reflect.ValueOf(d).Elem().IsZero() }

// described is an EventDoc that is filled in.
type described struct {
	event  cloudevents.Event
	schema json.RawMessage // nil is none
}

// describe fills in what the documentation shows of a route.
func (r *registered) describe() error {
	e := r.In.Event.Clone()
	filled := func(field *string, pattern, none string) {
		if *field != "" {
			return
		}
		text, prefix := strings.CutSuffix(pattern, "*")
		if prefix && text == "" {
			text = none
		} else if prefix {
			text += "example"
		}
		*field = text
	}
	label := ""
	if r.key.label != "" {
		label = "." + r.key.label
	}
	if e.Type == "" {
		filled(&e.Type, r.key.eventType, "example")
		e.Type += label
	}
	if e.ID == "" {
		e.ID = "example-1"
	}
	filled(&e.Source, r.key.source, "/example")
	filled(&e.DataSchema, r.key.schema, "")
	var err error
	if r.in, err = r.In.describe(e); err != nil {
		return fmt.Errorf("documentation of the event (In): %w", err)
	}
	e = r.in.event
	if !matches(r.key.eventType, e.Type) || !strings.HasSuffix(e.Type, label) ||
		!matches(r.key.source, e.Source) || !matches(r.key.schema, e.DataSchema) {
		return errors.New("documentation of the event (In): the route does not take it")
	}
	if r.Out.isZero() {
		return nil
	}
	e = r.Out.Event.Clone()
	filled(&e.Source, "*", "/example")
	if e.ID == "" {
		e.ID = "example-2"
	}
	if r.out, err = r.Out.describe(e); err != nil {
		return fmt.Errorf("documentation of the reply (Out): %w", err)
	}
	return nil
}

func matches(pattern, text string) bool {
	if p, prefix := strings.CutSuffix(pattern, "*"); prefix {
		return strings.HasPrefix(text, p)
	}
	return text == pattern
}

// describe returns the example e with data and schema.
func (d *EventDoc) describe(e cloudevents.Event) (*described, error) {
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
		err := setExample(&e, contentType, d.Data)
		// A zero value gives the schema, if it is no example of a value.
		if err != nil && (schema == nil || !reflect.Indirect(reflect.ValueOf(d.Data)).IsZero()) {
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
	if err := checkBinary(&e); err != nil {
		return nil, err
	}
	if _, _, err := encode(&e, cloudevents.StructuredMode, format.JSON{}); err != nil {
		return nil, err
	}
	return &described{e, bytes.Clone(schema)}, nil
}

// setExample sets the data of e. A method of v that panics, as one that was promoted
// from an embedded pointer does when that is nil, cannot write v.
func setExample(e *cloudevents.Event, contentType string, v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%T cannot be written: panic: %.256s", v, fmt.Sprint(p))
		}
	}()
	return e.SetData(contentType, v)
}

// indented returns JSON for people, or what is not JSON as it is.
func indented(data []byte) []byte {
	var b bytes.Buffer
	if json.Indent(&b, data, "", "  ") != nil {
		return data
	}
	return b.Bytes()
}
