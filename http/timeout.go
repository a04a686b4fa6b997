package cehttp

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

// Timeout returns a Middleware that ends the context of a handler after d. A
// handler that then returns an error is answered 503, retryable, with the error type
// "timeout"; one that succeeds nevertheless has succeeded. A handler that does not
// look at its context is not interrupted: what it goes on to do would be unknown.
//
// If d is not positive, there is no timeout.
func Timeout(d time.Duration) Middleware {
	return func(next Handler) Handler {
		if d <= 0 {
			return next
		}
		return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			limited, cancel := context.WithTimeout(ctx, d)
			defer cancel()
			reply, err := next(limited, e)
			var deferred *Deferred
			if err == nil || errors.As(err, &deferred) || ctx.Err() != nil || limited.Err() == nil {
				return reply, err
			}
			var chosen *HandlerError
			if errors.As(err, &chosen) {
				return nil, err // it knew better
			}
			return nil, &HandlerError{
				Status: http.StatusServiceUnavailable, Type: "timeout",
				Message:   "handling the event took too long",
				Retryable: true, Err: err,
			}
		}
	}
}
