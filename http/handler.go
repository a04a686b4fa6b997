package cehttp

import (
	"context"

	"github.com/seed763dd41b/cloudevents"
)

// Handler handles one event. The event is the handler's own: it may be kept and
// changed. ctx ends with the request.
//
// A reply is sent back in the mode of the request; nil, nil says that the event
// was handled and there is nothing to say. What the sender is told about an error
// is up to the error: see [HandlerError], [Permanent], [Retryable] and [Deferred].
type Handler func(ctx context.Context, e *cloudevents.Event) (reply *cloudevents.Event, err error)

// Middleware wraps a Handler into another one.
type Middleware func(Handler) Handler

// Chain returns h inside ms, the first of which is the outermost.
func Chain(h Handler, ms ...Middleware) Handler {
	for i := len(ms) - 1; i >= 0; i-- {
		h = ms[i](h)
	}
	return h
}
