package interop_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"time"
	"unicode/utf8"

	sdkevent "github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/types"
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

const sdkGo = "sdk-go"

// toSDKGo builds e as a user of sdk-go does: setters, Go types for extensions, and
// SetData with a JSON value, a string for text, or else bytes.
func toSDKGo(e *cloudevents.Event) (sdkevent.Event, error) {
	s := sdkevent.New(e.SpecVersion.String())
	s.SetID(e.ID)
	s.SetSource(e.Source)
	s.SetType(e.Type)
	s.SetSubject(e.Subject)
	s.SetTime(e.Time)
	s.SetDataSchema(e.DataSchema)
	s.SetDataContentType(e.DataContentType)
	for _, x := range e.Extensions {
		v, err := toSDKGoValue(x.Value)
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

func toSDKGoValue(v cloudevents.Value) (any, error) {
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

// fromSDKGo returns what is in an event of sdk-go, legal or not.
func fromSDKGo(s *sdkevent.Event) cloudevents.Event {
	e := cloudevents.Event{
		ID: s.ID(), Source: s.Source(), Type: s.Type(), Subject: s.Subject(), Time: hideTimeOfExchange(s.Time()),
		DataContentType: s.DataContentType(), DataSchema: s.DataSchema(), Data: s.Data(),
	}
	setVersion(&e, s.SpecVersion())
	for name, v := range s.Extensions() {
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name, Value: fromSDKGoValue(v)})
	}
	return e
}

func fromSDKGoValue(v any) cloudevents.Value {
	switch v := v.(type) {
	case string:
		return cloudevents.StringValue(v)
	case bool:
		return cloudevents.BooleanValue(v)
	case int32:
		return cloudevents.IntegerValue(v)
	case []byte:
		return cloudevents.StringValue(base64.StdEncoding.EncodeToString(v))
	case types.Timestamp:
		return cloudevents.StringValue(v.Format(time.RFC3339Nano))
	}
	return cloudevents.StringValue(fmt.Sprintf("%T %v", v, v))
}

// fromSDKGoBatch is fromSDKGo for the results of the functions of sdk-go. It
// validates, as receivers of sdk-go do.
func fromSDKGoBatch(events []sdkevent.Event, err error) outcome {
	if err != nil {
		return failed(err)
	}
	var o outcome
	for i := range events {
		if err := events[i].Validate(); err != nil {
			return failed(err)
		}
		o.events = append(o.events, fromSDKGo(&events[i]))
	}
	return o
}

func fromSDKGoEvent(s *sdkevent.Event, err error) outcome {
	if err != nil {
		return failed(err)
	}
	if s == nil {
		return failed(errors.New("neither an event nor an error"))
	}
	return fromSDKGoBatch([]sdkevent.Event{*s}, nil)
}
