package ceverify

import (
	"context"
	"errors"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

type resultKey struct{}

// Wrap returns a handler that verifies each event before next, and hands it
// [Result.Event] alone. [FromContext] has the rest of the Result. It is a
// [dispatch.Middleware], and goes before [dispatch.Deduplicate]:
//
//	dispatch.Chain(handle, verifier.Wrap, deduplicate.Wrap)
//
// An event that does not verify is refused: the error is a [*dispatch.Error] with Status 403,
// the type "unverified_event" and the error of [Verifier.Verify] as its cause. The type is
// "unsigned_event" for [ErrUnsigned]. With [ErrKey] it is Status 500 and the type
// "verification_failed", and the event may be sent again.
//
// A batch is verified event by event, because a transport calls the handler for each.
func (v *Verifier) Wrap(next dispatch.Handler) dispatch.Handler {
	return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		r, err := v.Verify(e)
		if err != nil {
			return nil, refusal(err)
		}
		return next(context.WithValue(ctx, resultKey{}, &r), &r.Event)
	}
}

func refusal(err error) *dispatch.Error {
	switch {
	case errors.Is(err, ErrKey):
		return &dispatch.Error{Status: 500, Type: "verification_failed", Retryable: true, Err: err}
	case errors.Is(err, ErrUnsigned):
		return &dispatch.Error{Status: 403, Type: "unsigned_event", Message: "the event must be signed", Err: err}
	}
	return &dispatch.Error{Status: 403, Type: "unverified_event", Message: "the signature of the event was not accepted", Err: err}
}

// FromContext returns the [Result] about the event of a handler inside [Verifier.Wrap]. It
// returns nil elsewhere. The handler owns Result.Event, and may have changed it.
func FromContext(ctx context.Context) *Result {
	r, _ := ctx.Value(resultKey{}).(*Result)
	return r
}
