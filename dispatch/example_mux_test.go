package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

type placed struct {
	Item  string `json:"item"`
	Count int    `json:"count"`
}

// accept handles the first version of an event.
func accept(_ context.Context, e *cloudevents.Event, order placed) (*cloudevents.Event, error) {
	fmt.Println("accepted", order.Count, order.Item)
	return nil, nil
}

// says returns a handler that prints its name.
func says(name string) dispatch.Handler {
	return func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		fmt.Println(name)
		return nil, nil
	}
}

func ExampleMux() {
	var mux dispatch.Mux
	if err := mux.Handle(
		dispatch.On("com.example.order.placed", accept),
		dispatch.Route{Type: "com.example.*", Handler: says("audit")},
	); err != nil {
		fmt.Println(err)
		return
	}
	// In a server, mux.HandleEvent is the handler of a Receiver.
	for _, eventType := range []string{"com.example.order.placed", "com.example.order.paid", "com.exemple.order.placed"} {
		e := cloudevents.New("/shop", eventType)
		_ = e.SetData("application/json", placed{"tea", 2})
		if _, err := mux.HandleEvent(context.Background(), &e); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// accepted 2 tea
	// audit
	// no handler for type "com.exemple.order.placed"; the nearest that have one: "com.example.order.placed", "com.example.*"
}

// Versions of an event live side by side.
func ExampleRoute() {
	var mux dispatch.Mux
	err := mux.Handle(
		dispatch.Route{Type: "com.example.placed", Handler: says("first version")},
		dispatch.Route{Type: "com.example.placed", Version: "v2", Handler: says("second, by its type")},
		dispatch.Route{Type: "com.example.placed", Version: "https://example.com/placed/v3*", Handler: says("third, by its dataschema")},
		dispatch.Route{Type: "com.example.placed", Source: "/shops/eu/*", Handler: says("from Europe")},
	)
	if err != nil {
		fmt.Println(err)
	}
	for _, e := range []cloudevents.Event{
		{Type: "com.example.placed", Source: "/shops/us"},
		{Type: "com.example.placed.v2", Source: "/shops/us"},
		{Type: "com.example.placed", Source: "/shops/us", DataSchema: "https://example.com/placed/v3.json"},
		{Type: "com.example.placed", Source: "/shops/eu/berlin"},
	} {
		_, _ = mux.HandleEvent(context.Background(), &e)
	}
	// Output:
	// first version
	// second, by its type
	// third, by its dataschema
	// from Europe
}

// All problems of a table are found at once, and no route is registered then.
func ExampleMux_Handle() {
	var mux dispatch.Mux
	err := mux.Handle(
		dispatch.Route{Type: "com.*.placed", Handler: says("")},
		dispatch.Route{Type: "com.example.paid"},
	)
	fmt.Println(err)
	// Output:
	// route 0, "com.*.placed": Type "com.*.placed" has a star before its end
	// route 1, "com.example.paid": has no handler
}

func ExampleMux_HandleEvent() {
	mux := dispatch.Mux{Fallback: says("kept for later")}
	_, err := mux.HandleEvent(context.Background(), &cloudevents.Event{Type: "com.example.new"})
	fmt.Println(err)
	// Output:
	// kept for later
	// <nil>
}

func ExampleTyped() {
	handler := dispatch.Typed(func(_ context.Context, _ *cloudevents.Event, order placed) (*cloudevents.Event, error) {
		fmt.Println(order.Item)
		return nil, nil
	})
	e := cloudevents.New("/shop", "com.example.placed")
	for _, data := range []string{`{"item":"tea"}`, `{"item":7}`} {
		_ = e.SetData("application/json", []byte(data))
		if _, err := handler(context.Background(), &e); err != nil {
			var refused *dispatch.Error
			fmt.Println(errors.As(err, &refused), refused.StatusCode(), refused.Type)
		}
	}
	// Output:
	// tea
	// true 400 invalid_data
}

func ExampleOn() {
	route := dispatch.On("com.example.placed", accept)
	route.Summary = "A customer has placed an order."
	route.Handler = dispatch.Chain(route.Handler, dispatch.ConcurrencyLimit(8))

	var mux dispatch.Mux
	fmt.Println(mux.Handle(route))
	// Output: <nil>
}

// A function that never replies needs only an error.
func ExampleConsume() {
	var mux dispatch.Mux
	if err := mux.Handle(
		dispatch.Consume("com.example.placed", func(_ context.Context, e *cloudevents.Event, order placed) error {
			fmt.Println("stored", order.Count, order.Item)
			return nil
		}),
	); err != nil {
		fmt.Println(err)
	}
	e := cloudevents.New("/shop", "com.example.placed")
	_ = e.SetData("application/json", placed{"tea", 2})
	_, err := mux.HandleEvent(context.Background(), &e)
	fmt.Println(err)
	// Output:
	// stored 2 tea
	// <nil>
}

func ExampleRoute_Matches() {
	route := dispatch.Route{Type: "com.example.*", Source: "/shops/eu/*"}
	fmt.Println(route.Matches(&cloudevents.Event{Type: "com.example.placed", Source: "/shops/eu/berlin"}))
	fmt.Println(route.Matches(&cloudevents.Event{Type: "com.example.placed", Source: "/shops/us"}))
	// Output:
	// true
	// false
}

func ExampleMux_Routes() {
	var mux dispatch.Mux
	if err := mux.Handle(
		dispatch.Route{Type: "com.example.placed", Handler: says("")},
		dispatch.Route{Type: "com.example.*", Version: "v2", Handler: says("")},
	); err != nil {
		fmt.Println(err)
	}
	for route := range mux.Routes() {
		fmt.Println(strings.TrimSpace(route.Type + " " + route.Version))
	}
	// Output:
	// com.example.placed
	// com.example.* v2
}

func ExampleEventDoc() {
	var mux dispatch.Mux
	err := mux.Handle(dispatch.Route{
		Type:    "com.example.placed",
		Summary: "A customer has placed an order.",
		Handler: dispatch.Typed(accept),
		In:      dispatch.EventDoc{Data: placed{"tea", 2}}, // also gives the schema
		Out:     dispatch.EventDoc{Event: cloudevents.Event{Type: "com.example.accepted"}, Data: "thank you"},
	})
	fmt.Println(err)
	// Output: <nil>
}

// A transport that takes batches bounds what it makes for people.
func ExampleWithBatch() {
	var mux dispatch.Mux
	if err := mux.Handle(dispatch.Route{Type: "com.example.placed", Handler: says("accepted")}); err != nil {
		fmt.Println(err)
	}
	batch := make([]cloudevents.Event, 10_000)
	ctx := dispatch.WithBatch(context.Background())
	hints := 0
	for i := range batch {
		batch[i].Type = "com.example.place"
		r := dispatch.Call(ctx, mux.HandleEvent, &batch[i])
		if strings.Contains(r.Message, "nearest") {
			hints++
		}
	}
	fmt.Println(hints)
	// Output: 8
}
