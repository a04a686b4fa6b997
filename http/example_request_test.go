package cehttp_test

import (
	"context"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cetest"
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

	r := cetest.MustRequest(cloudevents.BinaryMode, cetest.Event("com.example.order.placed", ""))
	r.Header.Set("X-Tenant", "acme")
	answer := cetest.Serve(receiver, r)
	fmt.Println(answer.Status)
	// Output:
	// binary acme 192.0.2.1:1234 /
	// 204 No Content
}
