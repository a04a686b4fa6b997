package format_test

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

func ExampleModeOf() {
	for _, contentType := range []string{
		"application/cloudevents+json; charset=utf-8",
		"application/cloudevents-batch+json",
		"application/cloudeventsarerubbish",
		"application/json",
	} {
		fmt.Println(format.ModeOf(contentType), contentType)
	}
	// Output:
	// structured application/cloudevents+json; charset=utf-8
	// batch application/cloudevents-batch+json
	// binary application/cloudeventsarerubbish
	// binary application/json
}

// A binding checks an event before it writes binary mode.
func ExampleCheckBinaryMode() {
	e := cloudevents.Event{ID: "1", Source: "/orders", Type: "com.example.placed"}
	for _, contentType := range []string{"application/json", "application/cloudevents+json", "application/cloudevents.v2+json"} {
		e.DataContentType = contentType
		err := format.CheckBinaryMode(&e)
		fmt.Println(contentType, errors.Is(err, cloudevents.ErrContentMode))
	}
	// Output:
	// application/json false
	// application/cloudevents+json true
	// application/cloudevents.v2+json true
}
