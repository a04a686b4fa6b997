package dispatch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// minimal returns an event with the required attributes.
func minimal() cloudevents.Event {
	return cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
}

// withData returns minimal with data.
func withData(contentType, data string) cloudevents.Event {
	e := minimal()
	e.DataContentType, e.Data = contentType, []byte(data)
	return e
}

// sample returns an event with extensions and data.
func sample() cloudevents.Event {
	e := withData("application/json", `{"total": 12.50}`)
	e.Extensions = []cloudevents.Extension{
		{Name: "note", Value: cloudevents.StringValue("two words")},
		{Name: "shard", Value: cloudevents.IntegerValue(7)},
	}
	return e
}

// named returns an event with that ID.
func named(id string) *cloudevents.Event {
	e := minimal()
	e.ID = id
	return &e
}

// identified returns an event with that source and ID.
func identified(source, id string) *cloudevents.Event {
	return &cloudevents.Event{Source: source, ID: id, Type: "t"}
}

// answering returns a handler that always returns these results.
func answering(reply *cloudevents.Event, err error) dispatch.Handler {
	return func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return reply, err }
}

func ok(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }

// codedError is an error that has a status.
type codedError int

func (e codedError) StatusCode() int { return int(e) }
func (e codedError) Error() string   { return "coded" }

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

// logger returns a logger of lines without the time and the duration.
func (l *logged) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: timeless}))
}

func timeless(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey || a.Key == "duration" {
		return slog.Attr{}
	}
	return a
}

// witness is an observer that writes down its calls.
type witness struct {
	mu    sync.Mutex
	lines []string
}

func (w *witness) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

func (w *witness) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.lines, "; ")
}

func (w *witness) observer() dispatch.Observer {
	outcome := func(hook string) func(context.Context, dispatch.Outcome) {
		return func(_ context.Context, o dispatch.Outcome) {
			w.note("%s %s %v %d %v", hook, o.ID, o.Verdict, o.Status, o.Err)
		}
	}
	return dispatch.Observer{
		Started: func(context.Context) { w.note("started") },
		Handled: outcome("handled"),
		Failed:  outcome("failed"),
	}
}

// handlerError returns the Error that err wraps.
func handlerError(t *testing.T, err error) *dispatch.Error {
	t.Helper()
	var e *dispatch.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no Error", err)
	}
	return e
}

func wantEvent(t *testing.T, got, want cloudevents.Event) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("event differs (-want +got):\n%s", diff)
	}
}

// heap returns how much more memory is in use after f.
func heap(t *testing.T, f func()) int64 {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.GC()
	runtime.ReadMemStats(&after)
	return int64(after.HeapAlloc) - int64(before.HeapAlloc)
}
