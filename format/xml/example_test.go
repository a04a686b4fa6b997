package cexml_test

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var order = cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed", DataContentType: "text/plain", Data: []byte("hi")}

func ExampleAppend() {
	b, err := cexml.Append(nil, &order)
	fmt.Printf("%s… %s %v\n", b[:47], b[len(b)-53:], err)
	// Output: <?xml version="1.0" encoding="UTF-8"?><ce:event… <ce:data xsi:type="xs:string">hi</ce:data></ce:event> <nil>
}

// An element of XML is written as it is, under a content type of XML.
func ExampleAppend_element() {
	e := order
	e.DataContentType, e.Data = "application/xml", []byte(`<order id="A-1"/>`)
	b, err := cexml.Append(nil, &e)
	fmt.Printf("%s %v\n", b[len(b)-65:], err)
	// Output: <ce:data xsi:type="xs:any"><order id="A-1"/></ce:data></ce:event> <nil>
}

func ExampleDecode() {
	e, err := cexml.Decode([]byte(`<event xmlns="http://cloudevents.io/xmlformat/V1" specversion="1.0"
	 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
	 <id>A-1</id><source>/orders</source><type>com.example.placed</type>
	 <data xsi:type="xs:string">hi</data></event>`))
	fmt.Printf("%s %s %q %v\n", e.ID, e.Source, e.Data, err)
	// Output: A-1 /orders "hi" <nil>
}

func ExampleAppendBatch() {
	b, err := cexml.AppendBatch(nil, []cloudevents.Event{order, order})
	es, _ := cexml.DecodeBatch(b)
	fmt.Println(len(es), err)
	// Output: 2 <nil>
}

// The error says which event is at fault, and where in the body.
func ExampleDecodeBatch() {
	_, err := cexml.DecodeBatch([]byte(`<batch xmlns="http://cloudevents.io/xmlformat/V1"><event specversion="1.0"><id>1</id><source>a b</source><type>t</type></event></batch>`))
	fmt.Println(err)
	// Output: event 0: offset 93: attribute "source": not an RFC 3986 URI-reference: "a b" (spec.md#source)
}

// A receiver takes JSON and XML, and answers in the first of them.
func ExampleFormat() {
	s := format.Set{format.JSON{}, cexml.Format{MaxAttributes: 50}}
	b, _ := cexml.Append(nil, &order)
	e, err := s.DecodeStructuredModeMessage(b, "application/cloudevents+xml; charset=utf-8")
	fmt.Println(e.ID, err)
	// Output: A-1 <nil>
}

func ExampleFormat_MediaType() {
	fmt.Println(cexml.Format{}.MediaType())
	// Output: application/cloudevents+xml
}

func ExampleFormat_BatchMediaType() {
	fmt.Println(cexml.Format{}.BatchMediaType())
	// Output: application/cloudevents-batch+xml
}

func ExampleFormat_Accepts() {
	var f cexml.Format
	fmt.Println(f.Accepts("application/cloudevents+xml"), f.Accepts("application/cloudevents+xml; charset=utf-16"))
	// Output: true false
}

func ExampleFormat_AcceptsBatch() {
	var f cexml.Format
	fmt.Println(f.AcceptsBatch("application/cloudevents-batch+xml"), f.AcceptsBatch("application/cloudevents+xml"))
	// Output: true false
}

// A String is read as the declared type, and checked. XML has types of its own, so that it
// rarely needs any.
func ExampleFormat_DecodeStructuredModeMessage() {
	var f cexml.Format
	e := order
	e.Extensions = []cloudevents.Extension{{Name: "ttl", Value: cloudevents.StringValue("7")}}
	b, _ := cexml.Append(nil, &e)
	e, err := f.DecodeStructuredModeMessage(b, f.MediaType(), spec.Attribute{Name: "ttl", Type: spec.Integer})
	v, _ := e.Get("ttl")
	fmt.Println(v, v.Type(), err)
	// Output: 7 Integer <nil>
}

func ExampleFormat_EncodeStructuredModeMessage() {
	var f cexml.Format
	e := order
	e.Type = ""
	_, err := f.EncodeStructuredModeMessage(nil, &e)
	fmt.Println(errors.Is(err, validation.ErrMissing))
	// Output: true
}

func ExampleFormat_DecodeBatchModeMessage() {
	f := cexml.Format{MaxEvents: 1}
	b, _ := cexml.AppendBatch(nil, []cloudevents.Event{order, order})
	_, err := f.DecodeBatchModeMessage(b, f.BatchMediaType())
	fmt.Println(err)
	// Output: offset 409: more than 1 events
}

func ExampleFormat_EncodeBatchModeMessage() {
	b, err := cexml.Format{}.EncodeBatchModeMessage(nil, nil)
	es, _ := cexml.DecodeBatch(b)
	fmt.Println(len(es), err)
	// Output: 0 <nil>
}

// In binary mode the body is the data.
func ExampleFormat_DecodeBinaryModeEventData() {
	e := order
	err := cexml.Format{}.DecodeBinaryModeEventData([]byte("abc"), &e)
	fmt.Printf("%s %v\n", e.Data, err)
	// Output: abc <nil>
}

func ExampleFormat_EncodeBinaryModeEventData() {
	body, err := cexml.Format{}.EncodeBinaryModeEventData(&order)
	fmt.Printf("%s %v\n", body, err)
	// Output: hi <nil>
}
