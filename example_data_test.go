package cloudevents_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
)

// Values are marshaled by encoding/json.
func ExampleEvent_SetData() {
	type Order struct {
		Item  string `json:"item"`
		Count int    `json:"count"`
	}
	e := cloudevents.New("/orders", "com.example.order.created")
	err := e.SetData("application/json", Order{"tea", 2})
	fmt.Println(e.DataContentType, string(e.Data), err)
	// Output: application/json {"item":"tea","count":2} <nil>
}

// Bytes and strings are the data as they are, under any media type.
func ExampleEvent_SetData_bytes() {
	var e cloudevents.Event
	fmt.Println(e.SetData("text/plain", "tea"))
	fmt.Printf("%s %q\n", e.DataContentType, e.Data)
	// Output:
	// <nil>
	// text/plain "tea"
}

func ExampleDataAs() {
	type Order struct {
		Item  string `json:"item"`
		Count int    `json:"count"`
	}
	e := cloudevents.Event{DataContentType: "application/json", Data: []byte(`{"item":"tea","count":2}`)}
	order, err := cloudevents.DataAs[Order](&e)
	fmt.Println(order.Item, order.Count, err)
	// Output: tea 2 <nil>
}

// Errors of encoding/json can be told from a wrong content type.
func ExampleDataAs_error() {
	e := cloudevents.Event{DataContentType: "application/json", Data: []byte(`"tea"`)}
	_, err := cloudevents.DataAs[int](&e)
	var wrong *json.UnmarshalTypeError
	fmt.Println(errors.As(err, &wrong), errors.Is(err, cloudevents.ErrDataContentType))

	e.DataContentType = "text/plain"
	_, err = cloudevents.DataAs[int](&e)
	fmt.Println(errors.Is(err, cloudevents.ErrDataContentType))
	// Output:
	// true false
	// true
}
