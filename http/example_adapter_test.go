package cehttp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// allowOrigins lets scripts of these origins send events from a browser (CORS). A browser
// asks with OPTIONS first, because of the headers of an event.
func allowOrigins(next http.Handler, origins ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		if origin := r.Header.Get("Origin"); slices.Contains(origins, origin) {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", cehttp.HeaderDeferredID+", Retry-After")
			if r.Method == http.MethodOptions {
				h.Set("Access-Control-Allow-Methods", "POST")
				h.Set("Access-Control-Allow-Headers", "Content-Type, ce-specversion, ce-id, ce-source, ce-type")
				h.Set("Access-Control-Max-Age", "600")
			}
		}
		next.ServeHTTP(w, r) // it answers OPTIONS with 204
	})
}

// Browsers send events from other sites if a middleware allows it.
func ExampleReceiver_cors() {
	h := allowOrigins(&cehttp.Receiver{Handler: done}, "https://shop.example.com")
	for _, origin := range []string{"https://shop.example.com", "https://example.org"} {
		r := httptest.NewRequest("OPTIONS", "/", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", "POST")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		fmt.Printf("%d %q\n", w.Code, w.Header().Get("Access-Control-Allow-Origin"))
	}
	// Output:
	// 204 "https://shop.example.com"
	// 204 ""
}

// asEvents makes events of the requests of a plain webhook, which are no CloudEvents: the
// body is the data, and the header of the sender that names a delivery is the ID.
func asEvents(next http.Handler, source, eventType string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := cloudevents.New(source, eventType)
		if id := r.Header.Get("X-Delivery"); id != "" {
			e.ID = id
		}
		e.DataContentType = r.Header.Get("Content-Type")
		if err := cehttp.SetHeader(r.Header, &e); err != nil {
			http.Error(w, "no delivery", http.StatusBadRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// A webhook that knows nothing of CloudEvents gets an adapter: an http.Handler that gives
// its requests the headers of an event.
func ExampleReceiver_adapter() {
	receiver := &cehttp.Receiver{Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		fmt.Printf("%s %s %s\n", e.Type, e.ID, e.Data)
		return nil, nil
	}}
	r := httptest.NewRequest("POST", "/hooks/forge", strings.NewReader(`{"data":"x"}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Delivery", "72d3")
	show(asEvents(receiver, "/hooks/forge", "com.example.forge.pushed"), r)
	// Output:
	// com.example.forge.pushed 72d3 {"data":"x"}
	// 204 No Content
}
