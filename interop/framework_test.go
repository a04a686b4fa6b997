package interop_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/dispatch"
)

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

// The context of a handler ends when the sender disconnects. That of accepted work ends
// with POST /cancel.
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
			if err := next(t, s.ended); !errors.Is(err, dispatch.ErrCanceled) {
				t.Errorf("the work ended with %v", err)
			}
		})
	}
}

// While accepted work is drained, the service is live but not ready, and refuses more
// work.
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

// A server that shuts down finishes the requests that it has begun, in every framework.
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
