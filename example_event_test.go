package cloudevents_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// An event is a plain struct. Its required attributes are ID, Source and Type.
func ExampleEvent() {
	e := cloudevents.Event{
		ID:              "1",
		Source:          "/orders",
		Type:            "com.example.order.created",
		Time:            time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC),
		DataContentType: "application/json",
		Extensions: []cloudevents.Extension{
			{Name: "partitionkey", Value: cloudevents.StringValue("customer-7")},
		},
		Data: []byte(`{"item":"tea"}`),
	}
	fmt.Println(e)
	// Output:
	// id: 1
	// source: /orders
	// specversion: 1.0
	// type: com.example.order.created
	// datacontenttype: application/json
	// time: 2024-02-29T12:00:00Z
	// partitionkey: customer-7
	// data: 14 bytes
}

// New fills in ID and time.
func ExampleNew() {
	e := cloudevents.New("/orders", "com.example.order.created")
	fmt.Println(e.Source, e.Type, len(e.ID), e.Time.IsZero(), e.Validate())
	// Output: /orders com.example.order.created 36 false <nil>
}

func ExampleNewID() {
	e := cloudevents.Event{ID: cloudevents.NewID(), Source: "/orders", Type: "com.example.order.created"}
	fmt.Println(len(e.ID), e.ID[14:15])
	// Output: 36 4
}

func ExampleExtension() {
	e := cloudevents.Event{
		ID: "1", Source: "/orders", Type: "com.example.order.created",
		Extensions: []cloudevents.Extension{
			{Name: "sampledrate", Value: cloudevents.IntegerValue(5)},
			{Name: "traceparent", Value: cloudevents.StringValue("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")},
		},
	}
	b, err := cloudevents.AppendJSON(nil, &e)
	fmt.Println(string(b), err)
	// Output: {"specversion":"1.0","id":"1","source":"/orders","type":"com.example.order.created","sampledrate":5,"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"} <nil>
}

// All is what filters and generic code use: it knows no difference between core
// attributes and extensions.
func ExampleEvent_All() {
	e := cloudevents.Event{ID: "1", Source: "/orders", Type: "com.example.order.created"}
	if err := e.Set("sampledrate", cloudevents.IntegerValue(5)); err != nil {
		fmt.Println(err)
	}
	for name, v := range e.All() {
		fmt.Printf("%s %v %q\n", name, v.Type(), v)
	}
	// Output:
	// id String "1"
	// source URI-reference "/orders"
	// specversion String "1.0"
	// type String "com.example.order.created"
	// sampledrate Integer "5"
}

// A decoded event shares memory with its document. Clone one that is kept while
// the document's buffer is used again.
func ExampleEvent_Clone() {
	buffer := []byte(`{"specversion":"1.0","id":"1","source":"/","type":"t","data":"kept"}`)
	var d cloudevents.JSONDecoder
	e, err := d.Decode(buffer)
	if err != nil {
		fmt.Println(err)
	}
	kept := e.Clone()
	clear(buffer)
	fmt.Printf("%s\n", kept.Data)
	// Output: "kept"
}

func ExampleEvent_Delete() {
	e := cloudevents.Event{ID: "1", Source: "/orders", Type: "com.example.order.created", Subject: "7"}
	e.Delete("subject")
	_, ok := e.Get("subject")
	fmt.Println(ok)
	// Output: false
}

func ExampleEvent_Get() {
	e := cloudevents.Event{ID: "1", Source: "/orders", Type: "com.example.order.created"}
	source, ok := e.Get("source")
	fmt.Println(source, source.Type(), ok)
	_, ok = e.Get("time")
	fmt.Println(ok)
	// Output:
	// /orders URI-reference true
	// false
}

// Attributes are logged as a group; data is not.
func ExampleEvent_LogValue() {
	e := cloudevents.Event{ID: "1", Source: "/orders", Type: "com.example.order.created", Data: []byte("secret")}
	log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	log.Info("received", "event", e)
	// Output: {"level":"INFO","msg":"received","event":{"id":"1","source":"/orders","specversion":"1.0","type":"com.example.order.created"}}
}

// Set checks the name and the value.
func ExampleEvent_Set() {
	var e cloudevents.Event
	fmt.Println(e.Set("sampledrate", cloudevents.IntegerValue(5)))
	fmt.Println(e.Set("time", cloudevents.StringValue("2024-02-29T12:00:00Z")))
	fmt.Println(e.Set("sampled-rate", cloudevents.IntegerValue(5)))
	fmt.Println(e.Time.Year(), e.Extensions[0].Name)
	// Output:
	// <nil>
	// <nil>
	// attribute "sampled-rate": attribute name has a character other than a-z and 0-9 (spec.md#naming-conventions)
	// 2024 sampledrate
}

// SetText parses a canonical string, such as a message header has it.
func ExampleEvent_SetText() {
	var e cloudevents.Event
	rate := spec.Attribute{Name: "sampledrate", Type: spec.Integer}
	fmt.Println(e.SetText(rate, "5"))
	fmt.Println(e.SetText(rate, "five"))
	v, _ := e.Get("sampledrate")
	fmt.Println(v, v.Type())
	// Output:
	// <nil>
	// attribute "sampledrate": an Integer is decimal digits, without leading zero, with an optional minus sign: "five" (spec.md#type-system)
	// 5 Integer
}

func ExampleEvent_String() {
	e := cloudevents.Event{ID: "1", Source: "/orders", Type: "com.example.order.created", Data: []byte("secret")}
	fmt.Println(e.String())
	// Output:
	// id: 1
	// source: /orders
	// specversion: 1.0
	// type: com.example.order.created
	// data: 6 bytes
}

// Validate reports everything that is wrong.
func ExampleEvent_Validate() {
	e := cloudevents.Event{ID: "1", Source: "not a URI", DataContentType: "json"}
	var several validation.Errors
	if errors.As(e.Validate(), &several) {
		for _, err := range several {
			fmt.Println(err)
		}
	}
	// Output:
	// attribute "source": not an RFC 3986 URI-reference: "not a URI" (spec.md#source)
	// attribute "type": a required attribute is missing (spec.md#type)
	// attribute "datacontenttype": not a media type, which is type/subtype: "json" (spec.md#datacontenttype)
}

func ExampleMode() {
	var mode cloudevents.Mode // of a binding's encode call
	fmt.Println(mode == cloudevents.BinaryMode)
	// Output: true
}

func ExampleMode_String() {
	fmt.Println(cloudevents.BinaryMode, cloudevents.StructuredMode, cloudevents.BatchMode)
	// Output: binary structured batch
}
