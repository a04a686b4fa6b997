package cehttp

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// SendBatch sends events in batches, one after the other. Send batches only to
// those who asked for them (http-protocol-binding.md#3-http-message-mapping): nothing
// else in a Sender makes one.
//
// The error is nil if all events were accepted, none included. Else it wraps a
// [*cloudevents.BatchError] for each event that was not, with its index in es and
// its error from the report.
//
// A batch has as many events as MaxBatchEvents and MaxBatchBytes allow, and is
// retried like an event. Events that are not valid are left out. If the answer is a
// [BatchAnswer], or has results like one, only those events are sent again whose
// result is retryable. If it refuses the batch because of one event, the others are
// sent without it. After 413 the batch is sent in two halves.
//
// The rest is not sent, and fails with the same error, after 3xx, 401, 403, 404, 405
// and 410, if ctx ends, and if a batch still has no answer, or a Retry-After that
// cannot be waited for, when its attempts are over.
func (s *Sender) SendBatch(ctx context.Context, es []cloudevents.Event) (BatchReport, error) {
	begin := time.Now()
	b := &batches{Sender: s, format: s.batchFormat(), es: es}
	b.report.Events = make([]EventReport, len(es))
	b.split(func(part []int) { b.send(ctx, part, 0) })

	err := b.report.err()
	if l := orDefault(s.Logger); err != nil && l.Enabled(ctx, slog.LevelWarn) {
		l.LogAttrs(ctx, slog.LevelWarn, "batch not sent", slog.String("error", err.Error()))
	}
	for i := range es {
		r := &b.report.Events[i]
		s.Observer.done(ctx, Outcome{
			ID: es[i].ID, Source: es[i].Source, Type: es[i].Type, Status: r.Status, Err: r.Err,
		}, begin)
	}
	return b.report, err
}

func (s *Sender) batchFormat() format.Batch {
	d := Decoder{Batch: s.Batch, Format: s.Format}
	if f := d.batchFormat(); f != nil {
		return f
	}
	return format.JSON{}
}

// batches is one SendBatch. Events are named by their indexes.
type batches struct {
	*Sender
	format  format.Batch
	es      []cloudevents.Event
	report  BatchReport
	stopped error // why no more is sent
}

// split yields the batches that limits allow. Each event is encoded alone, to know
// its size, and whether it is valid, in any format.
func (b *batches) split(yield func(part []int)) {
	maxEvents, maxBytes := orLimit(b.MaxBatchEvents, defaultBatchEvents), orLimit(b.MaxBatchBytes, defaultBatchBytes)
	var part []int
	var scratch []byte
	size := 0
	for i := range b.es {
		var err error
		scratch, err = b.format.EncodeBatchModeMessage(scratch[:0], b.es[i:i+1])
		if err != nil {
			b.report.Events[i].Err = withoutIndex(err)
			continue
		}
		n := len(scratch)
		if len(part) > 0 && (len(part) == maxEvents || n > maxBytes-size) {
			yield(part)
			part, size = nil, 0
		}
		part, size = append(part, i), size+n
	}
	if len(part) > 0 {
		yield(part)
	}
}

// orLimit returns a limit of which 0 is the default, and a negative one is none.
func orLimit(limit, def int) int {
	switch {
	case limit == 0:
		return def
	case limit < 0:
		return int(^uint(0) >> 1)
	}
	return limit
}

// withoutIndex returns the error about an event that was alone in its batch.
func withoutIndex(err error) error {
	var batch *cloudevents.BatchError
	if errors.As(err, &batch) {
		return batch.Err
	}
	return err
}

// send sends events in one batch, until none of them has to be sent again. refused is
// how many have been taken out of it one by one.
func (b *batches) send(ctx context.Context, part []int, refused int) {
	if b.stopped != nil {
		b.fail(part, b.stopped)
		return
	}
	c := b.newDelivery(ctx, wantResults)
	defer c.end()
	defer func() { b.report.Requests += c.attempts }()
	for len(part) > 0 {
		if len(part) != c.message.events && !b.encode(c, part) {
			return
		}
		a := c.attempt(ctx)
		if culprit, ok := a.culprit(len(part)); ok {
			c.observe(ctx, &a, 0)
			b.without(ctx, c, &a, part, culprit, refused)
			return
		}
		if a.status == http.StatusRequestEntityTooLarge && len(part) > 1 {
			c.observe(ctx, &a, 0)
			b.halve(ctx, part)
			return
		}
		results := a.results(len(part))
		part = b.take(c, &a, part, results)
		if len(part) == 0 {
			c.observe(ctx, &a, 0)
		} else if !c.again(ctx, &a) {
			b.giveUp(ctx, c, &a, part, results != nil)
			return
		}
	}
}

// encode makes the message of c a batch of events. It fails if they are valid one by
// one, and not together.
func (b *batches) encode(c *delivery, part []int) bool {
	es := make([]cloudevents.Event, len(part))
	for n, i := range part {
		es[n] = b.es[i]
	}
	out, err := encodeBatch(es, b.format)
	if err != nil {
		b.fail(part, err)
		return false
	}
	c.message = message{encoded: out, events: len(part)}
	return true
}

func (b *batches) fail(part []int, err error) {
	for _, i := range part {
		b.report.Events[i].Err = err
	}
}
