package cegoamqp

import (
	"context"
	"errors"
	"fmt"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// send sends a message, and waits for its outcome.
func send(ctx context.Context, link *amqp.Sender, m *amqp.Message) error {
	receipt, err := post(ctx, link, m)
	if err == nil {
		err = outcome(ctx, link, &receipt)
	}
	if err == nil {
		return nil
	}
	err.Index = -1
	return err
}

// post sends a message.
func post(ctx context.Context, link *amqp.Sender, m *amqp.Message) (amqp.SendReceipt, *SendError) {
	receipt, err := link.SendWithReceipt(ctx, m, nil)
	if err == nil {
		return receipt, nil
	}
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err) // go-amqp leaves it out if it waited for credit
	}
	return receipt, &SendError{Address: link.Address(), Err: err}
}

// outcome waits for what the broker says of a message. The result is nil if that is accepted.
func outcome(ctx context.Context, link *amqp.Sender, receipt *amqp.SendReceipt) *SendError {
	state, err := receipt.Wait(ctx)
	if err == nil {
		switch state := state.(type) {
		case *amqp.StateAccepted:
			return nil
		case *amqp.StateRejected:
			err = errRejected
			if state.Error != nil {
				err = fmt.Errorf("%w: %w", errRejected, state.Error)
			}
		case *amqp.StateReleased:
			err = errReleased
		case *amqp.StateModified:
			err = errModified
		default:
			err = fmt.Errorf("the broker answers with the state %T", state)
		}
	}
	return &SendError{Address: link.Address(), Outcome: state, Err: err}
}

var (
	errRejected = errors.New("the broker has rejected the message")
	errReleased = errors.New("the broker has released the message")
	errModified = errors.New("the broker has released the message as modified")
)

// SendError is about an event that the broker does not have, or of which that is not known. A
// handler that returns it asks for a retry, or refuses its event, as dispatch.Judge says.
type SendError struct {
	// Index is the place of the event in its batch. It is -1 in Send.
	Index int

	// Address is where the event was to go. It is empty if there was no link.
	Address string

	// Outcome is what the broker said: an [*amqp.StateRejected], [*amqp.StateReleased] or
	// [*amqp.StateModified]. It is nil if the broker said nothing.
	Outcome amqp.DeliveryState

	// Err is the error of the client, that of Connect, or one about the outcome. It wraps the
	// [*amqp.Error] that the broker gave.
	Err error

	unconnected bool // Err is that of Connect
}

// Error returns address, index and cause.
func (e *SendError) Error() string {
	place := "cegoamqp"
	if e.Address != "" {
		place += fmt.Sprintf(": address %q", excerpt.Shorten(e.Address, 64))
	}
	if e.Index >= 0 {
		place += fmt.Sprintf(": event %d", e.Index)
	}
	return fmt.Sprintf("%s: %v", place, e.Err)
}

// Unwrap returns e.Err.
func (e *SendError) Unwrap() error { return e.Err }

// Retryable reports whether the event may be sent again. It may after released, modified and a
// lost link. It may not after rejected, or if the message is too large or malformed. A broker that
// rejects for want of room or because of its own failure is asked again. An error of Connect is
// judged as that of a handler.
func (e *SendError) Retryable() bool {
	if e.unconnected {
		return dispatch.Judge(context.Background(), nil, e.Err).Verdict != dispatch.VerdictRefused
	}
	var reason *amqp.Error
	hasReason := errors.As(e.Err, &reason)
	switch state := e.Outcome.(type) {
	case *amqp.StateRejected:
		return hasReason && isPassing(reason.Condition)
	case *amqp.StateModified:
		return !state.UndeliverableHere
	}
	return !hasReason || !isLasting(reason.Condition)
}

// isPassing reports whether a condition with which a message was rejected can pass.
func isPassing(c amqp.ErrCond) bool {
	switch c {
	case amqp.ErrCondResourceLimitExceeded, amqp.ErrCondResourceLocked, amqp.ErrCondInternalError, amqp.ErrCondTransferLimitExceeded:
		return true
	}
	return false
}

// isLasting reports whether a condition that has ended a link is about the message.
func isLasting(c amqp.ErrCond) bool {
	switch c {
	case amqp.ErrCondMessageSizeExceeded, amqp.ErrCondDecodeError, amqp.ErrCondInvalidField, amqp.ErrCondNotAllowed,
		amqp.ErrCondNotImplemented, amqp.ErrCondPreconditionFailed, amqp.ErrCondFrameSizeTooSmall:
		return true
	}
	return false
}
