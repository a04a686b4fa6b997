package format_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/validation"
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

// Data of every media type that begins with application/cloudevents stays out of binary
// mode, because receivers look at the prefix.
func TestCheckBinaryMode(t *testing.T) {
	for contentType, ok := range map[string]bool{
		"":                                   true,
		"application/json":                   true,
		"application/cloudevent":             true,
		"application/cloudevent+json":        true,
		"application/cloud-events":           true,
		"xapplication/cloudevents+json":      true,
		"text/cloudevents+json":              true,
		"x/y; a=\"application/cloudevents\"": true,
		"application/cloudevents":            false,
		"application/cloudevents+json":       false,
		"application/cloudevents-batch+json": false,
		"application/cloudevents-batchx":     false,
		"application/cloudevents.v2+json":    false,
		"application/cloudeventsarerubbish":  false,
		"application/cloudevents;a=b":        false,
	} {
		for _, spelling := range []string{contentType, strings.ToUpper(contentType)} {
			e := event()
			e.DataContentType = spelling
			for _, data := range [][]byte{nil, {}, []byte("{}")} {
				e.Data = data
				err := format.CheckBinaryMode(&e)
				if ok && err != nil || !ok && !errors.Is(err, cloudevents.ErrContentMode) {
					t.Errorf("%q: %v", spelling, err)
				}
			}
		}
	}
	e := event()
	e.ID, e.DataContentType = "", "application/cloudevents+json"
	if err := format.CheckBinaryMode(&e); !errors.Is(err, validation.ErrMissing) {
		t.Errorf("an event without id: %v", err)
	}
	e = event()
	e.DataContentType = "application/cloudevents" + strings.Repeat("x", 10_000)
	if err := format.CheckBinaryMode(&e); err == nil || len(err.Error()) > 200 {
		t.Errorf("error has %d bytes", len(err.Error()))
	}
}
