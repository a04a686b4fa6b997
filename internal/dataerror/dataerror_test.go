package dataerror_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/dataerror"
)

func TestIs(t *testing.T) {
	event := cloudevents.Event{ID: "1", Source: "/", Type: "t", DataContentType: "application/json", Data: []byte(`"x"`)}
	_, wrongType := cloudevents.DataAs[int](&event)
	event.DataContentType = "text/plain"
	_, wrongContentType := cloudevents.DataAs[int](&event)
	event.DataContentType, event.Data = "application/json", []byte("{")
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"none":                         {nil, false},
		"data of another type":         {wrongType, true},
		"wrapped":                      {fmt.Errorf("order: %w", wrongType), true},
		"joined":                       {errors.Join(errors.New("x"), wrongType), true},
		"data of another content type": {wrongContentType, true},
		"data of an invalid event":     {event.Validate(), false},
		"an attribute":                 {(&cloudevents.Event{}).Validate(), false},
	} {
		if got := dataerror.Is(c.err); got != c.want {
			t.Errorf("%s: %t: %v", name, got, c.err)
		}
	}
}
