package cehttp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

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
