package cegoamqp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/pause"
)

type messageKey struct{}

// MessageFrom returns the message that carried the event, with its header, properties and
// annotations. ctx is the context that a [Consumer] passes to the handler; for any other,
// MessageFrom reports false. The message must not be settled or changed.
func MessageFrom(ctx context.Context) (*amqp.Message, bool) {
	m, ok := ctx.Value(messageKey{}).(*amqp.Message)
	return m, ok
}

// HeaderFrom returns the application property of that name in the message that carried
// the event, or "" if there is none or it is not a string. It is for properties that are
// not part of the event, such as traceparent. ctx is the context that a [Consumer] passes
// to the handler.
func HeaderFrom(ctx context.Context, name string) string {
	m, ok := MessageFrom(ctx)
	if !ok {
		return ""
	}
	value, _ := m.ApplicationProperties[name].(string)
	return value
}

// handle handles one message and settles it.
func (r *run) handle(m *amqp.Message) {
	c := r.consumer
	in := FromMessage(m)
	e, err := c.Decoder.ToCloudEvent(&in)
	if err != nil {
		r.invalid(m, err)
		return
	}
	out := r.deliver(m, &e)
	used := out.Attempts >= c.Delivery.MaxAttempts()
	switch {
	case out.Interrupted:
		r.settle(m, "released", r.release(m))
	case !out.Verdict.Failed():
		r.settle(m, "accepted", r.accept(m))
	case out.Verdict == dispatch.VerdictRetry && !used:
		r.giveBack(m, c.Delivery.Backoff(out.Attempts, out.RetryAfter))
	case out.Verdict == dispatch.VerdictRetry && r.links.DeadLetter == nil && !c.BrokerDeadLetter:
		r.settle(m, "released", r.release(m))
		r.fail(r.undeliverable(m, out.Attempts, out.Err, dispatch.ErrNoDeadLetter))
	default:
		r.setAside(m, out.Err, out.Attempts, out.Status)
	}
}

// deliver calls the handler: until no attempt is left, or once if the broker is to deliver the
// message again.
func (r *run) deliver(m *amqp.Message, e *cloudevents.Event) dispatch.Delivered {
	ctx := context.WithValue(r.ctx, messageKey{}, m)
	if r.consumer.Retry == RetryInPlace {
		return r.consumer.Delivery.Deliver(ctx, r.stopping, e)
	}
	once := r.consumer.Delivery
	once.Attempts = 1
	out := once.Deliver(ctx, r.stopping, e)
	if m.Header != nil && !out.Interrupted {
		out.Attempts += int(m.Header.DeliveryCount) // those that failed before
	}
	return out
}

// giveBack lets the broker deliver a message again, after a wait, because AMQP has none.
func (r *run) giveBack(m *amqp.Message, wait time.Duration) {
	pause.For(r.ctx, r.stopping, wait)
	if r.consumer.Retry == RetryModified {
		ctx, cancel := r.settling()
		defer cancel()
		r.settle(m, "modified", r.links.Receiver.ModifyMessage(ctx, m, &amqp.ModifyMessageOptions{DeliveryFailed: true}))
		return
	}
	r.settle(m, "released", r.release(m))
}

// statusInvalid is the HTTP status that a message without a valid event stands for.
const statusInvalid = 400

// invalid settles a message that holds no valid event as Invalid says.
func (r *run) invalid(m *amqp.Message, err error) {
	c := r.consumer
	c.Delivery.Invalid(r.ctx, err, slog.String("address", r.links.Receiver.Address()), slog.Any("messageID", messageID(m)))
	switch c.Invalid {
	case dispatch.DeadLetterOnInvalid:
		r.setAside(m, err, 0, statusInvalid)
	case dispatch.SkipInvalid:
		c.Skipped(r.ctx, m, err)
		r.settle(m, "accepted", r.accept(m))
	default:
		r.settle(m, "released", r.release(m))
		r.fail(r.undeliverable(m, 0, err, nil))
	}
}

