package cloudevents_test

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// An event is passed on with one attribute more. Its data is scanned once, when it
// is decoded.
func ExampleSealed() {
	document := `{"specversion":"1.0","id":"7","source":"/orders","type":"com.example.placed","data":{"total":12.50}}`
	var d cloudevents.JSONDecoder
	sealed, err := d.DecodeSealed([]byte(document))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := sealed.Attributes.Set("hops", cloudevents.IntegerValue(1)); err != nil {
		fmt.Println(err)
		return
	}
	b, err := sealed.AppendJSON(nil)
	fmt.Println(string(b), err)
	// Output: {"specversion":"1.0","id":"7","source":"/orders","type":"com.example.placed","datacontenttype":"application/json","hops":1,"data":{"total":12.50}} <nil>
}

// A relay sends an event on in binary mode. The attributes go into the header, and the
// data is the body as it is. Seal does the same for an event that cehttp.ToCloudEvent
// returned.
func ExampleSealed_binaryMode() {
	body := `{"specversion":"1.0","id":"7","source":"/orders","type":"com.example.placed","data":{"total":12.50}}`
	var d cloudevents.JSONDecoder
	sealed, err := d.DecodeSealed([]byte(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, target := range []string{"http://a.example.com/", "http://b.example.com/"} {
		data, _ := sealed.Data()
		r, err := http.NewRequest(http.MethodPost, target, strings.NewReader(data))
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := cehttp.SetHeader(r.Header, &sealed.Attributes); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(r.Host, r.Header["Ce-Id"], r.Header["Content-Type"], r.ContentLength)
	}
	// Output:
	// a.example.com [7] [application/json] 15
	// b.example.com [7] [application/json] 15
}

// An event is checked when it is sealed. What happens to its bytes later does not matter.
func ExampleSeal() {
	e := cloudevents.Event{ID: "7", Type: "com.example.placed", DataContentType: "application/json"}
	_, err := cloudevents.Seal(e)
	fmt.Println(err)
	e.Source = "/orders"
	e.Data = []byte(`{"total":12.50}`)
	sealed, err := cloudevents.Seal(e)
	copy(e.Data, "}},{{")
	data, ok := sealed.Data()
	fmt.Println(data, ok, err, sealed.Event().ID)
	// Output:
	// attribute "source": a required attribute is missing (spec.md#source)
	// {"total":12.50} true <nil> 7
}

func ExampleJSONDecoder_DecodeSealed() {
	var d cloudevents.JSONDecoder
	sealed, err := d.DecodeSealed([]byte(`{"specversion":"1.0","id":"7","source":"/","type":"t","data_base64":"AAE="}`))
	fmt.Println(sealed.Attributes.ID, sealed.Event().Data, err)
	// Output: 7 [0 1] <nil>
}

func ExampleSealed_AppendJSON() {
	sealed, err := cloudevents.Seal(cloudevents.Event{ID: "7", Source: "/", Type: "t"})
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := sealed.AppendJSON([]byte("data: "))
	fmt.Println(string(b), err)
	// Output: data: {"specversion":"1.0","id":"7","source":"/","type":"t"} <nil>
}

// Encode hands the event to an encoder, without a copy of the data. Package format has
// EncodeSealed for its formats.
func ExampleSealed_Encode() {
	sealed, err := cloudevents.Seal(cloudevents.Event{ID: "7", Source: "/", Type: "t", Data: []byte("tea")})
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := sealed.Encode(nil, func(dst []byte, e *cloudevents.Event) ([]byte, error) {
		return fmt.Appendf(dst, "%s %s", e.ID, e.Data), nil
	})
	fmt.Println(string(b), err)
	// Output: 7 tea <nil>
}

// An encoder that would look for bytes that are not UTF-8 asks.
func ExampleSealed_IsUTF8() {
	for _, data := range []string{"tea", "\xff"} {
		e := cloudevents.Event{ID: "7", Source: "/", Type: "t", DataContentType: "text/plain", Data: []byte(data)}
		sealed, err := cloudevents.Seal(e)
		fmt.Println(sealed.IsUTF8(), err)
	}
	// Output:
	// true <nil>
	// false <nil>
}

// An empty string may be data that is present.
func ExampleSealed_Data() {
	var d cloudevents.JSONDecoder
	sealed, err := d.DecodeSealed([]byte(`{"specversion":"1.0","id":"7","source":"/","type":"t","data_base64":""}`))
	data, ok := sealed.Data()
	fmt.Printf("%q %t %v\n", data, ok, err)
	// Output: "" true <nil>
}

func ExampleSealed_Event() {
	sealed, err := cloudevents.Seal(cloudevents.Event{ID: "7", Source: "/", Type: "t", Data: []byte{1}})
	if err != nil {
		fmt.Println(err)
		return
	}
	e := sealed.Event()
	e.Data[0] = 2 // it is a copy
	fmt.Println(e.Data, sealed.Event().Data)
	// Output: [2] [1]
}
