package cehttp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// large returns an event that no buffer of a connection takes as a whole.
func large() cloudevents.Event {
	e := minimal()
	e.DataContentType, e.Data = "text/plain", bytes.Repeat([]byte("x"), 16<<20)
	return e
}

// calls are the ways to send an event.
var calls = map[string]func(*cehttp.Sender, context.Context, *cloudevents.Event) error{
	"Send": func(s *cehttp.Sender, ctx context.Context, e *cloudevents.Event) error { return s.Send(ctx, e) },
	"Send, structured": func(s *cehttp.Sender, ctx context.Context, e *cloudevents.Event) error {
		structured := *s
		structured.Mode = cloudevents.StructuredMode
		return structured.Send(ctx, e)
	},
	"Request": func(s *cehttp.Sender, ctx context.Context, e *cloudevents.Event) error {
		_, err := s.Request(ctx, e)
		return err
	},
	"SendBatch": func(s *cehttp.Sender, ctx context.Context, e *cloudevents.Event) error {
		_, err := s.SendBatch(ctx, oneOf(*e))
		return err
	},
}

// servers serve a handler over each version of HTTP.
func servers(t *testing.T, h http.Handler) map[string]*httptest.Server {
	all := map[string]*httptest.Server{"HTTP/1.1": httptest.NewServer(h), "HTTP/2": httptest.NewUnstartedServer(h)}
	all["HTTP/2"].EnableHTTP2 = true
	all["HTTP/2"].StartTLS()
	for _, s := range all {
		t.Cleanup(s.Close)
	}
	return all
}

// A target that says 2xx and stops reading has not got the event: that is no success, and the
// event is sent again.
func TestSenderEarlySuccess(t *testing.T) {
	answers := map[string]string{
		"204":                   "HTTP/1.1 204 No Content\r\n\r\n",
		"204, closes":           "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
		"200 with a body":       "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
		"200 with an event":     fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/cloudevents+json\r\nContent-Length: %d\r\n\r\n%s", len(minimalJSON), minimalJSON),
		"200 with results":      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n" + `{"results":[{"index":0,"status":204}]}  `,
		"200 with half a body":  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}",
		"202 with endless body": "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("8000\r\n"+strings.Repeat(" ", 1<<15)+"\r\n", 16),
	}
	e := large()
	check := func(t *testing.T, url string, client *http.Client) {
		before := runtime.NumGoroutine()
		var all sync.WaitGroup
		for name, call := range calls {
			all.Go(func() {
				sender := hushed(cehttp.Sender{
					Target: url, Client: client, MaxBatchBytes: -1, Timeout: 500 * time.Millisecond, Retry: cehttp.Retry{Attempts: 2, Wait: -1},
				})
				err := call(sender, t.Context(), &e)
				var failed *cehttp.SendError
				if !errors.As(err, &failed) || failed.Attempts != 2 || !failed.Retryable() || failed.StatusCode() != 503 {
					t.Errorf("%s: %+v", name, err)
				}
			})
		}
		all.Wait()
		waitFor(t, func() bool {
			client.CloseIdleConnections()
			return runtime.NumGoroutine() <= before
		})
	}
	for reason, text := range answers {
		t.Run(reason, func(t *testing.T) {
			address := rawServer(t, func(c net.Conn) {
				_, _ = c.Read(make([]byte, 1<<10))
				_, _ = io.WriteString(c, text)
				time.Sleep(200 * time.Millisecond)
			})
			check(t, "http://"+address, &http.Client{Transport: &http.Transport{}})
		})
	}
	for name, s := range servers(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadFull(r.Body, make([]byte, 100))
		w.WriteHeader(http.StatusAccepted)
	})) {
		t.Run("a handler, "+name, func(t *testing.T) { check(t, s.URL, s.Client()) })
	}
}

// A target may answer first and read afterwards: it gets the whole event.
func TestSenderEarlyAnswer(t *testing.T) {
	e := large()
	for name, call := range calls {
		var got atomic.Int64
		for version, s := range servers(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			control := http.NewResponseController(w)
			_ = control.EnableFullDuplex()
			w.WriteHeader(http.StatusAccepted)
			_ = control.Flush()
			time.Sleep(2500 * time.Millisecond) // longer than a body is drained
			n, _ := io.Copy(io.Discard, r.Body)
			got.Add(n)
		})) {
			t.Run(version+"/"+name, func(t *testing.T) {
				t.Parallel()
				sender := hushed(cehttp.Sender{Target: s.URL, Client: s.Client(), MaxBatchBytes: -1, Retry: cehttp.Retry{Attempts: 1}})
				if err := call(sender, t.Context(), &e); err != nil {
					t.Error(err)
				}
			})
		}
		t.Cleanup(func() {
			if n := got.Load(); n < 2*int64(len(e.Data)) {
				t.Errorf("%s: the targets got %d of twice %d bytes", name, n, len(e.Data))
			}
		})
	}
}
