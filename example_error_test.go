package cloudevents_test

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func ExampleBatchError() {
	var d cloudevents.JSONDecoder
	_, err := d.DecodeBatch([]byte(`[{"specversion":"1.0","id":"1","source":"/","type":"t"},{"id":5}]`))
	var bad *cloudevents.BatchError
	if errors.As(err, &bad) {
		fmt.Println("event", bad.Index)
	}
	// Output: event 1
}

func ExampleBatchError_Error() {
	err := &cloudevents.BatchError{Index: 1, Err: validation.ErrVersion}
	fmt.Println(err.Error())
	// Output: event 1: unsupported specversion
}

func ExampleBatchError_Unwrap() {
	_, err := cloudevents.AppendJSONBatch(nil, []cloudevents.Event{{ID: "1", Source: "/"}})
	fmt.Println(errors.Is(err, validation.ErrMissing))
	// Output: true
}

func ExampleLimitError() {
	d := cloudevents.JSONDecoder{MaxEvents: 1}
	_, err := d.DecodeBatch([]byte(`[{"specversion":"1.0","id":"1","source":"/","type":"t"},{}]`))
	var limit *cloudevents.LimitError
	if errors.As(err, &limit) {
		fmt.Println(limit.What, limit.Limit)
	}
	// Output: events 1
}

func ExampleLimitError_Error() {
	err := &cloudevents.LimitError{What: "attributes", Limit: 1000}
	fmt.Println(err.Error())
	// Output: more than 1000 attributes
}

func ExampleSyntaxError() {
	document := `{"specversion":"1.0","id":"1","source":"/","type":"t","ext":1.5}`
	var d cloudevents.JSONDecoder
	_, err := d.Decode([]byte(document))
	var syntax *cloudevents.SyntaxError
	if errors.As(err, &syntax) {
		fmt.Println(syntax.Offset, document[syntax.Offset:])
	}
	// Output: 60 1.5}
}

func ExampleSyntaxError_Error() {
	var d cloudevents.JSONDecoder
	_, err := d.Decode([]byte(`{"id":"1",}`))
	fmt.Println(err.Error())
	// Output: offset 10: unexpected character in JSON text
}

// A *SyntaxError wraps the rule that was broken.
func ExampleSyntaxError_Unwrap() {
	d := cloudevents.JSONDecoder{Extensions: []spec.Attribute{{Name: "sampledrate", Type: spec.Integer}}}
	_, err := d.Decode([]byte(`{"specversion":"1.0","id":"1","source":"/","type":"t","sampledrate":"many"}`))
	var rule *validation.Error
	if errors.As(err, &rule) {
		fmt.Println(rule.Attribute, rule.Value, errors.Is(err, validation.ErrSyntax))
	}
	// Output: sampledrate many true
}
