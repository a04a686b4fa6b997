package eventdoc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/http/eventdoc"
)

type placed struct {
	Item  string `json:"item"`
	Count int    `json:"count"`
}

func accept(context.Context, *cloudevents.Event, placed) error { return nil }

// The type of a handler's data gives the schema. Programs read it as JSON.
func ExampleNew() {
	route := dispatch.Consume("com.example.order.placed", accept)
	route.Summary = "A customer has placed an order."
	route.In.Data = placed{"tea", 2} // a better example than an empty struct
	var mux dispatch.Mux
	if err := mux.Handle(route); err != nil {
		fmt.Println(err)
	}
	page, err := eventdoc.New(&mux)
	if err != nil {
		fmt.Println(err)
		return
	}

	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/docs", nil)
	r.Header.Set("Accept", "application/json")
	page.ServeHTTP(w, r)
	var doc struct {
		Events []struct {
			Type string
			In   struct{ Schema struct{ Required []string } }
		}
	}
	err = json.Unmarshal(w.Body.Bytes(), &doc)
	fmt.Println(doc.Events[0].Type, doc.Events[0].In.Schema.Required, err)
	// Output: com.example.order.placed [item count] <nil>
}

// An example that its route does not take is a mistake of the program.
func ExampleNew_error() {
	route := dispatch.Consume("com.example.order.placed", accept)
	route.In.Event.Type = "com.example.order.canceled"
	var mux dispatch.Mux
	if err := mux.Handle(route); err != nil {
		fmt.Println(err)
	}
	_, err := eventdoc.New(&mux)
	fmt.Println(err)
	// Output: route 0, "com.example.order.placed": documentation of the event (In): the route does not take it
}

func ExamplePage() {
	var mux dispatch.Mux
	page, err := eventdoc.New(&mux)
	if err != nil {
		fmt.Println(err)
		return
	}
	page.Title, page.URL = "Events of the shop", "https://example.com/events"
	root := http.NewServeMux()
	root.Handle("/docs", page)

	w := httptest.NewRecorder()
	root.ServeHTTP(w, httptest.NewRequest("GET", "/docs", nil))
	fmt.Println(w.Code, strings.Contains(w.Body.String(), "<h1>Events of the shop</h1>"))
	// Output: 200 true
}

func ExamplePage_ServeHTTP() {
	var page eventdoc.Page
	w := httptest.NewRecorder()
	page.ServeHTTP(w, httptest.NewRequest("POST", "/docs", nil))
	fmt.Println(w.Code, w.Header().Get("Allow"))
	// Output: 405 GET, HEAD
}
