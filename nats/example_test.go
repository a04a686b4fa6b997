package cenats_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// show prints a message as it is transmitted.
func show(m cenats.Message) {
	for _, name := range slices.Sorted(maps.Keys(m.Header)) {
		for _, value := range m.Header[name] {
			fmt.Printf("%s: %s\n", name, value)
		}
	}
	fmt.Printf("%s\n", m.Data)
}

// natsMsg and natsHeader stand for the types nats.Msg and nats.Header of a client.
type (
	natsHeader map[string][]string
	natsMsg    struct {
		Subject string
		Header  natsHeader
		Data    []byte
	}
)

// The types of a client convert without a copy.
func Example() {
	event := cloudevents.Event{
		ID: "A-1", Source: "/orders", Type: "com.example.order.placed", Subject: "Café",
		DataContentType: "application/json", Data: []byte(`{"total": 12.50}`),
	}
	m, err := cenats.ToMessage(&event, cloudevents.BinaryMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	sent := natsMsg{Subject: "orders", Header: m.Header, Data: m.Data}

	received, err := cenats.ToCloudEvent(&cenats.Message{Header: sent.Header, Data: sent.Data}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sent.Header["ce-subject"], received.Subject, string(received.Data))
	// Output: [Caf%C3%A9] Café {"total": 12.50}
}

func ExampleToMessage() {
	event := cloudevents.Event{
		ID: "A-1", Source: "/orders", Type: "com.example.order.placed", Subject: "Euro €",
		DataContentType: "text/plain", Data: []byte("hello"),
	}
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		m, err := cenats.ToMessage(&event, mode, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		show(m)
	}
	// Output:
	// ce-datacontenttype: text/plain
	// ce-id: A-1
	// ce-source: /orders
	// ce-specversion: 1.0
	// ce-subject: Euro%20%E2%82%AC
	// ce-type: com.example.order.placed
	// hello
	// Content-Type: application/cloudevents+json
	// {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed","datacontenttype":"text/plain","subject":"Euro €","data":"hello"}
}

// Headers that are not those of an event are kept.
func ExampleCopyToMessage() {
	m := cenats.Message{Header: map[string][]string{"X-Tenant": {"7"}, "ce-subject": {"of another event"}}}
	event := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	if err := cenats.CopyToMessage(&m, &event, cloudevents.BinaryMode, nil); err != nil {
		fmt.Println(err)
		return
	}
	m.Header["Nats-Msg-Id"] = []string{cenats.MessageID(&event)}
	show(m)
	// Output:
	// Nats-Msg-Id: /orders|A-1
	// X-Tenant: 7
	// ce-id: A-1
	// ce-source: /orders
	// ce-specversion: 1.0
	// ce-type: com.example.order.placed
}

func ExampleToCloudEvent() {
	m := cenats.Message{
		Header: map[string][]string{
			"Ce-Specversion": {"1.0"}, "Ce-Id": {"A-1"}, "Ce-Source": {"/orders"}, "Ce-Type": {"com.example.order.placed"},
			"Ce-Retries": {"3"}, "Nats-Msg-Id": {"/orders|A-1"},
		},
		Data: []byte("hello"),
	}
	event, err := cenats.ToCloudEvent(&m, nil, spec.Attribute{Name: "retries", Type: spec.Integer})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(event.ID, event.Extensions[0].Value.Type(), string(event.Data))
	// Output: A-1 Integer hello
}

// The structured messages of sdk-go, and the example of the document, have no headers.
func ExampleToCloudEvent_withoutHeaders() {
	m := cenats.Message{Data: []byte(`{"specversion": "1.0", "id": "A-1", "source": "/orders", "type": "com.example.order.placed"}`)}
	event, err := cenats.ToCloudEvent(&m, nil)
	fmt.Println(event.ID, err)

	_, err = cenats.ToCloudEvent(&cenats.Message{Data: []byte(`{"total": 12.50}`)}, nil)
	fmt.Println(errors.Is(err, cloudevents.ErrNotCloudEvent))
	// Output:
	// A-1 <nil>
	// true
}

func ExampleToCloudEvent_errors() {
	for _, m := range []cenats.Message{
		{Header: map[string][]string{"Content-Type": {"application/cloudevents-batch+json"}}, Data: []byte("[]")},
		{Header: map[string][]string{"Content-Type": {"application/cloudevents+avro"}}},
		{Header: map[string][]string{"ce-specversion": {"1.0"}, "ce-id": {"A-1"}, "Ce-Id": {"A-1"}, "ce-source": {"/orders"}, "ce-type": {"t"}}},
	} {
		_, err := cenats.ToCloudEvent(&m, nil)
		var violation *validation.Error
		switch {
		case errors.Is(err, cloudevents.ErrContentMode):
			fmt.Println("a batch:", err)
		case errors.Is(err, format.ErrUnknown):
			fmt.Println("a format that nobody reads:", err)
		case errors.As(err, &violation):
			fmt.Println("an illegal event:", violation.Attribute, "breaks", violation.Section)
		}
	}
	// Output:
	// a batch: wrong content mode: the message is a batch, and this protocol has none
	// a format that nobody reads: unknown event format: "application/cloudevents+avro"; known here: application/cloudevents+json
	// an illegal event: id breaks spec.md#context-attributes
}

func ExampleIsCloudEvent() {
	for _, m := range []cenats.Message{
		{Header: map[string][]string{"ce-specversion": {"1.0"}}},
		{Header: map[string][]string{"Content-Type": {"application/cloudevents+json"}}},
		{Data: []byte(`{"specversion": "1.0"}`)},
		{Data: []byte("hello")},
	} {
		fmt.Println(cenats.IsCloudEvent(&m))
	}
	// Output:
	// true
	// true
	// true
	// false
}

// Without headers the data say what the message is. A batch has a mode, though NATS has none.
func ExampleModeOf() {
	for _, data := range []string{`{"specversion": "1.0"}`, `[{"specversion": "1.0"}]`, "hello"} {
		mode, ok := cenats.ModeOf(&cenats.Message{Data: []byte(data)})
		fmt.Println(mode, ok)
	}
	// Output:
	// structured true
	// batch true
	// binary false
}

// An id for JetStream is the same whenever the event is published again.
func ExampleMessageID() {
	for _, event := range []cloudevents.Event{
		{Source: "/orders", ID: "A-1"},
		{Source: "https://example.com/a%20b", ID: "Größe 7"},
		{Source: "/orders", ID: strings.Repeat("long", 100)},
	} {
		fmt.Println(cenats.MessageID(&event))
	}
	// Output:
	// /orders|A-1
	// https://example.com/a%2520b|Gr%C3%B6%C3%9Fe%207
	// sha256-f44c27dfda0c82158614aeea00c03bcef33df92d3577d6c48aa81b4081fe0b64
}

// A message that was made of an HTTP request has the content type of its data in
// Content-Type.
func ExampleDecoder() {
	d := cenats.Decoder{HTTPContentType: true, MaxAttributes: 50}
	event, err := d.ToCloudEvent(&cenats.Message{
		Header: http.Header{
			"Ce-Specversion": {"1.0"}, "Ce-Id": {"A-1"}, "Ce-Source": {"/orders"}, "Ce-Type": {"com.example.order.placed"},
			"Content-Type": {"text/plain"},
		},
		Data: []byte("hello"),
	})
	fmt.Println(event.DataContentType, err)
	// Output: text/plain <nil>
}

// A forgiving decoder leaves an optional attribute out that is illegal.
func ExampleDecoder_forgiving() {
	d := cenats.Decoder{Forgive: func(r cloudevents.Receipt) { fmt.Println("forgiven:", r.Err) }}
	event, err := d.ToCloudEvent(&cenats.Message{Header: map[string][]string{
		"ce-specversion": {"1.0"}, "ce-id": {"A-1"}, "ce-source": {"/orders"}, "ce-type": {"com.example.order.placed"},
		"ce-subject": {""},
	}})
	fmt.Println(event.ID, err)
	// Output:
	// forgiven: attribute "subject": must not be empty (spec.md#subject)
	// A-1 <nil>
}

// A relay passes a sealed event on without another look at its data.
func ExampleDecoder_ToSealed() {
	var d cenats.Decoder
	sealed, err := d.ToSealed(&cenats.Message{
		Data: []byte(`{"specversion": "1.0", "id": "A-1", "source": "/orders", "type": "com.example.order.placed", "data": {"total": 12.50}}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	enc := cenats.Encoder{Mode: cloudevents.StructuredMode}
	m, err := enc.SealedToMessage(&sealed)
	if err != nil {
		fmt.Println(err)
		return
	}
	show(m)
	// Output:
	// Content-Type: application/cloudevents+json
	// {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed","datacontenttype":"application/json","data":{"total": 12.50}}
}

func ExampleEncoder() {
	enc := cenats.Encoder{Mode: cloudevents.StructuredMode}
	event := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	m, err := enc.ToMessage(&event)
	if err != nil {
		fmt.Println(err)
		return
	}
	show(m)
	// Output:
	// Content-Type: application/cloudevents+json
	// {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed"}
}

// A relay from HTTP to NATS and back. The content type of the data is in Content-Type on
// HTTP, and in ce-datacontenttype on NATS.
func Example_relay() {
	request := httptest.NewRequest("POST", "/", strings.NewReader(`{"total": 12.50}`))
	request.Header = http.Header{
		"Ce-Specversion": {"1.0"}, "Ce-Id": {"A-1"}, "Ce-Source": {"/orders"}, "Ce-Type": {"com.example.order.placed"},
		"Ce-Subject": {"50%25"}, "Content-Type": {"application/json"},
	}
	event, err := cehttp.ToCloudEvent(request, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := cenats.ToMessage(&event, cloudevents.BinaryMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	show(m)

	event, err = cenats.ToCloudEvent(&m, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	response := httptest.NewRecorder()
	if err := cehttp.WriteHTTPResponse(response, http.StatusOK, &event, cloudevents.BinaryMode, nil); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(response.Header().Get("Content-Type"), response.Header().Get("Ce-Subject"), response.Body)
	// Output:
	// ce-datacontenttype: application/json
	// ce-id: A-1
	// ce-source: /orders
	// ce-specversion: 1.0
	// ce-subject: 50%25
	// ce-type: com.example.order.placed
	// {"total": 12.50}
	// application/json 50%25 {"total": 12.50}
}
