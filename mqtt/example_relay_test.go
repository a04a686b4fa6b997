package cemqtt_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
)

// An event comes by HTTP, goes through a broker, and leaves by HTTP.
func Example_relay() {
	in := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"total":12.50}`))
	in.Header = http.Header{
		"Ce-Specversion": {"1.0"}, "Ce-Id": {"A-1"}, "Ce-Source": {"/orders"}, "Ce-Type": {"com.example.placed"},
		"Ce-Subject": {"Amélie%20%E2%82%AC"}, "Content-Type": {"application/json"},
	}
	event, err := cehttp.ToCloudEvent(in, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	published, err := cemqtt.ToMessage(&event, cloudevents.BinaryMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(published.UserProperties[len(published.UserProperties)-1].Value)

	received, err := cemqtt.ToCloudEvent(&published, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	out := http.Header{}
	body, err := cehttp.EncodeMessage(out, &received, cloudevents.BinaryMode, nil)
	fmt.Println(out.Get("Ce-Subject"), out.Get("Content-Type"), string(body), err)
	// Output:
	// Amélie €
	// Am%C3%A9lie%20%E2%82%AC application/json {"total":12.50} <nil>
}

// A structured message is passed on without another scan of its data.
func ExampleDecoder_ToSealed() {
	m := cemqtt.Message{
		ContentType: "application/cloudevents+json",
		Payload:     []byte(`{"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.placed","data":[1,2,3]}`),
	}
	var decoder cemqtt.Decoder
	sealed, err := decoder.ToSealed(&m)
	if err != nil {
		fmt.Println(err)
		return
	}
	sealed.Attributes.Subject = "relayed"
	encoder := cemqtt.Encoder{Version: cemqtt.V311, Mode: cloudevents.StructuredMode}
	onward, err := encoder.SealedToMessage(&sealed)
	fmt.Println(string(onward.Payload), err)
	// Output: {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.placed","datacontenttype":"application/json","subject":"relayed","data":[1,2,3]} <nil>
}
