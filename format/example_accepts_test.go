package format_test

import (
	"fmt"

	"github.com/seed763dd41b/cloudevents/format"
)

// A binding asks before it reads the body.
func ExampleAccepts() {
	fmt.Println(format.Accepts(format.JSON{}, "application/cloudevents+json; charset=utf-8"))
	fmt.Println(format.Accepts(format.JSON{}, "application/cloudevents+json; charset=utf-16"))
	fmt.Println(format.Accepts(nil, "application/cloudevents+avro"))
	// Output:
	// <nil>
	// unknown event format: "application/cloudevents+json; charset=utf-16" has a charset other than UTF-8
	// unknown event format: "application/cloudevents+avro"; known here: application/cloudevents+json
}

func ExampleAcceptsBatch() {
	fmt.Println(format.AcceptsBatch(format.Set{format.JSON{}}, "application/cloudevents-batch+json"))
	fmt.Println(format.AcceptsBatch(format.Set{format.JSON{}}, "application/cloudevents-batch+xml"))
	// Output:
	// <nil>
	// unknown event format: "application/cloudevents-batch+xml"; known here: application/cloudevents-batch+json
}
