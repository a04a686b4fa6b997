package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// The kinds of data that generated goes through.
const (
	jsonData = iota
	jsonNull
	textData
	binaryData
	xmlData
	untypedData
	noData
	typeWithoutData
	emptyData // which binary mode cannot say in most protocols
	dataKinds
)

// generated returns the event with that number. All types of attributes and kinds of data come
// up. Every fiftieth has 64 KiB.
func generated(i int) cloudevents.Event {
	uri := "urn:example:a%20b"
	e := cloudevents.Event{
		ID: fmt.Sprint(i), Source: "/bridge/%41", Type: fmt.Sprintf("com.example.type%d", i%7), Subject: "Grüße \"100 %\" 😀",
		Time: time.Date(2026, 11, 29, 10, 0, 0, 123456789, time.FixedZone("", 3600)),
		Extensions: []cloudevents.Extension{
			{Name: "binary", Value: cloudevents.BinaryValue([]byte{0, 255, byte(i)})},
			{Name: "boolean", Value: cloudevents.BooleanValue(i%2 == 0)},
			{Name: "integer", Value: cloudevents.IntegerValue(int32(-i))},
			{Name: "partitionkey", Value: cloudevents.StringValue(fmt.Sprint(i % 13))},
			{Name: "reference", Value: cloudevents.URIReferenceValue("../a?b#c")},
			{Name: "timestamp", Value: cloudevents.TimestampValue(time.Date(1969, 7, 20, 20, 17, 40, i, time.UTC))},
			{Name: "uri", Value: cloudevents.URIValue(uri)},
		},
	}
	if i%3 == 0 {
		e.DataSchema = uri
	}
	switch i % dataKinds {
	case jsonData:
		e.DataContentType, e.Data = "application/json", fmt.Appendf(nil, `{"n": %d, "text": "é\u0000"}`, i)
	case jsonNull:
		e.DataContentType, e.Data = "application/json", []byte("null")
	case textData:
		e.DataContentType, e.Data = "text/plain", []byte("Grüße\r\n")
	case binaryData:
		e.DataContentType, e.Data = "application/octet-stream", []byte{0, 1, 255, byte(i)}
	case xmlData:
		e.DataContentType, e.Data = "application/xml", []byte("<a>&amp;</a>")
	case untypedData:
		e.Data = []byte{byte(i)}
	case typeWithoutData:
		e.DataContentType = "text/plain; charset=utf-8"
	case emptyData:
		if modeOf(i) == cloudevents.StructuredMode {
			e.DataContentType, e.Data = "application/octet-stream", []byte{}
		}
	}
	if i%50 == 7 {
		large := make([]byte, 64<<10)
		random := rand.New(rand.NewPCG(uint64(i), 1))
		for n := range large {
			large[n] = byte(random.Uint32())
		}
		e.DataContentType, e.Data = "application/octet-stream", large
	}
	return e
}

// modeOf returns the mode in which the event with that number is sent: both with each kind of data.
func modeOf(i int) cloudevents.Mode { return cloudevents.Mode(i / dataKinds % 2) }

// difference returns how an event differs from the one that was sent, or "". In structured mode
// the types of JSON are kept; in binary mode extensions are texts.
func difference(got, want *cloudevents.Event, mode cloudevents.Mode) string {
	switch {
	case got.ID != want.ID || got.Source != want.Source || got.Type != want.Type || got.Subject != want.Subject || got.DataSchema != want.DataSchema:
		return "attributes"
	case got.Time.Format(time.RFC3339Nano) != want.Time.Format(time.RFC3339Nano):
		return "time"
	case got.DataContentType != want.DataContentType:
		return "datacontenttype"
	case !bytes.Equal(got.Data, want.Data) || (got.Data == nil) != (want.Data == nil):
		return "data"
	case len(got.Extensions) != len(want.Extensions):
		return "number of extensions"
	}
	for i, x := range got.Extensions {
		w := want.Extensions[i]
		if x.Name != w.Name || x.Value.String() != w.Value.String() {
			return "extension " + w.Name
		}
		if t := w.Value.Type(); mode == cloudevents.StructuredMode && (t == spec.Boolean || t == spec.Integer) && x.Value != w.Value {
			return "type of extension " + w.Name
		}
	}
	return ""
}

// check compares what a receiver has with the n events that were sent.
func (s *sink) check(t *testing.T, n int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range n {
		want := generated(i)
		got, ok := s.events[want.ID]
		if !ok {
			t.Fatalf("event %d is lost", i)
		}
		if d := difference(&got, &want, modeOf(i)); d != "" {
			t.Fatalf("event %d, %s: it is\n%v\n%.100q\nwant\n%v\n%.100q", i, d, got, got.Data, want, want.Data)
		}
		if mode := s.layouts[want.ID].mode; mode != modeOf(i) {
			t.Fatalf("event %d came in %s mode", i, mode)
		}
	}
}
