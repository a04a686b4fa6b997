package cekafka_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
)

// large returns an event with a time and two extensions, and with as much data as size says.
func large(size int) cloudevents.Event {
	e := cloudevents.New("/orders", "com.example.order.placed")
	e.DataContentType, e.Data = "application/octet-stream", make([]byte, size)
	e.Extensions = []cloudevents.Extension{
		{Name: "comexampleretries", Value: cloudevents.IntegerValue(3)},
		{Name: "partitionkey", Value: cloudevents.StringValue("customer-42")},
	}
	return e
}

// Nothing grows with the data in binary mode.
func TestAllocations(t *testing.T) {
	for _, size := range []int{0, 100, 64 << 10} {
		e := large(size)
		m, err := cekafka.ToMessage(&e, cloudevents.BinaryMode, nil)
		if err != nil {
			t.Fatal(err)
		}
		m.Headers = append(m.Headers, headers("ce_datacontenttype", e.DataContentType, "trace", "1")...)
		decoder := cekafka.Decoder{JSONEvents: true, Forgive: func(cloudevents.Receipt) {}}
		alloctest.Succeeding(t, 2, func() error {
			_, err := decoder.ToCloudEvent(&m)
			return err
		})
		alloctest.AtMost(t, "IsCloudEvent", 0, func() { cekafka.IsCloudEvent(&m) })
		foreigners := slices.Repeat(headers("trace", "1"), 40)
		for _, foreign := range [][]cekafka.Header{nil, m.Headers, foreigners} {
			out := cekafka.Message{Headers: foreign}
			var encoder cekafka.Encoder
			alloctest.Succeeding(t, 2, func() error { return encoder.CopyToMessage(&out, &e) })
		}
	}
}

// In structured mode there is the value, which the race detector makes grow once more, and
// in the other direction what the format makes.
func TestStructuredAllocations(t *testing.T) {
	e := large(100)
	e.DataContentType, e.Data = "application/json", []byte(`{"n":1}`)
	encoder := cekafka.Encoder{Mode: cloudevents.StructuredMode}
	m, err := encoder.ToMessage(&e)
	if err != nil {
		t.Fatal(err)
	}
	alloctest.Succeeding(t, 4, func() error {
		_, err := encoder.ToMessage(&e)
		return err
	})
	var decoder cekafka.Decoder
	alloctest.Succeeding(t, 3, func() error {
		_, err := decoder.ToCloudEvent(&m)
		return err
	})
	m.Headers = nil
	decoder.JSONEvents = true
	alloctest.Succeeding(t, 3, func() error {
		_, err := decoder.ToCloudEvent(&m)
		return err
	})
}

// With the limits off, twice as many headers cost about twice as much, whether they are
// legal or not, of the event or of others, when they are read and when they are written.
func TestLinearCost(t *testing.T) {
	many := func(n int, name string) []cekafka.Header {
		m := binary("")
		for i := range n {
			full := name
			if strings.Contains(name, "%") {
				full = fmt.Sprintf(name, n-i)
			}
			m.Headers = append(m.Headers, headers(full, "value")...)
		}
		return m.Headers
	}
	decode := func(name string) func(n int) func() {
		return func(n int) func() {
			m := cekafka.Message{Headers: many(n, name)}
			d := cekafka.Decoder{MaxAttributes: -1, JSONEvents: true}
			return func() { _, _ = d.ToCloudEvent(&m) }
		}
	}
	encode := func(name string, mode cloudevents.Mode) func(n int) func() {
		return func(n int) func() {
			e := minimal()
			if mode == cloudevents.BinaryMode {
				for i := range n {
					e.Extensions = append(e.Extensions, cloudevents.Extension{Name: fmt.Sprintf("x%05d", i), Value: cloudevents.StringValue("value")})
				}
			}
			old := many(n, name)
			return func() {
				m := cekafka.Message{Headers: old}
				if err := cekafka.CopyToMessage(&m, &e, mode, nil); err != nil {
					panic(err)
				}
			}
		}
	}
	for name, work := range map[string]func(n int) func(){
		"extensions":                 decode("ce_x%05d"),
		"illegal names":              decode("ce_x-%05d"),
		"one extension":              decode("ce_x"),
		"datacontenttype":            decode("ce_datacontenttype"),
		"headers of others":          decode("trace-%05d"),
		"headers of another binding": decode("ce-x%05d"),
		"encode over an event":       encode("ce_x%05d", cloudevents.BinaryMode),
		"encode over others":         encode("trace-%05d", cloudevents.BinaryMode),
		"structured over an event":   encode("ce_x%05d", cloudevents.StructuredMode),
		"structured over others":     encode("trace-%05d", cloudevents.StructuredMode),
	} {
		once, twice := work(8000), work(16000)
		few, more := alloctest.Least(once), alloctest.Least(twice)
		if more > 3*few+64<<10 || more > 16000*1000 {
			t.Errorf("%s: %d bytes for 8,000 and %d for 16,000", name, few, more)
		}
	}
}
