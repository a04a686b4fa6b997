package dispatch

import (
	"context"
	"sync"
	"time"
)

// deadline is a context that ends at a time, with its parent, or when its handler has returned,
// as that of context.WithDeadline does. It makes a timer when a handler asks for Done: most
// return without, and the timer costs more than all else that is done for an event.
type deadline struct {
	context.Context // the parent
	at              time.Time

	mu       sync.Mutex
	returned bool            // the handler
	timed    context.Context // made when it is needed
	cancel   context.CancelFunc
}

// end is called when the handler has returned.
func (c *deadline) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.returned = true
	if c.cancel != nil {
		c.cancel()
	}
}

// context returns the context that has the timer. The caller holds mu.
func (c *deadline) context() context.Context {
	if c.timed == nil {
		c.timed, c.cancel = context.WithDeadline(c.Context, c.at)
		if c.returned {
			c.cancel()
		}
	}
	return c.timed
}

func (c *deadline) Deadline() (time.Time, bool) {
	if at, ok := c.Context.Deadline(); ok && at.Before(c.at) {
		return at, true
	}
	return c.at, true
}

func (c *deadline) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.context().Done()
}

func (c *deadline) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timed == nil && !c.returned && c.Context.Err() == nil && time.Now().Before(c.at) {
		return nil
	}
	return c.context().Err()
}

// Value asks the context that has the timer once there is one, so that package context finds it
// when it makes children, and finds the cause.
func (c *deadline) Value(key any) any {
	c.mu.Lock()
	from := c.timed
	c.mu.Unlock()
	if from == nil {
		from = c.Context
	}
	return from.Value(key)
}
