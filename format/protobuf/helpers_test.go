package ceprotobuf_test

import (
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
)

// The fields of a minimal event.
const minimal = "\n\x011" + "\x12\x02/s" + "\x1a\x031.0" + "\"\x01t"

// bytesField returns a field of bytes, shorter than 128.
func bytesField(number int, content string) string {
	return string([]byte{byte(number<<3 | 2), byte(len(content))}) + content
}

// entry returns an attribute with that value, which is a field of the oneof.
func entry(name, value string) string {
	return bytesField(5, bytesField(1, name)+bytesField(2, value))
}

// full returns an event with every attribute, an extension of each type, and data.
func full() cloudevents.Event {
	return cloudevents.Event{
		ID:              "A234-1234",
		Source:          "https://example.com/storage/tenant/container",
		Type:            "com.example.object.created",
		Subject:         "picture.jpg",
		Time:            time.Date(2024, 2, 29, 17, 31, 0, 5_000_000, time.UTC),
		DataContentType: "application/json",
		DataSchema:      "https://example.com/schema#object",
		Extensions: []cloudevents.Extension{
			{Name: "binary", Value: cloudevents.BinaryValue([]byte{0, 255})},
			{Name: "boolean", Value: cloudevents.BooleanValue(true)},
			{Name: "integer", Value: cloudevents.IntegerValue(-5)},
			{Name: "string", Value: cloudevents.StringValue("")},
			{Name: "timestamp", Value: cloudevents.TimestampValue(time.Unix(0, 1).UTC())},
			{Name: "uri", Value: cloudevents.URIValue("urn:x")},
			{Name: "urireference", Value: cloudevents.URIReferenceValue("../x")},
		},
		Data: []byte(`{"size":1024}`),
	}
}

func encoded(t testing.TB, e cloudevents.Event) []byte {
	t.Helper()
	b, err := ceprotobuf.Append(nil, &e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// arrives returns e as it comes back: Timestamps in UTC without digits after the ninth,
// and extensions sorted. ok is false if a Timestamp is out of range.
func arrives(e cloudevents.Event) (_ cloudevents.Event, ok bool) {
	inRange := func(t time.Time) bool { return 1 <= t.UTC().Year() && t.UTC().Year() <= 9999 }
	if v, has := e.Get("time"); has {
		t, err := v.Time()
		if err != nil || !inRange(e.Time) {
			return e, false
		}
		if e.Time = e.Time.UTC(); e.Time.IsZero() {
			e.Time = t.In(time.FixedZone("", 0))
		}
	}
	e.Extensions = formattest.Sorted(e.Extensions)
	for i := range e.Extensions {
		v := &e.Extensions[i].Value
		if v.Type().String() != "Timestamp" {
			continue
		}
		t, err := v.Time()
		if err != nil || !inRange(t) {
			return e, false
		}
		*v = cloudevents.TimestampValue(t.UTC())
	}
	return e, true
}
