package protodata_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/seed763dd41b/cloudevents"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	"github.com/seed763dd41b/cloudevents/format/protobuf/protodata"
	"github.com/seed763dd41b/cloudevents/validation"
)

func event() cloudevents.Event {
	return cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
}

// A message comes back through every encoding.
func TestThereAndBack(t *testing.T) {
	want := durationpb.New(90 * time.Second)
	e := event()
	if err := protodata.SetData(&e, want); err != nil {
		t.Fatal(err)
	}
	document, err := ceprotobuf.Append(nil, &e)
	if err != nil {
		t.Fatal(err)
	}
	if want := []byte("\n,type.googleapis.com/google.protobuf.Duration\x12"); !bytes.Contains(document, want) {
		t.Errorf("%q has no proto_data", document)
	}
	fromProtobuf, err := ceprotobuf.Decode(document)
	if err != nil {
		t.Fatal(err)
	}
	document, err = cloudevents.AppendJSON(nil, &e)
	if err != nil {
		t.Fatal(err)
	}
	var fromJSON cloudevents.Event
	if err := fromJSON.UnmarshalJSON(document); err != nil {
		t.Fatal(err)
	}
	for _, e := range []cloudevents.Event{e, fromProtobuf, fromJSON} {
		got, err := protodata.Data[*durationpb.Duration](&e)
		if err != nil || !proto.Equal(got, want) {
			t.Errorf("%v, %v", got, err)
		}
		a, err := protodata.Any(&e)
		if err != nil || !a.MessageIs(want) {
			t.Errorf("%v, %v", a, err)
		}
		other := event()
		if err := protodata.SetAny(&other, a); err != nil {
			t.Error(err)
		}
		if got, err := protodata.Data[*durationpb.Duration](&other); err != nil || !proto.Equal(got, want) {
			t.Errorf("%v, %v", got, err)
		}
	}
}

// An empty message is data.
func TestEmptyMessage(t *testing.T) {
	for name, set := range map[string]func(e *cloudevents.Event) error{
		"message": func(e *cloudevents.Event) error { return protodata.SetData(e, &emptypb.Empty{}) },
		"Any": func(e *cloudevents.Event) error {
			return protodata.SetAny(e, &anypb.Any{TypeUrl: "type.googleapis.com/google.protobuf.Empty"})
		},
	} {
		e := event()
		if err := set(&e); err != nil || e.Data == nil {
			t.Errorf("%s: %v, %v", name, e.Data, err)
		}
		if _, err := protodata.Data[*emptypb.Empty](&e); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestErrors(t *testing.T) {
	message := event()
	if err := protodata.SetData(&message, durationpb.New(time.Second)); err != nil {
		t.Fatal(err)
	}
	with := func(change func(e *cloudevents.Event)) *cloudevents.Event {
		e := message.Clone()
		change(&e)
		return &e
	}
	for _, c := range []struct {
		name      string
		e         *cloudevents.Event
		data, any error
	}{
		{"no data", with(func(e *cloudevents.Event) { e.Data = nil }), validation.ErrMissing, validation.ErrMissing},
		{"JSON", with(func(e *cloudevents.Event) { e.DataContentType = "application/json" }), cloudevents.ErrDataContentType, cloudevents.ErrDataContentType},
		{"another message", with(func(e *cloudevents.Event) { e.DataSchema = "https://type.googleapis.com/a.B" }), protodata.ErrMessageType, nil},
		{"another server", with(func(e *cloudevents.Event) { e.DataSchema = "https://example.com/google.protobuf.Duration" }), nil, nil},
		{"no type", with(func(e *cloudevents.Event) { e.DataSchema = "" }), nil, protodata.ErrMessageType},
		{"malformed", with(func(e *cloudevents.Event) { e.Data = []byte{0xff} }), validation.ErrData, nil},
		{"parameters", with(func(e *cloudevents.Event) { e.DataContentType = "Application/Protobuf ; x=y" }), nil, nil},
	} {
		_, dataErr := protodata.Data[*durationpb.Duration](c.e)
		_, anyErr := protodata.Any(c.e)
		if !errors.Is(dataErr, c.data) || !errors.Is(anyErr, c.any) {
			t.Errorf("%s: %v and %v, want %v and %v", c.name, dataErr, anyErr, c.data, c.any)
		}
	}
}

// An interface does not say which message to make.
func TestInterface(t *testing.T) {
	e := cloudevents.Event{DataContentType: "application/protobuf", Data: []byte{}}
	if _, err := protodata.Data[proto.Message](&e); !errors.Is(err, protodata.ErrMessageType) {
		t.Error(err)
	}
}

// On an error the event is as before.
func TestSetErrors(t *testing.T) {
	want := event()
	want.Data = []byte("x")
	for name, set := range map[string]func(e *cloudevents.Event) error{
		"nil":           func(e *cloudevents.Event) error { return protodata.SetData(e, nil) },
		"invalid UTF-8": func(e *cloudevents.Event) error { return protodata.SetData(e, wrapperspb.String("\xff")) },
		"no type URL":   func(e *cloudevents.Event) error { return protodata.SetAny(e, &anypb.Any{Value: []byte{1}}) },
		"no slash":      func(e *cloudevents.Event) error { return protodata.SetAny(e, &anypb.Any{TypeUrl: "a.B"}) },
		"no URI":        func(e *cloudevents.Event) error { return protodata.SetAny(e, &anypb.Any{TypeUrl: "exa mple.com/a.B"}) },
		"no Any":        func(e *cloudevents.Event) error { return protodata.SetAny(e, nil) },
	} {
		e := want
		if err := set(&e); err == nil || string(e.Data) != "x" || e.DataContentType != "" || e.DataSchema != "" {
			t.Errorf("%s: %v, %v", name, e, err)
		}
	}
}
