package conformance_test

import (
	"fmt"

	"github.com/seed763dd41b/cloudevents/conformance"
)

// A case of one's own is text in the format of testdata/README.md.
func ExampleParse() {
	c, err := conformance.Parse("json/decode/no-id", `Without an id.
-- json --
{"specversion":"1.0","source":"/s","type":"t"}
-- error --
rule: missing
attribute: id
section: spec.md#id
`)
	fmt.Println(c.Name, err)
	// Output: json/decode/no-id <nil>
}

// A message of Kafka is a list of parts. A value that is nil is null, and not empty.
func ExamplePart() {
	m := conformance.Message{Protocol: conformance.Kafka, Parts: []conformance.Part{
		{Kind: "key", Value: []byte("customer-42")},
		{Kind: "header", Name: "ce_id", Value: []byte("A-17")},
		{Kind: "value"},
	}}
	fmt.Println(m.Golden())
	// Output:
	// key "customer-42"
	// header "ce_id" "A-17"
	// value null
}
