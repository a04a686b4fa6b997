package cloudevents_test

import (
	"fmt"

	"github.com/seed763dd41b/cloudevents"
)

// A sender whose optional attributes break rules loses those, and not its events. A
// receipt says what was left out.
func ExampleReceipt() {
	decoder := cloudevents.JSONDecoder{
		Forgive: func(r cloudevents.Receipt) { fmt.Println(r.Event.ID, "was not taken as it is:", r.Err) },
	}
	e, err := decoder.Decode([]byte(`{"specversion":"1.0","id":"1","source":"/s","type":"t","dataschema":"#","data":{}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Validate(), e.DataSchema == "")
	// Output:
	// 1 was not taken as it is: offset 69: attribute "dataschema": a URI begins with a scheme: "#" (spec.md#dataschema)
	// <nil> true
}

// A batch hands over its good events, and says which of the others are missing.
func ExampleReceipt_batch() {
	decoder := cloudevents.JSONDecoder{
		Forgive: func(r cloudevents.Receipt) {
			if r.Event == nil {
				fmt.Println("refused:", r.Err)
			}
		},
	}
	es, err := decoder.DecodeBatch([]byte(`[{"specversion":"1.0","id":"1","source":"/s","type":"t"},{"specversion":"1.0","id":"2","type":"t"}]`))
	fmt.Println(len(es), err)
	// Output:
	// refused: event 1: attribute "source": a required attribute is missing (spec.md#source)
	// 1 <nil>
}
