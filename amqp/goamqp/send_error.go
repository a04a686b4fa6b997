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

// outcome waits for the outcome of a message. It returns nil if that is accepted.
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

// SendError is the error about an event that the broker did not accept. The broker may
// have the event nevertheless. When a handler returns a SendError, dispatch.Judge makes
// it a retry if it is Retryable, and otherwise a refusal.
type SendError struct {
	// Index is the position of the event in its batch. It is -1 if the event was sent by
	// Send.
	Index int

	// Address is the address of the link. It is empty if there was no link.
	Address string

	// Outcome is the outcome from the broker: an [*amqp.StateRejected],
	// [*amqp.StateReleased] or [*amqp.StateModified]. It is nil if there was none.
	Outcome amqp.DeliveryState

	// Err is the error of the client or of Connect, or describes the outcome. It wraps
	// the [*amqp.Error] of the broker, if there is one.
	Err error

	unconnected bool // Err is that of Connect
}

// Error returns the address, the index and the cause.
func (e *SendError) Error() string {
	place := "cegoamqp"
	if e.Address != "" {
		place += fmt.Sprintf(": address %q", excerpt.Of(e.Address))
	}
	if e.Index >= 0 {
		place += fmt.Sprintf(": event %d", e.Index)
	}
	return fmt.Sprintf("%s: %v", place, e.Err)
}

// Unwrap returns e.Err.
func (e *SendError) Unwrap() error { return e.Err }

// Retryable reports whether the event may be sent again. That is so after a lost link and
// after the outcomes released and modified, unless the latter says undeliverable-here. It
// is not so if the message is too large or malformed, or was rejected, unless the
// condition says that the broker lacks room or has failed itself. An error of Connect is
// retryable unless dispatch.Judge refuses it.
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
