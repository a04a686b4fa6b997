package dapr_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/http/dapr"
)

func TestSubscriber(t *testing.T) {
	answering := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body[:len(body)/2]))
			_, _ = w.Write([]byte(body[len(body)/2:]))
		}
	}
	const kept, gone = `{"error":"no","error_type":"no","retryable":true}`, `{"error":"no","error_type":"no","retryable":false}`
	const drop = `{"status":"DROP"}`
	long := strings.Repeat(" ", 64<<10) + gone
	for _, c := range []struct {
		name, method string
		next         http.Handler
		status       int
		body         string
	}{
		{"nothing", "POST", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), 200, ""},
		{"no handler", "POST", nil, 503, ""},
		{"only an informational status", "POST", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103) }), 200, ""},
		{"two statuses", "POST", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204); w.WriteHeader(500) }), 204, ""},
		{"reply", "POST", answering(200, "application/json", `{"status":"shipped"}`), 200, ""},
		{"accepted", "POST", answering(202, "application/json", `{"status":"accepted"}`), 202, ""},
		{"refused", "POST", answering(422, "application/json", gone), 200, drop},
		{"refused with 5xx", "POST", answering(501, "application/json", gone), 200, drop},
		{"refused with 404", "POST", answering(404, "application/json", gone), 200, drop},
		{"failed", "POST", answering(500, "application/json", kept), 500, kept},
		{"404 for now", "POST", answering(404, "application/json", kept), 503, kept},
		{"404 of a mux", "POST", answering(404, "text/plain", "404 page not found"), 404, "404 page not found"},
		{"401 of a gateway", "POST", answering(401, "text/plain", "no"), 401, "no"},
		{"redirect of a mux", "POST", answering(301, "text/html", "moved"), 301, "moved"},
		{"other JSON", "POST", answering(400, "application/json", "[]"), 400, "[]"},
		{"retryable is no boolean", "POST", answering(400, "application/json", `{"retryable":"no"}`), 400, `{"retryable":"no"}`},
		{"longer than 64 KiB", "POST", answering(422, "application/json", long), 422, long[:64<<10]},
		{"GET", "GET", answering(200, "application/json", `{"status":"live"}`), 200, `{"status":"live"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := httptest.NewServer(&dapr.Subscriber{Next: c.next})
			defer s.Close()
			r, err := http.NewRequestWithContext(t.Context(), c.method, s.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != c.status || string(body) != c.body {
				t.Errorf("%d %.80q, want %d %.80q", res.StatusCode, body, c.status, c.body)
			}
		})
	}
}
