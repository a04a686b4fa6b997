package cehttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
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
func says(name string) cehttp.Handler {
	return func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		fmt.Println(name)
		return nil, nil
	}
}

func ExampleMux() {
	var mux cehttp.Mux
	if err := mux.Handle(
		cehttp.On("com.example.order.placed", accept),
		cehttp.Route{Type: "com.example.*", Handler: says("audit")},
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
	var mux cehttp.Mux
	err := mux.Handle(
		cehttp.Route{Type: "com.example.placed", Handler: says("first version")},
		cehttp.Route{Type: "com.example.placed", Version: "v2", Handler: says("second, by its type")},
		cehttp.Route{Type: "com.example.placed", Version: "https://example.com/placed/v3*", Handler: says("third, by its dataschema")},
		cehttp.Route{Type: "com.example.placed", Source: "/shops/eu/*", Handler: says("from Europe")},
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
	var mux cehttp.Mux
	err := mux.Handle(
		cehttp.Route{Type: "com.*.placed", Handler: says("")},
		cehttp.Route{Type: "com.example.paid"},
	)
	fmt.Println(err)
	// Output:
	// route 0, "com.*.placed": malformed pattern: Type "com.*.placed" has a star before its end
	// route 1, "com.example.paid": route has no handler
}

func ExampleMux_HandleEvent() {
	mux := cehttp.Mux{Fallback: says("kept for later")}
	_, err := mux.HandleEvent(context.Background(), &cloudevents.Event{Type: "com.example.new"})
	fmt.Println(err)
	// Output:
	// kept for later
	// <nil>
}

func ExampleErrPattern() {
	var mux cehttp.Mux
	err := mux.Handle(cehttp.Route{Type: "com.example.*.placed", Handler: says("")})
	fmt.Println(errors.Is(err, cehttp.ErrPattern))
	// Output: true
}

func ExampleErrRouteConflict() {
	var mux cehttp.Mux
	err := mux.Handle(
		cehttp.Route{Type: "com.example.placed.v2", Handler: says("")},
		cehttp.Route{Type: "com.example.placed", Version: "v2", Handler: says("")},
	)
	fmt.Println(errors.Is(err, cehttp.ErrRouteConflict))
	// Output: true
}

func ExampleTyped() {
	handler := cehttp.Typed(func(_ context.Context, _ *cloudevents.Event, order placed) (*cloudevents.Event, error) {
		fmt.Println(order.Item)
		return nil, nil
	})
	e := cloudevents.New("/shop", "com.example.placed")
	for _, data := range []string{`{"item":"tea"}`, `{"item":7}`} {
		_ = e.SetData("application/json", []byte(data))
		if _, err := handler(context.Background(), &e); err != nil {
			var refused *cehttp.HandlerError
			fmt.Println(errors.As(err, &refused), refused.StatusCode(), refused.Type)
		}
	}
	// Output:
	// tea
	// true 400 invalid_data
}

func ExampleOn() {
	route := cehttp.On("com.example.placed", accept)
	route.Summary = "A customer has placed an order."
	route.Handler = cehttp.Chain(route.Handler, cehttp.ConcurrencyLimit(8))

	var mux cehttp.Mux
	fmt.Println(mux.Handle(route))
	// Output: <nil>
}

func ExampleEventDoc() {
	var mux cehttp.Mux
	err := mux.Handle(cehttp.Route{
		Type:    "com.example.placed",
		Summary: "A customer has placed an order.",
		Handler: cehttp.Typed(accept),
		In:      cehttp.EventDoc{Data: placed{"tea", 2}}, // gives the schema, too
		Out:     cehttp.EventDoc{Event: cloudevents.Event{Type: "com.example.accepted"}, Data: "thank you"},
	})
	fmt.Println(err)
	// Output: <nil>
}

// The documentation is a page for people, and JSON for programs.
func ExampleMux_Doc() {
	var mux cehttp.Mux
	if err := mux.Handle(cehttp.On("com.example.placed", accept)); err != nil {
		fmt.Println(err)
	}
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/docs", nil)
	r.Header.Set("Accept", "application/json")
	mux.Doc().ServeHTTP(w, r)

	var doc struct {
		Events []struct {
			Type string
			In   struct{ Schema struct{ Required []string } }
		}
	}
	err := json.Unmarshal(w.Body.Bytes(), &doc)
	fmt.Println(doc.Events[0].Type, doc.Events[0].In.Schema.Required, err)
	// Output: com.example.placed [item count] <nil>
}

func ExampleDoc() {
	var mux cehttp.Mux
	doc := &cehttp.Doc{Mux: &mux, Title: "Events of the shop", URL: "https://example.com/events"}
	w := httptest.NewRecorder()
	doc.ServeHTTP(w, httptest.NewRequest("GET", "/docs", nil))
	fmt.Println(w.Code, strings.Contains(w.Body.String(), "<h1>Events of the shop</h1>"))
	// Output: 200 true
}

func ExampleDoc_ServeHTTP() {
	doc := &cehttp.Doc{Mux: &cehttp.Mux{}}
	w := httptest.NewRecorder()
	doc.ServeHTTP(w, httptest.NewRequest("POST", "/docs", nil))
	fmt.Println(w.Code, w.Header().Get("Allow"))
	// Output: 405 GET, HEAD
}
