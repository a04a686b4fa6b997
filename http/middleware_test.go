package cehttp_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// heap returns how much more is in use after f.
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

func handlerError(t *testing.T, err error) *cehttp.HandlerError {
	t.Helper()
	var h *cehttp.HandlerError
	if !errors.As(err, &h) {
		t.Fatalf("%v is no HandlerError", err)
	}
	return h
}

func TestTimeout(t *testing.T) {
	own := &cehttp.HandlerError{Status: http.StatusConflict}
	for _, c := range []struct {
		reason  string
		timeout time.Duration
		handler func(ctx context.Context) error
		want    string // error type, "" for success, "own" for an error that is kept
	}{
		{"in time", time.Second, func(context.Context) error { return nil }, ""},
		{"fails in time", time.Second, func(context.Context) error { return own }, "own"},
		{"too slow", time.Second, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, "timeout"},
		{"too slow, wrapped", time.Second, func(ctx context.Context) error { <-ctx.Done(); return errors.New("query failed") }, "timeout"},
		{"too slow, knows better", time.Second, func(ctx context.Context) error { <-ctx.Done(); return own }, "own"},
		{"deaf, succeeds", time.Second, func(context.Context) error { time.Sleep(time.Hour); return nil }, ""},
		{"no timeout", 0, func(ctx context.Context) error { time.Sleep(time.Hour); return ctx.Err() }, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := cehttp.Timeout(c.timeout)(func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
				return nil, c.handler(ctx)
			})
			_, err := h(t.Context(), identified("/a", "1"))
			switch c.want {
			case "":
				if err != nil {
					t.Errorf("%s: %v", c.reason, err)
				}
			case "own":
				if err != own {
					t.Errorf("%s: %v", c.reason, err)
				}
			default:
				if h := handlerError(t, err); h.Type != c.want || h.StatusCode() != 503 || !h.Retryable {
					t.Errorf("%s: %+v", c.reason, h)
				}
			}
		})
	}
}

// A client that has gone is not a timeout.
func TestTimeoutOfTheRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h := cehttp.Timeout(time.Hour)(func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, ctx.Err()
	})
	if _, err := h(ctx, identified("/a", "1")); err != context.Canceled {
		t.Error(err)
	}
}

func TestConcurrencyLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := cehttp.ConcurrencyLimit(2)
		s := script{takes: time.Second}
		a, b := limit(s.handle), limit(s.handle)
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = a(t.Context(), identified("/a", "1")) })
		wg.Go(func() { _, _ = b(t.Context(), identified("/a", "2")) })
		synctest.Wait()
		_, err := a(t.Context(), identified("/a", "3"))
		if h := handlerError(t, err); h.StatusCode() != 503 || !h.Retryable || h.RetryAfter <= 0 || h.Type != "overloaded" {
			t.Errorf("%+v", h)
		}
		wg.Wait()
		if _, err := b(t.Context(), identified("/a", "3")); err != nil {
			t.Error(err)
		}
		s.wantCalls(t, 3)
	})
}

func TestConcurrencyLimitAfterPanics(t *testing.T) {
	h := cehttp.ConcurrencyLimit(1)(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { panic("bug") })
	for range 3 {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			_, _ = h(t.Context(), identified("/a", "1"))
		}()
	}
}

func TestNoConcurrencyLimit(t *testing.T) {
	h := cehttp.ConcurrencyLimit(0)(ok)
	if _, err := h(t.Context(), identified("/a", "1")); err != nil {
		t.Error(err)
	}
}

func textLogger(b *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "duration" {
			return slog.Attr{}
		}
		return a
	}}))
}

func TestRecover(t *testing.T) {
	var log bytes.Buffer
	h := cehttp.Recover(textLogger(&log))(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		e.ID = "changed"
		panic(strings.Repeat("bug ", 1000))
	})
	_, err := h(t.Context(), identified("/a", "1"))
	if h := handlerError(t, err); h.StatusCode() != 500 || h.Message != "" || h.Type != "panic" || !h.Retryable {
		t.Errorf("%+v", h)
	}
	line := log.String()
	for _, want := range []string{"level=ERROR", "event.id=1 ", "event.source=/a", "bug bug", "middleware_test.go"} {
		if !strings.Contains(line, want) {
			t.Errorf("%s is not in %s", want, line)
		}
	}
	if strings.Count(line, "bug") > 70 {
		t.Error("the text is not cut")
	}
}

func TestRecoverLetsAbortPass(t *testing.T) {
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("the panic was changed")
		}
	}()
	h := cehttp.Recover(nil)(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { panic(http.ErrAbortHandler) })
	_, _ = h(t.Context(), identified("/a", "1"))
}

func TestLog(t *testing.T) {
	for _, c := range []struct {
		reason string
		answer func() (*cloudevents.Event, error)
		want   string
	}{
		{"handled", fails(nil), "level=INFO msg=\"event handled\" event.id=1 event.source=/a event.type=t status=204\n"},
		{"reply", func() (*cloudevents.Event, error) { return &cloudevents.Event{Type: "r"}, nil },
			"level=INFO msg=\"event handled\" event.id=1 event.source=/a event.type=t status=200 reply=r\n"},
		{"deferred", fails(&cehttp.Deferred{}), "level=INFO msg=\"event handled\" event.id=1 event.source=/a event.type=t status=202\n"},
		{"refused", fails(cehttp.Permanent(errors.New("sold out"))),
			"level=WARN msg=\"event refused\" event.id=1 event.source=/a event.type=t status=422 error=\"sold out\"\n"},
		{"own status", fails(codedError(http.StatusGone)), "level=WARN msg=\"event refused\" event.id=1 event.source=/a event.type=t status=410 error=gone\n"},
		{"failed", fails(errors.New("away")), "level=ERROR msg=\"event handler failed\" event.id=1 event.source=/a event.type=t status=500 error=away\n"},
	} {
		var log bytes.Buffer
		s := script{answers: []func() (*cloudevents.Event, error){c.answer}}
		e := identified("/a", "1")
		e.Data, e.Subject = []byte("secret"), "secret"
		_, _ = cehttp.Log(textLogger(&log))(s.handle)(t.Context(), e)
		if log.String() != c.want {
			t.Errorf("%s:\n%swant\n%s", c.reason, log.String(), c.want)
		}
	}
}

type codedError int

func (e codedError) StatusCode() int { return int(e) }
func (e codedError) Error() string   { return strings.ToLower(http.StatusText(int(e))) }

func TestLogIsBounded(t *testing.T) {
	var log bytes.Buffer
	long := strings.Repeat("x", 1<<20)
	_, _ = cehttp.Log(textLogger(&log))(ok)(t.Context(), &cloudevents.Event{ID: long, Source: long, Type: long})
	if log.Len() > 1000 {
		t.Errorf("%d bytes", log.Len())
	}
}
