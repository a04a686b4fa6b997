package cetest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// Event returns an event that is the same in each run: its id is "test-1", its source
// "/test" and its time 2026-03-01T12:00:00Z. data becomes the data as it is, under
// application/json. It is not checked, so that a test can send what is malformed. "" is no
// data and no content type. Change the fields of the event as the test needs it.
func Event(eventType, data string) cloudevents.Event {
	e := cloudevents.Event{
		ID:     "test-1",
		Source: "/test",
		Type:   eventType,
		Time:   time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC),
	}
	if data != "" {
		e.DataContentType, e.Data = "application/json", []byte(data)
	}
	return e
}

// Must returns v, or panics with err. It makes one expression of the functions that return
// an error, such as ToMessage of the bindings of brokers.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// MustRequest returns a POST to / as a server gets it, with one event in binary or
// structured mode, or any number in batch mode, in the JSON format. It panics if an event is
// not valid, or if another mode than the batch has not exactly one event. To test a service
// at another path, set URL.Path of the request.
func MustRequest(m cloudevents.Mode, es ...cloudevents.Event) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	var err error
	switch {
	case m == cloudevents.BatchMode:
		err = cehttp.CopyToHTTPRequestBatch(r, es, nil)
	case len(es) != 1:
		err = fmt.Errorf("%d events in %s mode", len(es), m)
	default:
		err = cehttp.CopyToHTTPRequest(r, &es[0], m, nil)
	}
	return Must(r, err)
}
