package cehttp_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// A shutdown loses no accepted event, whatever the order in which server and queue shut
// down.
func TestShutdownUnderLoad(t *testing.T) {
	for _, c := range []struct {
		name       string
		queueFirst bool
		bounded    bool // the shutdown has no time
	}{
		{"server, then queue", false, false},
		{"queue, then server", true, false},
		{"queue without time, then server", true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			const events, before = 200_000, 900 // fewer than the limit of the queue
			l := newLedger(events)
			b := &dispatch.Background{Handler: l.handle, Workers: 4, Logger: silent(nil).Logger}
			if c.bounded {
				b.Workers, b.Handler = 1, func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
					time.Sleep(time.Millisecond)
					return l.handle(ctx, e)
				}
			}
			address, stop := listen(t, silent(b.HandleEvent))
			var all sync.WaitGroup
			for range loadConnections {
				all.Go(func() {
					c, transport := client()
					defer transport.CloseIdleConnections()
					for numbers := l.next(); numbers != nil; numbers = l.next() {
						if _, err := l.post(context.Background(), c, "http://"+address+"/", numbers); err != nil {
							return // refused
						}
						if l.refused.Load() > 2000 {
							return
						}
					}
				})
			}
			for l.taken.Load() < before {
				if l.sent.Load() > events {
					t.Fatal("too few events")
				}
				runtime.Gosched()
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if c.bounded {
				cancel()
			}
			var left []dispatch.Unfinished
			var err error
			if c.queueFirst {
				left, err = b.Shutdown(ctx)
				for l.refused.Load() == 0 { // the server refuses events
					runtime.Gosched()
				}
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
			if !c.queueFirst {
				left, err = b.Shutdown(ctx)
			}
			all.Wait()
			if (err != nil) != (len(left) > 0) || (len(left) > 0) != c.bounded {
				t.Errorf("%d left, %v", len(left), err)
			}
			for _, u := range left { // unfinished events are not lost
				if !u.Started {
					_, _ = l.handle(ctx, u.Event)
				}
			}
			t.Logf("%d unfinished", len(left))
			l.check(t)
		})
	}
}
