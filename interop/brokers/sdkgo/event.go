// Package sdkgo builds and reads events of sdk-go as its users do.
package sdkgo

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"time"
	"unicode/utf8"

	sdkevent "github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/types"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Build builds e with the setters of sdk-go, Go types for extensions, and SetData with a
// JSON value, a string for text, or else bytes.
func Build(e *cloudevents.Event) (sdkevent.Event, error) {
	s := sdkevent.New(e.SpecVersion.String())
	s.SetID(e.ID)
	s.SetSource(e.Source)
	s.SetType(e.Type)
	s.SetSubject(e.Subject)
	s.SetTime(e.Time)
	s.SetDataSchema(e.DataSchema)
	s.SetDataContentType(e.DataContentType)
	for _, x := range e.Extensions {
		v, err := value(x.Value)
		if err != nil {
			return s, err
		}
		s.SetExtension(x.Name, v)
	}
	if e.Data != nil {
		var v any = e.Data
		switch mediaType, _, _ := mime.ParseMediaType(e.DataContentType); {
		case mediaType == "application/json":
			v = json.RawMessage(e.Data)
		case mediaType == "text/plain" && utf8.Valid(e.Data):
			v = string(e.Data)
		}
		if err := s.SetData(e.DataContentType, v); err != nil {
			return s, err
		}
	}
	return s, s.Validate()
}

func value(v cloudevents.Value) (any, error) {
	switch v.Type() {
	case spec.Boolean:
		return v.Bool()
	case spec.Integer:
		return v.Int()
	case spec.Binary:
		return v.Bytes()
	case spec.Timestamp:
		t, err := v.Time()
		return types.Timestamp{Time: t}, err
	case spec.URI:
		u, err := url.Parse(v.String())
		return types.URI{URL: *u}, err
	case spec.URIReference:
		u, err := url.Parse(v.String())
		return types.URIRef{URL: *u}, err
	}
	return v.String(), nil
}

// Outcome returns what is in an event that a function of sdk-go returned. It validates the
// event, as receivers of sdk-go do.
func Outcome(s *sdkevent.Event, err error) peertest.Outcome {
	if err == nil {
		err = s.Validate()
	}
	if err != nil {
		return peertest.Failed(err)
	}
	n := conformance.Event{Data: s.Data()}
	add := func(name string, t spec.Type, text string) {
		if text != "" {
			n.Attributes = append(n.Attributes, conformance.Attribute{Name: name, Type: t, Text: text})
		}
	}
	add(spec.SpecVersion, spec.String, s.SpecVersion())
	add(spec.ID, spec.String, s.ID())
	add(spec.Source, spec.String, s.Source())
	add(spec.EventType, spec.String, s.Type())
	add(spec.DataContentType, spec.String, s.DataContentType())
	if s.SpecVersion() == spec.V03.String() {
		add(spec.SchemaURL, spec.String, s.DataSchema())
	} else {
		add(spec.DataSchema, spec.String, s.DataSchema())
	}
	add(spec.Subject, spec.String, s.Subject())
	if !s.Time().IsZero() {
		add(spec.Time, spec.String, s.Time().Format(time.RFC3339Nano))
	}
	for name, v := range s.Extensions() {
		n.Attributes = append(n.Attributes, extension(name, v))
	}
	return peertest.Outcome{Event: n}
}

func extension(name string, v any) conformance.Attribute {
	a := conformance.Attribute{Name: name, Type: spec.String}
	switch v := v.(type) {
	case string:
		a.Text = v
	case bool:
		a.Type, a.Text = spec.Boolean, types.FormatBool(v)
	case int32:
		a.Type, a.Text = spec.Integer, types.FormatInteger(v)
	case []byte:
		a.Type, a.Text = spec.Binary, base64.StdEncoding.EncodeToString(v)
	case types.Timestamp:
		a.Type, a.Text = spec.Timestamp, v.Format(time.RFC3339Nano)
	case types.URI: // as the Protobuf format has it
		a.Type, a.Text = spec.URI, v.String()
	case types.URIRef:
		a.Type, a.Text = spec.URIReference, v.String()
	default:
		a.Text = fmt.Sprintf("%T %v", v, v)
	}
	return a
}
