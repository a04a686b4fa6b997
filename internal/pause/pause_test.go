package pause_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/pause"
)

func TestFor(t *testing.T) {
	for name, c := range map[string]struct {
		wait      time.Duration
		endAfter  time.Duration // of ctx; 0 is never
		quitAfter time.Duration
		want      bool
		waited    time.Duration
	}{
		"to the end":        {time.Hour, 0, 0, true, time.Hour},
		"no time":           {0, 0, 0, true, 0},
		"less than no time": {-1, 0, 0, true, 0},
		"ctx ends":          {time.Hour, time.Second, 0, false, time.Second},
		"ctx has ended":     {0, -1, 0, false, 0},
		"quit is closed":    {time.Hour, 0, time.Second, false, time.Second},
		"quit was closed":   {0, 0, -1, false, 0},
		"both, later":       {time.Second, time.Minute, time.Minute, true, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var quit chan struct{}
				end := func(after time.Duration, f func()) {
					switch {
					case after < 0:
						f()
					case after > 0:
						time.AfterFunc(after, f)
					}
				}
				end(c.endAfter, cancel)
				if c.quitAfter != 0 {
					quit = make(chan struct{})
					end(c.quitAfter, func() { close(quit) })
				}
				begin := time.Now()
				if got := pause.For(ctx, quit, c.wait); got != c.want || time.Since(begin) != c.waited {
					t.Errorf("%v after %v", got, time.Since(begin))
				}
			})
		})
	}
}
