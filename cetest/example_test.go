package cetest_test

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cetest"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
)

type Order struct {
	Number int `json:"number"`
}

// confirm is a handler under test. It replies with the order.
func confirm(_ context.Context, e *cloudevents.Event, o Order) (*cloudevents.Event, error) {
	if o.Number == 0 {
		return nil, &dispatch.Error{Type: "no_number", Message: "orders are numbered from 1"}
	}
	return dispatch.Replier{Source: "/shop"}.Reply(e, "com.example.order.confirmed", o)
}

func receiver() *cehttp.Receiver {
	return &cehttp.Receiver{Handler: dispatch.Typed(confirm), Logger: slog.New(slog.DiscardHandler)}
}

// A handler, with all that a Receiver makes of its results.
func ExampleCheck() {
	reply := cloudevents.Event{Source: "/shop", Type: "com.example.order.confirmed", Data: []byte(`{"number":7}`)} // any id and time
	for _, test := range []struct {
		data string
		want cetest.Answer
	}{
		{`{"number":7}`, cetest.Answer{Status: 200, Reply: &reply}},
		{`{"number":0}`, cetest.Answer{Status: 422, Type: "no_number"}},
		{`{"number":"x"}`, cetest.Answer{Status: 400, Type: "invalid_data", Field: "number"}},
		{`{"number":-1}`, cetest.Answer{Status: 422, Type: "no_number"}}, // confirm does not look
	} {
		order := cetest.Event("com.example.order.placed", test.data)
		answer := cetest.Serve(receiver(), cetest.MustRequest(cloudevents.BinaryMode, order))
		if err := cetest.Check(answer, test.want); err != nil {
			fmt.Println(err) // in a test: t.Error(err)
		}
	}
	// Output:
	// status 200, want 422
	// the answer has an event, want none
	// error_type "", want "no_number"
	// the body is {"number":-1}
}

// The result of each event in a batch.
func ExampleAnswer() {
	good, bad := cetest.Event("t", `{"number":1}`), cetest.Event("t", `{"number":0}`)
	answer := cetest.Serve(receiver(), cetest.MustRequest(cloudevents.BatchMode, good, bad))
	fmt.Println(cetest.Check(answer, cetest.Answer{Status: 422, Type: "batch_failed", Results: []int{200, 422}}))
	// Output: <nil>
}

func ExampleEvent() {
	e := cetest.Event("com.example.order.placed", `{"number":7}`)
	e.Subject = "7"
	fmt.Println(e.ID, e.Source, e.Type, e.Time, string(e.Data))
	// Output: test-1 /test com.example.order.placed 2026-03-01 12:00:00 +0000 UTC {"number":7}
}

// Messages of brokers are made by their bindings.
func ExampleMust() {
	e := cetest.Event("com.example.order.placed", `{"number":7}`)
	m := cetest.Must(cekafka.ToMessage(&e, cloudevents.BinaryMode, nil))
	back, err := cekafka.ToCloudEvent(&m, nil)
	fmt.Printf("%q %v\n", cetest.Diff(e, back), err)
	// Output: "" <nil>
}

func ExampleMustRequest() {
	r := cetest.MustRequest(cloudevents.BinaryMode, cetest.Event("com.example.order.placed", ""))
	r.Header.Set("Authorization", "Bearer secret")
	fmt.Println(r.Method, r.URL, r.Header.Get("Ce-Id"))
	// Output: POST / test-1
}

func ExampleServe() {
	answer := cetest.Serve(receiver(), cetest.MustRequest(cloudevents.StructuredMode, cetest.Event("t", `{"number":7}`)))
	fmt.Println(answer.Status, answer.Header.Get("Content-Type"))
	// Output: 200 OK application/cloudevents+json
}

func ExampleDiff() {
	want := cetest.Event("com.example.order.placed", `{"number":7,"paid":true}`)
	got := cetest.Event("com.example.order.placed", `{"number":8, "paid":true}`)
	got.Subject = "8"
	fmt.Print(cetest.Diff(want, got))
	// Output:
	// + subject: "8"
	//   data: {
	// - data:   "number": 7,
	// + data:   "number": 8,
	//   data:   "paid": true
	//   data: }
}

// Events that are handled later are waited for.
func ExampleRecorder() {
	var recorder cetest.Recorder
	background := &dispatch.Background{Handler: recorder.HandleEvent}
	rc := &cehttp.Receiver{Handler: background.HandleEvent}
	answer := cetest.Serve(rc, cetest.MustRequest(cloudevents.BinaryMode, cetest.Event("com.example.order.placed", "")))
	fmt.Println(cetest.Check(answer, cetest.Answer{Status: 202}))

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	events, err := recorder.Wait(ctx, 1)
	fmt.Println(len(events), events[0].Type, err)
	// Output:
	// <nil>
	// 1 com.example.order.placed <nil>
}

// A sender, with a target that fails twice.
func ExampleTarget() {
	target := &cetest.Target{Script: []int{503, 0, 202}}
	sender := &cehttp.Sender{Target: "http://shop.example/", Client: target.Client(), Retry: cehttp.Retry{Wait: -1}, Logger: slog.New(slog.DiscardHandler)}
	e := cetest.Event("com.example.order.placed", `{"number":7}`)
	err := sender.Send(context.Background(), &e)
	fmt.Println(err, target.Requests())
	for _, got := range target.Events() {
		fmt.Printf("%q\n", cetest.Diff(e, got))
	}
	// Output:
	// <nil> 3
	// ""
	// ""
	// ""
}
