package cehttp_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

var ctx = context.Background()

func ExampleToHTTPRequest() {
	event := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.created", Subject: "50% off"}
	r, err := cehttp.ToHTTPRequest(ctx, "https://example.com/events", &event, cloudevents.BinaryMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Method, r.URL, r.Header.Get("ce-id"), r.Header.Get("ce-subject"))
	// Output: POST https://example.com/events A-1 50%25%20off
}

func ExampleToHTTPRequest_structured() {
	event := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.created"}
	r, err := cehttp.ToHTTPRequest(ctx, "https://example.com/events", &event, cloudevents.StructuredMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Header, r.ContentLength)
	// Output: map[Content-Type:[application/cloudevents+json]] 80
}

func ExampleToHTTPRequestBatch() {
	events := []cloudevents.Event{
		{ID: "1", Source: "/orders", Type: "created"},
		{ID: "2", Source: "/orders"}, // without a type
	}
	_, err := cehttp.ToHTTPRequestBatch(ctx, "https://example.com/events", events, nil)
	fmt.Println(err != nil)

	r, err := cehttp.ToHTTPRequestBatch(ctx, "https://example.com/events", events[:1], nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Header.Get("Content-Type"))
	// Output:
	// true
	// application/cloudevents-batch+json
}

// A request of another origin can carry one event after the other.
func ExampleCopyToHTTPRequest() {
	r, err := http.NewRequest("PUT", "https://example.com/events", http.NoBody)
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Header.Set("Authorization", "Bearer secret")

	first := cloudevents.Event{ID: "1", Source: "/orders", Type: "created", Subject: "A-1"}
	second := cloudevents.Event{ID: "2", Source: "/orders", Type: "closed"}
	for _, event := range []cloudevents.Event{first, second} {
		if err := cehttp.CopyToHTTPRequest(r, &event, cloudevents.BinaryMode, nil); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(r.Method, r.Header)
	// Output: PUT map[Authorization:[Bearer secret] Ce-Id:[2] Ce-Source:[/orders] Ce-Specversion:[1.0] Ce-Type:[closed]]
}

func ExampleCopyToHTTPRequestBatch() {
	r, err := http.NewRequest("PUT", "https://example.com/events", http.NoBody)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = cehttp.CopyToHTTPRequestBatch(r, nil, nil)
	fmt.Println(r.Header, r.ContentLength, err)
	// Output: map[Content-Type:[application/cloudevents-batch+json]] 2 <nil>
}