// setAside writes a message to the dead letter, if there is one, and rejects it.
func (r *run) setAside(m *amqp.Message, cause error, attempts, status int) {
	if link := r.links.DeadLetter; link != nil {
		ctx, cancel := context.WithTimeout(r.ctx, deadLetterTimeout)
		defer cancel()
		letter := DeadLetterMessage(m, r.links.Receiver.Address(), cause, attempts)
		if r.consumer.KnativeErrors {
			addKnative(letter, dispatch.KnativeErrors("amqp:"+r.links.Receiver.Address(), status, cause))
		}
		if err := r.write(ctx, link, m, letter); err != nil {
			r.settle(m, "released", r.release(m))
			switch {
			case r.ctx.Err() != nil: // it was the end of the time of grace
			case isLost(err) && isRetryable(err):
				r.fail(&lostError{err})
			default:
				r.fail(r.undeliverable(m, attempts, cause, err))
			}
			return
		}
		r.consumer.Delivery.DeadLetter(r.ctx, r.placeOf(m), "address "+link.Address(), attempts, cause)
	}
	ctx, cancel := r.settling()
	defer cancel()
	r.settle(m, "rejected", r.links.Receiver.RejectMessage(ctx, m, &amqp.Error{
		Condition: condition(attempts), Description: dispatch.DeadLetterText(cause),
	}))
}

// write writes the dead letter of m. One that is too large with the properties of a dead letter is
// written without them, and text that is not UTF-8, which the client reads and does not write, is
// changed.
func (r *run) write(ctx context.Context, link *amqp.Sender, m, letter *amqp.Message) error {
	err := send(ctx, link, letter)
	if err == nil || isLost(err) || ctx.Err() != nil {
		return err
	}
	if isTooLarge(err) {
		return send(ctx, link, bareMessage(m))
	}
	if _, unwritable := letter.MarshalBinary(); unwritable != nil {
		makeWritable(letter)
		return send(ctx, link, letter)
	}
	return err
}

// isTooLarge reports whether the link, or the broker, does not take a message of that size.
func isTooLarge(err error) bool {
	var refused *amqp.Error
	return errors.As(err, &refused) && refused.Condition == amqp.ErrCondMessageSizeExceeded
}

// condition returns why a message is rejected: its content, or what the handler says.
func condition(attempts int) amqp.ErrCond {
	if attempts == 0 {
		return amqp.ErrCondDecodeError
	}
	return amqp.ErrCondPreconditionFailed
}

// isLost reports whether a link has ended.
func isLost(err error) bool {
	var (
		link    *amqp.LinkError
		session *amqp.SessionError
		conn    *amqp.ConnError
	)
	return errors.As(err, &link) || errors.As(err, &session) || errors.As(err, &conn)
}

// isRetryable reports whether a dead letter was not written for a reason that is not the message.
func isRetryable(err error) bool {
	var failed *SendError
	return errors.As(err, &failed) && failed.Retryable()
}

func (r *run) accept(m *amqp.Message) error {
	ctx, cancel := r.settling()
	defer cancel()
	return r.links.Receiver.AcceptMessage(ctx, m)
}

func (r *run) release(m *amqp.Message) error {
	ctx, cancel := r.settling()
	defer cancel()
	return r.links.Receiver.ReleaseMessage(ctx, m)
}

// settling returns a context to settle a message with, also after the handlers were stopped.
func (r *run) settling() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(r.ctx), settleTimeout)
}

// settle logs an outcome that could not be sent. The message is delivered again. If the
// link is lost, so are the messages that the client has ready, which are not handled.
func (r *run) settle(m *amqp.Message, outcome string, err error) {
	if err == nil {
		return
	}
	r.consumer.logger().LogAttrs(r.ctx, slog.LevelWarn, "message not settled",
		slog.String("address", r.links.Receiver.Address()), slog.Any("messageID", messageID(m)),
		slog.String("outcome", outcome), eventlog.Error(err))
	if isLost(err) {
		r.fail(&lostError{err})
	}
}

// messageID returns the message-id for a log, or nil. A text is cut, because it is the sender's.
func messageID(m *amqp.Message) any {
	if m.Properties == nil {
		return nil
	}
	switch id := m.Properties.MessageID.(type) {
	case nil, uint64, amqp.UUID:
		return id
	case string:
		return eventlog.Cut(id)
	case []byte:
		return fmt.Sprintf("%x", id[:min(len(id), 64)])
	default: // which AMQP does not allow
		return fmt.Sprintf("%T", id)
	}
}

func (r *run) undeliverable(m *amqp.Message, attempts int, err, deadLetter error) error {
	return &dispatch.UndeliverableError{Place: r.placeOf(m), Attempts: attempts, Err: err, DeadLetter: deadLetter}
}

// placeOf returns where a message is.
func (r *run) placeOf(m *amqp.Message) string {
	if id := messageID(m); id != nil {
		return fmt.Sprintf("message %s of address %s", excerpt.Of(fmt.Sprint(id)), r.links.Receiver.Address())
	}
	return fmt.Sprintf("message of address %s", r.links.Receiver.Address())
}
