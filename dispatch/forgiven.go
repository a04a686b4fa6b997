package dispatch

import "context"

type forgivenKey struct{}

// WithForgiven returns a context for the handler of an event in which a forgiving decoder
// has forgiven err. Transports call it with the Err of the cloudevents.Receipt.
func WithForgiven(ctx context.Context, err error) context.Context {
	return context.WithValue(ctx, forgivenKey{}, err)
}

// Forgiven returns what a forgiving decoder has forgiven in the event of ctx, the context
// of a handler: a *validation.Error, or validation.Errors. It is nil if nothing was
// forgiven.
func Forgiven(ctx context.Context) error {
	err, _ := ctx.Value(forgivenKey{}).(error)
	return err
}
