package dispatch_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// take gives an event to b, which must accept it, and returns the ID of the work.
func take(t *testing.T, b *dispatch.Background, id string) string {
	t.Helper()
	reply, err := b.HandleEvent(t.Context(), named(id))
	var d *dispatch.Deferred
	if reply != nil || !errors.As(err, &d) || d.ID == "" {
		t.Fatalf("%s: %v, %v", id, reply, err)
	}
	return d.ID
}

// wantRefusal gives an event to b, which must not accept it.
func wantRefusal(t *testing.T, b *dispatch.Background, typ string) {
	t.Helper()
	_, err := b.HandleEvent(t.Context(), named("refused"))
	var h *dispatch.Error
	if !errors.As(err, &h) || h.StatusCode() != 503 || h.Type != typ || !h.Retryable {
		t.Errorf("error is %v, want 503 of type %s", err, typ)
	}
}

// sleeper handles an event in the time that is its ID, or else in a day, unless its context ends.
func sleeper(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	d, err := time.ParseDuration(e.ID)
	if err != nil {
		d = 24 * time.Hour
	}
	select {
	case <-time.After(d):
		return nil, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestBackgroundHandlesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w witness
		b := &dispatch.Background{Workers: 1, Handler: sleeper, Observer: w.observer()}
		take(t, b, "3s")
		take(t, b, "1s")
		take(t, b, "2s")
		if b.Pending() != 3 {
			t.Errorf("%d pending", b.Pending())
		}
		begin := time.Now()
		if left, err := b.Shutdown(t.Context()); err != nil || len(left) > 0 {
			t.Errorf("Shutdown: %v, %v", left, err)
		}
		if d := time.Since(begin); d != 6*time.Second {
			t.Errorf("one worker took %v", d)
		}
		want := "started; handled 3s done 0 <nil>; started; handled 1s done 0 <nil>; started; handled 2s done 0 <nil>"
		if got := w.String(); got != want {
			t.Errorf("got %s", got)
		}
		if b.Pending() != 0 {
			t.Errorf("%d pending", b.Pending())
		}
	})
}

func TestBackgroundIsBounded(t *testing.T) {
	for _, c := range []struct {
		name     string
		b        *dispatch.Background
		accepted int
	}{
		{"defaults", &dispatch.Background{}, 16 + 1024},
		{"workers and queue", &dispatch.Background{Workers: 2, QueueLimit: 3}, 5},
		{"no limit of waiting events", &dispatch.Background{Workers: 2, QueueLimit: -1, MaxBytes: 5000}, 4},
		{"no limit of workers", &dispatch.Background{Workers: -1, QueueLimit: 1, MaxBytes: 5000}, 4},
		{"bytes", &dispatch.Background{MaxBytes: 5000}, 4},
		{"bytes for less than one event", &dispatch.Background{MaxBytes: 1}, 1},
		{"no limit of bytes", &dispatch.Background{MaxBytes: -1, Workers: 1, QueueLimit: 1}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.b.Handler = sleeper
				for round := range 2 {
					for range c.accepted {
						take(t, c.b, "1s")
					}
					wantRefusal(t, c.b, "queue_full")
					synctest.Wait()
					wantRefusal(t, c.b, "queue_full")
					if c.b.Pending() != c.accepted {
						t.Errorf("round %d: %d pending, want %d", round, c.b.Pending(), c.accepted)
					}
					for c.b.Pending() > 0 {
						time.Sleep(time.Second)
						synctest.Wait()
					}
				}
			})
		})
	}
}

// The context has the values of the request, and does not end with it.
func TestBackgroundOutlivesTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		var ctxErr error
		var value any
		b := &dispatch.Background{Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			time.Sleep(time.Second)
			ctxErr, value = ctx.Err(), ctx.Value(key{})
			return nil, nil
		}}
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "kept"))
		_, _ = b.HandleEvent(ctx, named("1"))
		cancel()
		if _, err := b.HandleEvent(ctx, named("2")); !errors.Is(err, context.Canceled) {
			t.Errorf("an event whose sender is gone was accepted: %v", err)
		}
		if _, err := b.Shutdown(t.Context()); err != nil || ctxErr != nil || value != "kept" {
			t.Errorf("%v, %v, %v", err, ctxErr, value)
		}
	})
}

// Every failure is logged and reported, and none ends the worker.
func TestBackgroundFailuresAreSeen(t *testing.T) {
	for _, c := range []struct {
		name     string
		h        dispatch.Handler
		reported string
		logged   string
	}{
		{"error", answering(nil, errors.New("no")), "failed 1 retry 500 no", "error=no event.id=1 event.source=/s event.type=t"},
		{"permanent", answering(nil, dispatch.Permanent(errors.New("no"))), "failed 1 refused 422 no", "level=ERROR"},
		{"panic", func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { panic("no") }, "failed 1 retry 500 panic: no", "background_test.go"},
		{"goroutine ended", func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
			runtime.Goexit()
			return nil, nil
		}, "failed 1 retry 500 the handler ended its goroutine", "level=ERROR"},
		{"timeout", patient, "failed 1 retry 503 context deadline exceeded", "level=ERROR"},
		{"timeout, said in other words", func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			<-ctx.Done()
			return nil, errors.New("no")
		}, "failed 1 retry 500 context deadline exceeded: no", "level=ERROR"},
		{"reply", answering(named("2"), nil), "handled 1 done 0 <nil>", "level=WARN"},
		{"deferred again", answering(nil, &dispatch.Deferred{}), "handled 1 deferred 0 <nil>", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log logged
				var w witness
				b := &dispatch.Background{Workers: 1, Handler: c.h, Timeout: time.Minute, Logger: log.logger(), Observer: w.observer()}
				take(t, b, "1")
				take(t, b, "1")
				if left, err := b.Shutdown(t.Context()); err != nil || len(left) > 0 {
					t.Errorf("Shutdown: %v, %v", left, err)
				}
				if want := "started; " + c.reported + "; started; " + c.reported; w.String() != want {
					t.Errorf("reported %s\nwant %s", &w, want)
				}
				if got := log.String(); !strings.Contains(got, c.logged) {
					t.Errorf("logged %s\nwant %s", got, c.logged)
				}
			})
		})
	}
}

