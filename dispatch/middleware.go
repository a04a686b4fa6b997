package dispatch

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
)

// Middleware wraps a Handler into another Handler.
type Middleware func(Handler) Handler

// Chain returns h wrapped into ms. The first of ms is the outermost.
func Chain(h Handler, ms ...Middleware) Handler {
	for i := len(ms) - 1; i >= 0; i-- {
		h = ms[i](h)
	}
	return h
}

// Timeout returns a Middleware that ends the context of a handler after d. If the handler
// then returns an error, the event may be sent again: the error becomes an [Error] that is
// Retryable, with the type "timeout". Its Err names d and wraps the handler's error. An Error
// that the handler returns is kept, and a handler that succeeds in spite of the timeout has
// succeeded. A handler that ignores its context is not interrupted.
//
// If d is zero or negative, there is no timeout.
func Timeout(d time.Duration) Middleware {
	return func(next Handler) Handler {
		if d <= 0 {
			return next
		}
		return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			return within(ctx, after(time.Since(start), d), d, next, e)
		}
	}
}

// within calls a handler whose context ends at a time since start, which is after d.
func within(ctx context.Context, at, d time.Duration, next Handler, e *cloudevents.Event) (*cloudevents.Event, error) {
	limited := &deadline{Context: ctx, at: at}
	defer limited.end()
	reply, err := next(limited, e)
	if err == nil || limited.Err() == nil || ctx.Err() != nil {
		return reply, err
	}
	if r := Judge(ctx, reply, err); !r.Verdict.Failed() || chosen(err) != nil {
		return reply, err
	}
	return nil, &Error{
		Status: 503, Type: "timeout", Message: "handling the event took too long",
		Retryable: true, Err: fmt.Errorf("timeout of %v: %w", d, err),
	}
}

// ConcurrencyLimit returns a Middleware that lets at most n events be handled at the same
// time, counted over all handlers that it wraps. Further events are not handled and may
// be sent again after a second: the error is an [Error] with Status 503 and the type
// "overloaded". It is not 429, because the rate of that sender is not the cause.
//
// If n is zero or negative, there is no limit.
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
				return nil, &Error{
					Status: 503, Type: "overloaded", Message: "too many events are being handled",
					Retryable: true, RetryAfter: time.Second,
				}
			}
			defer func() { <-places }()
			return next(ctx, e)
		}
	}
}

// Log returns a Middleware that writes one record for each event when its handler has
// returned. A failure is the record that [Outcome.LogFailure] describes; it is not logged
// again by a Background, a Receiver or whatever else calls LogFailure. A success is a
// record at level Info, with the outcome, the duration, the event's id, source and type in
// the group "event", and the type of the reply. Its message is "event handled", or
// "duplicate event" for a [Duplicate]. Data and other attributes are never
// logged. A panic passes through and is logged by the caller of [Call].
//
// A nil logger is [slog.Default].
func Log(l *slog.Logger) Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			// The handler may change the event.
			out := Outcome{ID: e.ID, Source: e.Source, Type: e.Type}
			begin := time.Now()
			reply, err := next(ctx, e)
			r := Judge(ctx, reply, err)
			out.Set(r)
			out.Duration = time.Since(begin)
			if r.Verdict.Failed() {
				out.LogFailure(ctx, l)
				return reply, &loggedError{r.Err}
			}
			attrs := []slog.Attr{
				slog.String("outcome", out.Verdict.String()), slog.Duration("duration", out.Duration),
				eventlog.Event(out.ID, out.Source, out.Type),
			}
			if r.Reply != nil {
				attrs = append(attrs, slog.String("reply", eventlog.Cut(r.Reply.Type)))
			}
			message := "event handled"
			if r.Duplicate {
				message, err = "duplicate event", &loggedError{err}
			}
			eventlog.Default(l).LogAttrs(ctx, slog.LevelInfo, message, attrs...)
			return reply, err
		}
	}
}
