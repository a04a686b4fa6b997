package dispatch_test

import (
	"context"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// A transport with a forgiving decoder passes on what was forgiven.
func ExampleWithForgiven() {
	handler := func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		fmt.Println(e.ID, dispatch.Forgiven(ctx))
		return nil, nil
	}
	ctx := context.Background()
	d := cloudevents.JSONDecoder{Forgive: func(r cloudevents.Receipt) { ctx = dispatch.WithForgiven(ctx, r.Err) }}
	e, err := d.Decode([]byte(`{"specversion":"1.0","id":"1","source":"/s","type":"t","time":"noon"}`))
	if err == nil {
		dispatch.Call(ctx, handler, &e)
	}
	// Output: 1 offset 63: attribute "time": not an RFC 3339 timestamp: "noon" (spec.md#time)
}
