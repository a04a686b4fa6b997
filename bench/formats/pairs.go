package formats

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/bench"
)

// Pairs returns all pairs of this module.
func Pairs() []bench.Pair {
	return slices.Concat(protobufPairs(), avroPairs(), xmlPairs(), cborPairs())
}

// item is an event of the benchmarks.
type item struct {
	name string
	e    cloudevents.Event
}

// items are a small event, and one with 64 KiB of data.
func items() []item {
	return []item{
		{"small", eventOf("application/octet-stream", []byte(`{"orderId":"A-1001","total":129.5,"currency":"EUR"}`))},
		{"64 KiB", eventOf("application/octet-stream", bytes.Repeat([]byte("0123456789abcdef"), 64<<10/16))},
	}
}

func eventOf(contentType string, data []byte) cloudevents.Event {
	return cloudevents.Event{
		ID:              "b7f1c5a0-9d63-4ff1-8c3e-2c8b7a4d9e10",
		Source:          "https://example.com/orders/eu-central-1",
		Type:            "com.example.order.placed",
		Subject:         "orders/1001",
		Time:            time.Date(2024, 2, 29, 17, 31, 0, 5_000_000, time.UTC),
		DataContentType: contentType,
		Extensions: []cloudevents.Extension{
			{Name: "partitionkey", Value: cloudevents.StringValue("customer-77")},
			{Name: "sampledrate", Value: cloudevents.IntegerValue(5)},
		},
		Data: data,
	}
}

// codec is one of our formats with an item, and the document of that.
type codec struct {
	name   string
	e      cloudevents.Event
	body   []byte
	decode func(body []byte) (cloudevents.Event, error)
	append func(dst []byte, e *cloudevents.Event) ([]byte, error)
}

// other is what is on the other side of a pair.
type other struct {
	name  string
	run   func() error
	note  string
	floor float64 // of the ratio; 0 is none

	// document returns a document of what run has made, which must have the same event.
	// nil is a side that makes nothing to compare.
	document func() ([]byte, error)
}

// The allocations that a row may have are the same for all formats.
const (
	decodeAllocs = 3
	appendAllocs = 0
)

// newSlice begins the notes of encoders that return new memory. Ours writes to memory
// that is used again in these rows too.
const newSlice = "to a new slice; "

// decoding returns a pair for each of the others.
func (c *codec) decoding(others ...other) []bench.Pair {
	return c.pairs("decode", decodeAllocs, func() error {
		_, err := c.decode(c.body)
		return err
	}, others)
}

// encoding is decoding for the other direction. Ours appends to a slice with room. A copy
// of large data to such a slice is the least that any encoder takes that copies it.
func (c *codec) encoding(others ...other) []bench.Pair {
	dst := make([]byte, 0, 2*len(c.body))
	if at := bytes.Index(c.body, c.e.Data); at >= 0 && len(c.e.Data) >= 64<<10 {
		others = append(others, other{name: "a copy of the data", note: "the least that there is",
			run: func() error {
				copied := append(dst[:at], c.e.Data...)
				if len(copied) > len(c.body) {
					return errors.New("a copy is longer than the document")
				}
				return nil
			}})
	}
	return c.pairs("encode", appendAllocs, func() error {
		_, err := c.append(dst, &c.e)
		return err
	}, others)
}

func (c *codec) pairs(work string, allocs float64, ours func() error, others []other) (pairs []bench.Pair) {
	for _, o := range others {
		p := bench.Pair{
			Path: c.name + " " + work, Against: o.name, Note: o.note,
			Ours:  func() { must(ours()) },
			Other: func() { must(o.run()) },
			Check: func() error { return c.check(&o) },
		}
		if o.floor > 0 {
			limit := bench.Allocs{Max: allocs}
			p.Floor, p.Goal = bench.Limit{Ratio: o.floor, Allocs: &limit}, bench.Limit{Ratio: 1.5 * o.floor, Allocs: &limit}
		}
		pairs = append(pairs, p)
	}
	return pairs
}

// check compares the event of our document, and that of what the other side makes, with
// the event.
func (c *codec) check(o *other) error {
	own, err := c.append(nil, &c.e)
	if err != nil {
		return err
	}
	if err := c.same(own); err != nil {
		return fmt.Errorf("ours: %w", err)
	}
	if err := o.run(); err != nil || o.document == nil {
		return err
	}
	document, err := o.document()
	if err != nil {
		return err
	}
	return c.same(document)
}

// same checks that a document has the event. JSON is compared by its value, because a
// library has its own order.
func (c *codec) same(document []byte) error {
	got, err := c.decode(document)
	want := c.e
	var x, y any
	if json.Unmarshal(got.Data, &x) == nil && json.Unmarshal(want.Data, &y) == nil && reflect.DeepEqual(x, y) {
		got.Data, want.Data = nil, nil
	}
	return bench.CheckEvent(got, err, &want)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// made returns the result of an encoder of our side.
func made(b []byte, err error) []byte {
	must(err)
	return b
}
