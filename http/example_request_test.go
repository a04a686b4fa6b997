package cehttp_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// A handler that wants to know how its event came asks for the request.
func ExampleRequestFrom() {
	handle := func(ctx context.Context, e *cloudevents.Event) error {
		r, ok := cehttp.RequestFrom(ctx)
		if !ok {
			return fmt.Errorf("event %s came in no request", e.ID)
		}
		fmt.Println(cehttp.ModeOf(r.Header), r.Header.Get("X-Tenant"), r.RemoteAddr, r.URL.Path)
		return nil
	}
	receiver := &cehttp.Receiver{Handler: dispatch.NoReply(handle), PassRequest: true}

	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
	r := httptest.NewRequest("POST", "/events", nil)
	if err := cehttp.CopyToHTTPRequest(r, &e, cloudevents.BinaryMode, nil); err != nil {
		fmt.Println(err)
	}
	r.Header.Set("X-Tenant", "acme")
	receiver.ServeHTTP(httptest.NewRecorder(), r)
	// Output: binary acme 192.0.2.1:1234 /events
}
