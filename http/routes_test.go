package cehttp_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func TestRoutes(t *testing.T) {
	var log logged
	ready := error(nil)
	b := &dispatch.Background{Handler: patient, Logger: log.logger()}
	rt := &cehttp.Routes{
		Receiver: silent(b.HandleEvent), Background: b, Logger: log.logger(),
		Ready: func(context.Context) error { return ready },
	}
	mux := http.NewServeMux()
	rt.Mount(mux)
	below := http.NewServeMux()
	below.Handle("/a/b/", http.StripPrefix("/a/b", rt))
	below.Handle("/a/b", http.StripPrefix("/a/b", rt))
	below.Handle("/mux/", http.StripPrefix("/mux", mux))
	for name, h := range map[string]http.Handler{"alone": rt, "mux": mux} {
		t.Run(name, func(t *testing.T) { testRoutes(t, h, "", &ready) })
	}
	for _, prefix := range []string{"/a/b", "/mux"} {
		t.Run("below "+prefix, func(t *testing.T) { testRoutes(t, below, prefix, &ready) })
	}
	if w := record(below, withHeader("POST", "/a/b")); w.Code != 202 {
		t.Errorf("prefix alone: %d", w.Code)
	}
	if !strings.Contains(log.String(), secret) {
		t.Error("why it is not ready was not logged")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = b.Shutdown(ctx)
	for _, path := range []string{"/", "/health/ready"} {
		method := map[string]string{"/": "POST"}[path]
		if w := record(rt, withHeader(method, path)); w.Code != 503 || w.Header().Get("Retry-After") != "1" {
			t.Errorf("%s while it shuts down: %d", path, w.Code)
		}
	}
	if w := record(rt, withHeader("GET", "/health/live")); w.Code != 200 {
		t.Errorf("live while it shuts down: %d", w.Code)
	}
}

func withHeader(method, path string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	r.Header = binaryHeader()
	return r
}

func testRoutes(t *testing.T, h http.Handler, prefix string, ready *error) {
	status := func(method, path string, want int) *httptest.ResponseRecorder {
		t.Helper()
		w := record(h, withHeader(method, prefix+path))
		if w.Code != want {
			t.Errorf("%s %s: %d, want %d: %s", method, path, w.Code, want, w.Body)
		}
		return w
	}
	id := status("POST", "/", 202).Header().Get(cehttp.HeaderDeferredID)
	status("GET", "/", 405)
	for path, allow := range map[string]string{
		"/": "POST", "/health/live": "GET, HEAD", "/health/ready": "GET, HEAD", "/cancel/" + id: "POST",
	} {
		if w := status("OPTIONS", path, 204); w.Header().Get("Allow") != allow || w.Body.Len() > 0 {
			t.Errorf("OPTIONS %s: Allow %q", path, w.Header().Get("Allow"))
		}
	}
	if w := status("HEAD", "/", 204); w.Header().Get("Allow") != "POST" {
		t.Errorf("Allow %q", w.Header().Get("Allow"))
	}
	status("OPTIONS", "/unknown", 404)
	status("GET", "/health/live", 200)
	status("HEAD", "/health/live", 200)
	status("POST", "/health/live", 405)
	status("GET", "/health/ready", 200)
	*ready = errors.New(secret)
	w := status("GET", "/health/ready", 503)
	if p := decoded[cehttp.Problem](t, w); !p.Retryable || p.Message != "not ready" {
		t.Errorf("%s", w.Body)
	}
	*ready = nil
	if w := status("GET", "/cancel/"+id, 405); w.Header().Get("Allow") != "POST" {
		t.Errorf("Allow %q", w.Header().Get("Allow"))
	}
	status("POST", "/cancel/"+id, 204)
	status("POST", "/cancel/unknown", 404)
	status("POST", "/cancel/", 404)
	status("POST", "/cancel/a/b", 404)
	status("POST", "/health", 404)
	status("GET", "/favicon.ico", 404)
}

// A zero Routes has only the health checks.
func TestRoutesWithNothing(t *testing.T) {
	var rt cehttp.Routes
	for path, want := range map[string]int{"/": 404, "/health/live": 200, "/health/ready": 200, "/cancel/x": 404} {
		if w := record(&rt, httptest.NewRequest("GET", path, nil)); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

// http.ServeMux would redirect these paths.
func TestRoutesUnderAPrefix(t *testing.T) {
	var mux http.ServeMux
	under := http.StripPrefix("/events", &cehttp.Routes{Receiver: silent(answering(nil, nil))})
	mux.Handle("/events", under)
	mux.Handle("/events/", under)
	for path, want := range map[string]int{"/events": 204, "/events/": 204, "/events/health/live": 405, "/events/x": 404} {
		if w := record(&mux, withHeader("POST", path)); w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestRoutesDoNotRedirect(t *testing.T) {
	rt := &cehttp.Routes{Receiver: silent(answering(nil, nil))}
	for _, path := range []string{"//", "/./", "/x/../", "/health/live/", "//health/live"} {
		if w := record(rt, withHeader("POST", path)); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
