package cehttp_test

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
)

// sample returns an event with every attribute, two extensions that need escapes
// and one that needs none.
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
			{Name: "empty", Value: cloudevents.StringValue("")},
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

// binaryHeader returns the header of minimal in binary mode, with more fields:
// keys and values in turn.
func binaryHeader(more ...string) http.Header {
	h := http.Header{"Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Specversion": {"1.0"}, "Ce-Type": {"t"}}
	for i := 0; i < len(more); i += 2 {
		h[more[i]] = append(h[more[i]], more[i+1])
	}
	return h
}

// request returns what a server hands to a handler.
func request(h http.Header, body string) *http.Request {
	return &http.Request{
		Method: http.MethodPost, Header: h,
		Body: readCloser{strings.NewReader(body)}, ContentLength: int64(len(body)),
	}
}

// readCloser is a body without the optional methods of the reader in it.
type readCloser struct {
	r interface{ Read([]byte) (int, error) }
}

func (r readCloser) Read(p []byte) (int, error) { return r.r.Read(p) }
func (readCloser) Close() error                 { return nil }

// dump returns every attribute with its type, and the data.
func dump(es ...cloudevents.Event) string {
	var b strings.Builder
	for i := range es {
		b.WriteString(conformance.FromEvent(&es[i]).String() + "\n")
	}
	return b.String()
}

func wantEvents(t *testing.T, got []cloudevents.Event, want ...cloudevents.Event) {
	t.Helper()
	if g, w := dump(got...), dump(want...); len(got) != len(want) || g != w {
		t.Errorf("got\n%swant\n%s", g, w)
	}
}

func wantEvent(t *testing.T, got, want cloudevents.Event) {
	t.Helper()
	wantEvents(t, []cloudevents.Event{got}, want)
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error is %v, want %v", err, want)
	}
	if err != nil && !strings.HasPrefix(err.Error(), "cehttp: ") {
		t.Errorf("error %q does not say which package it is from", err)
	}
}

// cloned returns a copy of h, with keys as they are.
func cloned(h http.Header) http.Header { return h.Clone() }

func must[T any](t testing.TB, v T) func(error) T {
	return func(err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// text returns the header as it goes over the wire, sorted.
func text(h http.Header) string {
	var b bytes.Buffer
	_ = h.Write(&b)
	return b.String()
}
