package cetest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// Recorder keeps the events that its method HandleEvent, a [dispatch.Handler], was called
// with. The zero value handles each event without a reply. A Recorder is safe for concurrent
// use, and must not be copied after its first event.
type Recorder struct {
	// Handler says what becomes of an event that was recorded. nil handles it.
	Handler dispatch.Handler

	mu     sync.Mutex
	events []cloudevents.Event
	more   chan struct{} // closed with the next event; nil if nobody waits
}

// HandleEvent records a copy of the event and calls Handler.
func (r *Recorder) HandleEvent(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	r.record(e.Clone())
	if r.Handler == nil {
		return nil, nil
	}
	return r.Handler(ctx, e)
}

func (r *Recorder) record(es ...cloudevents.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, es...)
	if r.more != nil {
		close(r.more)
		r.more = nil
	}
}

// Events returns the events so far, in order.
func (r *Recorder) Events() []cloudevents.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

// Wait returns the events once there are n of them or more, or those so far and an error
// when ctx ends. It is for events that come on another goroutine, from a
// [dispatch.Background] or a consumer.
func (r *Recorder) Wait(ctx context.Context, n int) ([]cloudevents.Event, error) {
	for {
		r.mu.Lock()
		events := slices.Clone(r.events)
		if r.more == nil {
			r.more = make(chan struct{})
		}
		more := r.more
		r.mu.Unlock()
		if len(events) >= n {
			return events, nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return events, fmt.Errorf("%d of %d events came: %w", len(events), n, context.Cause(ctx))
		}
	}
}
