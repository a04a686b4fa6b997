package cehttp

import (
	"context"
	"time"
)

// SendObserver is told what a [Sender] does, to count and to time. Its fields may be
// nil. They are called on the goroutine of the call, which waits for them, and at the
// same time from several.
type SendObserver struct {
	// Attempted is called after each request, before the wait for the next one.
	Attempted func(ctx context.Context, a Attempt)
	// Sent is called at the end of a call for each event that was accepted. Duration is
	// that of the call.
	Sent func(ctx context.Context, o Outcome)
	// Failed is called at the end of a call for each event that was not. Status is 0 if
	// the last attempt had no answer, or if the event is not valid.
	Failed func(ctx context.Context, o Outcome)
}

// Attempt is one request of a [Sender].
type Attempt struct {
	Number   int           // counted from 1 for each message
	Events   int           // in the request: 1, or those of a batch
	Status   int           // of the answer; 0 if there was none
	Duration time.Duration // until the answer was read
	Wait     time.Duration // until the next attempt; 0 if that is at once, or if there is none
	Err      error         // why there was no answer, or no next attempt; nil if Status says it all
}

func (c *delivery) observe(ctx context.Context, a *attemptResult, wait time.Duration) {
	if c.attempts > c.observed && c.Observer.Attempted != nil {
		c.observed = c.attempts
		c.Observer.Attempted(ctx, Attempt{c.attempts, c.message.events, a.status, c.duration, wait, a.err})
	}
}

func (o *SendObserver) done(ctx context.Context, out Outcome, begin time.Time) {
	hook := o.Sent
	if out.Err != nil {
		hook = o.Failed
	}
	if hook != nil {
		out.Duration = time.Since(begin)
		hook(ctx, out)
	}
}
