package cehttp_test

import (
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
)

// sample returns an event with every attribute and two extensions. Subject and
// one extension need escapes in a header.
func sample() cloudevents.Event {
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

// minimal returns an event with nothing but what is required.
func minimal() cloudevents.Event {
	return cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
}

// withData returns minimal with data.
func withData(contentType, data string) cloudevents.Event {
	e := minimal()
	e.DataContentType, e.Data = contentType, []byte(data)
	return e
}

// binaryHeader returns the header of minimal in binary mode, with more fields:
// keys and values in turn.
func binaryHeader(more ...string) http.Header {
	h := http.Header{"Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Specversion": {"1.0"}, "Ce-Type": {"t"}}
	for i := 0; i < len(more); i += 2 {
		h[more[i]] = append(h[more[i]], more[i+1])
	}
	return h
}

const (
	structuredType = "application/cloudevents+json"
	batchType      = "application/cloudevents-batch+json"
	minimalJSON    = `{"specversion":"1.0","id":"1","source":"/s","type":"t"}`
)

func typed(contentType string) http.Header { return http.Header{"Content-Type": {contentType}} }

// request returns what a server hands to a handler, with a body of announced
// length.
func request(h http.Header, body string) *http.Request {
	return &http.Request{
		Method: http.MethodPost, Header: h,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// response returns what a client gets, with a body of announced length.
func response(h http.Header, body string) *http.Response {
	return &http.Response{
		StatusCode: http.StatusOK, Header: h,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// readFunc is a body.
type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }
func (readFunc) Close() error                 { return nil }

// dump returns the attributes of events with their types, and the data.
func dump(es ...cloudevents.Event) string {
	var b strings.Builder
	for i := range es {
		b.WriteString(conformance.FromEvent(&es[i]).String() + "\n")
	}
	return b.String()
}

func wantEvents(t *testing.T, got []cloudevents.Event, want ...cloudevents.Event) {
	t.Helper()
	if g, w := dump(got...), dump(want...); g != w {
		t.Errorf("got\n%swant\n%s", g, w)
	}
}

func wantEvent(t *testing.T, got, want cloudevents.Event) {
	t.Helper()
	wantEvents(t, []cloudevents.Event{got}, want)
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

// headerText returns a header as HTTP/1.1 transmits it, sorted by key.
func headerText(h http.Header) string {
	var b strings.Builder
	if err := h.Write(&b); err != nil {
		panic(err)
	}
	return strings.ReplaceAll(b.String(), "\r\n", "\n")
}

// allocated returns how many bytes f allocates, whether it keeps them or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
