package cemqtt_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func order() cloudevents.Event {
	return cloudevents.Event{
		ID: "A-1", Source: "/orders", Type: "com.example.placed",
		DataContentType: "application/json", Data: []byte(`{"total":12.50}`),
	}
}

// A subscriber copies the parts of a packet to a Message.
func ExampleToCloudEvent() {
	m := cemqtt.Message{
		ContentType: "application/json",
		UserProperties: []cemqtt.UserProperty{
			{Name: "specversion", Value: "1.0"},
			{Name: "id", Value: "A-1"},
			{Name: "source", Value: "/orders"},
			{Name: "type", Value: "com.example.placed"},
			{Name: "retries", Value: "3"},
			{Name: "X-Gateway", Value: "eu-1"}, // no attribute name
		},
		Payload: []byte(`{"total":12.50}`),
	}
	event, err := cemqtt.ToCloudEvent(&m, nil, spec.Attribute{Name: "retries", Type: spec.Integer})
	if err != nil {
		fmt.Println(err)
		return
	}
	retries, _ := event.Get("retries")
	fmt.Println(event.ID, event.Type, retries, retries.Type(), string(event.Data))
	// Output: A-1 com.example.placed 3 Integer {"total":12.50}
}

func ExampleToMessage() {
	event := order()
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		m, err := cemqtt.ToMessage(&event, mode, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(m.ContentType, m.UserProperties)
		fmt.Println(string(m.Payload))
	}
	// Output:
	// application/json [{specversion 1.0} {id A-1} {source /orders} {type com.example.placed}]
	// {"total":12.50}
	// application/cloudevents+json []
	// {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.placed","datacontenttype":"application/json","data":{"total":12.50}}
}

// A property whose name is no attribute name stays.
func ExampleCopyToMessage() {
	m := cemqtt.Message{UserProperties: []cemqtt.UserProperty{
		{Name: "X-Gateway", Value: "eu-1"},
		{Name: "id", Value: "of an earlier event"},
	}}
	event := order()
	err := cemqtt.CopyToMessage(&m, &event, cloudevents.BinaryMode, nil)
	fmt.Println(m.UserProperties, err)
	// Output: [{X-Gateway eu-1} {specversion 1.0} {id A-1} {source /orders} {type com.example.placed}] <nil>
}

// Other messages are for somebody else.
func ExampleIsCloudEvent() {
	reading := cemqtt.Message{Payload: []byte("21.5")}
	event := cemqtt.Message{UserProperties: []cemqtt.UserProperty{{Name: "specversion", Value: "1.0"}}}
	fmt.Println(cemqtt.IsCloudEvent(&reading), cemqtt.IsCloudEvent(&event))
	// Output: false true
}

// The same payload is an event for a client with MQTT 3.1.1 alone, because MQTT 5 has a
// Content Type to say so.
func ExampleModeOf() {
	payload := []byte(`{"specversion":"1.0","id":"1","source":"/device/7","type":"reading"}`)
	for _, version := range []cemqtt.Version{cemqtt.V311, cemqtt.V5} {
		mode, ok := cemqtt.ModeOf(&cemqtt.Message{Version: version, Payload: payload})
		fmt.Println(version, mode, ok)
	}
	// Output:
	// MQTT 3.1.1 structured true
	// MQTT 5 binary false
}

// A fleet that has devices with MQTT 3.1.1, senders that use the SDK for Go, and properties of
// its own with legal attribute names.
func ExampleDecoder() {
	decoder := cemqtt.Decoder{
		JSONEvents:  true,
		SDKGoNames:  true,
		IsExtension: func(name string) bool { return !strings.HasPrefix(name, "fleet") },
	}
	for _, m := range []cemqtt.Message{
		{Payload: []byte(`{"specversion":"1.0","id":"1","source":"/device/7","type":"reading"}`)},
		{UserProperties: []cemqtt.UserProperty{
			{Name: "ce-specversion", Value: "1.0"}, {Name: "ce-id", Value: "2"}, {Name: "ce-source", Value: "/gateway"}, {Name: "ce-type", Value: "status"},
		}},
		{UserProperties: []cemqtt.UserProperty{
			{Name: "specversion", Value: "1.0"}, {Name: "id", Value: "3"}, {Name: "source", Value: "/app"}, {Name: "type", Value: "alarm"},
			{Name: "severity", Value: "high"}, {Name: "fleetid", Value: "north"},
		}},
	} {
		event, err := decoder.ToCloudEvent(&m)
		fmt.Println(event.ID, event.Source, event.Type, event.Extensions, err)
	}
	// Output:
	// 1 /device/7 reading [] <nil>
	// 2 /gateway status [] <nil>
	// 3 /app alarm [{severity high}] <nil>
}

// Receivers with the SDK for JavaScript want a copy of the content type.
func ExampleEncoder() {
	encoder := cemqtt.Encoder{CopyDataContentType: true, Retain: true}
	event := order()
	m, err := encoder.ToMessage(&event)
	fmt.Println(m.UserProperties[len(m.UserProperties)-1], err)

	event.Data = nil // would delete the retained message
	_, err = encoder.ToMessage(&event)
	fmt.Println(err)
	// Output:
	// {datacontenttype application/json} <nil>
	// wrong content mode: an empty payload deletes the retained message of the topic; use structured mode for an event without data
}

// A client with MQTT 3.1.1 sends and receives JSON documents.
func ExampleVersion() {
	encoder := cemqtt.Encoder{Version: cemqtt.V311, Mode: cloudevents.StructuredMode}
	event := order()
	m, err := encoder.ToMessage(&event)
	fmt.Println(m.Version, string(m.Payload), err)

	lost := cemqtt.Message{Version: cemqtt.V311, Payload: []byte(`21.5`)}
	_, err = cemqtt.ToCloudEvent(&lost, nil)
	fmt.Println(errors.Is(err, cloudevents.ErrNotCloudEvent))
	// Output:
	// MQTT 3.1.1 {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.placed","datacontenttype":"application/json","data":{"total":12.50}} <nil>
	// true
}

// A client would cut the value in silence.
func ExampleEncoder_tooLong() {
	event := order()
	event.Subject = strings.Repeat("x", 70_000)
	_, err := cemqtt.ToMessage(&event, cloudevents.BinaryMode, nil)
	var violation *validation.Error
	fmt.Println(errors.As(err, &violation), violation.Attribute, errors.Is(err, validation.ErrRange))

	_, err = cemqtt.ToMessage(&event, cloudevents.StructuredMode, nil)
	fmt.Println(err)
	// Output:
	// true subject true
	// <nil>
}
