package ceamqp_test

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// show prints a message.
func show(m *ceamqp.Message) {
	fmt.Println("content-type:", m.ContentType)
	for _, p := range m.ApplicationProperties {
		fmt.Printf("%s: %s %s\n", p.Name, p.Value.Kind(), p.Value)
	}
	for _, section := range m.Data {
		fmt.Printf("data: %s\n", section)
	}
}

// A program receives a message and decodes the event in it.
func ExampleToCloudEvent() {
	message := ceamqp.Message{
		ContentType: "application/json",
		ApplicationProperties: []ceamqp.Property{
			{Name: "cloudEvents_specversion", Value: ceamqp.StringValue("1.0")},
			{Name: "cloudEvents_id", Value: ceamqp.StringValue("A-1")},
			{Name: "cloudEvents_source", Value: ceamqp.StringValue("/orders")},
			{Name: "cloudEvents_type", Value: ceamqp.StringValue("com.example.order.placed")},
			{Name: "cloudEvents_time", Value: ceamqp.TimestampValue(1522900604000)},
			{Name: "cloudEvents_retries", Value: ceamqp.LongValue(2)},
		},
		Data: [][]byte{[]byte(`{"total": 12.50}`)},
	}
	e, err := ceamqp.ToCloudEvent(&message, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e)
	// Output:
	// id: A-1
	// source: /orders
	// specversion: 1.0
	// type: com.example.order.placed
	// datacontenttype: application/json
	// time: 2018-04-05T03:56:44Z
	// retries: 2
	// data: 16 bytes
}

