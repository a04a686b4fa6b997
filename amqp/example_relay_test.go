package ceamqp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// A relay takes events from HTTP to a queue, and another one takes them back. The data are
// scanned once, and no attribute changes.
func ExampleEncoder_relay() {
	body := `{"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed","time":"2018-04-05T05:56:24.123456+02:00","retries":2,"data":{"total":12.50}}`
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/cloudevents+json")
	received, err := cehttp.ToCloudEvent(request, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	sealed, err := cloudevents.Seal(received)
	if err != nil {
		fmt.Println(err)
		return
	}
	var encoder ceamqp.Encoder
	message, err := encoder.SealedToMessage(&sealed)
	if err != nil {
		fmt.Println(err)
		return
	}
	show(&message)

	var decoder ceamqp.Decoder
	back, err := decoder.ToCloudEvent(&message)
	if err != nil {
		fmt.Println(err)
		return
	}
	header := http.Header{}
	answer, err := cehttp.EncodeMessage(header, &back, cloudevents.StructuredMode, nil)
	fmt.Printf("%s %v\n", answer, err)
	// Output:
	// content-type: application/json
	// cloudEvents_specversion: string 1.0
	// cloudEvents_id: string A-1
	// cloudEvents_source: string /orders
	// cloudEvents_type: string com.example.order.placed
	// cloudEvents_time: string 2018-04-05T05:56:24.123456+02:00
	// cloudEvents_retries: long 2
	// data: {"total":12.50}
	// {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed","datacontenttype":"application/json","time":"2018-04-05T05:56:24.123456+02:00","retries":2,"data":{"total":12.50}} <nil>
}
