package all_test

import (
	"fmt"

	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
)

func ExampleFormats() {
	for _, f := range all.Formats() {
		fmt.Println(f.MediaType())
		if b, ok := f.(format.Batch); ok {
			fmt.Println(b.BatchMediaType())
		}
	}
	// Output:
	// application/cloudevents+json
	// application/cloudevents-batch+json
	// application/cloudevents+protobuf
	// application/cloudevents-batch+protobuf
	// application/cloudevents+xml
	// application/cloudevents-batch+xml
	// application/cloudevents+avro
	// application/cloudevents+avro-compact
	// application/cloudevents+cbor
}

// A Set decodes by content type, and writes its first format.
func ExampleFormats_contentType() {
	body := "<event xmlns='http://cloudevents.io/xmlformat/V1' specversion='1.0'>" +
		"<id>1</id><source>/orders</source><type>com.example.placed</type></event>"
	formats := all.Formats()
	e, err := formats.DecodeStructuredModeMessage([]byte(body), "application/cloudevents+xml")
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := formats.EncodeStructuredModeMessage(nil, &e)
	fmt.Println(string(b), err)
	// Output: {"specversion":"1.0","id":"1","source":"/orders","type":"com.example.placed"} <nil>
}
