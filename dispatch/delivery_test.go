package dispatch_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// failing returns a handler that fails so often, and counts its calls.
func failing(times int, err error) (h dispatch.Handler, calls *int) {
	calls = new(int)
	return func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		if *calls++; times < 0 || *calls <= times {
			return nil, err
		}
		return nil, nil
	}, calls
}

func TestDeliver(t *testing.T) {
	down := errors.New("down")
	for _, c := range []struct {
		reason   string
		times    int // -1 is always
		err      error
		delivery dispatch.Delivery
		verdict  dispatch.Verdict
		attempts int
		least    time.Duration // what the waits take
		most     time.Duration
	}{
		{"handled at once", 0, nil, dispatch.Delivery{}, dispatch.VerdictDone, 1, 0, 0},
		{"handled in the end", 3, down, dispatch.Delivery{}, dispatch.VerdictDone, 4, 350 * time.Millisecond, 700 * time.Millisecond},
		{"refused is not tried again", -1, dispatch.Permanent(down), dispatch.Delivery{}, dispatch.VerdictRefused, 1, 0, 0},
		{"deferred", -1, &dispatch.Deferred{ID: "7"}, dispatch.Delivery{}, dispatch.VerdictDeferred, 1, 0, 0},
		{"ten attempts by default", -1, down, dispatch.Delivery{Wait: -1}, dispatch.VerdictRetry, 10, 0, 0},
		{"a single attempt", -1, down, dispatch.Delivery{Attempts: 1}, dispatch.VerdictRetry, 1, 0, 0},
		{"no limit", 1000, down, dispatch.Delivery{Attempts: -1, Wait: -1}, dispatch.VerdictDone, 1001, 0, 0},
		{"the longest wait", 4, down, dispatch.Delivery{Wait: time.Second, MaxWait: 2 * time.Second}, dispatch.VerdictDone, 5, 3500 * time.Millisecond, 7 * time.Second},
		{"the handler asks for a wait", 1, dispatch.Retryable(down, 5*time.Second), dispatch.Delivery{}, dispatch.VerdictDone, 2, 5 * time.Second, 5 * time.Second},
		{"it asks for too long a wait", 1, dispatch.Retryable(down, 24*time.Hour), dispatch.Delivery{}, dispatch.VerdictDone, 2, 30 * time.Second, 30 * time.Second},
	} {
		t.Run(c.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, calls := failing(c.times, c.err)
				c.delivery.Handler, c.delivery.Logger = h, slog.New(slog.DiscardHandler)
				e := cloudevents.New("/s", "t")
				begin := time.Now()
				out := c.delivery.Deliver(t.Context(), nil, &e)
				took := time.Since(begin)
				if out.Verdict != c.verdict || out.Attempts != c.attempts || *calls != c.attempts || out.Interrupted {
					t.Errorf("%s after %d attempts, %d calls, interrupted %t", out.Verdict, out.Attempts, *calls, out.Interrupted)
				}
				if took < c.least || took > c.most {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

// A consumer that stops interrupts the waits, but no handler.
func TestDeliverInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, calls := failing(-1, errors.New("down"))
		d := dispatch.Delivery{Handler: h, Wait: time.Hour, MaxWait: time.Hour, Logger: slog.New(slog.DiscardHandler)}
		e := cloudevents.New("/s", "t")
		quit := make(chan struct{})
		time.AfterFunc(time.Second, func() { close(quit) })
		if out := d.Deliver(t.Context(), quit, &e); !out.Interrupted || out.Attempts != 1 || out.Verdict != dispatch.VerdictRetry {
			t.Errorf("%+v", out)
		}
		if out := d.Deliver(t.Context(), quit, &e); !out.Interrupted || out.Attempts != 0 || *calls != 1 {
			t.Errorf("after the end: %+v", out)
		}
		ctx, cancel := context.WithCancel(t.Context())
		d.Handler = func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
			cancel()
			return nil, ctx.Err()
		}
		if out := d.Deliver(ctx, nil, &e); !out.Interrupted || out.Attempts != 1 {
			t.Errorf("context ended in the handler: %+v", out)
		}
		if out := d.Deliver(ctx, nil, &e); !out.Interrupted || out.Attempts != 0 {
			t.Errorf("context had ended: %+v", out)
		}
		d.Handler = func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }
		closing := make(chan struct{})
		d.Observer.Started = func(context.Context) { close(closing) }
		if out := d.Deliver(t.Context(), closing, &e); out.Interrupted || out.Verdict != dispatch.VerdictDone {
			t.Errorf("ended while it was handled: %+v", out)
		}
	})
}

