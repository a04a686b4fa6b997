package ceavro_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

func TestDecodeAllocations(t *testing.T) {
	large := full()
	large.DataContentType = "text/plain"
	large.Extensions = large.Extensions[3:4]
	large.Data = []byte(strings.Repeat("x", 64<<10))
	all := full()
	all.DataContentType = "application/octet-stream"
	value := full()
	value.Extensions = value.Extensions[3:4]
	for _, c := range codecs {
		for _, item := range []struct {
			name string
			e    cloudevents.Event
			max  float64
		}{
			{"nothing but what is required", formattest.Minimal(), 1},
			{"every core attribute, and 64 KiB of data", large, 2},
			{"every type", all, 3},
			{"a JSON value", value, 3},
		} {
			body := encoded(t, c, item.e)
			alloctest.AtMost(t, c.name+": "+item.name, item.max, func() {
				if _, err := c.decode(body); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

func TestEncodeAllocations(t *testing.T) {
	dst := make([]byte, 0, 8<<10)
	nested := full()
	nested.Data = []byte(`{"a":{"b":[{"c":1.5,"d":"\n"}],"e":{"f":{"g":null}}},"h":true}`)
	for _, c := range codecs {
		for name, e := range map[string]cloudevents.Event{"minimal": formattest.Minimal(), "every type": full(), "a JSON value": nested} {
			alloctest.AtMost(t, c.name+": "+name, 0, func() {
				if _, err := c.append(dst, &e); err != nil {
					t.Fatal(err)
				}
			})
			alloctest.AtMost(t, c.name+": to a new slice, "+name, 1, func() {
				if _, err := c.append(nil, &e); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
	e := full()
	alloctest.AtMost(t, "all data as bytes", 0, func() {
		if _, err := (ceavro.Format{DataAsBytes: true}).EncodeStructuredModeMessage(dst, &e); err != nil {
			t.Fatal(err)
		}
	})
}
