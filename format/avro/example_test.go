package ceavro_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func Example() {
	e := cloudevents.Event{
		ID:              "1",
		Source:          "/orders",
		Type:            "com.example.order.placed",
		DataContentType: "application/json",
		Data:            []byte(`{"orderId":"A-1001","total":129.5}`),
	}
	document, err := ceavro.Append(nil, &e)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q\n", document[len(document)-33:])

	back, err := ceavro.Decode(document)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", back.Data)
	// Output:
	// "\x04\x0eorderId\b\fA-1001\ntotal\x06\x00\x00\x00\x00\x000`@\x00"
	// {"orderId":"A-1001","total":129.5}
}

// A receiver takes several formats, by the content type of each message.
func ExampleFormat() {
	formats := format.Set{format.JSON{}, ceavro.Format{}, ceavro.Compact{}}
	document, err := ceavro.Append(nil, &cloudevents.Event{ID: "1", Source: "/s", Type: "t"})
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := formats.DecodeStructuredModeMessage(document, "application/cloudevents+avro")
	fmt.Println(e.ID, err)
	// Output:
	// 1 <nil>
}

// The format has no type for a URI. It comes back as one if the decoder knows.
func ExampleFormat_DecodeStructuredModeMessage() {
	document, err := ceavro.Append(nil, &cloudevents.Event{
		ID: "1", Source: "/s", Type: "t",
		Extensions: []cloudevents.Extension{{Name: "dataref", Value: cloudevents.URIReferenceValue("/blobs/1")}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, exts := range [][]spec.Attribute{nil, {{Name: "dataref", Type: spec.URIReference}}} {
		e, err := ceavro.Format{}.DecodeStructuredModeMessage(document, "", exts...)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(e.Extensions[0].Value.Type())
	}
	// Output:
	// String
	// URI-reference
}

// Some receivers take bytes only.
func ExampleFormat_EncodeStructuredModeMessage() {
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t", DataContentType: "text/plain", Data: []byte("hi")}
	for _, f := range []ceavro.Format{{}, {DataAsBytes: true}} {
		document, err := f.EncodeStructuredModeMessage(nil, &e)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%q\n", document[len(document)-4:]) // the index of the union, the length, the text
	}
	// Output:
	// "\f\x04hi"
	// "\x00\x04hi"
}

func ExampleDecode() {
	_, err := ceavro.Decode([]byte("\x02\x04id\x06\x021\x00")) // cut before the data
	var syntax *cloudevents.SyntaxError
	fmt.Println(errors.As(err, &syntax), err)
	// Output:
	// true offset 8: the document ends within a value
}

func ExampleAppend() {
	_, err := ceavro.Append(nil, &cloudevents.Event{ID: "1", Source: "/s"})
	fmt.Println(errors.Is(err, validation.ErrMissing), err)
	// Output:
	// true attribute "type": a required attribute is missing (spec.md#type)
}

// The SDK for Java has another spelling of the media type.
func ExampleCompact() {
	var f ceavro.Compact
	fmt.Println(f.MediaType())
	fmt.Println(f.Accepts("application/cloudevents+avrocompact"))
	// Output:
	// application/cloudevents+avro-compact
	// true
}

// The compact format has microseconds.
func ExampleAppendCompact() {
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t", Time: time.Date(2024, 2, 29, 12, 0, 0, 123_456_789, time.UTC)}
	document, err := ceavro.AppendCompact(nil, &e)
	if err != nil {
		fmt.Println(err)
		return
	}
	back, err := ceavro.DecodeCompact(document)
	fmt.Println(back.Time, err)
	// Output:
	// 2024-02-29 12:00:00.123456 +0000 UTC <nil>
}

func ExampleDecodeCompact() {
	e, err := ceavro.DecodeCompact([]byte("\x021\x04/s\x02t\x00\x00\x00\x00\x02\x02n\x02\x01\x00\x00\x04hi"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.ID, e.Extensions[0].Name, e.Extensions[0].Value)
	fmt.Printf("%s\n", e.Data)
	// Output:
	// 1 n -1
	// hi
}

// An event that was sealed once is encoded for several targets.
func ExampleFormat_EncodeSealed() {
	e := cloudevents.Event{ID: "1", Source: "/", Type: "t", DataContentType: "text/plain", Data: []byte("tea")}
	sealed, err := cloudevents.Seal(e)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := ceavro.Format{}.EncodeSealed(nil, &sealed)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := ceavro.Decode(b)
	fmt.Printf("%s %s %v\n", again.ID, again.Data, err)
	// Output: 1 tea <nil>
}
