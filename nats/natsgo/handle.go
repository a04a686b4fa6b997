package cenatsgo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
)

// delivery is the context of a handler together with its message and event, in one
// allocation.
type delivery struct {
	context.Context
	message jetstream.Msg
	event   cloudevents.Event
}

type messageKey struct{}

// Value returns the message for its key.
func (d *delivery) Value(key any) any {
	if key == (messageKey{}) {
		return d.message
	}
	return d.Context.Value(key)
}

// MessageFrom returns the message that carried the event, with its subject, headers and
// metadata. ctx is the context that a [Consumer] passes to the handler; for any other,
// MessageFrom reports false. The message must not be acknowledged or changed.
func MessageFrom(ctx context.Context) (jetstream.Msg, bool) {
	m, ok := ctx.Value(messageKey{}).(jetstream.Msg)
	return m, ok
}

// HeaderFrom returns the first value of the header of that name in the message that
// carried the event, or "" if there is none. The case of the name does not matter. It is
// for headers that are not part of the event, such as traceparent. ctx is the context
// that a [Consumer] passes to the handler.
func HeaderFrom(ctx context.Context, name string) string {
	if m, ok := MessageFrom(ctx); ok {
		h := m.Headers()
		if values := h[name]; len(values) > 0 {
			return values[0]
		}
		for own, values := range h {
			if strings.EqualFold(own, name) && len(values) > 0 {
				return values[0]
			}
		}
	}
	return ""
}

// handle handles one message and settles it.
func (r *run) handle(d *delivery) {
	c, m := r.consumer, d.message
	in := FromJetStream(m)
	var err error
	if d.event, err = c.Decoder.ToCloudEvent(&in); err != nil {
		r.invalid(m, err)
		return
	}
	out := r.deliver(d)
	switch {
	case out.Interrupted:
		err = m.Nak()
	case !out.Verdict.Failed():
		err = m.Ack()
	case out.Verdict == dispatch.VerdictRetry && out.Attempts < c.Delivery.MaxAttempts():
		err = m.NakWithDelay(c.Delivery.Backoff(out.Attempts, out.RetryAfter))
	case out.Verdict == dispatch.VerdictRetry && c.DeadLetter == "":
		_ = m.Nak()
		r.fail(undeliverable(m, out.Attempts, out.Err, dispatch.ErrNoDeadLetter))
		return
	default:
		err = r.setAside(m, out.Err, out.Attempts, out.Status)
	}
	r.settled(m, err)
}

// deliver calls the handler: once, or until no attempt is left if the order is to be kept.
func (r *run) deliver(d *delivery) dispatch.Delivered {
	if r.consumer.InOrder {
		return r.consumer.Delivery.Deliver(d, r.stopping, &d.event)
	}
	out := r.once.Deliver(d, r.stopping, &d.event)
	if out.Verdict.Failed() && !out.Interrupted { // else nobody asks
		if about, err := d.message.Metadata(); err == nil {
			out.Attempts = int(about.NumDelivered)
		}
	}
	return out
}

// statusInvalid is the HTTP status that a message without a valid event stands for.
const statusInvalid = 400

// invalid settles a message that holds no valid event as Invalid says.
func (r *run) invalid(m jetstream.Msg, err error) {
	c := r.consumer
	c.Delivery.Invalid(r.ctx, err, slog.String("subject", eventlog.Cut(m.Subject())), slog.Uint64("sequence", sequence(m)))
	switch c.Invalid {
	case dispatch.DeadLetterOnInvalid:
		r.settled(m, r.setAside(m, err, 0, statusInvalid))
	case dispatch.SkipInvalid:
		c.Skipped(r.ctx, m, err)
		r.settled(m, m.TermWithReason("no valid event"))
	default:
		_ = m.Nak()
		r.fail(undeliverable(m, 0, err, nil))
	}
}

// setAside writes a message to the dead letter, if there is one, and terminates it.
func (r *run) setAside(m jetstream.Msg, cause error, attempts, status int) error {
	c := r.consumer
	if c.DeadLetter != "" {
		letter := DeadLetterMsg(m, c.DeadLetter, cause, attempts)
		if c.KnativeErrors {
			addKnative(letter, dispatch.KnativeErrors("nats:"+m.Subject(), status, cause))
		}
		ack, err := c.JetStream.PublishMsg(r.ctx, letter)
		if isTooLarge(err) {
			letter.Header = ownHeader(m)
			ack, err = c.JetStream.PublishMsg(r.ctx, letter)
		}
		if err != nil {
			_ = m.Nak()
			r.fail(undeliverable(m, attempts, cause, &SendError{Index: -1, Subject: c.DeadLetter, Err: unpublished(c.JetStream.Conn(), err)}))
			return nil
		}
		c.Delivery.DeadLetter(r.ctx, placeOf(m), fmt.Sprintf("message %d of stream %s", ack.Sequence, ack.Stream), attempts, cause)
	}
	return m.TermWithReason("refused: the log has the reason")
}

// isTooLarge reports whether a message is larger than the server, or the stream, takes.
func isTooLarge(err error) bool {
	var refused *jetstream.APIError
	return errors.Is(err, nats.ErrMaxPayload) || errors.As(err, &refused) && refused.ErrorCode == codeTooLarge
}

// codeTooLarge is that of the server for a message larger than the MaxMsgSize of a stream.
const codeTooLarge jetstream.ErrorCode = 10054

// settled logs an acknowledgement that could not be sent. The message is delivered again.
func (r *run) settled(m jetstream.Msg, err error) {
	if err != nil {
		r.consumer.logger().LogAttrs(r.ctx, slog.LevelWarn, "message not acknowledged",
			slog.String("subject", eventlog.Cut(m.Subject())), slog.Uint64("sequence", sequence(m)), eventlog.Error(err))
	}
}

func sequence(m jetstream.Msg) uint64 {
	if about, err := m.Metadata(); err == nil {
		return about.Sequence.Stream
	}
	return 0
}

func undeliverable(m jetstream.Msg, attempts int, err, deadLetter error) error {
	return &dispatch.UndeliverableError{Place: placeOf(m), Attempts: attempts, Err: err, DeadLetter: deadLetter}
}

// placeOf returns where a message is.
func placeOf(m jetstream.Msg) string {
	return fmt.Sprintf("message %d on subject %s", sequence(m), m.Subject())
}
