package format_test

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
)

// The zero JSON is ready to use. Limits protect from hostile senders.
func ExampleJSON() {
	f := format.JSON{MaxEvents: 1}
	_, err := f.DecodeBatchModeMessage([]byte(`[{"specversion":"1.0","id":"1","source":"/","type":"t"},{}]`), f.BatchMediaType())
	fmt.Println(err)
	// Output: offset 56: more than 1 events
}

func ExampleJSON_MediaType() {
	fmt.Println(format.JSON{}.MediaType())
	// Output: application/cloudevents+json
}

func ExampleJSON_BatchMediaType() {
	fmt.Println(format.JSON{}.BatchMediaType())
	// Output: application/cloudevents-batch+json
}

// The types of extensions can be declared, and are then checked.
func ExampleJSON_DecodeStructuredModeMessage() {
	body := []byte(`{"specversion":"1.0","id":"1","source":"/","type":"t","sequence":"7"}`)
	e, err := format.JSON{}.DecodeStructuredModeMessage(body, "application/cloudevents+json; charset=utf-8",
		spec.Attribute{Name: "sequence", Type: spec.Integer})
	v, _ := e.Get("sequence")
	fmt.Println(v, v.Type(), err)
	// Output: 7 Integer <nil>
}

// A body is not read if its content type is not the one of JSON in UTF-8.
func ExampleJSON_DecodeStructuredModeMessage_unknown() {
	_, err := format.JSON{}.DecodeStructuredModeMessage([]byte("<event/>"), "application/cloudevents+xml")
	fmt.Println(errors.Is(err, format.ErrUnknown))
	// Output: true
}

func ExampleJSON_EncodeStructuredModeMessage() {
	e := cloudevents.Event{ID: "1", Source: "/", Type: "t"}
	b, err := format.JSON{}.EncodeStructuredModeMessage(nil, &e)
	fmt.Println(string(b), err)
	// Output: {"specversion":"1.0","id":"1","source":"/","type":"t"} <nil>
}

func ExampleJSON_DecodeBatchModeMessage() {
	body := []byte(`[{"specversion":"1.0","id":"1","source":"/","type":"t"}]`)
	es, err := format.JSON{}.DecodeBatchModeMessage(body, "application/cloudevents-batch+json")
	fmt.Println(len(es), es[0].ID, err)
	// Output: 1 1 <nil>
}

func ExampleJSON_EncodeBatchModeMessage() {
	b, err := format.JSON{}.EncodeBatchModeMessage(nil, []cloudevents.Event{{ID: "1", Source: "/", Type: "t"}})
	fmt.Println(string(b), err)
	// Output: [{"specversion":"1.0","id":"1","source":"/","type":"t"}] <nil>
}

// In binary mode, the body is the data.
func ExampleJSON_DecodeBinaryModeEventData() {
	e := cloudevents.Event{ID: "1", Source: "/", Type: "t", DataContentType: "text/plain"}
	err := format.JSON{}.DecodeBinaryModeEventData([]byte("tea"), &e)
	fmt.Printf("%s %v\n", e.Data, err)
	// Output: tea <nil>
}

func ExampleJSON_EncodeBinaryModeEventData() {
	e := cloudevents.Event{ID: "1", Source: "/", Type: "t", DataContentType: "text/plain", Data: []byte("tea")}
	body, err := format.JSON{}.EncodeBinaryModeEventData(&e)
	fmt.Printf("%s %v\n", body, err)
	// Output: tea <nil>
}

// Errors of formats are those of package cloudevents.
func Example_errors() {
	_, err := format.JSON{}.DecodeStructuredModeMessage([]byte(`{"id":"1",}`), "")
	var syntax *cloudevents.SyntaxError
	fmt.Println(errors.As(err, &syntax), syntax.Offset)

	_, err = format.JSON{}.DecodeBatchModeMessage([]byte(`[{"specversion":"1.0"}]`), "")
	var batch *cloudevents.BatchError
	fmt.Println(errors.As(err, &batch), batch.Index)

	_, err = format.JSON{MaxEvents: 1}.DecodeBatchModeMessage([]byte(`[{"id":"1","source":"/","type":"t","specversion":"1.0"},{}]`), "")
	var limit *cloudevents.LimitError
	fmt.Println(errors.As(err, &limit), limit)
	// Output:
	// true 10
	// true 0
	// true more than 1 events
}

// A Structured format is enough to read events from files.
func ExampleStructured() {
	var f format.Structured = format.JSON{}
	e, err := f.DecodeStructuredModeMessage([]byte(`{"specversion":"1.0","id":"1","source":"/","type":"t"}`), "")
	fmt.Println(e.ID, err)
	// Output: 1 <nil>
}

// A binding uses a Formatter, for the binary and the structured mode.
func ExampleFormatter() {
	message := func(e *cloudevents.Event, m cloudevents.Mode, f format.Formatter) (contentType string, body []byte, err error) {
		if m == cloudevents.StructuredMode {
			body, err = f.EncodeStructuredModeMessage(nil, e)
			return f.MediaType(), body, err
		}
		body, err = f.EncodeBinaryModeEventData(e)
		return e.DataContentType, body, err
	}
	e := cloudevents.Event{ID: "1", Source: "/", Type: "t", DataContentType: "text/plain", Data: []byte("tea")}
	for _, m := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		contentType, body, err := message(&e, m, format.JSON{})
		fmt.Println(contentType, string(body), err)
	}
	// Output:
	// text/plain tea <nil>
	// application/cloudevents+json {"specversion":"1.0","id":"1","source":"/","type":"t","datacontenttype":"text/plain","data":"tea"} <nil>
}

func ExampleBinaryData() {
	var f format.BinaryData = format.JSON{}
	var e cloudevents.Event
	err := f.DecodeBinaryModeEventData([]byte("tea"), &e)
	fmt.Printf("%s %v\n", e.Data, err)
	// Output: tea <nil>
}

// Not every Formatter has a batch; ask before.
func ExampleBatch() {
	var f format.Formatter = format.JSON{}
	if b, ok := f.(format.Batch); ok {
		body, err := b.EncodeBatchModeMessage(nil, nil)
		fmt.Println(b.BatchMediaType(), string(body), err)
	}
	// Output: application/cloudevents-batch+json [] <nil>
}

func ExampleBatchError() {
	_, err := format.JSON{}.DecodeBatchModeMessage([]byte(`[{"specversion":"1.0"}]`), "")
	var batch *cloudevents.BatchError
	fmt.Println(errors.As(err, &batch), batch.Index)
	// Output: true 0
}

func ExampleLimitError() {
	_, err := format.JSON{MaxEvents: 1}.DecodeBatchModeMessage([]byte(`[{"id":"1","source":"/","type":"t","specversion":"1.0"},{}]`), "")
	var limit *cloudevents.LimitError
	fmt.Println(errors.As(err, &limit), limit)
	// Output: true more than 1 events
}
