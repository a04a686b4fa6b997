package dispatch

import "context"

type forgivenKey struct{}

// WithForgiven returns a context for the handler of an event that a forgiving decoder did
// not take as it was. Transports call it with the Err of the [cloudevents.Receipt].
func WithForgiven(ctx context.Context, err error) context.Context {
	return context.WithValue(ctx, forgivenKey{}, err)
}

// Forgiven returns what a forgiving decoder has forgiven in the event of a handler's
// context: a [*validation.Error], or [validation.Errors]. It is nil if the event was taken
// as it was.
func Forgiven(ctx context.Context) error {
	err, _ := ctx.Value(forgivenKey{}).(error)
	return err
}
