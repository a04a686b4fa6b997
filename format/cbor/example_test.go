package cecbor_test

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var order = cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed", DataContentType: "text/plain", Data: []byte("hi")}

func ExampleAppend() {
	b, err := cecbor.Append(nil, &order)
	fmt.Printf("%q %v\n", b[:16], err)
	// Output: "\xa6bidcA-1ddatabhi" <nil>
}

// Data that is a CBOR item becomes a part of the document as it is.
func ExampleAppend_item() {
	e := order
	e.DataContentType = "application/cbor"
	e.Data = []byte("\x82\x01\x02") // [1, 2]
	b, err := cecbor.Append(nil, &e)
	fmt.Printf("%q %v\n", b[8:16], err)
	e.Data = []byte("not CBOR")
	_, err = cecbor.Append(nil, &e)
	fmt.Println(errors.Is(err, validation.ErrData))
	// Output:
	// "ddata\x82\x01\x02" <nil>
	// true
}

func ExampleDecode() {
	e, err := cecbor.Decode([]byte("\xa5bidcA-1ddataBhidtypeatfsourceg/orderskspecversionc1.0"))
	fmt.Printf("%s %s %q %v\n", e.ID, e.Source, e.Data, err)
	// Output: A-1 /orders "hi" <nil>
}

// The error says where in the document.
func ExampleDecode_error() {
	_, err := cecbor.Decode([]byte("\xa4bidcA-1dtypeatfsourceb\xff/kspecversionc1.0"))
	fmt.Println(err)
	// Output: offset 23: attribute "source": invalid UTF-8 in CBOR text string (cbor-format.md#22-type-system-mapping)
}

// A receiver takes JSON and CBOR, and answers in the first of them.
func ExampleFormat() {
	s := format.Set{format.JSON{}, cecbor.Format{MaxAttributes: 50}}
	e, err := s.DecodeStructuredModeMessage([]byte("\xa4bida1dtypeatfsourceb/skspecversionc1.0"), "application/cloudevents+cbor")
	fmt.Println(e.ID, err)
	// Output: 1 <nil>
}

func ExampleFormat_MediaType() {
	fmt.Println(cecbor.Format{}.MediaType())
	// Output: application/cloudevents+cbor
}

func ExampleFormat_Accepts() {
	var f cecbor.Format
	fmt.Println(f.Accepts("application/cloudevents+cbor"), f.Accepts("application/cloudevents+json"))
	// Output: true false
}

// A URI-reference is plain text, so that its type has to be declared.
func ExampleFormat_DecodeStructuredModeMessage() {
	var f cecbor.Format
	body := []byte("\xa5bida1dtypeatgdatarefb/xfsourceb/skspecversionc1.0")
	e, err := f.DecodeStructuredModeMessage(body, f.MediaType(), spec.Attribute{Name: "dataref", Type: spec.URIReference})
	v, _ := e.Get("dataref")
	fmt.Println(v, v.Type(), err)
	// Output: /x URI-reference <nil>
}

func ExampleFormat_EncodeStructuredModeMessage() {
	var f cecbor.Format
	e := order
	e.Type = ""
	_, err := f.EncodeStructuredModeMessage(nil, &e)
	fmt.Println(errors.Is(err, validation.ErrMissing))
	// Output: true
}

// In binary mode the body is the data.
func ExampleFormat_DecodeBinaryModeEventData() {
	e := order
	err := cecbor.Format{}.DecodeBinaryModeEventData([]byte("abc"), &e)
	fmt.Printf("%s %v\n", e.Data, err)
	// Output: abc <nil>
}

func ExampleFormat_EncodeBinaryModeEventData() {
	body, err := cecbor.Format{}.EncodeBinaryModeEventData(&order)
	fmt.Printf("%s %v\n", body, err)
	// Output: hi <nil>
}

// Data for a consumer that has no CBOR.
func ExampleAppendJSON() {
	e, err := cecbor.Decode([]byte("\xa5bida1ddata\xa2etotal\xfb@`0\x00\x00\x00\x00\x00camt\x03dtypeatfsourceb/skspecversionc1.0"))
	fmt.Println(e.DataContentType, err)
	text, err := cecbor.AppendJSON(nil, e.Data)
	fmt.Printf("%s %v\n", text, err)
	_, err = cecbor.AppendJSON(nil, []byte("\x41x")) // a byte string
	fmt.Println(err)
	// Output:
	// application/cbor <nil>
	// {"total":129.5,"amt":3} <nil>
	// attribute "data": data has no exact JSON value, as its content type says (cbor-format.md#312-payload-decoding)
}

func ExampleAppendItem() {
	item, err := cecbor.AppendItem(nil, []byte(`{"a": [1, 1.5]}`))
	fmt.Printf("%q %v\n", item, err)
	_, err = cecbor.AppendItem(nil, []byte("0.12345678901234567890")) // a float64 has fewer digits
	fmt.Println(errors.Is(err, validation.ErrData))
	// Output:
	// "\xa1aa\x82\x01\xf9>\x00" <nil>
	// true
}

// An event that was sealed once is encoded for several targets.
func ExampleFormat_EncodeSealed() {
	e := cloudevents.Event{ID: "1", Source: "/", Type: "t", DataContentType: "text/plain", Data: []byte("tea")}
	sealed, err := cloudevents.Seal(e)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := cecbor.Format{}.EncodeSealed(nil, &sealed)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := cecbor.Decode(b)
	fmt.Printf("%s %s %v\n", again.ID, again.Data, err)
	// Output: 1 tea <nil>
}
