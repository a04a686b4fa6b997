package cehttp_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/validation"
)

// untouchable fails the test if anybody answers.
type untouchable struct {
	t *testing.T
	h http.Header
}

func (w untouchable) Header() http.Header    { return w.h }
func (w untouchable) WriteHeader(status int) { w.t.Errorf("WriteHeader(%d) is called", status) }
func (w untouchable) Write(b []byte) (int, error) {
	w.t.Errorf("Write(%q) is called", b)
	return 0, nil
}

func wantBatchIndex(t *testing.T, err error, index int) {
	t.Helper()
	var b *cloudevents.BatchError
	if !errors.As(err, &b) || b.Index != index {
		t.Errorf("error is %v, want *BatchError with index %d", err, index)
	}
}

func TestWriteHTTPResponseErrorTouchesNothing(t *testing.T) {
	good, bad := minimal(), cloudevents.Event{}
	nearMiss := withData("application/cloudevents.v2+json", "{}")
	nested := withData(structuredType, "{}")
	cases := []struct {
		name  string
		write func(w http.ResponseWriter) error
		want  error
	}{
		{"invalid event, binary", func(w http.ResponseWriter) error {
			return cehttp.WriteHTTPResponse(w, 200, &bad, cloudevents.BinaryMode, nil)
		}, validation.ErrMissing},
		{"invalid event, structured", func(w http.ResponseWriter) error {
			return cehttp.WriteHTTPResponse(w, 200, &bad, cloudevents.StructuredMode, nil)
		}, validation.ErrMissing},
		{"batch mode for one event", func(w http.ResponseWriter) error {
			return cehttp.WriteHTTPResponse(w, 200, &good, cloudevents.BatchMode, nil)
		}, cloudevents.ErrContentMode},
		{"data that others may take for an event", func(w http.ResponseWriter) error {
			return cehttp.WriteHTTPResponse(w, 200, &nearMiss, cloudevents.BinaryMode, nil)
		}, cloudevents.ErrContentMode},
		{"event within the event", func(w http.ResponseWriter) error {
			return cehttp.WriteHTTPResponse(w, 200, &nested, cloudevents.BinaryMode, nil)
		}, cloudevents.ErrContentMode},
		{"error of the format", func(w http.ResponseWriter) error {
			return cehttp.WriteHTTPResponse(w, 200, &good, cloudevents.BinaryMode, refusing{})
		}, errBar},
		{"invalid event in a batch", func(w http.ResponseWriter) error {
			return cehttp.WriteHTTPResponseBatch(w, 200, []cloudevents.Event{good, bad}, nil)
		}, validation.ErrMissing},
		{"no format for a batch", func(w http.ResponseWriter) error { return cehttp.WriteHTTPResponseBatch(w, 200, nil, format.Set{}) }, format.ErrUnknown},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := untouchable{t, staleHeader()}
			wantError(t, c.write(w), c.want)
			if got, want := headerText(w.h), headerText(staleHeader()); got != want {
				t.Errorf("header is\n%swas\n%s", got, want)
			}
		})
	}
}

func TestWriteHTTPResponseStatus(t *testing.T) {
	cases := []struct {
		status int
		ok     bool // with a body; the event of binary mode has none
		binary bool
	}{
		{-1, false, false}, {0, false, false}, {99, false, false}, {100, false, false}, {101, false, false}, {199, false, false},
		{200, true, true}, {202, true, true}, {204, false, true}, {206, true, true}, {304, false, true}, {307, true, true},
		{400, true, true}, {500, true, true}, {599, true, true}, {999, true, true}, {1000, false, false},
	}
	for _, c := range cases {
		for _, m := range modes {
			t.Run(fmt.Sprintf("%d/%s", c.status, m), func(t *testing.T) {
				e := minimal()
				ok := c.ok
				if m == cloudevents.BinaryMode {
					ok = c.binary
				}
				var err error
				var w http.ResponseWriter = untouchable{t, http.Header{}}
				rec := httptest.NewRecorder()
				if ok {
					w = rec
				}
				if m == cloudevents.BatchMode {
					err = cehttp.WriteHTTPResponseBatch(w, c.status, []cloudevents.Event{e}, nil)
				} else {
					err = cehttp.WriteHTTPResponse(w, c.status, &e, m, nil)
				}
				if (err == nil) != ok {
					t.Errorf("error is %v", err)
				}
				if ok && rec.Code != c.status {
					t.Errorf("status is %d", rec.Code)
				}
				if got := len(w.Header()); !ok && got > 0 {
					t.Errorf("%d headers", got)
				}
			})
		}
	}
}

func TestWriteHTTPResponseReplacesContentLength(t *testing.T) {
	for _, status := range []int{http.StatusOK, http.StatusNoContent} {
		w := httptest.NewRecorder()
		spelling := strings.ToLower("Content-Length")
		w.Header()[spelling] = []string{"999"}
		e := minimal()
		if err := cehttp.WriteHTTPResponse(w, status, &e, cloudevents.BinaryMode, nil); err != nil {
			t.Fatal(err)
		}
		if v, ok := w.Header()[spelling]; ok {
			t.Errorf("status %d: the length of another body is left: %v", status, v)
		}
	}
}

func TestWriteHTTPResponseNoContentWithData(t *testing.T) {
	e := minimal()
	e.Data = []byte("x")
	w := untouchable{t, http.Header{}}
	if err := cehttp.WriteHTTPResponse(w, http.StatusNoContent, &e, cloudevents.BinaryMode, nil); err == nil {
		t.Error("data under status 204 is not refused")
	}
}

func TestWriteHTTPResponseKeepsForeignHeaders(t *testing.T) {
	for _, m := range modes {
		t.Run(m.String(), func(t *testing.T) {
			w := httptest.NewRecorder()
			for key, values := range staleHeader() {
				if key != "Content-Encoding" { // a compressing middleware's business
					w.Header()[key] = values
				}
			}
			e := minimal()
			if err := writeResponse(w, &e, m); err != nil {
				t.Fatal(err)
			}
			want := copied[m] + kept + fmt.Sprintf("Content-Length: %d\n", w.Body.Len())
			if got := headerText(w.Header()); got != sortLines(want) {
				t.Errorf("header\n%swant\n%s", got, sortLines(want))
			}
		})
	}
}

// failing is a connection that is gone.
type failing struct{ *httptest.ResponseRecorder }

func (failing) Write([]byte) (int, error) { return 0, errGone }

var errGone = errors.New("gone")

func TestWriteHTTPResponseWriteError(t *testing.T) {
	for _, m := range modes {
		t.Run(m.String(), func(t *testing.T) {
			e := sample()
			wantError(t, writeResponse(failing{httptest.NewRecorder()}, &e, m), errGone)
		})
	}
}
