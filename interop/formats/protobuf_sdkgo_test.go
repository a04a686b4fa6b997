package formats_test

import (
	"bytes"
	"testing"
	"time"

	sdkformat "github.com/cloudevents/sdk-go/binding/format/protobuf/v2"
	"github.com/cloudevents/sdk-go/v2/event"

	"github.com/seed763dd41b/cloudevents"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
)

// What sdk-go reads of documents that this module writes. Each deviation is a row: if
// sdk-go changes, the row has to go.
func TestSDKGoReads(t *testing.T) {
	base := cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
	with := func(change func(e *cloudevents.Event)) cloudevents.Event {
		e := base
		change(&e)
		return e
	}
	for _, c := range []struct {
		name   string
		e      cloudevents.Event
		data   string // what sdk-go has as data
		deviat string // "" if sdk-go reads the event as it is
	}{
		{"no data", base, "", ""},
		{"bytes", with(func(e *cloudevents.Event) { e.DataContentType, e.Data = "application/octet-stream", []byte{1} }), "\x01", ""},
		{"text", with(func(e *cloudevents.Event) { e.DataContentType, e.Data = "text/plain", []byte("hi") }), "hi", ""},
		{"time and subject", with(func(e *cloudevents.Event) { e.Subject, e.Time = "x", time.Unix(1, 5).UTC() }), "", ""},
		{"JSON", with(func(e *cloudevents.Event) { e.DataContentType, e.Data = "application/json", []byte(`{"a":1}`) }), `"{\"a\":1}"`,
			"text_data of a JSON type is encoded as a JSON string"},
		{"a message", with(func(e *cloudevents.Event) {
			e.DataContentType, e.DataSchema, e.Data = "application/protobuf", "https://type.googleapis.com/a.B", []byte{8, 1}
		}), "\x08\x01", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := ceprotobuf.Append(nil, &c.e)
			if err != nil {
				t.Fatal(err)
			}
			var got event.Event
			if err := sdkformat.Protobuf.Unmarshal(b, &got); err != nil {
				t.Fatal(err)
			}
			if got.ID() != c.e.ID || got.Source() != c.e.Source || got.Type() != c.e.Type || got.Subject() != c.e.Subject ||
				got.DataContentType() != c.e.DataContentType || got.DataSchema() != c.e.DataSchema || !got.Time().Equal(c.e.Time) {
				t.Errorf("%v", got)
			}
			if string(got.Data()) != c.data || (string(c.e.Data) == c.data) != (c.deviat == "") {
				t.Errorf("data is %q, want %q", got.Data(), c.data)
			}
		})
	}
}

// What this module reads of documents that sdk-go writes.
func TestSDKGoWrites(t *testing.T) {
	for _, c := range []struct {
		name, contentType, schema string
		data                      []byte
		want                      []byte
		wantSchema                string
	}{
		{"no data, which is present and empty then", "", "", nil, []byte{}, ""},
		{"text, which is binary_data", "text/plain", "", []byte("hi"), []byte("hi"), ""},
		{"JSON, which is binary_data", "application/json", "", []byte(`{"a":1}`), []byte(`{"a":1}`), ""},
		{"a message without a type URL", "application/protobuf", "", []byte{8, 1}, []byte{8, 1}, ""},
		{"a message with a type URL", "application/protobuf", "https://type.googleapis.com/a.B", []byte{8, 1}, []byte{8, 1}, "https://type.googleapis.com/a.B"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := event.New()
			e.SetID("1")
			e.SetSource("/s")
			e.SetType("t")
			e.SetTime(time.Unix(5, 0))
			e.SetExtension("n", 7)
			if c.contentType != "" {
				e.SetDataContentType(c.contentType)
			}
			if c.schema != "" {
				e.SetDataSchema(c.schema)
			}
			e.DataEncoded = c.data
			b, err := sdkformat.Protobuf.Marshal(&e)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ceprotobuf.Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			n, _ := got.Get("n")
			if !bytes.Equal(got.Data, c.want) || (got.Data == nil) != (c.want == nil) || got.DataSchema != c.wantSchema ||
				!got.Time.Equal(time.Unix(5, 0)) || n != cloudevents.IntegerValue(7) {
				t.Errorf("%v", got)
			}
		})
	}
}
