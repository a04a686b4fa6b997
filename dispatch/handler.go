package dispatch

import (
	"context"

	"github.com/seed763dd41b/cloudevents"
)

// Handler handles one event. It owns the event, and may keep and change it. ctx ends when
// the result is no longer needed, for example with the HTTP request.
//
// A nil error says that the event was handled. The reply may be nil; a transport without
// replies drops it. Any other error says that the event was not handled, and [Error],
// [Permanent] and [Retryable] say what the sender should do about that. [Deferred] is the
// error for an event that was accepted and will be handled later. [Judge] has all the
// rules.
type Handler func(ctx context.Context, e *cloudevents.Event) (reply *cloudevents.Event, err error)

// NoReply returns a Handler that calls fn and never replies. It is nil if fn is nil.
func NoReply(fn func(ctx context.Context, e *cloudevents.Event) error) Handler {
	if fn == nil {
		return nil
	}
	return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, fn(ctx, e)
	}
}
