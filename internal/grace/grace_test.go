package grace_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/grace"
)

func TestWait(t *testing.T) {
	const never = time.Hour
	for _, c := range []struct {
		reason   string
		grace    time.Duration
		ends     time.Duration // when the handlers end by themselves
		obeys    time.Duration // how long after cancel they end
		finished bool
		canceled bool
		took     time.Duration
	}{
		{"ends in time", time.Minute, time.Second, never, true, false, time.Second},
		{"the default", 0, 19 * time.Second, never, true, false, 19 * time.Second},
		{"after the default", 0, 21 * time.Second, never, false, true, 21 * time.Second},
		{"obeys", time.Minute, never, time.Millisecond, true, true, time.Minute + time.Millisecond},
		{"does not obey", time.Minute, never, never, false, true, time.Minute + time.Second},
		{"no time", -1, never, time.Millisecond, true, true, time.Millisecond},
	} {
		t.Run(c.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				idle, canceled := make(chan struct{}), make(chan struct{})
				go func() {
					defer close(idle)
					select {
					case <-time.After(c.ends + time.Nanosecond):
					case <-canceled:
						time.Sleep(c.obeys)
					}
				}()
				begin, called := time.Now(), false
				finished := grace.Wait(idle, c.grace, func() { called = true; close(canceled) })
				took := time.Since(begin)
				if finished != c.finished || called != c.canceled || took.Round(time.Millisecond) != c.took {
					t.Errorf("finished %t, canceled %t, after %s", finished, called, took)
				}
				<-idle
			})
		})
	}
}
