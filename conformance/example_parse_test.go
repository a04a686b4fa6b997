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
