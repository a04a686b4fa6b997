package cehttp

import (
	"context"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

// ConcurrencyLimit returns a Middleware that lets n events at most be handled at the
// same time, by all handlers together that it wraps. Others are answered 503 at
// once, retryable after a second, with the error type "overloaded": it is not their
// sender's rate that is at fault, which 429 would say.
//
// If n is not positive, there is no limit.
func ConcurrencyLimit(n int) Middleware {
	if n <= 0 {
		return func(next Handler) Handler { return next }
	}
	places := make(chan struct{}, n)
	return func(next Handler) Handler {
		return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			select {
			case places <- struct{}{}:
			default:
				return nil, &HandlerError{
					Status: http.StatusServiceUnavailable, Type: "overloaded",
					Message:   "too many events are being handled",
					Retryable: true, RetryAfter: time.Second,
				}
			}
			defer func() { <-places }()
			return next(ctx, e)
		}
	}
}