// Every text of an event, and its data, count as memory.
func TestBackgroundCountsAllOfAnEvent(t *testing.T) {
	const size, limit = 10_000, 14_000
	long := strings.Repeat("x", size)
	for name, change := range map[string]func(e *cloudevents.Event){
		"id":              func(e *cloudevents.Event) { e.ID = long },
		"source":          func(e *cloudevents.Event) { e.Source = long },
		"type":            func(e *cloudevents.Event) { e.Type = long },
		"subject":         func(e *cloudevents.Event) { e.Subject = long },
		"datacontenttype": func(e *cloudevents.Event) { e.DataContentType = long },
		"dataschema":      func(e *cloudevents.Event) { e.DataSchema = long },
		"data":            func(e *cloudevents.Event) { e.Data = []byte(long) },
		"name of an extension": func(e *cloudevents.Event) {
			e.Extensions = []cloudevents.Extension{{Name: long}}
		},
		"value of an extension": func(e *cloudevents.Event) {
			e.Extensions = []cloudevents.Extension{{Name: "x", Value: cloudevents.StringValue(long)}}
		},
		"nothing long": func(*cloudevents.Event) {},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := &dispatch.Background{MaxBytes: limit, Handler: sleeper, Logger: quiet}
			take(t, b, "1s") // about 1 KiB
			e := minimal()
			e.ID = "1s"
			change(&e)
			_, err := b.HandleEvent(t.Context(), &e)
			var d *dispatch.Deferred
			accepted := errors.As(err, &d)
			take(t, b, "1s")
			second := e
			_, err = b.HandleEvent(t.Context(), &second)
			var full *dispatch.Error
			if refused := errors.As(err, &full); !accepted || refused != (name != "nothing long") {
				t.Errorf("%s: accepted %v, then refused %v", name, accepted, refused)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, _ = b.Shutdown(ctx)
			time.Sleep(time.Hour)
		})
	}
}

// Without a Handler no event is accepted, rather than accepted and lost.
func TestBackgroundWithoutHandler(t *testing.T) {
	var b dispatch.Background
	_, err := b.HandleEvent(t.Context(), named("1"))
	if err == nil || err != b.Validate() || b.Pending() != 0 {
		t.Errorf("%v, %d pending", err, b.Pending())
	}
	if r := dispatch.Judge(t.Context(), nil, err); r.Verdict != dispatch.VerdictRetry || r.Status != 500 {
		t.Errorf("%+v", r)
	}
	b.Handler = ok
	if err := b.Validate(); err != nil {
		t.Error(err)
	}
}

// A negative limit of the queue is no limit, and the limit of the workers is another.
func TestBackgroundWithoutQueueLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for limit, want := range map[int]int{-1: 3000, -7: 3000, 0: 1 + 1024, 5: 1 + 5} {
			b := &dispatch.Background{Workers: 1, QueueLimit: limit, MaxBytes: -1, Handler: sleeper, Logger: quiet}
			accepted := 0
			for range 3000 {
				_, err := b.HandleEvent(t.Context(), named("1s"))
				var d *dispatch.Deferred
				if errors.As(err, &d) {
					accepted++
				}
			}
			if accepted != want || b.Pending() != want {
				t.Errorf("limit %d: %d accepted, %d pending, want %d", limit, accepted, b.Pending(), want)
			}
			if left, err := b.Shutdown(t.Context()); err != nil || len(left) > 0 {
				t.Errorf("%v, %v", left, err)
			}
		}
	})
}

// patient waits until its context ends.
func patient(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestBackgroundObserverPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logged
		b := &dispatch.Background{Handler: answering(nil, nil), Logger: log.logger()}
		b.Observer.Handled = func(context.Context, dispatch.Outcome) { panic("no") }
		take(t, b, "1")
		if _, err := b.Shutdown(t.Context()); err != nil || !strings.Contains(log.String(), "panic=no") {
			t.Errorf("%v, logged %s", err, log.String())
		}
	})
}

// An event that waits does not share memory with the one that came in.
func TestBackgroundCopiesTheEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got cloudevents.Event
		b := &dispatch.Background{Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			got = *e
			return nil, nil
		}}
		e := sample()
		_, _ = b.HandleEvent(t.Context(), &e)
		e.Data[0] = 'x'
		e.Extensions[0].Name = "x"
		_, _ = b.Shutdown(t.Context())
		wantEvent(t, got, sample())
	})
}

// What a handler leaves behind ends with it: its context does, whatever the handler returns, with
// and without a time limit.
func TestBackgroundEndsTheContext(t *testing.T) {
	for _, timeout := range []time.Duration{0, time.Hour} {
		for _, fails := range []error{nil, errors.New("down")} {
			synctest.Test(t, func(t *testing.T) {
				var of context.Context
				b := &dispatch.Background{Timeout: timeout, Logger: slog.New(slog.DiscardHandler), Handler: func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
					of = ctx
					return nil, fails
				}}
				take(t, b, "1")
				synctest.Wait()
				if of == nil || of.Err() == nil {
					t.Errorf("limit %v, error %v: the context has not ended", timeout, fails)
				}
			})
		}
	}
}
