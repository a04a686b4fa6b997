package format_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

func TestModeOf(t *testing.T) {
	for contentType, want := range map[string]cloudevents.Mode{
		"":                                                  cloudevents.BinaryMode,
		"application/json":                                  cloudevents.BinaryMode,
		"text/plain":                                        cloudevents.BinaryMode,
		"application/cloudevent":                            cloudevents.BinaryMode,
		"application/cloudeventsarerubbish":                 cloudevents.BinaryMode,
		"application/cloudevents-":                          cloudevents.BinaryMode,
		"application/cloudevents-batches":                   cloudevents.BinaryMode,
		"application/cloudevents-batch-json":                cloudevents.BinaryMode,
		"application/cloudevents/json":                      cloudevents.BinaryMode,
		" application/cloudevents+json":                     cloudevents.BinaryMode,
		"application/cloudevents":                           cloudevents.StructuredMode,
		"application/cloudevents+json":                      cloudevents.StructuredMode,
		"application/cloudevents+xml":                       cloudevents.StructuredMode,
		"application/cloudevents;charset=utf-8":             cloudevents.StructuredMode,
		"application/cloudevents ":                          cloudevents.StructuredMode,
		"application/cloudevents\t":                         cloudevents.StructuredMode,
		"application/cloudevents-batch":                     cloudevents.BatchMode,
		"application/cloudevents-batch+json":                cloudevents.BatchMode,
		"application/cloudevents-batch ; charset=\"utf-8\"": cloudevents.BatchMode,
	} {
		for _, spelling := range []string{contentType, strings.ToUpper(contentType)} {
			if got := format.ModeOf(spelling); got != want {
				t.Errorf("%q is %s, want %s", spelling, got, want)
			}
		}
	}
}
