package ceprotobuf_test

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var order = cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed", DataContentType: "text/plain", Data: []byte("hi")}

func ExampleAppend() {
	b, err := ceprotobuf.Append(nil, &order)
	fmt.Printf("%q %v\n", b[:24], err)
	// Output: "\n\x03A-1\x12\a/orders\x1a\x031.0\"\x12com" <nil>
}

func ExampleDecode() {
	e, err := ceprotobuf.Decode([]byte("\n\x03A-1\x12\a/orders\x1a\x031.0\"\x01t2\x02hi"))
	fmt.Printf("%s %s %q %v\n", e.ID, e.Source, e.Data, err)
	// Output: A-1 /orders "hi" <nil>
}

func ExampleAppendBatch() {
	b, err := ceprotobuf.AppendBatch(nil, []cloudevents.Event{order, order})
	es, _ := ceprotobuf.DecodeBatch(b)
	fmt.Println(len(es), err)
	// Output: 2 <nil>
}

// The error says which event is at fault, and where in the body.
func ExampleDecodeBatch() {
	_, err := ceprotobuf.DecodeBatch([]byte("\n\x13\n\x011\x12\x02/s\x1a\x031.0\"\x01t\x12\x02/\xff"))
	fmt.Println(err)
	// Output: event 0: offset 19: attribute "source": not an RFC 3986 URI-reference: "/\xff" (spec.md#source)
}

// A receiver takes JSON and Protobuf, and answers in the first of them.
func ExampleFormat() {
	s := format.Set{format.JSON{}, ceprotobuf.Format{MaxAttributes: 50}}
	e, err := s.DecodeStructuredModeMessage([]byte("\n\x011\x12\x02/s\x1a\x031.0\"\x01t"), "application/cloudevents+protobuf")
	fmt.Println(e.ID, err)
	// Output: 1 <nil>
}

func ExampleFormat_MediaType() {
	fmt.Println(ceprotobuf.Format{}.MediaType())
	// Output: application/cloudevents+protobuf
}

func ExampleFormat_BatchMediaType() {
	fmt.Println(ceprotobuf.Format{}.BatchMediaType())
	// Output: application/cloudevents-batch+protobuf
}

func ExampleFormat_Accepts() {
	var f ceprotobuf.Format
	fmt.Println(f.Accepts("application/cloudevents+protobuf"), f.Accepts("application/cloudevents+json"))
	// Output: true false
}

func ExampleFormat_AcceptsBatch() {
	var f ceprotobuf.Format
	fmt.Println(f.AcceptsBatch("application/cloudevents-batch+protobuf"), f.AcceptsBatch("application/cloudevents+protobuf"))
	// Output: true false
}

// A declared type is checked. Protobuf has types of its own, so that it rarely needs any.
func ExampleFormat_DecodeStructuredModeMessage() {
	var f ceprotobuf.Format
	body := []byte("\n\x011\x12\x02/s\x1a\x031.0\"\x01t*\t\n\x03ttl\x12\x02\x10\x07")
	e, err := f.DecodeStructuredModeMessage(body, f.MediaType(), spec.Attribute{Name: "ttl", Type: spec.Integer})
	v, _ := e.Get("ttl")
	fmt.Println(v, v.Type(), err)
	// Output: 7 Integer <nil>
}

func ExampleFormat_EncodeStructuredModeMessage() {
	var f ceprotobuf.Format
	e := order
	e.Type = ""
	_, err := f.EncodeStructuredModeMessage(nil, &e)
	fmt.Println(errors.Is(err, validation.ErrMissing))
	// Output: true
}

func ExampleFormat_DecodeBatchModeMessage() {
	f := ceprotobuf.Format{MaxEvents: 1}
	b, _ := ceprotobuf.AppendBatch(nil, []cloudevents.Event{order, order})
	_, err := f.DecodeBatchModeMessage(b, f.BatchMediaType())
	fmt.Println(err)
	// Output: offset 78: more than 1 events
}

func ExampleFormat_EncodeBatchModeMessage() {
	b, err := ceprotobuf.Format{}.EncodeBatchModeMessage(nil, nil)
	fmt.Println(len(b), err)
	// Output: 0 <nil>
}

// In binary mode the body is the data.
func ExampleFormat_DecodeBinaryModeEventData() {
	e := order
	err := ceprotobuf.Format{}.DecodeBinaryModeEventData([]byte("abc"), &e)
	fmt.Printf("%s %v\n", e.Data, err)
	// Output: abc <nil>
}

func ExampleFormat_EncodeBinaryModeEventData() {
	body, err := ceprotobuf.Format{}.EncodeBinaryModeEventData(&order)
	fmt.Printf("%s %v\n", body, err)
	// Output: hi <nil>
}

// DataSchema says which message data is. The content type alone does not.
func ExampleTypeURL() {
	e := cloudevents.Event{DataContentType: "application/protobuf", Data: []byte{8, 1}}
	_, ok := ceprotobuf.TypeURL(&e)
	fmt.Println(ok)
	e.DataSchema = "https://type.googleapis.com/google.protobuf.Duration"
	fmt.Println(ceprotobuf.TypeURL(&e))
	// Output:
	// false
	// type.googleapis.com/google.protobuf.Duration true
}

func ExampleSchemaURI() {
	fmt.Println(ceprotobuf.SchemaURI("type.googleapis.com/google.protobuf.Duration"))
	// Output: https://type.googleapis.com/google.protobuf.Duration
}

// An event that was sealed once is encoded for several targets.
func ExampleFormat_EncodeSealed() {
	e := cloudevents.Event{ID: "1", Source: "/", Type: "t", DataContentType: "text/plain", Data: []byte("tea")}
	sealed, err := cloudevents.Seal(e)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := ceprotobuf.Format{}.EncodeSealed(nil, &sealed)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := ceprotobuf.Decode(b)
	fmt.Printf("%s %s %v\n", again.ID, again.Data, err)
	// Output: 1 tea <nil>
}
