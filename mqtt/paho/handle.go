package cepaho

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/eclipse/paho.golang/paho"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/pause"
)

type messageKey struct{}

// MessageFrom returns the message that carried the event, with its topic and properties.
// ctx is the context that a [Consumer] passes to the handler; for any other, MessageFrom
// reports false. The message must not be acknowledged or changed.
func MessageFrom(ctx context.Context) (*paho.Publish, bool) {
	p, ok := ctx.Value(messageKey{}).(*paho.Publish)
	return p, ok
}

// HeaderFrom returns the value of the first user property of that name in the message
// that carried the event, or "" if there is none. It is for properties that are not part
// of the event, such as traceparent in structured mode. In binary mode every user
// property is an attribute. ctx is the context that a [Consumer] passes to the handler.
func HeaderFrom(ctx context.Context, name string) string {
	if p, ok := MessageFrom(ctx); ok && p.Properties != nil {
		return p.Properties.User.Get(name)
	}
	return ""
}

// handle handles one message and reports whether it is settled.
func (c *Consumer) handle(t *task) bool {
	p := t.publish
	m := FromPublish(p)
	e, err := c.Decoder.ToCloudEvent(&m)
	if err != nil {
		return c.invalid(p, err)
	}
	out := c.Delivery.Deliver(context.WithValue(c.ctx, messageKey{}, p), c.quit.Done(), &e)
	switch {
	case out.Interrupted:
		return false
	case !out.Verdict.Failed():
		return true
	}
	return c.setAside(p, out.Err, out.Attempts, out.Status)
}

// statusInvalid is the HTTP status that a message without a valid event stands for.
const statusInvalid = 400

// invalid settles a message that holds no valid event as Invalid says, and reports
// whether it is settled.
func (c *Consumer) invalid(p *paho.Publish, err error) bool {
	c.Delivery.Invalid(c.ctx, err, slog.String("topic", eventlog.Cut(p.Topic)), slog.Int("packet", int(p.PacketID)))
	switch c.Invalid {
	case dispatch.DeadLetterOnInvalid:
		return c.setAside(p, err, 0, statusInvalid)
	case dispatch.SkipInvalid:
		c.Skipped(c.ctx, p, err)
		return true
	}
	c.fail(undeliverable(p, 0, err, nil))
	return false
}

// setAside writes a message to the dead letter.
func (c *Consumer) setAside(p *paho.Publish, cause error, attempts, status int) bool {
	if c.DeadLetter == "" {
		c.fail(undeliverable(p, attempts, cause, dispatch.ErrNoDeadLetter))
		return false
	}
	letter := DeadLetterPublish(p, c.DeadLetter, cause, attempts)
	if c.KnativeErrors {
		addKnative(letter, dispatch.KnativeErrors("mqtt:"+p.Topic, status, cause))
	}
	if c.isTooLarge(letter) {
		letter = barePublish(p, c.DeadLetter)
	}
	if err := c.publish(letter); err != nil {
		if c.quit.Err() == nil {
			c.fail(undeliverable(p, attempts, cause, err))
		}
		return false
	}
	c.Delivery.DeadLetter(c.ctx, placeOf(p), "topic "+c.DeadLetter, attempts, cause)
	return true
}

// publish publishes a dead letter, as often as a handler is tried. It waits for a connection as
// long as Run does not end. A letter that is too large is not published: the client would send it
// again at each connection, which the broker ends.
func (c *Consumer) publish(letter *paho.Publish) error {
	if c.isTooLarge(letter) {
		return &SendError{Index: -1, Topic: letter.Topic, Err: fmt.Errorf("%w: the broker takes %d bytes", errLargePacket, c.largest.Load())}
	}
	for attempt := 1; ; attempt++ {
		if err := c.Client.AwaitConnection(c.quit); err != nil && c.quit.Err() == nil {
			return err
		}
		err := publish(c.ctx, c.Client, letter)
		var failed *SendError
		if err == nil || errors.As(err, &failed) && !failed.Retryable() || attempt >= c.Delivery.MaxAttempts() {
			return err
		}
		if !pause.For(c.quit, nil, c.Delivery.Backoff(attempt, 0)) {
			return err
		}
	}
}

var errLargePacket = errors.New("the packet is too large")

// isTooLarge reports whether a packet is larger than the broker takes.
func (c *Consumer) isTooLarge(p *paho.Publish) bool {
	most := c.largest.Load()
	if most == 0 {
		return false
	}
	size, err := p.Packet().WriteTo(io.Discard)
	return err == nil && size > int64(most)
}

func undeliverable(p *paho.Publish, attempts int, err, deadLetter error) error {
	return &dispatch.UndeliverableError{Place: placeOf(p), Attempts: attempts, Err: err, DeadLetter: deadLetter}
}

// placeOf returns where a message is.
func placeOf(p *paho.Publish) string {
	return fmt.Sprintf("message %d on topic %s", p.PacketID, p.Topic)
}
