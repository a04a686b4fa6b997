package cehttp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

func ExampleToCloudEvent() {
	r := httptest.NewRequest("POST", "/", strings.NewReader("12 °C"))
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	r.Header.Set("Ce-Specversion", "1.0")
	r.Header.Set("Ce-Id", "A-1")
	r.Header.Set("Ce-Source", "/sensors/7")
	r.Header.Set("Ce-Type", "com.example.reading")
	r.Header.Set("Ce-Subject", "M%C3%BCnchen")

	event, err := cehttp.ToCloudEvent(r, nil)
	fmt.Println(event.Subject, string(event.Data), err)
	// Output: München 12 °C <nil>
}

// An extension in a header is text. Who declares its type gets it checked.
func ExampleToCloudEvent_extensions() {
	r := httptest.NewRequest("POST", "/", http.NoBody)
	r.Header.Set("Ce-Specversion", "1.0")
	r.Header.Set("Ce-Id", "A-1")
	r.Header.Set("Ce-Source", "/orders")
	r.Header.Set("Ce-Type", "com.example.created")
	r.Header.Set("Ce-Shard", "seven")

	_, err := cehttp.ToCloudEvent(r, nil, spec.Attribute{Name: "shard", Type: spec.Integer})
	fmt.Println(cehttp.StatusCode(err))
	// Output: 400
}

func ExampleToCloudEventBatch() {
	r := httptest.NewRequest("POST", "/", strings.NewReader(`[
		{"specversion": "1.0", "id": "1", "source": "/orders", "type": "created"},
		{"specversion": "1.0", "id": "2", "source": "/orders", "type": "paid"}
	]`))
	r.Header.Set("Content-Type", "application/cloudevents-batch+json")

	events, err := cehttp.ToCloudEventBatch(r, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, event := range events {
		fmt.Println(event.ID, event.Type)
	}
	// Output:
	// 1 created
	// 2 paid
}

func ExampleIsCloudEvent() {
	binary := http.Header{"Content-Type": {"text/plain"}, "Ce-Specversion": {"1.0"}}
	structured := http.Header{"Content-Type": {"application/cloudevents+json; charset=utf-8"}}
	batch := http.Header{"Content-Type": {"application/cloudevents-batch+json"}}
	foreign := http.Header{"Content-Type": {"application/json"}}
	fmt.Println(cehttp.IsCloudEvent(binary), cehttp.IsCloudEvent(structured), cehttp.IsCloudEvent(batch), cehttp.IsCloudEvent(foreign))
	// Output: true true false false
}

// One endpoint can take all three modes.
func ExampleIsCloudEventBatch() {
	handle := func(r *http.Request) {
		if cehttp.IsCloudEventBatch(r.Header) {
			events, err := cehttp.ToCloudEventBatch(r, nil)
			fmt.Println(len(events), err)
			return
		}
		event, err := cehttp.ToCloudEvent(r, nil)
		fmt.Println(event.ID, err)
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader("[]"))
	r.Header.Set("Content-Type", "application/cloudevents-batch+json")
	handle(r)
	// Output: 0 <nil>
}

func ExampleStatusCode() {
	handler := func(w http.ResponseWriter, r *http.Request) {
		if _, err := cehttp.ToCloudEvent(r, nil); err != nil {
			http.Error(w, err.Error(), cehttp.StatusCode(err))
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/", strings.NewReader("a=b"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	handler(w, r)
	fmt.Println(w.Code, strings.TrimSpace(w.Body.String()))
	// Output: 415 message is not a CloudEvent: it has no ce- header, and Content-Type is "application/x-www-form-urlencoded"; that of an event in JSON is application/cloudevents+json (http-protocol-binding.md#3-http-message-mapping)
}
