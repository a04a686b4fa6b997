package interop_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	chimiddleware "github.com/go-chi/chi/v5/middleware"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// What the README says about middleware that reads bodies.
func TestFrameworkBodies(t *testing.T) {
	routes := &cehttp.Routes{Receiver: &cehttp.Receiver{Handler: nothing, Logger: slog.New(slog.DiscardHandler)}}
	withEcho := func(m echo.MiddlewareFunc) http.Handler {
		router := echo.New()
		mountEcho(router, routes, m)
		return router
	}
	small := chi.NewRouter()
	mountChi(small, routes, chimiddleware.RequestSize(1<<10))

	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write([]byte("data"))
	w.Close()
	long := strings.Repeat("x", 2<<10)
	unknownLength := func(s string) io.Reader { return io.MultiReader(strings.NewReader(s)) }
	for _, c := range []struct {
		name    string
		handler http.Handler
		coding  string
		body    io.Reader
		status  int
		has     string
	}{
		{"Chi RequestSize", small, "", strings.NewReader(long), 413, `"too_large","retryable":false`},
		{"Chi RequestSize, unknown length", small, "", unknownLength(long), 413, `"too_large","retryable":false`},
		{"Echo BodyLimit", withEcho(middleware.BodyLimit("1K")), "", strings.NewReader(long), 413, "Request Entity Too Large"},
		{"Echo BodyLimit, unknown length", withEcho(middleware.BodyLimit("1K")), "", unknownLength(long), 400, `"unreadable_body","retryable":true`},
		{"Echo Decompress", withEcho(middleware.Decompress()), "gzip", bytes.NewReader(zipped.Bytes()), 415, `"unsupported_content_encoding"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			req, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+"/events/", c.body)
			if err != nil {
				t.Fatal(err)
			}
			req.Header = binaryHeader("1", "t")
			if c.coding != "" {
				req.Header.Set("Content-Encoding", c.coding)
			}
			res, err := server.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil || res.StatusCode != c.status || !strings.Contains(string(body), c.has) {
				t.Errorf("%d %s %v; want %d, %s", res.StatusCode, body, err, c.status, c.has)
			}
		})
	}
}
