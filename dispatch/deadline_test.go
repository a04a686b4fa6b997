package dispatch_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// handled calls f with the context of a handler that has a minute, and returns that context.
func handled(parent context.Context, f func(context.Context)) (ctx context.Context) {
	h := dispatch.Timeout(time.Minute)(func(c context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
		ctx = c
		f(c)
		return nil, nil
	})
	_, _ = h(parent, new(cloudevents.Event))
	return ctx
}

// The context of a handler is like that of context.WithTimeout, whatever is asked of it first.
func TestTimeoutContext(t *testing.T) {
	type key struct{}
	stopped := errors.New("stopped")
	for reason, f := range map[string]func(t *testing.T){
		"it ends in time, asked for Done first": func(t *testing.T) {
			handled(t.Context(), func(ctx context.Context) {
				<-ctx.Done()
				if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) || context.Cause(ctx) != err {
					t.Error(err)
				}
			})
		},
		"it ends in time, asked for Err first": func(t *testing.T) {
			handled(t.Context(), func(ctx context.Context) {
				if err := ctx.Err(); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Minute)
				if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) || context.Cause(ctx) != err {
					t.Error(err)
				}
				<-ctx.Done()
			})
		},
		"its error stays": func(t *testing.T) {
			parent, cancel := context.WithCancel(t.Context())
			handled(parent, func(ctx context.Context) {
				time.Sleep(time.Minute)
				before := ctx.Err()
				cancel()
				if ctx.Err() != before {
					t.Error(ctx.Err())
				}
			})
		},
		"it ends with its parent, and has its cause": func(t *testing.T) {
			parent, cancel := context.WithCancelCause(t.Context())
			handled(parent, func(ctx context.Context) {
				cancel(stopped)
				if ctx.Err() != context.Canceled || context.Cause(ctx) != stopped {
					t.Error(ctx.Err(), context.Cause(ctx))
				}
				<-ctx.Done()
			})
		},
		"its children end with it": func(t *testing.T) {
			handled(t.Context(), func(ctx context.Context) {
				goroutines := runtime.NumGoroutine()
				child, cancel := context.WithCancel(context.WithValue(ctx, key{}, 1))
				defer cancel()
				if n := runtime.NumGoroutine(); n > goroutines {
					t.Errorf("%d goroutines wait for the end", n-goroutines)
				}
				if <-child.Done(); !errors.Is(child.Err(), context.DeadlineExceeded) {
					t.Error(child.Err())
				}
			})
		},
		"it has ended when the handler has returned": func(t *testing.T) {
			for _, ask := range []bool{false, true} {
				ctx := handled(t.Context(), func(ctx context.Context) {
					if ask {
						ctx.Done()
					}
				})
				<-ctx.Done()
				if ctx.Err() != context.Canceled {
					t.Error(ask, ctx.Err())
				}
			}
		},
		"it tells its deadline": func(t *testing.T) {
			for parents, want := range map[time.Duration]time.Duration{time.Second: time.Second, time.Hour: time.Minute} {
				parent, cancel := context.WithTimeout(t.Context(), parents)
				handled(parent, func(ctx context.Context) {
					if at, ok := ctx.Deadline(); !ok || time.Until(at) != want {
						t.Error(time.Until(at), ok)
					}
				})
				cancel()
			}
		},
		"it has the values of its parent": func(t *testing.T) {
			handled(context.WithValue(t.Context(), key{}, 7), func(ctx context.Context) {
				before := ctx.Value(key{})
				ctx.Done()
				if before != 7 || ctx.Value(key{}) != 7 {
					t.Error(before, ctx.Value(key{}))
				}
			})
		},
	} {
		t.Run(reason, func(t *testing.T) { synctest.Test(t, f) })
	}
}
