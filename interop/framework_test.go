package interop_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// A framework is one whose router has the routes of this module under /events, behind
// middleware that wants a token, adds a value to the context, and is told the status.
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
	background *cehttp.Background
	started    chan string // IDs of events whose handling has begun and does not end by itself
	ended      chan error  // why it ended
	finish     chan struct{}
	release    func()   // closes finish
	statuses   chan int // that the middleware has seen
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
	s.background = &cehttp.Background{Handler: wait, Logger: quiet}
	handle := func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		switch e.Type {
		case "background":
			return s.background.Handle(ctx, e)
		case "wait":
			return wait(ctx, e)
		case "reply":
			return &answer, nil
		case "never":
			return nil, cehttp.Permanent(errors.New("never"))
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
		default: // no test wants so many
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

// next returns what comes out of c, which is soon.
func next[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(10 * time.Second):
		t.Fatal("it did not happen within 10 seconds")
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

func TestFrameworks(t *testing.T) {
	const structured, batch = "application/cloudevents+json", "application/cloudevents-batch+json"
	long := strings.Repeat("x", 2<<10)
	for _, f := range frameworks {
		t.Run(f.name, func(t *testing.T) {
			s := newService(t, f)
			for _, c := range []struct {
				name   string
				method string
				path   string
				header http.Header
				body   string
				status int
				has    string // part of the body
			}{
				{"binary", "POST", "/events/", binaryHeader("1", "t"), "data", 204, ""},
				{"binary, no slash at the end", "POST", "/events", binaryHeader("1", "t"), "data", 204, ""},
				{"structured", "POST", "/events/", contentType(structured), documentOf("t"), 204, ""},
				{"batch", "POST", "/events/", contentType(batch), "[" + documentOf("t") + "," + documentOf("t") + "]", 204, ""},
				{"batch of which one fails", "POST", "/events/", contentType(batch), "[" + documentOf("t") + "," + documentOf("never") + "]", 422, `"index":1,"status":422`},
				{"reply, binary", "POST", "/events/", binaryHeader("1", "reply"), "", 200, string(answer.Data)},
				{"reply, structured", "POST", "/events/", contentType(structured), documentOf("reply"), 200, `"type":"com.example.answer"`},
				{"invalid event", "POST", "/events/", binaryHeader("", "t"), "", 400, `"attribute":"id"`},
				{"malformed", "POST", "/events/", contentType(structured), "{", 400, `"error_type":"malformed"`},
				{"no event", "POST", "/events/", contentType("text/plain"), "hello", 415, `"error_type":"not_a_cloudevent"`},
				{"too large", "POST", "/events/", binaryHeader("1", "t"), long, 413, `"error_type":"too_large"`},
				{"never handled", "POST", "/events/", binaryHeader("1", "never"), "", 422, `"retryable":false`},
				{"another method", "GET", "/events/", binaryHeader("1", "t"), "", 405, `"error_type":"method_not_allowed"`},
				{"another method, no slash at the end", "PUT", "/events", binaryHeader("1", "t"), "", 405, `"error_type":"method_not_allowed"`},
				{"live", "GET", "/events/health/live", nil, "", 200, `"live"`},
				{"ready", "GET", "/events/health/ready", nil, "", 200, `"ready"`},
				{"ready, HEAD", "HEAD", "/events/health/ready", nil, "", 200, ""},
				{"nothing to cancel", "POST", "/events/cancel/17", nil, "", 404, `"error_type":"not_found"`},
				{"cancel by GET", "GET", "/events/cancel/17", nil, "", 405, `"error_type":"method_not_allowed"`},
				{"no address of the routes", "POST", "/events/nothing", binaryHeader("1", "t"), "", 404, `"error_type":"not_found"`},
				{"no token", "POST", "/events/", http.Header{"Authorization": {"none"}}, "", 401, ""},
				{"no token, health", "GET", "/events/health/live", http.Header{"Authorization": {"none"}}, "", 401, ""},
			} {
				t.Run(c.name, func(t *testing.T) {
					res, body := s.exchange(t, c.method, c.path, c.header, strings.NewReader(c.body))
					if res.StatusCode != c.status || !strings.Contains(body, c.has) {
						t.Errorf("status %d, body %q; want %d, %q", res.StatusCode, body, c.status, c.has)
					}
					if c.status >= 400 && c.status != 401 && res.Header.Get("Content-Type") != "application/json" {
						t.Errorf("Content-Type %q", res.Header.Get("Content-Type"))
					}
					if allow := res.Header.Get("Allow"); (c.status == 405) != (allow != "") {
						t.Errorf("Allow %q", allow)
					}
					if seen := next(t, s.statuses); seen != c.status {
						t.Errorf("the middleware saw status %d", seen)
					}
				})
			}
			t.Run("address of the application", func(t *testing.T) {
				if status := s.status(t, "GET", "/"); status != http.StatusTeapot {
					t.Errorf("status %d", status)
				}
			})
		})
	}
}

// The context of the handler ends when the sender goes away, and the one of accepted
// work by POST /cancel.
func TestFrameworksCancel(t *testing.T) {
	for _, f := range frameworks {
		t.Run(f.name, func(t *testing.T) {
			s := newService(t, f)
			ctx, cancel := context.WithCancel(t.Context())
			req, err := http.NewRequestWithContext(ctx, "POST", s.url+"/events/", strings.NewReader("data"))
			if err != nil {
				t.Fatal(err)
			}
			req.Header = binaryHeader("gone", "wait")
			req.Header.Set("Authorization", token)
			gone := make(chan error, 1)
			go func() {
				res, err := http.DefaultClient.Do(req)
				if err == nil {
					res.Body.Close()
				}
				gone <- err
			}()
			if id := next(t, s.started); id != "gone" {
				t.Errorf("event %q", id)
			}
			cancel()
			if err := next(t, gone); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			if err := next(t, s.ended); !errors.Is(err, context.Canceled) {
				t.Errorf("the handler ended with %v", err)
			}

			id := s.accept(t, "work")
			if status := s.status(t, "POST", "/events/cancel/"+id); status != 204 {
				t.Errorf("cancel: status %d", status)
			}
			if err := next(t, s.ended); !errors.Is(err, cehttp.ErrCancelled) {
				t.Errorf("the work ended with %v", err)
			}
		})
	}
}

// accept sends an event that is handled later, and returns the ID of its work.
func (s *service) accept(t *testing.T, id string) string {
	t.Helper()
	res, body := s.post(t, id, "background")
	var a cehttp.Accepted
	if err := json.Unmarshal([]byte(body), &a); err != nil || res.StatusCode != 202 || a.Status != "accepted" || a.ID == "" {
		t.Fatalf("%d %s %v", res.StatusCode, body, err)
	}
	if got := next(t, s.started); got != id {
		t.Errorf("event %q", got)
	}
	return a.ID
}

// While accepted work is drained, the service is alive and not ready, and refuses
// more of it.
func TestFrameworksDrain(t *testing.T) {
	for _, f := range frameworks {
		t.Run(f.name, func(t *testing.T) {
			s := newService(t, f)
			s.accept(t, "work")
			drained := make(chan error, 1)
			go func() {
				_, err := s.background.Shutdown(context.Background())
				drained <- err
			}()
			for s.status(t, "GET", "/events/health/ready") == 200 {
				time.Sleep(time.Millisecond) // Shutdown has not begun
			}
			for _, c := range []struct {
				method, path string
				header       http.Header
				status       int
				retryAfter   string
			}{
				{"GET", "/events/health/ready", nil, 503, "1"},
				{"POST", "/events/", binaryHeader("late", "background"), 503, "1"},
				{"GET", "/events/health/live", nil, 200, ""},
				{"POST", "/events/", binaryHeader("2", "t"), 204, ""},
			} {
				res, body := s.exchange(t, c.method, c.path, c.header, nil)
				if res.StatusCode != c.status || res.Header.Get("Retry-After") != c.retryAfter {
					t.Errorf("%s %s: status %d, Retry-After %q, body %s", c.method, c.path, res.StatusCode, res.Header.Get("Retry-After"), body)
				}
			}
			s.release()
			if err := next(t, drained); err != nil {
				t.Error(err)
			}
			if err := next(t, s.ended); err != nil {
				t.Errorf("the work ended with %v", err)
			}
		})
	}
}

// A server that shuts down answers the request that it works on, whatever the
// framework.
func TestFrameworksShutdown(t *testing.T) {
	for _, f := range frameworks {
		t.Run(f.name, func(t *testing.T) {
			s := newService(t, f)
			answered := make(chan int, 1)
			go func() {
				defer close(answered)
				res, _ := s.post(t, "last", "wait")
				answered <- res.StatusCode
			}()
			next(t, s.started)
			s.stop()
			s.release()
			if status := next(t, answered); status != 204 {
				t.Errorf("status %d", status)
			}
		})
	}
}
