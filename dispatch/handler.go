package dispatch

import (
	"context"

	"github.com/seed763dd41b/cloudevents"
)

// Handler handles one event. The handler owns the event, and may keep and change it. ctx
// ends when nobody waits for the result any longer: with the request, for example.
//
// The results nil, nil say that the event was handled. A transport that can answer sends
// a reply back; others drop it. An error says that the event was not handled, and
// [Error], [Permanent] and [Retryable] say what the sender should do about that.
// [Deferred] is the error of an event that was accepted and is handled later. [Judge] has
// all the rules.
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
