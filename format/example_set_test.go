package format_test

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// A Set reads several formats and writes the first one. The type lines is in
// helpers_test.go.
func ExampleSet() {
	formats := format.Set{format.JSON{}, lines{}}
	e, err := formats.DecodeStructuredModeMessage([]byte("1\n/orders\nt\ntea"), "application/cloudevents+lines")
	fmt.Println(e.Source, err)
	fmt.Println(formats.MediaType())
	_, err = formats.DecodeStructuredModeMessage(nil, "application/cloudevents+xml")
	fmt.Println(errors.Is(err, format.ErrUnknown))
	// Output:
	// /orders <nil>
	// application/cloudevents+json
	// true
}

func ExampleSet_MediaType() {
	fmt.Println(format.Set{lines{}, format.JSON{}}.MediaType())
	// Output: application/cloudevents+lines
}

// The format lines has no batch.
func ExampleSet_BatchMediaType() {
	fmt.Println(format.Set{lines{}, format.JSON{}}.BatchMediaType())
	// Output: application/cloudevents-batch+json
}

func ExampleSet_DecodeStructuredModeMessage() {
	formats := format.Set{lines{}, format.JSON{}}
	e, err := formats.DecodeStructuredModeMessage([]byte(`{"specversion":"1.0","id":"1","source":"/","type":"t"}`), "application/cloudevents+json")
	fmt.Println(e.ID, err)
	// Output: 1 <nil>
}

func ExampleSet_EncodeStructuredModeMessage() {
	e := cloudevents.Event{ID: "1", Source: "/orders", Type: "t", Data: []byte("tea")}
	b, err := format.Set{lines{}, format.JSON{}}.EncodeStructuredModeMessage(nil, &e)
	fmt.Printf("%q %v\n", b, err)
	// Output: "1\n/orders\nt\ntea" <nil>
}

func ExampleSet_DecodeBatchModeMessage() {
	formats := format.Set{lines{}, format.JSON{}}
	es, err := formats.DecodeBatchModeMessage([]byte(`[]`), "application/cloudevents-batch+json")
	fmt.Println(len(es), err)
	// Output: 0 <nil>
}

func ExampleSet_EncodeBatchModeMessage() {
	b, err := format.Set{lines{}, format.JSON{}}.EncodeBatchModeMessage(nil, []cloudevents.Event{{ID: "1", Source: "/", Type: "t"}})
	fmt.Println(string(b), err)
	// Output: [{"specversion":"1.0","id":"1","source":"/","type":"t"}] <nil>
}

func ExampleSet_DecodeBinaryModeEventData() {
	var e cloudevents.Event
	err := format.Set{format.JSON{}, lines{}}.DecodeBinaryModeEventData([]byte("tea"), &e)
	fmt.Printf("%s %v\n", e.Data, err)
	// Output: tea <nil>
}

func ExampleSet_EncodeBinaryModeEventData() {
	e := cloudevents.Event{Data: []byte("tea")}
	body, err := format.Set{format.JSON{}, lines{}}.EncodeBinaryModeEventData(&e)
	fmt.Printf("%s %v\n", body, err)
	// Output: tea <nil>
}
