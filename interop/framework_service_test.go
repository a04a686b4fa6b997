package interop_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// A framework is one whose router has the routes of this module under /events, behind
// middleware that checks a token, adds a value to the context, and records the status.
type framework struct {
	name  string
	mount func(routes http.Handler, seen func(status int)) http.Handler
}

var frameworks = []framework{{"Gin", inGin}, {"Chi", inChi}, {"Echo", inEcho}}

const token = "Bearer 4711"

type tenantKey struct{}

func withTenant(ctx context.Context) context.Context {
	return context.WithValue(ctx, tenantKey{}, "acme")
}

// service is a server with a framework, as a program has it.
type service struct {
	url        string
	background *dispatch.Background
	started    chan string // IDs of events whose handling has begun and does not end by itself
	ended      chan error  // why it ended
	finish     chan struct{}
	release    func()   // closes finish
	statuses   chan int // as the middleware recorded them
	stop       context.CancelFunc
	stopped    chan error
}

// newService handles events by their types: "background" is accepted, "wait" lasts as
// long as the sender waits, "reply" is answered, "never" fails.
func newService(t *testing.T, f framework) *service {
	finish := make(chan struct{})
	s := &service{
		started: make(chan string, 8), ended: make(chan error, 8), finish: finish,
		release:  sync.OnceFunc(func() { close(finish) }),
		statuses: make(chan int, 64), stopped: make(chan error, 1),
	}
	quiet := slog.New(slog.DiscardHandler)
	wait := func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		if ctx.Value(tenantKey{}) != "acme" {
			t.Error("the context has not the value of the middleware")
		}
		s.started <- e.ID
		var err error
		select {
		case <-ctx.Done():
			err = context.Cause(ctx)
		case <-s.finish:
		}
		s.ended <- err
		return nil, err
	}
	s.background = &dispatch.Background{Handler: wait, Logger: quiet}
	handle := func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		switch e.Type {
		case "background":
			return s.background.HandleEvent(ctx, e)
		case "wait":
			return wait(ctx, e)
		case "reply":
			return &answer, nil
		case "never":
			return nil, dispatch.Permanent(errors.New("never"))
		}
		return nil, nil
	}
	routes := &cehttp.Routes{
		Receiver:   &cehttp.Receiver{Handler: handle, Decoder: cehttp.Decoder{MaxBytes: 1 << 10}, Logger: quiet},
		Background: s.background,
		Logger:     quiet,
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.url = "http://" + l.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	router := f.mount(routes, func(status int) {
		select {
		case s.statuses <- status:
		default: // more statuses than any test reads
		}
	})
	go func() { s.stopped <- cehttp.Serve(ctx, l, router) }()
	t.Cleanup(func() {
		stop()
		s.release()
		http.DefaultClient.CloseIdleConnections()
		if err := <-s.stopped; err != nil {
			t.Error(err)
		}
	})
	return s
}

// exchange sends a request with the token and returns the answer and its body.
func (s *service) exchange(t *testing.T, method, path string, h http.Header, body io.Reader) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = h.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	if req.Header.Get("Authorization") == "" {
		req.Header.Set("Authorization", token)
	}
	// A redirect is an answer like any other.
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

// next returns the next value of c, or fails after a while.
func next[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(time.Minute):
		t.Fatal("it did not happen within a minute")
	}
	return v
}

func (s *service) status(t *testing.T, method, path string) int {
	t.Helper()
	res, _ := s.exchange(t, method, path, nil, nil)
	return res.StatusCode
}

// post sends an event of that type, and returns the answer.
func (s *service) post(t *testing.T, id, typ string) (*http.Response, string) {
	t.Helper()
	return s.exchange(t, "POST", "/events/", binaryHeader(id, typ), nil)
}

func binaryHeader(id, typ string) http.Header {
	return http.Header{"Ce-Specversion": {"1.0"}, "Ce-Id": {id}, "Ce-Source": {"/s"}, "Ce-Type": {typ}}
}

func contentType(s string) http.Header { return http.Header{"Content-Type": {s}} }

func documentOf(typ string) string {
	return `{"specversion":"1.0","id":"1","source":"/s","type":"` + typ + `"}`
}

// accept sends an event that is handled later, and returns the ID of its work.
func (s *service) accept(t *testing.T, id string) string {
	t.Helper()
	res, body := s.post(t, id, "background")
	work := res.Header.Get(cehttp.HeaderDeferredID)
	if res.StatusCode != 202 || body != "" || work == "" {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	if got := next(t, s.started); got != id {
		t.Errorf("event %q", got)
	}
	return work
}
