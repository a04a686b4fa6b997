package cehttp

import (
	"context"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

// Observer is told what a [Receiver] or a [Background] does, to count and to
// time. Its fields may be nil. They are called on the goroutine of the request or
// of the work, which waits for them, and at the same time from several.
//
//	o := cehttp.Observer{
//		Failed: func(_ context.Context, o cehttp.Outcome) { failures.Add(strconv.Itoa(o.Status), 1) },
//	}
type Observer struct {
	// Started is called when a request comes in; by Background, when the work on
	// an event begins.
	Started func(ctx context.Context)
	// Decoded is called with each event before it is handled. The event is the
	// handler's own afterwards; it must not be kept. Background does not call it.
	Decoded func(ctx context.Context, e *cloudevents.Event)
	// Handled is called when an event was handled: Status is 200, 202 or 204.
	Handled func(ctx context.Context, o Outcome)
	// Failed is called when an event was not handled, and, without an event, when
	// a request was refused.
	Failed func(ctx context.Context, o Outcome)
	// Answered is called at the end of each request for which Started was called,
	// with the status that went out and the duration of the whole request. Status 0
	// is a request that nobody waits for any more, or that the handler aborted.
	// Background does not call it.
	Answered func(ctx context.Context, status int, d time.Duration)
}

// Outcome is what became of an event.
type Outcome struct {
	ID, Source, Type string        // of the event; "" if the request was refused before there was one
	Status           int           // of the answer, or of its result in a batch
	Duration         time.Duration // of the handler; of a refused request, since it came in
	Err              error         // of Failed; it may wrap more than the sender is told
}

// now returns the time if anybody will be told a duration.
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

func (o *Observer) decoded(ctx context.Context, e *cloudevents.Event) {
	if o.Decoded != nil {
		o.Decoded(ctx, e)
	}
}

// done calls Handled or Failed.
func (o *Observer) done(ctx context.Context, out Outcome, begin time.Time) {
	hook := o.Handled
	if out.Err != nil {
		hook = o.Failed
	}
	if hook != nil {
		out.Duration = time.Since(begin)
		hook(ctx, out)
	}
}

func (o *Observer) answered(ctx context.Context, status int, begin time.Time) {
	if o.Answered != nil {
		o.Answered(ctx, status, time.Since(begin))
	}
}
