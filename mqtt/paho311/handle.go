package cepaho311

import (
	"context"
	"fmt"
	"log/slog"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/pause"
)

type messageKey struct{}

// MessageFrom returns the message that carried the event, with its topic. ctx is the
// context that a [Consumer] passes to the handler; for any other, MessageFrom reports
// false. The message must not be acknowledged.
func MessageFrom(ctx context.Context) (mqtt.Message, bool) {
	m, ok := ctx.Value(messageKey{}).(mqtt.Message)
	return m, ok
}

// handle handles one message and reports whether it is settled.
func (c *Consumer) handle(own *message) bool {
	m := own.Message
	in := FromMessage(m)
	e, err := c.Decoder.ToCloudEvent(&in)
	if err != nil {
		return c.invalid(m, err)
	}
	out := c.Delivery.Deliver(context.WithValue(c.ctx, messageKey{}, m), c.quit.Done(), &e)
	switch {
	case out.Interrupted:
		return false
	case !out.Verdict.Failed():
		return true
	}
	return c.setAside(m, out.Err, out.Attempts)
}

// invalid settles a message that holds no valid event as Invalid says, and reports
// whether it is settled.
func (c *Consumer) invalid(m mqtt.Message, err error) bool {
	c.Delivery.Invalid(c.ctx, err, slog.String("topic", eventlog.Cut(m.Topic())), slog.Int("packet", int(m.MessageID())))
	switch c.Invalid {
	case dispatch.DeadLetterOnInvalid:
		return c.setAside(m, err, 0)
	case dispatch.SkipInvalid:
		c.Skipped(c.ctx, m, err)
		return true
	}
	c.fail(undeliverable(m, 0, err, nil))
	return false
}

// setAside writes a message to the dead letter.
func (c *Consumer) setAside(m mqtt.Message, cause error, attempts int) bool {
	if c.DeadLetter == "" {
		c.fail(undeliverable(m, attempts, cause, dispatch.ErrNoDeadLetter))
		return false
	}
	if err := c.publish(m.Payload()); err != nil {
		if c.quit.Err() == nil {
			c.fail(undeliverable(m, attempts, cause, &SendError{Index: -1, Topic: c.DeadLetter, Err: err}))
		}
		return false
	}
	c.Delivery.DeadLetter(c.ctx, placeOf(m), "topic "+c.DeadLetter, attempts, cause)
	return true
}

// publish publishes a dead letter, as often as a handler is tried.
func (c *Consumer) publish(payload []byte) error {
	for attempt := 1; ; attempt++ {
		err := wait(c.ctx, c.Client.Publish(c.DeadLetter, atLeastOnce, false, payload))
		if err == nil || attempt >= c.Delivery.MaxAttempts() {
			return err
		}
		if !pause.For(c.quit, nil, c.Delivery.Backoff(attempt, 0)) {
			return err
		}
	}
}

func undeliverable(m mqtt.Message, attempts int, err, deadLetter error) error {
	return &dispatch.UndeliverableError{Place: placeOf(m), Attempts: attempts, Err: err, DeadLetter: deadLetter}
}

// placeOf returns where a message is.
func placeOf(m mqtt.Message) string {
	return fmt.Sprintf("message %d on topic %s", m.MessageID(), m.Topic())
}