// A native type is written if it says everything. The time has microseconds, so that it is a
// string.
func ExampleToMessage() {
	e := cloudevents.Event{
		ID: "A-1", Source: "/orders", Type: "com.example.order.placed",
		DataContentType: "application/json", Data: []byte(`{"total": 12.50}`),
		Extensions: []cloudevents.Extension{
			{Name: "paid", Value: cloudevents.BooleanValue(true)},
			{Name: "retries", Value: cloudevents.IntegerValue(2)},
		},
	}
	if err := e.SetText(spec.Attribute{Name: spec.Time, Type: spec.Timestamp}, "2018-04-05T03:56:24.123456Z"); err != nil {
		fmt.Println(err)
		return
	}
	message, err := ceamqp.ToMessage(&e, cloudevents.BinaryMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	show(&message)
	// Output:
	// content-type: application/json
	// cloudEvents_specversion: string 1.0
	// cloudEvents_id: string A-1
	// cloudEvents_source: string /orders
	// cloudEvents_type: string com.example.order.placed
	// cloudEvents_time: string 2018-04-05T03:56:24.123456Z
	// cloudEvents_paid: boolean true
	// cloudEvents_retries: long 2
	// data: {"total": 12.50}
}

// In structured mode the event is one document.
func ExampleToMessage_structured() {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	message, err := ceamqp.ToMessage(&e, cloudevents.StructuredMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	show(&message)
	// Output:
	// content-type: application/cloudevents+json
	// data: {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed"}
}

// Properties that are not those of an event stay.
func ExampleCopyToMessage() {
	message := ceamqp.Message{ApplicationProperties: []ceamqp.Property{
		{Name: "tenant", Value: ceamqp.SymbolValue("blue")},
		{Name: "cloudEvents_subject", Value: ceamqp.StringValue("of an earlier event")},
	}}
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	if err := ceamqp.CopyToMessage(&message, &e, cloudevents.BinaryMode, nil); err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range message.ApplicationProperties {
		fmt.Println(p.Name, p.Value)
	}
	// Output:
	// tenant blue
	// cloudEvents_specversion 1.0
	// cloudEvents_id A-1
	// cloudEvents_source /orders
	// cloudEvents_type com.example.order.placed
}

// A queue may have messages that are not events.
func ExampleIsCloudEvent() {
	messages := []ceamqp.Message{
		{ContentType: "application/cloudevents+json"},
		{ApplicationProperties: []ceamqp.Property{{Name: "cloudEvents:specversion", Value: ceamqp.StringValue("1.0")}}},
		{ContentType: "application/json", Data: [][]byte{[]byte(`{}`)}},
	}
	for i := range messages {
		fmt.Println(ceamqp.IsCloudEvent(&messages[i]))
	}
	// Output:
	// true
	// true
	// false
}

func ExampleModeOf() {
	mode, ok := ceamqp.ModeOf(&ceamqp.Message{ContentType: "application/cloudevents-batch+json"})
	fmt.Println(mode, ok) // AMQP has no batch, and decoders refuse it
	// Output: batch true
}

// Proton for Python sends a text as a value. A Decoder takes it if it is told to.
func ExampleDecoder() {
	message := ceamqp.Message{
		ApplicationProperties: []ceamqp.Property{
			{Name: "cloudEvents:specversion", Value: ceamqp.StringValue("1.0")},
			{Name: "cloudEvents:id", Value: ceamqp.StringValue("A-1")},
			{Name: "cloudEvents:source", Value: ceamqp.StringValue("/orders")},
			{Name: "cloudEvents:type", Value: ceamqp.StringValue("com.example.order.placed")},
		},
		Value: ceamqp.StringValue("two shirts"),
	}
	var strict ceamqp.Decoder
	_, err := strict.ToCloudEvent(&message)
	fmt.Println(err)
	decoder := ceamqp.Decoder{ValueBody: true}
	e, err := decoder.ToCloudEvent(&message)
	fmt.Println(string(e.Data), err)
	// Output:
	// attribute "data": the body of the message is a value of type string, and must be data (amqp-protocol-binding.md#312-event-data-encoding)
	// two shirts <nil>
}

// A text is understood as the type that the extension has. A native type speaks for itself.
func ExampleDecoder_extensions() {
	message := ceamqp.Message{ApplicationProperties: []ceamqp.Property{
		{Name: "cloudEvents_specversion", Value: ceamqp.StringValue("1.0")},
		{Name: "cloudEvents_id", Value: ceamqp.StringValue("A-1")},
		{Name: "cloudEvents_source", Value: ceamqp.StringValue("/orders")},
		{Name: "cloudEvents_type", Value: ceamqp.StringValue("com.example.order.placed")},
		{Name: "cloudEvents_attempts", Value: ceamqp.StringValue("3")},
		{Name: "cloudEvents_retries", Value: ceamqp.UbyteValue(2)},
	}}
	decoder := ceamqp.Decoder{Extensions: []spec.Attribute{{Name: "attempts", Type: spec.Integer}}}
	e, err := decoder.ToCloudEvent(&message)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, x := range e.Extensions {
		fmt.Println(x.Name, x.Value.Type(), x.Value)
	}
	// Output:
	// attempts Integer 3
	// retries Integer 2
}

// A forgiving Decoder leaves an extension out that no event can have, and says so.
func ExampleDecoder_forgive() {
	message := ceamqp.Message{ApplicationProperties: []ceamqp.Property{
		{Name: "cloudEvents_specversion", Value: ceamqp.StringValue("1.0")},
		{Name: "cloudEvents_id", Value: ceamqp.StringValue("A-1")},
		{Name: "cloudEvents_source", Value: ceamqp.StringValue("/sensors/7")},
		{Name: "cloudEvents_type", Value: ceamqp.StringValue("com.example.measured")},
		{Name: "cloudEvents_celsius", Value: ceamqp.DoubleValue(21.5)},
	}}
	decoder := ceamqp.Decoder{Forgive: func(r cloudevents.Receipt) { fmt.Println(r.Err) }}
	e, err := decoder.ToCloudEvent(&message)
	fmt.Println(e.Type, err)
	// Output:
	// attribute "celsius": the type is double, which no attribute has (spec.md#type-system)
	// com.example.measured <nil>
}

// The SDK for Java reads the prefix with a colon only, and texts only.
func ExampleEncoder() {
	e := cloudevents.Event{
		ID: "A-1", Source: "/orders", Type: "com.example.order.placed",
		DataContentType: "text/plain", Data: []byte("two shirts"),
		Extensions: []cloudevents.Extension{{Name: "retries", Value: cloudevents.IntegerValue(2)}},
	}
	encoder := ceamqp.Encoder{Colon: true, Text: true}
	message, err := encoder.ToMessage(&e)
	if err != nil {
		fmt.Println(err)
		return
	}
	show(&message)
	// Output:
	// content-type: text/plain
	// cloudEvents:specversion: string 1.0
	// cloudEvents:id: string A-1
	// cloudEvents:source: string /orders
	// cloudEvents:type: string com.example.order.placed
	// cloudEvents:retries: string 2
	// data: two shirts
}

// An error says which attribute breaks which rule.
func ExampleProperty() {
	message := ceamqp.Message{ApplicationProperties: []ceamqp.Property{
		{Name: "cloudEvents_specversion", Value: ceamqp.StringValue("1.0")},
		{Name: "cloudEvents_id", Value: ceamqp.LongValue(7)},
		{Name: "cloudEvents_source", Value: ceamqp.StringValue("/orders")},
		{Name: "cloudEvents_type", Value: ceamqp.StringValue("com.example.order.placed")},
	}}
	_, err := ceamqp.ToCloudEvent(&message, nil)
	var violation *validation.Error
	if errors.As(err, &violation) {
		fmt.Println(violation.Attribute, errors.Is(err, validation.ErrType), violation.Section)
	}
	// Output: id true spec.md#type-system
}
