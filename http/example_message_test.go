package cehttp_test

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// The keys may be spelled as some other framework has them.
func ExampleDecodeMessage() {
	header := http.Header{
		"ce-specversion": {"1.0"}, "ce-id": {"A-1"}, "ce-source": {"/orders"}, "ce-type": {"com.example.created"},
		"content-type": {"application/json"},
	}
	event, err := cehttp.DecodeMessage(header, []byte(`{"total": 12.50}`), nil)
	fmt.Println(event.ID, event.DataContentType, string(event.Data), err)
	// Output: A-1 application/json {"total": 12.50} <nil>
}

func ExampleDecodeMessageBatch() {
	header := http.Header{"Content-Type": {"application/cloudevents-batch+json"}}
	body := []byte(`[{"specversion": "1.0", "id": "1", "source": "/orders", "type": "created"}]`)
	events, err := cehttp.DecodeMessageBatch(header, body, nil)
	fmt.Println(len(events), events[0].ID, err)
	// Output: 1 1 <nil>
}

func ExampleEncodeMessage() {
	event := cloudevents.Event{
		ID: "A-1", Source: "/orders", Type: "com.example.created",
		DataContentType: "text/plain", Data: []byte("hello"),
	}
	header := http.Header{}
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		body, err := cehttp.EncodeMessage(header, &event, mode, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s\n%s\n", header, body)
	}
	// Output:
	// map[Ce-Id:[A-1] Ce-Source:[/orders] Ce-Specversion:[1.0] Ce-Type:[com.example.created] Content-Type:[text/plain]]
	// hello
	// map[Content-Type:[application/cloudevents+json]]
	// {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.created","datacontenttype":"text/plain","data":"hello"}
}

func ExampleEncodeMessageBatch() {
	header := http.Header{}
	body, err := cehttp.EncodeMessageBatch(header, []cloudevents.Event{{ID: "1", Source: "/orders", Type: "created"}}, nil)
	fmt.Printf("%s\n%s %v\n", header, body, err)
	// Output:
	// map[Content-Type:[application/cloudevents-batch+json]]
	// [{"specversion":"1.0","id":"1","source":"/orders","type":"created"}] <nil>
}

// The attributes are known before a large body has arrived.
func ExampleFromHeader() {
	header := http.Header{
		"Ce-Specversion": {"1.0"}, "Ce-Id": {"A-1"}, "Ce-Source": {"/films"}, "Ce-Type": {"com.example.upload"},
		"Ce-Partsize": {"1048576"},
	}
	event, err := cehttp.FromHeader(header, spec.Attribute{Name: "partsize", Type: spec.Integer})
	if err != nil {
		fmt.Println(err)
		return
	}
	partSize, _ := event.Get("partsize")
	fmt.Println(event.Type, partSize, partSize.Type())
	// Output: com.example.upload 1048576 Integer
}

func ExampleSetHeader() {
	event := cloudevents.Event{ID: "A-1", Source: "/films", Type: "com.example.upload", Subject: "Amélie", DataContentType: "video/mp4"}
	header := http.Header{"Authorization": {"Bearer secret"}}
	if err := cehttp.SetHeader(header, &event); err != nil {
		fmt.Println(err)
		return
	}
	keys := []string{}
	for key := range header {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		fmt.Println(key, header.Get(key))
	}
	// Output:
	// Authorization Bearer secret
	// Ce-Id A-1
	// Ce-Source /films
	// Ce-Specversion 1.0
	// Ce-Subject Am%C3%A9lie
	// Ce-Type com.example.upload
	// Content-Type video/mp4
}
