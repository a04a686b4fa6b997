package cehttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// A handler that replies. The reply is in the mode of the request.
func ExampleReceiver() {
	receiver := &cehttp.Receiver{Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		reply := cloudevents.Event{ID: "B-1", Source: "/billing", Type: "com.example.billed"}
		return &reply, reply.SetData("text/plain", "order "+e.ID)
	}}
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.placed"}`))
	r.Header.Set("Content-Type", "application/cloudevents+json")
	show(receiver, r)
	// Output: 200 OK {"specversion":"1.0","id":"B-1","source":"/billing","type":"com.example.billed","datacontenttype":"text/plain","data":"order A-1"}
}

func ExampleReceiver_ServeHTTP() {
	receiver := &cehttp.Receiver{Logger: quiet}
	show(receiver, httptest.NewRequest("GET", "/", nil))
	// Output: 405 Method Not Allowed {"error":"events are sent by POST","error_type":"method_not_allowed","retryable":false}
}

// What a sender can read of an error.
func ExampleProblem() {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"specversion":"1.0","id":"","source":"a b","type":"t"}`))
	r.Header.Set("Content-Type", "application/cloudevents+json")
	(&cehttp.Receiver{Logger: quiet}).ServeHTTP(w, r)

	var p cehttp.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(w.Code, p.Type, p.Retryable)
	fmt.Println(p.Attribute, p.Section, *p.Offset)
	// Output:
	// 400 invalid_event false
	// id spec.md#id 27
}

func ExampleViolation() {
	body := `{"error":"…","error_type":"invalid_event","retryable":false,"violations":[
		{"error":"attribute \"id\": must not be empty","attribute":"id","section":"spec.md#id"},
		{"error":"attribute \"source\": malformed value","attribute":"source","section":"spec.md#source-1"}]}`
	var p cehttp.Problem
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range p.Violations {
		fmt.Println(v.Attribute, v.Section)
	}
	// Output:
	// id spec.md#id
	// source spec.md#source-1
}

func ExampleAccepted() {
	var a cehttp.Accepted
	err := json.Unmarshal([]byte(`{"status":"accepted","id":"2f1c"}`), &a)
	fmt.Println(a.Status, a.ID, err)
	// Output: accepted 2f1c <nil>
}

// A batch of which one event fails.
func ExampleBatchAnswer() {
	receiver := &cehttp.Receiver{Logger: quiet, Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		if e.ID == "2" {
			return nil, errors.New("no connection to the database")
		}
		return nil, nil
	}}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/", strings.NewReader(`[
		{"specversion": "1.0", "id": "1", "source": "/orders", "type": "placed"},
		{"specversion": "1.0", "id": "2", "source": "/orders", "type": "placed"}
	]`))
	r.Header.Set("Content-Type", "application/cloudevents-batch+json")
	receiver.ServeHTTP(w, r)

	var answer cehttp.BatchAnswer
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(w.Code, answer.Message)
	for _, result := range answer.Results {
		fmt.Println(result.Index, result.Status, result.Retryable)
	}
	// Output:
	// 503 1 of 2 events failed
	// 0 204 false
	// 1 500 true
}

func ExampleResult() {
	var result cehttp.Result
	err := json.Unmarshal([]byte(`{"index":3,"status":503,"retryable":true,"error":"later","retry_after":20}`), &result)
	fmt.Println(result.Index, result.Retryable, time.Duration(result.RetryAfter)*time.Second, err)
	// Output: 3 true 20s <nil>
}

func ExampleObserver() {
	receiver := &cehttp.Receiver{
		Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil },
		Logger:  quiet,
		Observer: cehttp.Observer{
			Handled:  func(_ context.Context, o cehttp.Outcome) { fmt.Println("handled", o.Type) },
			Failed:   func(_ context.Context, o cehttp.Outcome) { fmt.Println("failed", o.Status) },
			Answered: func(_ context.Context, status int, d time.Duration) { fmt.Println("answered", status, d > 0) },
		},
	}
	send(receiver, "A-1")
	show(receiver, httptest.NewRequest("POST", "/", http.NoBody))
	// Output:
	// handled com.example.placed
	// answered 204 true
	// 204 No Content
	// failed 415
	// answered 415 true
	// 415 Unsupported Media Type {"error":"message is not a CloudEvent: it has no ce- header, and Content-Type is \"\" (http-protocol-binding.md#3-http-message-mapping)","error_type":"not_a_cloudevent","retryable":false,"section":"http-protocol-binding.md#3-http-message-mapping"}
}

func ExampleOutcome() {
	failures := map[int]int{}
	observer := cehttp.Observer{Failed: func(_ context.Context, o cehttp.Outcome) {
		failures[o.Status]++
		fmt.Println(o.ID, o.Err)
	}}
	handle := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, cehttp.Permanent(errors.New("customer 7 does not exist"))
	}
	send(&cehttp.Receiver{Handler: handle, Logger: quiet, Observer: observer}, "A-1")
	fmt.Println(failures)
	// Output:
	// A-1 customer 7 does not exist
	// 422 Unprocessable Entity {"error":"Unprocessable Entity","error_type":"unprocessable_entity","retryable":false}
	// map[422:1]
}
