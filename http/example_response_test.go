package cehttp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func ExampleWriteHTTPResponse() {
	handler := func(w http.ResponseWriter, r *http.Request) {
		reply := cloudevents.Event{ID: "R-1", Source: "/shop", Type: "com.example.accepted"}
		if err := cehttp.WriteHTTPResponse(w, http.StatusAccepted, &reply, cloudevents.StructuredMode, nil); err != nil {
			fmt.Println(err)
		}
	}
	w := httptest.NewRecorder()
	handler(w, httptest.NewRequest("POST", "/", http.NoBody))
	fmt.Println(w.Code, w.Body)
	// Output: 202 {"specversion":"1.0","id":"R-1","source":"/shop","type":"com.example.accepted"}
}

func ExampleWriteHTTPResponseBatch() {
	w := httptest.NewRecorder()
	if err := cehttp.WriteHTTPResponseBatch(w, http.StatusOK, nil, nil); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(w.Header().Get("Content-Type"), w.Body)
	// Output: application/cloudevents-batch+json []
}

func ExampleResponseToCloudEvent() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Ce-Specversion", "1.0")
		w.Header().Set("Ce-Id", "R-1")
		w.Header().Set("Ce-Source", "/shop")
		w.Header().Set("Ce-Type", "com.example.accepted")
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, "thank you")
	}))
	defer server.Close()

	response, err := http.Get(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	event, err := cehttp.ResponseToCloudEvent(response, nil)
	fmt.Println(event.Type, string(event.Data), err)
	// Output: com.example.accepted thank you <nil>
}

func ExampleResponseToCloudEventBatch() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		events := []cloudevents.Event{{ID: "1", Source: "/shop", Type: "a"}, {ID: "2", Source: "/shop", Type: "b"}}
		if err := cehttp.WriteHTTPResponseBatch(w, http.StatusOK, events, nil); err != nil {
			fmt.Println(err)
		}
	}))
	defer server.Close()

	response, err := http.Get(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	events, err := cehttp.ResponseToCloudEventBatch(response, nil)
	fmt.Println(len(events), err)
	// Output: 2 <nil>
}
