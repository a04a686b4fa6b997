package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/types"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// check uses the SDK's functions for canonical strings.
func check(kind, text string) (string, error) {
	switch kind {
	case "boolean":
		v, err := types.ParseBool(text)
		return types.FormatBool(v), err
	case "integer":
		v, err := types.ParseInteger(text)
		return types.FormatInteger(v), err
	case "binary":
		v, err := types.ParseBinary(text)
		return types.FormatBinary(v), err
	case "timestamp":
		v, err := types.ParseTime(text)
		return types.FormatTime(v), err
	case "uri":
		if u := types.ParseURI(text); u != nil {
			return u.String(), nil
		}
		return "", errors.New("no URI")
	case "uri-reference":
		if u := types.ParseURIRef(text); u != nil {
			return u.String(), nil
		}
		return "", errors.New("no URI-reference")
	}
	return "", conformance.ErrSkipped
}

// describe returns what is in an event of the SDK.
func describe(e *event.Event) conformance.Event {
	n := conformance.Event{Data: e.Data()}
	add := func(name string, t spec.Type, text string) {
		if text != "" {
			n.Attributes = append(n.Attributes, conformance.Attribute{Name: name, Type: t, Text: text})
		}
	}
	add(spec.ID, spec.String, e.ID())
	add(spec.Source, spec.URIReference, e.Source())
	add(spec.SpecVersion, spec.String, e.SpecVersion())
	add(spec.EventType, spec.String, e.Type())
	add(spec.DataContentType, spec.String, e.DataContentType())
	if e.SpecVersion() == spec.V03.String() {
		add(spec.SchemaURL, spec.URIReference, e.DataSchema())
	} else {
		add(spec.DataSchema, spec.URI, e.DataSchema())
	}
	add(spec.Subject, spec.String, e.Subject())
	if t := e.Time(); !t.IsZero() {
		add(spec.Time, spec.Timestamp, t.Format(time.RFC3339Nano))
	}
	for name, v := range e.Extensions() {
		a := conformance.Attribute{Name: name, Type: spec.String}
		switch v.(type) {
		case bool:
			a.Type = spec.Boolean
		case int32:
			a.Type = spec.Integer
		}
		var err error
		if a.Text, err = types.Format(v); err != nil {
			a.Text = fmt.Sprint(v)
		}
		n.Attributes = append(n.Attributes, a)
	}
	return n
}

// build makes an event with the setters of the SDK, which checks itself.
func build(n conformance.Event) (event.Event, error) {
	e := event.New()
	schema := spec.DataSchema
	if slices.ContainsFunc(n.Attributes, func(a conformance.Attribute) bool { return a.Name == spec.SpecVersion && a.Text == spec.V03.String() }) {
		schema = spec.SchemaURL
	}
	for _, a := range n.Attributes {
		switch a.Name {
		case spec.SpecVersion:
			e.SetSpecVersion(a.Text)
		case spec.ID:
			e.SetID(a.Text)
		case spec.Source:
			e.SetSource(a.Text)
		case spec.EventType:
			e.SetType(a.Text)
		case spec.DataContentType:
			e.SetDataContentType(a.Text)
		case schema:
			e.SetDataSchema(a.Text)
		case spec.Subject:
			e.SetSubject(a.Text)
		case spec.Time:
			t, err := validation.ParseTimestamp(a.Text)
			if err != nil {
				return e, err
			}
			e.SetTime(t)
		default:
			v, err := value(a)
			if err != nil {
				return e, err
			}
			e.SetExtension(a.Name, v)
		}
	}
	if n.Data != nil {
		if err := e.SetData(e.DataContentType(), data(e.DataContentType(), n.Data)); err != nil {
			return e, err
		}
	}
	return e, e.Validate()
}

// data is what users give to SetData: a JSON value, a string for text, else bytes.
func data(contentType string, b []byte) any {
	mediaType, _, _ := strings.Cut(contentType, ";") // it knows its types in this spelling
	switch {
	case mediaType == "application/json" && json.Valid(b):
		return json.RawMessage(b)
	case mediaType == "text/plain" && utf8.Valid(b):
		return string(b)
	}
	return b
}

func value(a conformance.Attribute) (any, error) {
	switch a.Type {
	case spec.Boolean:
		return types.ParseBool(a.Text)
	case spec.Integer:
		return types.ParseInteger(a.Text)
	case spec.Binary:
		return types.ParseBinary(a.Text)
	case spec.Timestamp:
		t, err := validation.ParseTimestamp(a.Text)
		return types.Timestamp{Time: t}, err
	case spec.URI:
		u, err := url.Parse(a.Text)
		if err != nil {
			return nil, err
		}
		return types.URI{URL: *u}, nil
	case spec.URIReference:
		u, err := url.Parse(a.Text)
		if err != nil {
			return nil, err
		}
		return types.URIRef{URL: *u}, nil
	}
	return a.Text, nil
}
