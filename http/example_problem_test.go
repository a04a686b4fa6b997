package cehttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// A hand-written handler answers like a Receiver.
func ExampleWriteProblem() {
	w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil)
	r.Header = http.Header{"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Type": {"t"}}
	if _, err := cehttp.ToCloudEvent(r, nil); err != nil {
		p := cehttp.ProblemOf(err)
		cehttp.WriteProblem(w, cehttp.StatusCode(err), 0, &p)
	}
	fmt.Println(w.Code, w.Body)
	// Output: 400 {"error":"attribute \"source\": a required attribute is missing (spec.md#source)","error_type":"invalid_event","retryable":false,"attribute":"source","section":"spec.md#source","violations":[{"error":"attribute \"source\": a required attribute is missing (spec.md#source)","attribute":"source","section":"spec.md#source"}]}
}

// A framework that has no http.ResponseWriter, such as fasthttp or the events of AWS Lambda,
// gets the header and the body of the answer, and sends them in its own way.
func ExampleEncodeProblem() {
	type response struct { // of the framework
		StatusCode int
		Headers    map[string]string
		Body       string
	}
	handle := func(header http.Header, body []byte) response {
		event, err := cehttp.DecodeMessage(header, body, nil)
		status, after := cehttp.StatusCode(err), time.Duration(0)
		if err == nil {
			r := dispatch.Call(context.Background(), refuse, &event)
			status, after, err = r.Status, r.RetryAfter, r.Err
		}
		if err == nil {
			return response{StatusCode: http.StatusNoContent}
		}
		p := cehttp.ProblemOf(err)
		h := http.Header{}
		text := cehttp.EncodeProblem(h, status, after, &p)
		headers := map[string]string{}
		for name := range h {
			headers[name] = h.Get(name)
		}
		return response{status, headers, string(text)}
	}
	for _, id := range []string{"", "1"} {
		answer := handle(http.Header{"Ce-Specversion": {"1.0"}, "Ce-Id": {id}, "Ce-Source": {"/s"}, "Ce-Type": {"t"}}, nil)
		var p cehttp.Problem
		if err := json.Unmarshal([]byte(answer.Body), &p); err != nil {
			fmt.Println(err)
		}
		fmt.Println(answer.StatusCode, answer.Headers["Content-Type"], p.Type, p.Attribute, p.Message)
	}
	// Output:
	// 400 application/json invalid_event id attribute "id": must not be empty (spec.md#id)
	// 422 application/json no_article  there is no such article
}

// refuse is a handler that says why.
func refuse(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
	return nil, &dispatch.Error{Type: "no_article", Message: "there is no such article", Err: errors.New("article 7: not found")}
}

func ExampleProblemOf() {
	_, err := cehttp.DecodeMessage(http.Header{"Content-Type": {"text/plain"}}, nil, nil)
	fmt.Println(cehttp.StatusCode(err), cehttp.ProblemOf(err).Type)
	// Output: 415 not_a_cloudevent
}

func ExampleModeOf() {
	fmt.Println(cehttp.ModeOf(http.Header{"Content-Type": {"application/cloudevents+json"}}))
	fmt.Println(cehttp.ModeOf(http.Header{"Ce-Id": {"1"}, "Content-Type": {"text/plain"}}))
	// Output:
	// structured
	// binary
}
