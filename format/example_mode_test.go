package format_test

import (
	"fmt"

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
