package cehttp

import (
	"context"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// Observer has functions that a [Receiver] calls, to count and to time requests and
// events. Each may be nil. They are called on the goroutine of the request, which waits
// for them, and concurrently from several goroutines.
type Observer struct {
	// Observer is called for events. Started is called for each request, Handling with
	// each event after it was decoded, Failed also for a request that was refused because
	// it has no valid event.
	dispatch.Observer

	// Forgiven is called for each event that a forgiving Receiver has not taken as it was.
	// The function must not keep the event, and not change it.
	Forgiven func(ctx context.Context, r cloudevents.Receipt)

	// Answered is called at the end of each request for which Started was called, with
	// the status of the answer and the duration of the whole request. The status is 0 if
	// the sender has disconnected or the handler has aborted the request.
	Answered func(ctx context.Context, status int, d time.Duration)
}

// now returns the time if some function needs a duration. Reading the clock costs as much
// as decoding several attributes.
func (o *Observer) now() time.Time {
	if o.Handled == nil && o.Failed == nil && o.Answered == nil {
		return time.Time{}
	}
	return time.Now()
}

func (o *Observer) started(ctx context.Context) {
	if o.Started != nil {
		o.Started(ctx)
	}
}

// done calls Handled or Failed.
func (o *Observer) done(ctx context.Context, out dispatch.Outcome) {
	hook := o.Handled
	if out.Err != nil {
		hook = o.Failed
	}
	if hook != nil {
		hook(ctx, out)
	}
}

func (o *Observer) answered(ctx context.Context, status int, begin time.Time) {
	if o.Answered != nil {
		o.Answered(ctx, status, time.Since(begin))
	}
}
