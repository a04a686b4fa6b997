package cehttp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// A receiver takes events in binary and structured mode; a sender sends one.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event, err := cehttp.ToCloudEvent(r, nil)
		if err != nil {
			http.Error(w, err.Error(), cehttp.StatusCode(err))
			return
		}
		fmt.Printf("%s from %s: %s\n", event.Type, event.Source, event.Data)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()

	event := cloudevents.New("/orders", "com.example.order.created")
	if err := event.SetData("application/json", map[string]int{"total": 12}); err != nil {
		fmt.Println(err)
		return
	}
	// Outside of a test, the context is that of the work at hand.
	request, err := cehttp.ToHTTPRequest(ctx, server.URL, &event, cloudevents.BinaryMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
	// Output:
	// com.example.order.created from /orders: {"total":12}
	// 204 No Content
}
