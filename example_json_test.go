package cloudevents_test

import (
	"encoding/json"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Data under a JSON media type becomes part of the document, byte for byte.
func ExampleAppendJSON() {
	e := cloudevents.Event{
		ID: "1", Source: "/orders", Type: "com.example.order.created",
		DataContentType: "application/json",
		Data:            []byte(`{"price": 9.50}`),
	}
	b, err := cloudevents.AppendJSON(nil, &e)
	fmt.Println(string(b), err)
	// Output: {"specversion":"1.0","id":"1","source":"/orders","type":"com.example.order.created","datacontenttype":"application/json","data":{"price": 9.50}} <nil>
}

// Bytes that are neither JSON nor text become base64.
func ExampleAppendJSON_base64() {
	e := cloudevents.Event{ID: "1", Source: "/orders", Type: "com.example.photo.taken", DataContentType: "image/png", Data: []byte("\x89PNG")}
	b, err := cloudevents.AppendJSON(nil, &e)
	fmt.Println(string(b), err)
	// Output: {"specversion":"1.0","id":"1","source":"/orders","type":"com.example.photo.taken","datacontenttype":"image/png","data_base64":"iVBORw=="} <nil>
}

func ExampleAppendJSONBatch() {
	es := []cloudevents.Event{
		{ID: "1", Source: "/orders", Type: "com.example.order.created"},
		{ID: "2", Source: "/orders", Type: "com.example.order.paid"},
	}
	b, err := cloudevents.AppendJSONBatch(nil, es)
	fmt.Println(string(b), err)
	// Output: [{"specversion":"1.0","id":"1","source":"/orders","type":"com.example.order.created"},{"specversion":"1.0","id":"2","source":"/orders","type":"com.example.order.paid"}] <nil>
}

// A decoder that knows the type of an extension, and allows fewer attributes.
func ExampleJSONDecoder() {
	d := cloudevents.JSONDecoder{
		Extensions:    []spec.Attribute{{Name: "expirytime", Type: spec.Timestamp}},
		MaxAttributes: 20,
	}
	e, err := d.Decode([]byte(`{"specversion":"1.0","id":"1","source":"/","type":"t","expirytime":"2024-02-29T12:00:00Z"}`))
	fmt.Println(e.Extensions[0].Value.Type(), err)
	_, err = d.Decode([]byte(`{"specversion":"1.0","id":"1","source":"/","type":"t","expirytime":"tomorrow"}`))
	fmt.Println(err)
	// Output:
	// Timestamp <nil>
	// offset 68: attribute "expirytime": not an RFC 3339 timestamp: "tomorrow" (spec.md#type-system)
}

// A batch is decoded event by event, until the loop ends.
func ExampleJSONDecoder_Events() {
	batch := []byte(`[
		{"specversion": "1.0", "id": "1", "source": "/orders", "type": "com.example.order.created"},
		{"specversion": "1.0", "id": "2", "source": "/orders"}
	]`)
	var d cloudevents.JSONDecoder
	for e, err := range d.Events(batch) {
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(e.ID, e.Type)
	}
	// Output:
	// 1 com.example.order.created
	// event 1: attribute "type": a required attribute is missing (spec.md#type)
}

func ExampleJSONDecoder_Decode() {
	document := []byte(`{
		"specversion": "1.0",
		"id": "1",
		"source": "/orders",
		"type": "com.example.order.created",
		"sampledrate": 5,
		"data": {"price": 9.50}
	}`)
	var d cloudevents.JSONDecoder
	e, err := d.Decode(document)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(e)
	fmt.Printf("%s\n", e.Data)
	// Output:
	// id: 1
	// source: /orders
	// specversion: 1.0
	// type: com.example.order.created
	// datacontenttype: application/json
	// sampledrate: 5
	// data: 15 bytes
	// {"price": 9.50}
}

func ExampleJSONDecoder_DecodeBatch() {
	var d cloudevents.JSONDecoder
	es, err := d.DecodeBatch([]byte(`[
		{"specversion":"1.0","id":"1","source":"/orders","type":"com.example.order.created"},
		{"specversion":"1.0","id":"2","source":"/orders","type":"com.example.order.paid"}
	]`))
	for i := range es {
		fmt.Println(es[i].ID, es[i].Type)
	}
	fmt.Println(err)
	// Output:
	// 1 com.example.order.created
	// 2 com.example.order.paid
	// <nil>
}

// An event can be part of what encoding/json writes.
func ExampleEvent_MarshalJSON() {
	message := struct {
		Topic string
		Event cloudevents.Event
	}{"orders", cloudevents.Event{ID: "1", Source: "/orders", Type: "com.example.order.created"}}
	b, err := json.Marshal(message)
	fmt.Println(string(b), err)
	// Output: {"Topic":"orders","Event":{"specversion":"1.0","id":"1","source":"/orders","type":"com.example.order.created"}} <nil>
}

func ExampleEvent_UnmarshalJSON() {
	var e cloudevents.Event
	err := json.Unmarshal([]byte(`{"specversion":"1.0","id":"1","source":"/orders","type":"com.example.order.created"}`), &e)
	fmt.Println(e.Type, err)
	// Output: com.example.order.created <nil>
}
