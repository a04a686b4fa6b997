package cexml_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// forms returns events with data in each form.
func forms() map[string]cloudevents.Event {
	binary, text, element := full(), full(), full()
	binary.DataContentType = "application/octet-stream"
	text.Data = []byte(strings.Repeat("text ", 64<<10/5))
	element.DataContentType = "application/xml"
	element.Data = []byte("<orders>" + strings.Repeat(`<order id="1001"><total>129.5</total></order>`, 100) + "</orders>")
	return map[string]cloudevents.Event{"base64": binary, "text": text, "an element": element, "nothing but what is required": formattest.Minimal()}
}

func TestDecodeAllocations(t *testing.T) {
	for name, e := range forms() {
		max := 2.0 // strings and extensions
		switch name {
		case "base64":
			max = 3
		case "nothing but what is required":
			max = 1
		}
		body := encoded(t, e)
		alloctest.AtMost(t, name, max, func() {
			if _, err := cexml.Decode(body); err != nil {
				t.Fatal(err)
			}
		})
	}
	e := formattest.Minimal()
	e.Source, e.Subject, e.DataContentType, e.Data = "/s?a&b", "<a & b>", "text/plain", []byte("a < b")
	body := encoded(t, e)
	alloctest.AtMost(t, "attributes and data with references", 3, func() {
		if _, err := cexml.Decode(body); err != nil {
			t.Fatal(err)
		}
	})
	outer := []byte(document(data("xs:any", `<x xsi:type="xs:int"/>`)))
	alloctest.AtMost(t, "an element with declarations from outside", 2, func() {
		if _, err := cexml.Decode(outer); err != nil {
			t.Fatal(err)
		}
	})
	text := full()
	four, err := cexml.AppendBatch(nil, []cloudevents.Event{text, text, text, text})
	if err != nil {
		t.Fatal(err)
	}
	alloctest.AtMost(t, "a batch of four", 9, func() {
		if _, err := cexml.DecodeBatch(four); err != nil {
			t.Fatal(err)
		}
	})
}

func TestEncodeAllocations(t *testing.T) {
	dst := make([]byte, 0, 256<<10)
	for name, e := range forms() {
		alloctest.AtMost(t, name, 0, func() {
			if _, err := cexml.Append(dst, &e); err != nil {
				t.Fatal(err)
			}
		})
		es := []cloudevents.Event{e, e}
		alloctest.AtMost(t, "a batch, "+name, 0, func() {
			if _, err := cexml.AppendBatch(dst, es); err != nil {
				t.Fatal(err)
			}
		})
		alloctest.AtMost(t, "to a new slice, "+name, 1, func() {
			if _, err := cexml.Append(nil, &e); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// What is written for 64 KiB of text has the room that it needs, and not much more.
func TestEncodedSize(t *testing.T) {
	for name, e := range forms() {
		b := encoded(t, e)
		if cap(b) > len(b)+len(b)/8+1024 {
			t.Errorf("%s: %d bytes in a slice of %d", name, len(b), cap(b))
		}
	}
	e := formattest.Minimal()
	e.DataContentType, e.Data = "text/plain", bytes.Repeat([]byte("<"), 1000)
	if got := decoded(t, string(encoded(t, e))); formattest.Diff(e, got) != "" {
		t.Error(formattest.Diff(e, got))
	}
}
