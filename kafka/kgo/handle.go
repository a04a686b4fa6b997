package cekgo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// delivery is the context of a handler together with its record and event, in one
// allocation.
type delivery struct {
	context.Context
	record *kgo.Record
	event  cloudevents.Event
}

type recordKey struct{}

// Value returns the record for its key.
func (d *delivery) Value(key any) any {
	if key == (recordKey{}) {
		return d.record
	}
	return d.Context.Value(key)
}

// RecordFrom returns the record that carried the event, with its topic, partition, offset
// and headers. ctx is the context that a [Consumer] passes to the handler; for any other,
// RecordFrom reports false. The record must not be changed.
func RecordFrom(ctx context.Context) (*kgo.Record, bool) {
	r, ok := ctx.Value(recordKey{}).(*kgo.Record)
	return r, ok
}

// HeaderFrom returns the value of the first header of that name in the record that
// carried the event, or "" if there is none. The case of the name does not matter. It is
// for headers that are not part of the event, such as traceparent. ctx is the context
// that a [Consumer] passes to the handler.
func HeaderFrom(ctx context.Context, name string) string {
	if r, ok := RecordFrom(ctx); ok {
		for _, h := range r.Headers {
			if strings.EqualFold(h.Key, name) {
				return string(h.Value)
			}
		}
	}
	return ""
}

// handle handles one record and reports whether it is settled.
func (c *Consumer) handle(p *partition, d *delivery) bool {
	r := d.record
	d.Context = p.ctx
	m := FromRecord(r)
	var err error
	if d.event, err = c.Decoder.ToCloudEvent(&m); err != nil {
		return c.invalid(p, r, err)
	}
	out := c.Delivery.Deliver(d, p.stopping, &d.event)
	switch {
	case out.Interrupted:
		return false
	case !out.Verdict.Failed():
		return true
	}
	return c.setAside(p, r, out.Err, out.Attempts, out.Status)
}

// statusInvalid is the HTTP status that a message without a valid event stands for.
const statusInvalid = 400

// invalid settles a record that holds no valid event as Invalid says, and reports whether
// it is settled.
func (c *Consumer) invalid(p *partition, r *kgo.Record, err error) bool {
	c.Delivery.Invalid(p.ctx, err, slog.String("topic", r.Topic), slog.Int("partition", int(r.Partition)), slog.Int64("offset", r.Offset))
	switch c.Invalid {
	case dispatch.DeadLetterOnInvalid:
		return c.setAside(p, r, err, 0, statusInvalid)
	case dispatch.SkipInvalid:
		c.Skipped(p.ctx, r, err)
		return true
	}
	c.fail(undeliverable(r, 0, err, nil))
	return false
}

// setAside writes a record to the dead letter.
func (c *Consumer) setAside(p *partition, r *kgo.Record, cause error, attempts, status int) bool {
	if c.DeadLetter == "" {
		c.fail(undeliverable(r, attempts, cause, dispatch.ErrNoDeadLetter))
		return false
	}
	letter := DeadLetterRecord(r, c.DeadLetter, cause, attempts)
	if c.KnativeErrors {
		addKnative(letter, dispatch.KnativeErrors("kafka:"+r.Topic, status, cause))
	}
	err := c.Client.ProduceSync(p.ctx, letter).FirstErr()
	if errors.Is(err, kerr.MessageTooLarge) {
		letter = bareRecord(r, c.DeadLetter)
		err = c.Client.ProduceSync(p.ctx, letter).FirstErr()
	}
	if err != nil {
		if p.ctx.Err() == nil {
			c.fail(undeliverable(r, attempts, cause, &SendError{Index: -1, Topic: c.DeadLetter, Err: err}))
		}
		return false
	}
	c.Delivery.DeadLetter(p.ctx, placeOf(r), placeOf(letter), attempts, cause)
	return true
}

func undeliverable(r *kgo.Record, attempts int, err, deadLetter error) error {
	return &dispatch.UndeliverableError{Place: placeOf(r), Attempts: attempts, Err: err, DeadLetter: deadLetter}
}

// placeOf returns where a record is.
func placeOf(r *kgo.Record) string {
	return fmt.Sprintf("record %d of partition %d of topic %s", r.Offset, r.Partition, r.Topic)
}
