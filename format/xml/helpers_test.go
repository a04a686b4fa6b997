package cexml_test

import (
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
)

const (
	namespaces = ` xmlns:ce="http://cloudevents.io/xmlformat/V1" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`
	start      = `<ce:event` + namespaces + ` specversion="1.0">`
	required   = `<ce:id>1</ce:id><ce:source>/s</ce:source><ce:type>t</ce:type>`
	end        = `</ce:event>`
	item       = `<ce:event specversion="1.0">` + required
)

// document returns an event with the required attributes and what content says.
func document(content string) string { return start + required + content + end }

// batch returns a batch of what content says.
func batch(content string) string { return `<ce:batch` + namespaces + `>` + content + `</ce:batch>` }

// data returns an element data.
func data(typ, content string) string {
	return `<ce:data xsi:type="` + typ + `">` + content + `</ce:data>`
}

// full returns an event with every core attribute, every type and data.
func full() cloudevents.Event {
	return cloudevents.Event{
		ID: "A-1001", Source: "https://example.com/orders", Type: "com.example.order.placed", Subject: "orders/1001",
		Time: time.Date(2024, 2, 29, 17, 31, 0, 5_000_000, time.UTC), DataContentType: "text/plain", DataSchema: "https://example.com/schema",
		Extensions: []cloudevents.Extension{
			{Name: "a", Value: cloudevents.BooleanValue(true)},
			{Name: "b", Value: cloudevents.IntegerValue(-42)},
			{Name: "c", Value: cloudevents.BinaryValue([]byte{0, 255})},
			{Name: "d", Value: cloudevents.StringValue("text")},
			{Name: "e", Value: cloudevents.TimestampValue(time.Unix(1e9, 0).UTC())},
			{Name: "f", Value: cloudevents.URIValue("urn:x")},
			{Name: "g", Value: cloudevents.URIReferenceValue("../x")},
		},
		Data: []byte("data"),
	}
}

func encoded(t testing.TB, e cloudevents.Event) []byte {
	t.Helper()
	b, err := cexml.Append(nil, &e)
	if err != nil {
		t.Fatalf("%v: %v", e, err)
	}
	return b
}

func decoded(t testing.TB, document string) cloudevents.Event {
	t.Helper()
	e, err := cexml.Decode([]byte(document))
	if err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	return e
}
