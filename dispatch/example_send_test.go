package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// Each event is sent with an extension more than its producer gave it.
func ExampleSendObserver() {
	observer := dispatch.SendObserver{
		Sending: func(ctx context.Context, es []cloudevents.Event) (context.Context, []cloudevents.Event, error) {
			es = slices.Clone(es) // Set makes a new slice of extensions
			for i := range es {
				if err := es[i].Set("region", cloudevents.StringValue("eu")); err != nil {
					return ctx, nil, err
				}
			}
			return ctx, es, nil
		},
		Failed: func(_ context.Context, o dispatch.Outcome) { fmt.Println("failed:", o.ID, o.Verdict) },
	}
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed"}
	_ = observer.Send(context.Background(), &e, func(_ context.Context, e *cloudevents.Event) error {
		region, _ := e.Get("region")
		fmt.Println("sending:", e.ID, region)
		return errors.New("no route to host")
	})
	fmt.Println("extensions of the caller's event:", len(e.Extensions))
	// Output:
	// sending: A-1 eu
	// failed: A-1 refused
	// extensions of the caller's event: 0
}

func ExampleSendObserver_SendBatch() {
	observer := dispatch.SendObserver{
		Sent:   func(_ context.Context, o dispatch.Outcome) { fmt.Println("sent:", o.ID) },
		Failed: func(_ context.Context, o dispatch.Outcome) { fmt.Println("failed:", o.ID, o.Err) },
	}
	es := []cloudevents.Event{{ID: "A-1"}, {ID: "A-2"}}
	err := observer.SendBatch(context.Background(), es, func(context.Context, []cloudevents.Event) ([]error, error) {
		return []error{nil, errors.New("too large")}, nil
	})
	fmt.Println(err)
	// Output:
	// sent: A-1
	// failed: A-2 too large
	// too large
}

// A sender with a call of its own reports each event.
func ExampleSendObserver_Begin() {
	observer := dispatch.SendObserver{Sent: func(_ context.Context, o dispatch.Outcome) { fmt.Println("sent:", o.ID, o.Status) }}
	ctx, es, err := observer.Begin(context.Background(), []cloudevents.Event{{ID: "A-1"}})
	for i := range es {
		observer.Done(ctx, dispatch.Outcome{ID: es[i].ID, Status: 204, Err: err})
	}
	// Output: sent: A-1 204
}

// A transport of your own hands the context of Handling to the handler.
func ExampleObserver_Handle() {
	type user struct{}
	observer := dispatch.Observer{Handling: func(ctx context.Context, e *cloudevents.Event) context.Context {
		return context.WithValue(ctx, user{}, "of "+e.ID)
	}}
	e := cloudevents.Event{ID: "A-1"}
	ctx := observer.Handle(context.Background(), &e)
	fmt.Println(ctx.Value(user{}))
	// Output: of A-1
}
