package ceprotobuf_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

func TestDecodeAllocations(t *testing.T) {
	message := full()
	message.DataContentType, message.DataSchema = "application/protobuf", "https://type.googleapis.com/a.B"
	text := full()
	text.Extensions = text.Extensions[3:4]
	text.Data = []byte(strings.Repeat("x", 64<<10))
	for _, c := range []struct {
		name string
		e    cloudevents.Event
		max  float64
	}{
		{"nothing but what is required", formattest.Minimal(), 1},
		{"every core attribute, text and 64 KiB of data", text, 2},
		{"every type", full(), 3},
		{"proto_data", message, 3},
	} {
		body := encoded(t, c.e)
		alloctest.AtMost(t, c.name, c.max, func() {
			if _, err := ceprotobuf.Decode(body); err != nil {
				t.Fatal(err)
			}
		})
	}
	implied := []byte(minimal + bytesField(8, bytesField(1, "type.googleapis.com/a.B")))
	alloctest.AtMost(t, "a type URL that becomes dataschema", 3, func() {
		if _, err := ceprotobuf.Decode(implied); err != nil {
			t.Fatal(err)
		}
	})
	batch, err := ceprotobuf.AppendBatch(nil, []cloudevents.Event{text, text, text, text})
	if err != nil {
		t.Fatal(err)
	}
	alloctest.AtMost(t, "a batch of four", 9, func() {
		if _, err := ceprotobuf.DecodeBatch(batch); err != nil {
			t.Fatal(err)
		}
	})
}

func TestEncodeAllocations(t *testing.T) {
	dst := make([]byte, 0, 8<<10)
	message := full()
	message.DataContentType, message.DataSchema = "application/protobuf", "https://type.googleapis.com/a.B"
	for name, e := range map[string]cloudevents.Event{"minimal": formattest.Minimal(), "every type": full(), "proto_data": message} {
		alloctest.AtMost(t, name, 0, func() {
			if _, err := ceprotobuf.Append(dst, &e); err != nil {
				t.Fatal(err)
			}
		})
		es := []cloudevents.Event{e, e}
		alloctest.AtMost(t, "a batch, "+name, 0, func() {
			if _, err := ceprotobuf.AppendBatch(dst, es); err != nil {
				t.Fatal(err)
			}
		})
		alloctest.AtMost(t, "to a new slice, "+name, 1, func() {
			if _, err := ceprotobuf.Append(nil, &e); err != nil {
				t.Fatal(err)
			}
		})
	}
}
