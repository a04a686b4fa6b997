// Package cehttptest has what tests of more than one HTTP package need: events, messages,
// recorded answers and logs.
package cehttptest

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
)

const (
	StructuredType = "application/cloudevents+json"
	BatchType      = "application/cloudevents-batch+json"

	// MinimalJSON is the event of Minimal.
	MinimalJSON = `{"specversion":"1.0","id":"1","source":"/s","type":"t"}`
)

// Sample returns an event with every attribute and two extensions. Subject and one
// extension need escapes in a header.
func Sample() cloudevents.Event {
	return cloudevents.Event{
		ID:              "A-1",
		Source:          "/orders",
		Type:            "com.example.created",
		Subject:         "Euro € \"5\" 100%",
		Time:            time.Date(2026, 3, 1, 12, 30, 0, 500_000_000, time.FixedZone("", 2*3600)),
		DataContentType: "application/json",
		DataSchema:      "https://example.com/schema#v1",
		Extensions: []cloudevents.Extension{
			{Name: "note", Value: cloudevents.StringValue("two words")},
			{Name: "shard", Value: cloudevents.StringValue("7")},
		},
		Data: []byte(`{"total": 12.50}`),
	}
}

// Minimal returns an event with required attributes only.
func Minimal() cloudevents.Event {
	return cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
}

// WithData returns Minimal with data.
func WithData(contentType, data string) cloudevents.Event {
	e := Minimal()
	e.DataContentType, e.Data = contentType, []byte(data)
	return e
}

// BinaryHeader returns the header of Minimal in binary mode, with more fields: keys and
// values in turn.
func BinaryHeader(more ...string) http.Header {
	h := http.Header{"Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Specversion": {"1.0"}, "Ce-Type": {"t"}}
	for i := 0; i < len(more); i += 2 {
		h[more[i]] = append(h[more[i]], more[i+1])
	}
	return h
}

// Typed returns a header with a Content-Type.
func Typed(contentType string) http.Header { return http.Header{"Content-Type": {contentType}} }

// Response returns what a client gets, with a body of announced length.
func Response(h http.Header, body string) *http.Response {
	return &http.Response{
		StatusCode: http.StatusOK, Header: h,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// WantEvents compares events, with the types of their attributes.
func WantEvents(t *testing.T, got []cloudevents.Event, want ...cloudevents.Event) {
	t.Helper()
	if g, w := Dump(got...), Dump(want...); g != w {
		t.Errorf("got\n%swant\n%s", g, w)
	}
}

// WantEvent compares two events, with the types of their attributes.
func WantEvent(t *testing.T, got, want cloudevents.Event) {
	t.Helper()
	WantEvents(t, []cloudevents.Event{got}, want)
}

// Dump returns the attributes of events with their types, and the data.
func Dump(es ...cloudevents.Event) string {
	var b strings.Builder
	for i := range es {
		b.WriteString(conformance.FromEvent(&es[i]).String() + "\n")
	}
	return b.String()
}

// HeaderText returns a header as HTTP/1.1 transmits it, sorted by key.
func HeaderText(h http.Header) string {
	var b strings.Builder
	if err := h.Write(&b); err != nil {
		panic(err)
	}
	return strings.ReplaceAll(b.String(), "\r\n", "\n")
}

// Record returns the answer of h to r.
func Record(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Post returns the answer of h to a POST.
func Post(h http.Handler, header http.Header, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header = header.Clone()
	return Record(h, r)
}

// Decoded returns the JSON body of an answer, which has the headers of this module's JSON
// answers.
func Decoded[T any](t *testing.T, w *httptest.ResponseRecorder) T {
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

// Log is what was logged, to be read while others write. The zero value is empty.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Logger returns a logger of all levels.
func (l *Log) Logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
