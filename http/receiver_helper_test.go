package cehttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// answering returns a handler that always returns these results.
func answering(reply *cloudevents.Event, err error) dispatch.Handler {
	return func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return reply, err }
}

// silent returns a receiver that logs nothing.
func silent(h dispatch.Handler) *cehttp.Receiver {
	return &cehttp.Receiver{Handler: h, Logger: slog.New(slog.DiscardHandler)}
}

// logged is a log that can be read while others write.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logged) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// post returns the answer of h to a POST.
func post(h http.Handler, header http.Header, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header = header.Clone()
	return record(h, r)
}

func record(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// decoded returns the JSON body of an answer.
func decoded[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	d := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("body %q: %v", w.Body, err)
	}
	if got := w.Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q", got)
	}
	if got := w.Header().Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("X-Content-Type-Options %q", got)
	}
	return v
}

// acceptance is the body of an answer 202.
type acceptance struct {
	Status string `json:"status"`
	ID     string `json:"id"`
}

// batchOf returns a batch of events of those types, which are their IDs too.
func batchOf(types ...string) string {
	var b strings.Builder
	for i, typ := range types {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"specversion":"1.0","id":"` + typ + `","source":"/s","type":"` + typ + `"}`)
	}
	return "[" + b.String() + "]"
}

// patient is a handler that waits for the end of its context.
func patient(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
