package cehttp_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// nowhere is a response that only remembers its status.
type nowhere struct {
	header http.Header
	status int
}

func (w *nowhere) Header() http.Header         { return w.header }
func (w *nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (w *nowhere) WriteHeader(status int)      { w.status = status }

// A handler that only reads the body allocates it. A Receiver also allocates the event,
// its text and its extensions.
func TestReceiverAllocs(t *testing.T) {
	const body = 1
	plain := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := make([]byte, r.ContentLength)
		_, _ = io.ReadFull(r.Body, b)
		w.WriteHeader(204)
	})
	reply := withData("text/plain", "x")
	for _, c := range []struct {
		name    string
		handler http.Handler
		header  http.Header
		body    string
		status  int
		max     float64
	}{
		{"plain", plain, typical(), typicalJSON, 204, body},
		{"binary, no extension", silent(answering(nil, nil)), binaryHeader(), "x", 204, body + 1},
		{"binary, two extensions", silent(answering(nil, nil)), typical(), typicalJSON, 204, body + 3},
		{"structured, two extensions", silent(answering(nil, nil)), typed(structuredType), typicalJSON, 204, body + 3},
		{"observed", observed(answering(nil, nil)), typical(), typicalJSON, 204, body + 3},
		{"binary, reply", silent(answering(&reply, nil)), binaryHeader(), "x", 200, body + 3},
		{"deferred", silent(answering(nil, &dispatch.Deferred{ID: "x"})), binaryHeader(), "x", 202, body + 8},
		{"failed", silent(answering(nil, errors.New("x"))), binaryHeader(), "x", 500, body + 16},
	} {
		t.Run(c.name, func(t *testing.T) {
			rewound := strings.NewReader("")
			r := request(c.header, c.body)
			r.Body = readFunc(rewound.Read)
			w := &nowhere{header: http.Header{}}
			measure := alloctest.Succeeding
			if c.status == 202 || c.status == 500 {
				measure = wantPooledAllocs // the body is written by encoding/json
			}
			measure(t, c.max, func() error {
				rewound.Reset(c.body)
				c.handler.ServeHTTP(w, r)
				if w.status != c.status {
					return errors.New(http.StatusText(w.status))
				}
				return nil
			})
		})
	}
}

// wantPooledAllocs is alloctest.Succeeding for calls that use a pool of the standard library,
// which the race detector empties at random: the least of many calls counts.
func wantPooledAllocs(t testing.TB, max float64, f func() error) {
	t.Helper()
	least := math.Inf(1)
	for range 100 {
		least = min(least, testing.AllocsPerRun(1, func() {
			if err := f(); err != nil {
				t.Fatal(err)
			}
		}))
	}
	if least > max {
		t.Errorf("%v allocations, at most %v were agreed", least, max)
	}
}

func observed(h dispatch.Handler) *cehttp.Receiver {
	rc := silent(h)
	rc.Observer.Handled = func(context.Context, dispatch.Outcome) {}
	rc.Observer.Handling = func(ctx context.Context, _ *cloudevents.Event) context.Context { return ctx }
	return rc
}