// A handler has a minute, unless the Delivery says otherwise.
func TestDeliverTimeout(t *testing.T) {
	for _, c := range []struct{ timeout, want time.Duration }{{0, time.Minute}, {time.Second, time.Second}, {-1, time.Hour}} {
		synctest.Test(t, func(t *testing.T) {
			d := dispatch.Delivery{Attempts: 1, Timeout: c.timeout, Logger: slog.New(slog.DiscardHandler), Handler: func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
				select {
				case <-ctx.Done():
				case <-time.After(time.Hour):
				}
				return nil, ctx.Err()
			}}
			e := cloudevents.New("/s", "t")
			begin := time.Now()
			out := d.Deliver(t.Context(), nil, &e)
			if c.timeout >= 0 && (out.Err.Error() != "timeout of "+c.want.String()+": context deadline exceeded" || !errors.Is(out.Err, context.DeadlineExceeded)) {
				t.Errorf("timeout %s: %v", c.timeout, out.Err)
			}
			if took := time.Since(begin); took != c.want {
				t.Errorf("timeout %s: took %s", c.timeout, took)
			}
		})
	}
}

// Each attempt is observed.
func TestDeliverObserved(t *testing.T) {
	var seen []string
	h, _ := failing(1, errors.New("down"))
	d := dispatch.Delivery{Handler: h, Wait: -1, Logger: slog.New(slog.DiscardHandler), Observer: dispatch.Observer{
		Started: func(context.Context) { seen = append(seen, "started") },
		Handled: func(_ context.Context, o dispatch.Outcome) { seen = append(seen, "handled "+o.ID) },
		Failed:  func(_ context.Context, o dispatch.Outcome) { seen = append(seen, "failed "+o.ID) },
	}}
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
	d.Deliver(t.Context(), nil, &e)
	if want := []string{"started", "failed 1", "started", "handled 1"}; !slices.Equal(seen, want) {
		t.Errorf("%q, want %q", seen, want)
	}
}

// An event that is handled at the first attempt costs the timeout of its handler, and nothing
// without one. Hooks that are not set cost nothing.
func TestDeliverAllocs(t *testing.T) {
	h := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
	for name, c := range map[string]struct {
		timeout time.Duration
		max     float64
	}{"without a timeout": {-1, 0}, "with a timeout": {0, 1}} {
		d := dispatch.Delivery{Handler: h, Timeout: c.timeout}
		ctx := t.Context()
		alloctest.AtMost(t, name, c.max, func() {
			if d.Deliver(ctx, nil, &e).Verdict != dispatch.VerdictDone {
				t.Error("not handled")
			}
		})
	}
}

// BenchmarkDeliver is what the consumers of the client modules do for an event, without an
// Observer and with one.
func BenchmarkDeliver(b *testing.B) {
	h := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
	calls := 0
	for _, c := range []struct {
		name     string
		observer dispatch.Observer
	}{
		{"no Observer", dispatch.Observer{}},
		{"Observer", dispatch.Observer{
			Started:  func(context.Context) { calls++ },
			Handling: func(ctx context.Context, _ *cloudevents.Event) context.Context { calls++; return ctx },
			Handled:  func(context.Context, dispatch.Outcome) { calls++ },
			Failed:   func(context.Context, dispatch.Outcome) { b.Error("failed") },
		}},
	} {
		for _, timeout := range []time.Duration{-1, 0} {
			name := c.name + ", default Timeout"
			if timeout < 0 {
				name = c.name + ", no Timeout"
			}
			b.Run(name, func(b *testing.B) {
				d := dispatch.Delivery{Handler: h, Timeout: timeout, Observer: c.observer}
				ctx := b.Context()
				b.ReportAllocs()
				for b.Loop() {
					if d.Deliver(ctx, nil, &e).Verdict != dispatch.VerdictDone {
						b.Error("not handled")
					}
				}
				if c.observer.Started != nil && calls == 0 {
					b.Error("the Observer was not called")
				}
			})
		}
	}
}

// A policy that does not exist is told by its number.
func TestInvalidPolicyString(t *testing.T) {
	for p, want := range map[dispatch.InvalidPolicy]string{
		dispatch.StopOnInvalid: "stop", dispatch.DeadLetterOnInvalid: "dead letter", dispatch.SkipInvalid: "skip", 9: "InvalidPolicy(9)",
	} {
		if got := p.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
