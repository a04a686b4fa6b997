package cehttp_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
)

// answering returns a handler that always returns these results.
func answering(reply *cloudevents.Event, err error) dispatch.Handler {
	return func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return reply, err }
}

// silent returns a receiver that logs nothing.
func silent(h dispatch.Handler) *cehttp.Receiver {
	return &cehttp.Receiver{Handler: h, Logger: slog.New(slog.DiscardHandler)}
}

// logged is what was logged, to be read while others write.
type logged struct{ cehttptest.Log }

func (l *logged) logger() *slog.Logger { return l.Logger() }

func post(h http.Handler, header http.Header, body string) *httptest.ResponseRecorder {
	return cehttptest.Post(h, header, body)
}

func record(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	return cehttptest.Record(h, r)
}

func decoded[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	return cehttptest.Decoded[T](t, w)
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
