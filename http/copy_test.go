package cehttp_test

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/validation"
)

// staleHeader is the header of a message that carried another event, in usual and
// unusual spelling, among headers that have nothing to do with events.
func staleHeader() http.Header {
	return http.Header{
		"Ce-Id":            {"old", "older"},
		"Ce-Subject":       {"old"},
		"ce-stale":         {"old"},
		"CE-Stale2":        {"old"},
		"Ce-":              {"old"},
		"Content-Type":     {"text/old"},
		"content-type":     {"text/older"},
		"Content-Encoding": {"gzip"},
		"Content-Length":   {"99999"},

		"Authorization": {"Bearer x"},
		"X-Request-Id":  {"5"},
		"Ceph-Cluster":  {"begins with ce, not with ce-"},
		"X-Ce-Id":       {"kept"},
		"Traceparent":   {"kept"},
	}
}

const kept = `Authorization: Bearer x
Ceph-Cluster: begins with ce, not with ce-
Traceparent: kept
X-Ce-Id: kept
X-Request-Id: 5
`

var copied = map[cloudevents.Mode]string{
	cloudevents.BinaryMode:     "Ce-Id: 1\nCe-Source: /s\nCe-Specversion: 1.0\nCe-Type: t\n",
	cloudevents.StructuredMode: "Content-Type: " + structuredType + "\n",
	cloudevents.BatchMode:      "Content-Type: " + batchType + "\n",
}

func copyTo(r *http.Request, e *cloudevents.Event, m cloudevents.Mode) error {
	if m == cloudevents.BatchMode {
		return cehttp.CopyToHTTPRequestBatch(r, []cloudevents.Event{*e}, nil)
	}
	return cehttp.CopyToHTTPRequest(r, e, m, nil)
}

func TestCopyRemovesStaleHeaders(t *testing.T) {
	for _, m := range modes {
		t.Run(m.String(), func(t *testing.T) {
			e := minimal()
			r := &http.Request{
				Method: http.MethodPut, Header: staleHeader(), TransferEncoding: []string{"chunked"}, ContentLength: 99999,
				Body: io.NopCloser(strings.NewReader("old")),
			}
			for range 2 { // a second call appends nothing
				if err := copyTo(r, &e, m); err != nil {
					t.Fatal(err)
				}
				if got, want := headerText(r.Header), sortLines(copied[m]+kept); got != want {
					t.Errorf("header\n%swant\n%s", got, want)
				}
			}
			body, err := io.ReadAll(r.Body)
			if err != nil || int64(len(body)) != r.ContentLength || r.TransferEncoding != nil || r.Method != http.MethodPut {
				t.Errorf("%s, %d bytes of body, error %v, Content-Length %d, %q", r.Method, len(body), err, r.ContentLength, r.TransferEncoding)
			}
		})
	}
}

// Content-Encoding is removed however it is spelled, like what describes the
// event: receivers see both spellings.
func TestCopyRemovesContentEncodingOfAnySpelling(t *testing.T) {
	for _, m := range modes {
		t.Run(m.String(), func(t *testing.T) {
			e := minimal()
			r := &http.Request{Header: http.Header{"content-encoding": {"gzip"}}}
			if err := copyTo(r, &e, m); err != nil {
				t.Fatal(err)
			}
			if got := headerText(r.Header); got != copied[m] {
				t.Errorf("header\n%swant\n%s", got, copied[m])
			}
		})
	}
}

func TestCopyMakesHeader(t *testing.T) {
	for _, m := range modes {
		t.Run(m.String(), func(t *testing.T) {
			e := minimal()
			var r http.Request
			if err := copyTo(&r, &e, m); err != nil {
				t.Fatal(err)
			}
			if got := headerText(r.Header); got != copied[m] {
				t.Errorf("header\n%swant\n%s", got, copied[m])
			}
		})
	}
}

func TestCopyErrorChangesNothing(t *testing.T) {
	invalid := cloudevents.Event{Source: "/s", Type: "t"}
	cases := []struct {
		name string
		copy func(r *http.Request) error
		want error
	}{
		{"binary", func(r *http.Request) error { return copyTo(r, &invalid, cloudevents.BinaryMode) }, validation.ErrMissing},
		{"structured", func(r *http.Request) error { return copyTo(r, &invalid, cloudevents.StructuredMode) }, validation.ErrMissing},
		{"batch", func(r *http.Request) error { return copyTo(r, &invalid, cloudevents.BatchMode) }, validation.ErrMissing},
		{"mode that is none", func(r *http.Request) error { return copyTo(r, &invalid, 9) }, cloudevents.ErrContentMode},
		{"an event within the event", func(r *http.Request) error {
			e := withData("Application/CloudEventsX", "{")
			return copyTo(r, &e, cloudevents.BinaryMode)
		}, cloudevents.ErrContentMode},
		{"error of the format", func(r *http.Request) error {
			e := minimal()
			return cehttp.CopyToHTTPRequest(r, &e, cloudevents.BinaryMode, refusing{})
		}, errBar},
	}
	for _, c := range cases {
		for name, h := range map[string]http.Header{"header": staleHeader(), "no header": nil} {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				r := &http.Request{Header: h, Body: http.NoBody, ContentLength: 5, TransferEncoding: []string{"chunked"}}
				want := *r
				want.Header = h.Clone()
				wantError(t, c.copy(r), c.want)
				if !reflect.DeepEqual(*r, want) {
					t.Errorf("request is %+v, was %+v", *r, want)
				}
			})
		}
	}
}

// refusing is a format that encodes nothing, and says so late.
type refusing struct{ barFormat }

func (refusing) EncodeBinaryModeEventData(*cloudevents.Event) ([]byte, error) { return nil, errBar }

func TestToHTTPRequestErrors(t *testing.T) {
	e := minimal()
	for name, m := range map[string]cloudevents.Mode{"binary": cloudevents.BinaryMode, "structured": cloudevents.StructuredMode} {
		t.Run("bad URL/"+name, func(t *testing.T) {
			r, err := cehttp.ToHTTPRequest(t.Context(), "http://exa mple", &e, m, nil)
			if err == nil || r != nil {
				t.Errorf("request %v, error %v", r, err)
			}
		})
	}
	t.Run("bad URL/batch", func(t *testing.T) {
		r, err := cehttp.ToHTTPRequestBatch(t.Context(), "http://exa mple", nil, nil)
		if err == nil || r != nil {
			t.Errorf("request %v, error %v", r, err)
		}
	})
	t.Run("context reaches the request", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r, err := cehttp.ToHTTPRequest(ctx, "http://example.com", &e, cloudevents.BinaryMode, nil)
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if r.Context().Err() == nil {
			t.Error("the context of the request is another one")
		}
	})
	t.Run("invalid event of a batch has its index", func(t *testing.T) {
		_, err := cehttp.ToHTTPRequestBatch(t.Context(), "http://example.com", []cloudevents.Event{e, {}}, nil)
		wantBatchIndex(t, err, 1)
	})
}
