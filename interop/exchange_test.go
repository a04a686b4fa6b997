package interop_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// A receiver is a server on the loopback interface that hands each request to
// read.
type receiver struct {
	*httptest.Server
	read func(*http.Request) outcome
	got  chan outcome
}

func newReceiver(t *testing.T, read func(*http.Request) outcome) *receiver {
	r := &receiver{read: read, got: make(chan outcome, 1)}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.got <- guard(func() outcome { return r.read(req) })
	w.WriteHeader(http.StatusAccepted)
}

// guard makes a panic an outcome.
func guard(f func() outcome) (o outcome) {
	defer func() {
		if p := recover(); p != nil {
			o = outcome{err: fmt.Sprint("panic: ", p)}
		}
	}()
	return f()
}

// deliver sends a request, and returns what the receiver made of it.
func (r *receiver) deliver(t *testing.T, req *http.Request) outcome {
	t.Helper()
	res, err := r.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return <-r.got
}

// request returns the message of a cell that a peer is to read.
func (c cell) request(t *testing.T, url string) *http.Request {
	t.Helper()
	var req *http.Request
	var err error
	switch {
	case c.wire != nil:
		req, err = http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(c.wire.body))
		if err == nil {
			req.Header = c.wire.header.Clone()
		}
	case c.mode == cloudevents.BatchMode:
		req, err = cehttp.ToHTTPRequestBatch(t.Context(), url, c.events(), nil)
	default:
		req, err = cehttp.ToHTTPRequest(t.Context(), url, &c.event, c.mode, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// respond writes the message of a cell that a peer is to read as a response.
func (c cell) respond(w http.ResponseWriter) error {
	if c.mode == cloudevents.BatchMode {
		return cehttp.WriteHTTPResponseBatch(w, http.StatusOK, c.events(), nil)
	}
	return cehttp.WriteHTTPResponse(w, http.StatusOK, &c.event, c.mode, nil)
}

// readMessage reads what a peer wrote, with this module. Where no row says
// otherwise, the message is read once more with the types of the extensions
// declared; then the event has to be the one that was sent, types and all.
func (c cell) readMessage(t *testing.T, h http.Header, body io.Reader) outcome {
	b, err := io.ReadAll(body)
	if err != nil {
		return failed(err)
	}
	decode := func(declared ...spec.Attribute) outcome {
		req := &http.Request{Header: h, Body: io.NopCloser(bytes.NewReader(b)), ContentLength: int64(len(b))}
		o := outcome{header: h}
		if c.mode == cloudevents.BatchMode {
			o.events, err = cehttp.ToCloudEventBatch(req, nil, declared...)
		} else {
			o.events = make([]cloudevents.Event, 1)
			o.events[0], err = cehttp.ToCloudEvent(req, nil, declared...)
		}
		if err != nil {
			return outcome{err: err.Error(), header: h}
		}
		for i := range o.events {
			o.events[i].Time = hideTimeOfExchange(o.events[i].Time)
		}
		return o
	}
	if c.wire == nil && !c.changed() {
		want := c.want(true)
		if got := decode(declarations(&c.event)...); got.String() != want.String() {
			t.Errorf("with declared extensions, got:\n%swant:\n%s", got, want)
		}
	}
	return decode()
}
