// Package dapr translates the answers of a cehttp.Receiver for the pub/sub of Dapr,
// which delivers events by HTTP and reads answers by rules of its own.
//
//	http.Handle("POST /orders", &dapr.Subscriber{Next: receiver})
//
// The rules are in "Expected HTTP Response" of the pub/sub API reference
// (https://docs.dapr.io/reference/api/pubsub_api/).
package dapr

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// Subscriber is an [http.Handler] between Dapr and Next, which is usually a
// *cehttp.Receiver. It translates answers to POST:
//
//	2xx                      the same status without a body: Dapr would read a member
//	                         "status" of a reply, and delivers no replies
//	an event to be refused   200 with {"status":"DROP"}: Dapr would repeat it without end
//	404 to be repeated       503: Dapr would drop the event
//	any other error          unchanged: Dapr repeats it, by its resiliency policy
//
// An event is to be refused, or to be repeated, if the answer is an error with a JSON body
// whose member "retryable" says so, as a cehttp.Problem does. Dapr logs a dropped event,
// and sends it to the dead letter topic if the subscription has one. A 404 without such a
// body, as of a mux, is unchanged, so that Dapr drops the event.
//
// Requests of other methods go to Next unchanged. A Subscriber is not for bulk
// subscriptions, whose requests are no CloudEvents. The body of an error is held in memory,
// and is cut off after 64 KiB; a Problem is smaller.
type Subscriber struct {
	// Next handles the deliveries. Without it they are answered with 503, which Dapr
	// repeats.
	Next http.Handler
}

const maxBody = 64 << 10 // bytes of the body of an error

// ServeHTTP handles one request.
func (s *Subscriber) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case s.Next == nil:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case r.Method != http.MethodPost:
		s.Next.ServeHTTP(w, r)
		return
	}
	a := &recorder{w: w}
	s.Next.ServeHTTP(a, r)
	a.translate()
}

// recorder keeps an answer until it is complete.
type recorder struct {
	w      http.ResponseWriter
	status int // 0 until it is known
	body   bytes.Buffer
}

func (a *recorder) Header() http.Header { return a.w.Header() }

func (a *recorder) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
}

func (a *recorder) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	if a.status >= 300 {
		a.body.Write(p[:min(len(p), maxBody-a.body.Len())])
	}
	return len(p), nil
}

// translate writes the answer for Dapr.
func (a *recorder) translate() {
	a.WriteHeader(http.StatusOK)
	h := a.w.Header()
	body := a.body.Bytes()
	retryable, known := a.retryable()
	switch {
	case a.status < 300:
		body = nil
		h.Del("Content-Type")
	case known && !retryable:
		a.status, body = http.StatusOK, []byte(`{"status":"DROP"}`)
		h.Set("Content-Type", "application/json")
	case known && a.status == http.StatusNotFound:
		a.status = http.StatusServiceUnavailable
	}
	h.Del("Content-Length")
	if a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	a.w.WriteHeader(a.status)
	if len(body) > 0 {
		_, _ = a.w.Write(body) // Dapr may be gone
	}
}

// retryable returns whether Next wants the event again, if the answer says so.
func (a *recorder) retryable() (retryable, known bool) {
	var p struct {
		Retryable *bool `json:"retryable"`
	}
	if err := json.Unmarshal(a.body.Bytes(), &p); err != nil || p.Retryable == nil {
		return false, false
	}
	return *p.Retryable, true
}
