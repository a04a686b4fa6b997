package cehttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// send posts an event to h and prints the answer.
func send(h http.Handler, id string) {
	e := cloudevents.Event{ID: id, Source: "/orders", Type: "com.example.placed"}
	r, err := cehttp.ToHTTPRequest(context.Background(), "/", &e, cloudevents.BinaryMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	show(h, r)
}

// show prints the answer of h to r.
func show(h http.Handler, r *http.Request) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	answer := w.Result()
	body, _ := io.ReadAll(answer.Body)
	fmt.Println(strings.TrimSpace(answer.Status + " " + string(body)))
	for _, name := range []string{"Retry-After", cehttp.HeaderDeferredID} {
		if value := answer.Header.Get(name); value != "" {
			fmt.Println(name+":", value)
		}
	}
}

var quiet = slog.New(slog.DiscardHandler)

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

// The error of a handler decides the answer.
func ExampleReceiver_errors() {
	for _, err := range []error{
		errors.New("no connection to the database"),
		dispatch.Permanent(errors.New("customer 7 does not exist")),
		dispatch.Retryable(errors.New("the database restarts"), time.Minute),
		&dispatch.Error{Status: http.StatusTooManyRequests, Message: "the limit is 100 orders a minute", RetryAfter: 20 * time.Second},
		&dispatch.Deferred{ID: "offset-1207"},
	} {
		send(&cehttp.Receiver{Logger: quiet, Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
			return nil, err
		}}, "A-1")
	}
	// Output:
	// 500 Internal Server Error {"error":"Internal Server Error","error_type":"internal_server_error","retryable":true}
	// 422 Unprocessable Entity {"error":"Unprocessable Entity","error_type":"unprocessable_entity","retryable":false}
	// 503 Service Unavailable {"error":"Service Unavailable","error_type":"service_unavailable","retryable":true}
	// Retry-After: 60
	// 429 Too Many Requests {"error":"the limit is 100 orders a minute","error_type":"too_many_requests","retryable":true}
	// Retry-After: 20
	// 202 Accepted
	// Deferred-Id: offset-1207
}

// A Background handles events after the answer.
func ExampleReceiver_background() {
	background := &dispatch.Background{Handler: dispatch.NoReply(func(_ context.Context, e *cloudevents.Event) error {
		fmt.Println("handled", e.ID)
		return nil
	})}
	receiver := &cehttp.Receiver{Handler: background.HandleEvent}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"specversion":"1.0","id":"A-1","source":"/orders","type":"placed"}`))
	r.Header.Set("Content-Type", "application/cloudevents+json")
	receiver.ServeHTTP(w, r)

	unfinished, err := background.Shutdown(context.Background())
	fmt.Println(w.Code, len(unfinished), err)
	// Output:
	// handled A-1
	// 202 0 <nil>
}

func ExampleReceiver_ServeHTTP() {
	receiver := &cehttp.Receiver{Logger: quiet}
	show(receiver, httptest.NewRequest("GET", "/", nil))
	// Output: 405 Method Not Allowed {"error":"events are sent by POST","error_type":"method_not_allowed","retryable":false}
}

// A sender can decode the body of an error.
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
			Observer: dispatch.Observer{
				Handled: func(_ context.Context, o dispatch.Outcome) { fmt.Println(o.Verdict, o.Status, o.Type) },
				Failed:  func(_ context.Context, o dispatch.Outcome) { fmt.Println(o.Verdict, o.Status) },
			},
			Answered: func(_ context.Context, status int, d time.Duration) { fmt.Println("answered", status, d > 0) },
		},
	}
	send(receiver, "A-1")
	show(receiver, httptest.NewRequest("POST", "/", http.NoBody))
	// Output:
	// done 204 com.example.placed
	// answered 204 true
	// 204 No Content
	// refused 415
	// answered 415 true
	// 415 Unsupported Media Type {"error":"message is not a CloudEvent: it has no ce- header, and Content-Type is \"\"; that of an event in JSON is application/cloudevents+json (http-protocol-binding.md#3-http-message-mapping)","error_type":"not_a_cloudevent","retryable":false,"section":"http-protocol-binding.md#3-http-message-mapping"}
}
