package cesdkgo_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cesdkgo "github.com/seed763dd41b/cloudevents/sdkgo"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// full returns an event with everything that sdk-go can hold.
func full() cloudevents.Event {
	return cloudevents.Event{
		ID: "A-1", Source: "/orders?a=b", Type: "com.example.order.placed", Subject: "Grüße", DataContentType: "application/json",
		DataSchema: "https://example.com/schema", Time: time.Date(2026, 11, 29, 10, 0, 0, 123456789, time.FixedZone("", 3600)), Data: []byte(`{"n": 1}`),
		Extensions: []cloudevents.Extension{
			{Name: "binary", Value: cloudevents.BinaryValue([]byte{0, 255})},
			{Name: "boolean", Value: cloudevents.BooleanValue(true)},
			{Name: "integer", Value: cloudevents.IntegerValue(-7)},
			{Name: "ref", Value: cloudevents.URIReferenceValue("../a")},
			{Name: "string", Value: cloudevents.StringValue("x")},
			{Name: "timestamp", Value: cloudevents.TimestampValue(time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", -3600)))},
			{Name: "uri", Value: cloudevents.URIValue("urn:example:a")},
		},
	}
}

func same(t *testing.T, got, want *cloudevents.Event) {
	t.Helper()
	if got.String() != want.String() || string(got.Data) != string(want.Data) || (got.Data == nil) != (want.Data == nil) || !got.Time.Equal(want.Time) {
		t.Errorf("got\n%v\n%q\nwant\n%v\n%q", got, got.Data, want, want.Data)
	}
}

// Events come back as they were, in both versions and with all kinds of data.
func TestThereAndBack(t *testing.T) {
	for reason, change := range map[string]func(*cloudevents.Event){
		"everything":          func(*cloudevents.Event) {},
		"required attributes": func(e *cloudevents.Event) { *e = cloudevents.Event{ID: "1", Source: "/", Type: "t"} },
		"no data":             func(e *cloudevents.Event) { e.Data = nil },
		"empty data":          func(e *cloudevents.Event) { e.Data = []byte{} },
		"binary data":         func(e *cloudevents.Event) { e.DataContentType, e.Data = "image/png", []byte{0x89, 0xff} },
		"text":                func(e *cloudevents.Event) { e.DataContentType, e.Data = "text/plain", []byte("Grüße") },
		"text that is not":    func(e *cloudevents.Event) { e.DataContentType, e.Data = "text/plain", []byte{0xff} },
		"JSON that is not":    func(e *cloudevents.Event) { e.Data = []byte("{") },
		"no content type":     func(e *cloudevents.Event) { e.DataContentType = "" },
		"version 0.3":         func(e *cloudevents.Event) { e.SpecVersion = spec.V03 },
		"binary in version 0.3": func(e *cloudevents.Event) {
			e.SpecVersion, e.DataContentType, e.Data = spec.V03, "image/png", []byte{0x89, 0xff}
		},
	} {
		t.Run(reason, func(t *testing.T) {
			e := full()
			change(&e)
			old, err := cesdkgo.ToSDK(&e)
			if err != nil {
				t.Fatal(err)
			}
			if err := old.Validate(); err != nil {
				t.Errorf("sdk-go says: %v", err)
			}
			back, err := cesdkgo.FromSDK(&old)
			if err != nil {
				t.Fatal(err)
			}
			same(t, &back, &e)
		})
	}
}

// sdk-go writes a converted event as JSON that this module reads as the same event.
func TestJSONIsTheSame(t *testing.T) {
	for _, c := range []struct{ contentType, data string }{
		{"application/json", `{"n":1}`}, {"text/plain", "Grüße"}, {"image/png", "\x89\xff"}, {"text/plain", "\xff"},
	} {
		e := full()
		e.Time = e.Time.UTC()            // as sdk-go writes it
		e.Extensions = e.Extensions[1:5] // as JSON tells the types of these
		e.Extensions[2].Value = cloudevents.StringValue("../a")
		e.DataContentType, e.Data = c.contentType, []byte(c.data)
		old, err := cesdkgo.ToSDK(&e)
		if err != nil {
			t.Fatal(err)
		}
		document, err := json.Marshal(old)
		if err != nil {
			t.Fatal(err)
		}
		var got cloudevents.Event
		if err := json.Unmarshal(document, &got); err != nil {
			t.Fatal(err)
		}
		same(t, &got, &e)
	}
}

// sdk-go holds base64 data of version 0.3 decoded if it has read it in JSON, and encoded if it
// has read it in binary mode or set it.
func TestBase64OfVersion03(t *testing.T) {
	for reason, data := range map[string]string{"bytes": "\x00\xff", "bytes that are base64 themselves": "AAAA"} {
		want := cloudevents.Event{SpecVersion: spec.V03, ID: "1", Source: "/", Type: "t", DataContentType: "application/octet-stream", Data: []byte(data)}
		encoded := base64.StdEncoding.EncodeToString([]byte(data))
		document := `{"specversion":"0.3","id":"1","source":"/","type":"t","datacontenttype":"application/octet-stream","datacontentencoding":"base64","data":"` + encoded + `"}`
		var read event.Event
		if err := json.Unmarshal([]byte(document), &read); err != nil {
			t.Fatal(err)
		}
		set := event.New("0.3")
		set.SetID("1")
		set.SetSource("/")
		set.SetType("t")
		set.SetDataContentType("application/octet-stream")
		set.SetDataContentEncoding(event.Base64)
		set.DataEncoded = []byte(encoded)
		for how, old := range map[string]event.Event{"read in JSON": read, "set": set} {
			got, err := cesdkgo.FromSDK(&old)
			if err != nil {
				t.Errorf("%s, %s: %v", reason, how, err)
				continue
			}
			same(t, &got, &want)
		}
	}
}

// What sdk-go cannot hold is an error that names the attribute.
func TestLoss(t *testing.T) {
	for reason, change := range map[string]func(*cloudevents.Event){
		"an empty fragment in source":    func(e *cloudevents.Event) { e.Source = "/a#" },
		"an empty fragment in a URI":     func(e *cloudevents.Event) { e.Extensions[6].Value = cloudevents.URIValue("urn:a#") },
		"an empty fragment in a URI-ref": func(e *cloudevents.Event) { e.Extensions[3].Value = cloudevents.URIReferenceValue("/a#") },
	} {
		e := full()
		change(&e)
		if _, err := cesdkgo.ToSDK(&e); !errors.Is(err, cesdkgo.ErrLoss) {
			t.Errorf("%s: %v", reason, err)
		}
	}
	var invalid *validation.Error
	if _, err := cesdkgo.ToSDK(&cloudevents.Event{}); err == nil {
		t.Error("an invalid event was converted")
	}
	old := event.New()
	old.SetID("1")
	old.SetType("t")
	if _, err := cesdkgo.FromSDK(&old); !errors.As(err, &invalid) || invalid.Attribute != "source" {
		t.Errorf("no source: %v", err)
	}
	old.SetSource("%zz")
	if _, err := cesdkgo.FromSDK(&old); err == nil {
		t.Error("an error of a setter is lost")
	}
	if _, err := cesdkgo.FromSDK(&event.Event{}); err == nil {
		t.Error("an event without a context was converted")
	}
}

// A handler of sdk-go calls one of this module.
func ExampleFromSDK() {
	consume := dispatch.Consume("com.example.order.placed", func(_ context.Context, e *cloudevents.Event, order struct{ N int }) error {
		fmt.Println(e.ID, order.N)
		return nil
	})
	receive := func(ctx context.Context, old event.Event) error { // as sdk-go's client wants it
		e, err := cesdkgo.FromSDK(&old)
		if err != nil {
			return err
		}
		_, err = consume.Handler(ctx, &e)
		return err
	}

	old := event.New()
	old.SetID("A-1")
	old.SetSource("/orders")
	old.SetType("com.example.order.placed")
	if err := old.SetData(event.ApplicationJSON, map[string]int{"n": 7}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(receive(context.Background(), old))
	// Output:
	// A-1 7
	// <nil>
}

// A sender of sdk-go sends an event of this module.
func ExampleToSDK() {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	old, err := cesdkgo.ToSDK(&e)
	fmt.Println(old.ID(), old.Source(), err)
	// Output: A-1 /orders <nil>
}
