package cehttp_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// transport is a network of one function.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// step is what a transport does with one request.
type step struct {
	status int
	header http.Header
	body   string
	err    error
}

// steps returns a sender with a transport that does one step for each request, and repeats
// the last one. The transport counts its requests.
func steps(list ...step) (s *cehttp.Sender, requests *int) {
	requests = new(int)
	return hushed(cehttp.Sender{Target: "http://example.com/in", Client: &http.Client{
		Transport: transport(func(r *http.Request) (*http.Response, error) {
			at := list[min(*requests, len(list)-1)]
			*requests++
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return nil, err
			}
			return at.response()
		}),
	}}), requests
}

func (s step) response() (*http.Response, error) {
	if s.err != nil {
		return nil, s.err
	}
	h := s.header
	if h == nil {
		h = http.Header{}
	}
	return &http.Response{
		StatusCode: s.status, Header: h, Body: io.NopCloser(strings.NewReader(s.body)), ContentLength: -1,
	}, nil
}

// hushed returns s without a log.
func hushed(s cehttp.Sender) *cehttp.Sender {
	s.Logger = slog.New(slog.DiscardHandler)
	return &s
}

// sendError returns the SendError in err, and fails the test if there is none.
func sendError(t *testing.T, err error) *cehttp.SendError {
	t.Helper()
	var failed *cehttp.SendError
	if !errors.As(err, &failed) {
		t.Fatalf("error is %v, want a SendError", err)
	}
	if strings.HasPrefix(err.Error(), "cehttp: ") {
		t.Errorf("error %q has a package prefix", err)
	}
	return failed
}

// wantNoLeak fails the test if f leaves goroutines behind. Those of connections that were
// just closed take a moment to end.
func wantNoLeak(t *testing.T, f func()) {
	t.Helper()
	before := runtime.NumGoroutine()
	f()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for runtime.NumGoroutine() > before {
		if ctx.Err() != nil {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before\n%s",
				runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		time.Sleep(time.Millisecond)
	}
}
