package dispatch_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

func TestTimeout(t *testing.T) {
	own := &dispatch.Error{Status: 409}
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
			h := dispatch.Timeout(c.timeout)(func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
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

// A sender that has disconnected is not a timeout.
func TestTimeoutOfTheRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h := dispatch.Timeout(time.Hour)(func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, ctx.Err()
	})
	if _, err := h(ctx, identified("/a", "1")); err != context.Canceled {
		t.Error(err)
	}
}

func TestConcurrencyLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := dispatch.ConcurrencyLimit(2)
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
	h := dispatch.ConcurrencyLimit(1)(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { panic("bug") })
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
	h := dispatch.ConcurrencyLimit(0)(ok)
	if _, err := h(t.Context(), identified("/a", "1")); err != nil {
		t.Error(err)
	}
}
