package cehttp_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
)

func sample() cloudevents.Event  { return cehttptest.Sample() }
func minimal() cloudevents.Event { return cehttptest.Minimal() }

func withData(contentType, data string) cloudevents.Event {
	return cehttptest.WithData(contentType, data)
}

func binaryHeader(more ...string) http.Header { return cehttptest.BinaryHeader(more...) }

const (
	structuredType = cehttptest.StructuredType
	batchType      = cehttptest.BatchType
	minimalJSON    = cehttptest.MinimalJSON
)

func typed(contentType string) http.Header { return cehttptest.Typed(contentType) }

// request returns what a server hands to a handler, with a body of announced
// length.
func request(h http.Header, body string) *http.Request {
	return &http.Request{
		Method: http.MethodPost, Header: h,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

func response(h http.Header, body string) *http.Response { return cehttptest.Response(h, body) }

// readFunc is a body.
type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }
func (readFunc) Close() error                 { return nil }

func dump(es ...cloudevents.Event) string { return cehttptest.Dump(es...) }

func wantEvents(t *testing.T, got []cloudevents.Event, want ...cloudevents.Event) {
	t.Helper()
	cehttptest.WantEvents(t, got, want...)
}

func wantEvent(t *testing.T, got, want cloudevents.Event) {
	t.Helper()
	cehttptest.WantEvent(t, got, want)
}

// wantError checks cause, prefix and status of an error.
func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error is %v, want %v", err, want)
	}
	if err != nil && strings.HasPrefix(err.Error(), "cehttp: ") {
		t.Errorf("error %q has a package prefix", err)
	}
}

func headerText(h http.Header) string { return cehttptest.HeaderText(h) }
