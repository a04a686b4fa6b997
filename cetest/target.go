package cetest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// Target is the receiver of a sender under test. It records the events of each request and
// answers it with the next status of its script. The zero value answers 204. A Target is
// safe for concurrent use, and must not be copied after its first request.
//
// [Target.Client] sends to it without a connection. A Target is an [http.Handler] too, for
// an httptest.Server.
type Target struct {
	// Script has the statuses of the answers, in order. 0 is no answer: the connection
	// breaks. Requests after the last status are answered with 204.
	Script []int

	// RetryAfter is said in answers 429 and 503, in whole seconds, rounded up. 0 is
	// nothing.
	RetryAfter time.Duration

	mu       sync.Mutex
	requests int
	recorder Recorder
}

// ServeHTTP records the events of a request and answers it. A request without valid events
// is answered as a [cehttp.Receiver] does, and is not counted.
func (t *Target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var es []cloudevents.Event
	var err error
	if cehttp.IsCloudEventBatch(r.Header) {
		es, err = cehttp.ToCloudEventBatch(r, nil)
	} else {
		es = make([]cloudevents.Event, 1)
		es[0], err = cehttp.ToCloudEvent(r, nil)
	}
	if err != nil {
		p := cehttp.ProblemOf(err)
		cehttp.WriteProblem(w, cehttp.StatusCode(err), 0, &p)
		return
	}
	status := t.next(es)
	if status == 0 {
		panic(http.ErrAbortHandler)
	}
	if t.RetryAfter > 0 && (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) {
		seconds := (t.RetryAfter + time.Second - 1) / time.Second
		w.Header().Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
	w.WriteHeader(status)
}

// next records the events of a request and returns the status of its answer.
func (t *Target) next(es []cloudevents.Event) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.recorder.record(es...)
	t.requests++
	if t.requests <= len(t.Script) {
		return t.Script[t.requests-1]
	}
	return http.StatusNoContent
}

// Requests returns the number of requests so far.
func (t *Target) Requests() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.requests
}

// Events returns the events of all requests so far: one that was sent twice is there twice.
func (t *Target) Events() []cloudevents.Event { return t.recorder.Events() }

// Client returns a client whose requests, to any address, are answered by t.
func (t *Target) Client() *http.Client { return &http.Client{Transport: transport{t}} }

// transport calls a handler instead of a server.
type transport struct{ h http.Handler }

var errBroken = errors.New("the connection broke before an answer")

// RoundTrip calls the handler. A handler that aborts gives an error.
func (t transport) RoundTrip(r *http.Request) (response *http.Response, err error) {
	if r.Body == nil {
		r = r.Clone(r.Context())
		r.Body = http.NoBody
	}
	defer r.Body.Close()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	defer func() {
		if v := recover(); v == http.ErrAbortHandler {
			err = errBroken
		} else if v != nil {
			panic(v)
		}
	}()
	w := httptest.NewRecorder()
	t.h.ServeHTTP(w, r)
	response = w.Result()
	response.Request = r
	return response, nil
}
