package cloudevents_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// A binding cuts the prefix off the names that are attributes, and adds them.
func ExampleAttributes() {
	headers := [][2]string{
		{"content-type", "application/json"},
		{"ce_type", "com.example.order.placed"},
		{"ce_sampledrate", "5"},
		{"ce_specversion", "1.0"},
		{"ce_id", "A-1"},
		{"ce_source", "/orders"},
		{"trace", "not an attribute"},
	}
	a := cloudevents.Attributes{Extensions: []spec.Attribute{{Name: "sampledrate", Type: spec.Integer}}}
	for _, h := range headers {
		if name, ok := strings.CutPrefix(h[0], "ce_"); ok {
			a.Add(name, spec.String, h[1])
		} else if h[0] == "content-type" {
			a.Add(spec.DataContentType, spec.String, h[1])
		}
	}
	var event cloudevents.Event
	fmt.Println(a.Len(), "attributes", a.Assemble(&event))
	event.Data = []byte("{}")
	fmt.Println(event)
	// Output:
	// 6 attributes <nil>
	// id: A-1
	// source: /orders
	// specversion: 1.0
	// type: com.example.order.placed
	// datacontenttype: application/json
	// sampledrate: 5
	// data: 2 bytes
}

// All violations are found at once, in the order of the specification.
func ExampleAttributes_Assemble() {
	var a cloudevents.Attributes
	a.Add("subject", spec.String, "s")
	a.Add("id", spec.String, "A-1")
	a.Add("source", spec.String, "an order")
	a.Add("id", spec.String, "A-2")
	a.Add("specversion", spec.String, "1.0")
	a.Fail(fmt.Errorf("the message has two bodies"))
	var event cloudevents.Event
	fmt.Println(strings.ReplaceAll(a.Assemble(&event).Error(), "; ", "\n"))
	// Output:
	// attribute "id": duplicate attribute (spec.md#context-attributes)
	// attribute "source": not an RFC 3986 URI-reference: "an order" (spec.md#source)
	// attribute "type": a required attribute is missing (spec.md#type)
	// the message has two bodies
}

// A format adds parts of a document, with the offsets of the values.
func ExampleAttributes_AddBytes() {
	document := []byte("id=1\nsource=/s\nspecversion=1.0\ntype=t\nsubject=\n")
	var a cloudevents.Attributes
	offset := 0
	for line := range strings.Lines(string(document)) {
		equals := strings.IndexByte(line, '=')
		name, value := document[offset:offset+equals], document[offset+equals+1:offset+len(line)-1]
		a.AddBytes(offset+equals+1, name, spec.String, value)
		offset += len(line)
	}
	var event cloudevents.Event
	fmt.Println(a.Assemble(&event))
	// Output: offset 46: attribute "subject": must not be empty (spec.md#subject)
}

// A message whose names are strings and whose values are bytes is assembled with one
// allocation for all values.
func ExampleAttributes_AddText() {
	var a cloudevents.Attributes
	for name, value := range map[string][]byte{"id": []byte("1"), "source": []byte("/s"), "specversion": []byte("1.0"), "type": []byte("t")} {
		a.AddText(name, spec.String, value)
	}
	var event cloudevents.Event
	fmt.Println(a.Assemble(&event), event.Source)
	// Output: <nil> /s
}

// The headers of HTTP and NATS have names in any case and percent-encoded values.
func ExampleAttributes_AddEncoded() {
	var a cloudevents.Attributes
	for _, header := range [][2]string{{"Id", "1"}, {"Source", "/s"}, {"SpecVersion", "1.0"}, {"Type", "t"}, {"Subject", "Euro%20%E2%82%AC"}} {
		a.AddEncoded(header[0], header[1])
	}
	var event cloudevents.Event
	fmt.Println(a.Assemble(&event), event.Subject)
	// Output: <nil> Euro €
}

// A protocol with a native type for times, such as the milliseconds of AMQP, adds them
// without making text of them.
func ExampleAttributes_AddTime() {
	var a cloudevents.Attributes
	for name, text := range map[string]string{"id": "1", "source": "/s", "specversion": "1.0", "type": "t"} {
		a.Add(name, spec.String, text)
	}
	a.AddTime("time", time.UnixMilli(1715938212345).UTC())
	var event cloudevents.Event
	fmt.Println(a.Assemble(&event), event.Time.Format(time.RFC3339Nano))
	// Output: <nil> 2024-05-17T09:30:12.345Z
}
