package dispatch

import (
	"context"
	"math"
	"sync/atomic"
	"time"
)

// start is where times are counted from. The time since then is one reading of one clock; with
// time.Now it would be two, which take as long as the rest of a deadline.
var start = time.Now()

// after returns the time, since start, that is d after begin. In tests with a clock of their own
// both are before start.
func after(begin, d time.Duration) time.Duration {
	if begin+d < begin { // there is no such time
		return math.MaxInt64
	}
	return begin + d
}

// deadline is a context that ends at a time, with its parent, or when its handler has returned,
// as that of context.WithDeadline does. It makes a timer when a handler asks for Done: most
// return without, and the timer costs more than all else that is done for an event.
type deadline struct {
	context.Context               // the parent
	at              time.Duration // since start
	timed           atomic.Pointer[timed]
}

// timed is the context of a deadline that has the timer.
type timed struct {
	context.Context
	cancel context.CancelFunc
}

// returned stands for the timed of a deadline whose handler has returned without one.
var returned timed

// end is called when the handler has returned.
func (c *deadline) end() {
	if !c.timed.CompareAndSwap(nil, &returned) {
		c.timed.Load().cancel()
	}
}

// context returns the context that has the timer.
func (c *deadline) context() *timed {
	for {
		t := c.timed.Load()
		if t != nil && t != &returned {
			return t
		}
		made := new(timed)
		at, _ := c.Deadline()
		made.Context, made.cancel = context.WithDeadline(c.Context, at)
		if t == &returned {
			made.cancel()
		}
		if c.timed.CompareAndSwap(t, made) {
			return made
		}
		made.cancel()
	}
}

func (c *deadline) Deadline() (time.Time, bool) {
	now := time.Now()
	own := now.Add(c.at - now.Sub(start))
	if at, ok := c.Context.Deadline(); ok && at.Before(own) {
		return at, true
	}
	return own, true
}

func (c *deadline) Done() <-chan struct{} { return c.context().Done() }

func (c *deadline) Err() error {
	if c.timed.Load() == nil && c.Context.Err() == nil && time.Since(start) < c.at {
		return nil
	}
	return c.context().Err()
}

// Value asks the context that has the timer once there is one, so that package context finds it
// when it makes children, and finds the cause.
func (c *deadline) Value(key any) any {
	if t := c.timed.Load(); t != nil && t != &returned {
		return t.Value(key)
	}
	return c.Context.Value(key)
}
