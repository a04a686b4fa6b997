package ceavro_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	"github.com/seed763dd41b/cloudevents/spec"
)

// long returns an integer on the wire.
func long(n int64) string {
	u := uint64(n)<<1 ^ uint64(n>>63)
	var b []byte
	for ; u >= 0x80; u >>= 7 {
		b = append(b, byte(u)|0x80)
	}
	return string(append(b, byte(u)))
}

func str(s string) string { return long(int64(len(s))) + s }

// entry returns an entry of a map whose value is the member of a union with that index.
func entry(name string, index int64, value string) string { return str(name) + long(index) + value }

// document returns an event in the Avro format with those attributes beside the required
// ones. data is the union.
func document(data string, attributes ...string) string {
	required := entry("specversion", 3, str("1.0")) + entry("id", 3, str("1")) + entry("source", 3, str("/s")) + entry("type", 3, str("t"))
	return long(int64(4+len(attributes))) + required + strings.Join(attributes, "") + long(0) + data
}

// compact returns an event in the compact format with those extensions.
func compact(data string, extensions ...string) string {
	s := str("1") + str("/s") + str("t") + strings.Repeat(long(0), 4)
	if len(extensions) > 0 {
		s += long(int64(len(extensions))) + strings.Join(extensions, "")
	}
	return s + long(0) + data
}

// The unions of data.
const (
	noData = "\x02"
	isJSON = "\x1edatacontenttype\x06 application/json"
	isText = "\x1edatacontenttype\x06\x14text/plain"
)

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
			{Name: "timestamp", Value: cloudevents.TimestampValue(time.Unix(0, 1000).UTC())},
			{Name: "uri", Value: cloudevents.URIValue("urn:x")},
			{Name: "urireference", Value: cloudevents.URIReferenceValue("../x")},
		},
		Data: []byte(`{"size":1024}`),
	}
}

// codec is one of the two formats.
type codec struct {
	name   string
	append func([]byte, *cloudevents.Event) ([]byte, error)
	decode func([]byte, ...spec.Attribute) (cloudevents.Event, error)
	// arrives returns an event as it comes back if types are declared. ok is false if the
	// format does not have the event.
	arrives func(cloudevents.Event) (_ cloudevents.Event, ok bool)
}

var codecs = []codec{
	{"Format", ceavro.Append, func(b []byte, exts ...spec.Attribute) (cloudevents.Event, error) {
		return ceavro.Format{MaxAttributes: -1}.DecodeStructuredModeMessage(b, "", exts...)
	}, arrives},
	{"Compact", ceavro.AppendCompact, func(b []byte, exts ...spec.Attribute) (cloudevents.Event, error) {
		return ceavro.Compact{MaxAttributes: -1}.DecodeStructuredModeMessage(b, "", exts...)
	}, arrivesCompact},
}

// arrives sorts extensions.
func arrives(e cloudevents.Event) (_ cloudevents.Event, ok bool) {
	e.Extensions = formattest.Sorted(e.Extensions)
	return e, true
}

// arrivesCompact also moves Timestamps to UTC and cuts them to microseconds.
func arrivesCompact(e cloudevents.Event) (_ cloudevents.Event, ok bool) {
	if e.SpecVersion != spec.V1 {
		return e, false
	}
	cut := func(t time.Time) (time.Time, bool) {
		t = time.UnixMicro(t.UnixMicro()).UTC()
		return t, 0 <= t.Year() && t.Year() <= 9999
	}
	if v, has := e.Get("time"); has {
		t, err := v.Time()
		if err != nil {
			return e, false
		}
		if e.Time, ok = cut(t); !ok {
			return e, false
		}
		if e.Time.IsZero() {
			e.Time = e.Time.In(time.FixedZone("", 0))
		}
	}
	e, _ = arrives(e)
	for i := range e.Extensions {
		v := &e.Extensions[i].Value
		if v.Type() != spec.Timestamp {
			continue
		}
		t, err := v.Time()
		if err != nil {
			return e, false
		}
		if t, ok = cut(t); !ok {
			return e, false
		}
		*v = cloudevents.TimestampValue(t)
	}
	return e, true
}

func encoded(t testing.TB, c codec, e cloudevents.Event) []byte {
	t.Helper()
	b, err := c.append(nil, &e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
