package cekafka_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	"github.com/seed763dd41b/cloudevents/spec"
)

// A record of a client has these parts under other names.
func ExampleToCloudEvent() {
	m := cekafka.Message{
		Key: []byte("customer-42"),
		Headers: []cekafka.Header{
			{Name: "ce_specversion", Value: []byte("1.0")},
			{Name: "ce_id", Value: []byte("A-17")},
			{Name: "ce_source", Value: []byte("/orders")},
			{Name: "ce_type", Value: []byte("com.example.order.placed")},
			{Name: "ce_retries", Value: []byte("3")},
			{Name: "content-type", Value: []byte("application/json")},
		},
		Value: []byte(`{"order":17}`),
	}
	e, err := cekafka.ToCloudEvent(&m, nil, spec.Attribute{Name: "retries", Type: spec.Integer})
	if err != nil {
		fmt.Println(err)
		return
	}
	retries, _ := e.Get("retries")
	fmt.Println(e.ID, e.DataContentType, string(e.Data), retries.Type(), retries)
	// Output: A-17 application/json {"order":17} Integer 3
}

func ExampleToMessage() {
	e := cloudevents.Event{ID: "A-17", Source: "/orders", Type: "com.example.order.placed"}
	if err := e.SetData("application/json", map[string]int{"order": 17}); err != nil {
		fmt.Println(err)
		return
	}
	m, err := cekafka.ToMessage(&e, cloudevents.BinaryMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	m.Key = []byte("customer-42") // it is yours
	for _, h := range m.Headers {
		fmt.Printf("%s: %s\n", h.Name, h.Value)
	}
	fmt.Printf("%s\n", m.Value)
	// Output:
	// ce_specversion: 1.0
	// ce_id: A-17
	// ce_source: /orders
	// ce_type: com.example.order.placed
	// content-type: application/json
	// {"order":17}
}

// The key and the headers of others stay.
func ExampleCopyToMessage() {
	m := cekafka.Message{
		Key:     []byte("customer-42"),
		Headers: []cekafka.Header{{Name: "traceparent", Value: []byte("00-0af7…")}, {Name: "ce_id", Value: []byte("old")}},
	}
	e := cloudevents.Event{ID: "A-17", Source: "/orders", Type: "com.example.order.placed"}
	if err := cekafka.CopyToMessage(&m, &e, cloudevents.StructuredMode, nil); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("key %s\n", m.Key)
	for _, h := range m.Headers {
		fmt.Printf("%s: %s\n", h.Name, h.Value)
	}
	fmt.Printf("%s\n", m.Value)
	// Output:
	// key customer-42
	// traceparent: 00-0af7…
	// content-type: application/cloudevents+json
	// {"specversion":"1.0","id":"A-17","source":"/orders","type":"com.example.order.placed"}
}

// A topic has records of other programs, too.
func ExampleIsCloudEvent() {
	records := []cekafka.Message{
		{Value: []byte(`{"order":17}`)},
		{Headers: []cekafka.Header{{Name: "content-type", Value: []byte("application/cloudevents+json; charset=UTF-8")}}},
		{Headers: []cekafka.Header{{Name: "ce_specversion", Value: []byte("1.0")}}},
		{Key: []byte("customer-42")}, // a tombstone
	}
	for i := range records {
		fmt.Println(cekafka.IsCloudEvent(&records[i]))
	}
	// Output:
	// false
	// true
	// true
	// false
}

// A reply goes out in the content mode of the request, if that was one that Kafka has.
func ExampleModeOf() {
	request := cekafka.Message{Headers: []cekafka.Header{{Name: "content-type", Value: []byte("application/cloudevents+json")}}}
	mode, ok := cekafka.ModeOf(&request)
	fmt.Println(mode, ok)
	_, ok = cekafka.ModeOf(&cekafka.Message{Value: []byte(`{"order":17}`)})
	fmt.Println(ok)
	// Output:
	// structured true
	// false
}

// Dapr writes the event into the value, and no header that says so.
func ExampleDecoder() {
	decoder := cekafka.Decoder{JSONEvents: true}
	value := `{"specversion":"1.0","id":"A-17","source":"checkout","type":"com.dapr.event.sent","topic":"orders","data":{"order":17}}`
	e, err := decoder.ToCloudEvent(&cekafka.Message{Value: []byte(value)})
	fmt.Println(e.Type, string(e.Data), err)
	// Output: com.dapr.event.sent {"order":17} <nil>
}

// A forgiving decoder leaves out what is wrong and optional, and says so.
func ExampleDecoder_forgive() {
	decoder := cekafka.Decoder{Forgive: func(r cloudevents.Receipt) {
		fmt.Println("forgiven:", r.Err)
	}}
	e, err := decoder.ToCloudEvent(&cekafka.Message{Headers: []cekafka.Header{
		{Name: "ce_specversion", Value: []byte("1.0")},
		{Name: "ce_id", Value: []byte("A-17")},
		{Name: "ce_source", Value: []byte("/orders")},
		{Name: "ce_type", Value: []byte("com.example.order.placed")},
		{Name: "ce_customer_id", Value: []byte("42")},
	}})
	fmt.Println(e.ID, len(e.Extensions), err)
	// Output:
	// forgiven: attribute "customer_id": attribute name has a character other than a-z and 0-9 (spec.md#naming-conventions)
	// A-17 0 <nil>
}

// What a consumer does with an error is decided by its kind.
func ExampleDecoder_errors() {
	var decoder cekafka.Decoder
	for _, m := range []cekafka.Message{
		{Key: []byte("customer-42")},
		{Headers: []cekafka.Header{{Name: "content-type", Value: []byte("application/cloudevents-batch+json")}}, Value: []byte("[]")},
		{Headers: []cekafka.Header{{Name: "content-type", Value: []byte("application/cloudevents+json")}}},
	} {
		_, err := decoder.ToCloudEvent(&m)
		switch {
		case errors.Is(err, cloudevents.ErrNotCloudEvent):
			fmt.Println("skip:", err)
		default:
			fmt.Println("dead letter:", err)
		}
	}
	// Output:
	// skip: message is not a CloudEvent: it has no header with the prefix ce_, and its content type is "" (kafka-protocol-binding.md#3-kafka-message-mapping)
	// dead letter: wrong content mode: the message is a batch, and this protocol has none
	// dead letter: offset 0: the message has no body, and in structured mode the event is in it
}

// The partitionkey of an event becomes the key of its record, and stays in the event.
func ExamplePartitionKey() {
	encoder := cekafka.Encoder{Key: cekafka.PartitionKey}
	e := cloudevents.Event{ID: "A-17", Source: "/orders", Type: "com.example.order.placed"}
	if err := e.Set("partitionkey", cloudevents.StringValue("customer-42")); err != nil {
		fmt.Println(err)
		return
	}
	m, err := encoder.ToMessage(&e)
	last := m.Headers[len(m.Headers)-1]
	fmt.Printf("key %s, %s: %s, %v\n", m.Key, last.Name, last.Value, err)
	// Output: key customer-42, ce_partitionkey: customer-42, <nil>
}

// Consumers that filter by headers see those of a structured message as well.
func ExampleEncoder() {
	encoder := cekafka.Encoder{Mode: cloudevents.StructuredMode, CopyHeaders: true}
	e := cloudevents.Event{ID: "A-17", Source: "/orders", Type: "com.example.order.placed"}
	m, err := encoder.ToMessage(&e)
	for _, h := range m.Headers {
		fmt.Printf("%s: %s\n", h.Name, h.Value)
	}
	fmt.Println(err)
	// Output:
	// ce_specversion: 1.0
	// ce_id: A-17
	// ce_source: /orders
	// ce_type: com.example.order.placed
	// content-type: application/cloudevents+json
	// <nil>
}

// An event comes in a request, waits in a record, and goes out in another request.
func Example_relay() {
	in, err := http.NewRequest(http.MethodPost, "/", strings.NewReader(`{"order":17}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for name, value := range map[string]string{
		"Ce-Specversion": "1.0", "Ce-Id": "A-17", "Ce-Source": "/orders", "Ce-Type": "com.example.order.placed",
		"Ce-Subject": "Euro%20%E2%82%AC", "Content-Type": "application/json",
	} {
		in.Header.Set(name, value)
	}
	e, err := cehttp.ToCloudEvent(in, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	record, err := cekafka.ToMessage(&e, cloudevents.StructuredMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", record.Value)

	back, err := cekafka.ToCloudEvent(&record, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := cehttp.ToHTTPRequest(context.Background(), "http://example.com/", &back, cloudevents.BinaryMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.Header.Get("Ce-Subject"), out.Header.Get("Content-Type"), out.ContentLength)
	// Output:
	// {"specversion":"1.0","id":"A-17","source":"/orders","type":"com.example.order.placed","datacontenttype":"application/json","subject":"Euro €","data":{"order":17}}
	// Euro%20%E2%82%AC application/json 12
}

// A program that passes events from topic to topic checks their data once.
func ExampleDecoder_ToSealed() {
	var decoder cekafka.Decoder
	encoder := cekafka.Encoder{Mode: cloudevents.StructuredMode}
	s, err := decoder.ToSealed(&cekafka.Message{
		Headers: []cekafka.Header{{Name: "content-type", Value: []byte("application/cloudevents+json")}},
		Value:   []byte(`{"specversion":"1.0","id":"A-17","source":"/orders","type":"com.example.order.placed","data":{"order":17}}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	s.Attributes.Subject = "seen"
	m, err := encoder.SealedToMessage(&s)
	fmt.Println(string(m.Value), err)
	// Output: {"specversion":"1.0","id":"A-17","source":"/orders","type":"com.example.order.placed","datacontenttype":"application/json","subject":"seen","data":{"order":17}} <nil>
}
