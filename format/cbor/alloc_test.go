package cecbor_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

func TestDecodeAllocations(t *testing.T) {
	plain := full()
	plain.Extensions = []cloudevents.Extension{
		{Name: "boolean", Value: cloudevents.BooleanValue(true)},
		{Name: "integer", Value: cloudevents.IntegerValue(99)},
		{Name: "string", Value: cloudevents.StringValue("x")},
	}
	plain.Data = []byte(strings.Repeat("x", 64<<10))
	item := full()
	item.DataContentType, item.Data = "application/cbor", []byte(strings.Repeat("\x81", 32)+"\x01")
	for _, c := range []struct {
		name string
		e    cloudevents.Event
		max  float64
	}{
		{"nothing but what is required", formattest.Minimal(), 1},
		{"every core attribute, text and 64 KiB of data", plain, 2},
		{"every type", full(), 3},
		{"an item", item, 3},
	} {
		body := encoded(t, c.e)
		alloctest.AtMost(t, c.name, c.max, func() {
			if _, err := cecbor.Decode(body); err != nil {
				t.Fatal(err)
			}
		})
	}
	converted := document(pair("datacontenttype", text("application/json")), pair("x", text("y")),
		pair("data", "\x82\xa2\x61a\x18\x2a\x61b\x6ca longer one\x84\xf5\xf9\x04\x01\x62\x22\x01\xa0"))
	alloctest.AtMost(t, "data that becomes JSON", 3, func() {
		if _, err := cecbor.Decode(converted); err != nil {
			t.Fatal(err)
		}
	})
	implied := document(pair("data", "\xa1\x61a\x01"))
	alloctest.AtMost(t, "an item without a content type", 1, func() {
		if _, err := cecbor.Decode(implied); err != nil {
			t.Fatal(err)
		}
	})
}

func TestEncodeAllocations(t *testing.T) {
	dst := make([]byte, 0, 8<<10)
	item := full()
	item.DataContentType, item.Data = "application/cbor", []byte(strings.Repeat("\x81", 32)+"\x01")
	many := formattest.Minimal()
	for i := range 40 {
		many.Extensions = append(many.Extensions, cloudevents.Extension{Name: strings.Repeat("x", i+1), Value: cloudevents.BooleanValue(true)})
	}
	for name, e := range map[string]cloudevents.Event{"minimal": formattest.Minimal(), "every type": full(), "an item": item, "40 extensions": many} {
		alloctest.AtMost(t, name, 0, func() {
			if _, err := cecbor.Append(dst, &e); err != nil {
				t.Fatal(err)
			}
		})
		alloctest.AtMost(t, "to a new slice, "+name, 1, func() {
			if _, err := cecbor.Append(nil, &e); err != nil {
				t.Fatal(err)
			}
		})
	}
	value := []byte("\xa2\x61a\x81\x01\x62bc\xf9\x00\x01")
	alloctest.AtMost(t, "JSON", 0, func() {
		if _, err := cecbor.AppendJSON(dst, value); err != nil {
			t.Fatal(err)
		}
	})
}
