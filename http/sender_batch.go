package cehttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/internal/errtree"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/limit"
)

// BatchReport describes what happened to the events of a [Sender.SendBatch].
type BatchReport struct {
	// Requests counts the attempts, including those that the Client's Transport did not
	// let out.
	Requests int

	// Events has one report for each event, in the order of the events.
	Events []EventReport
}

// EventReport describes what happened to one event of a batch.
type EventReport struct {
	// Status is that of the event's result, or of the response to its batch. 0 is no
	// response.
	Status int

	// ID identifies work that the receiver has accepted to do later.
	ID string

	// Reply is the receiver's reply. It is nil if there is none.
	Reply *cloudevents.Event

	// Err is nil if the event was accepted. It is the error of the encoder if the event
	// is invalid, and otherwise is or wraps a *SendError. With Status 2xx the event was
	// accepted, but its result could not be read.
	Err error
}

// Failed returns the indexes of the events that have an Err.
func (r *BatchReport) Failed() []int {
	var failed []int
	for i := range r.Events {
		if r.Events[i].Err != nil {
			failed = append(failed, i)
		}
	}
	return failed
}

// err returns nil if all events were accepted.
func (r *BatchReport) err() error {
	if failed := r.Failed(); len(failed) > 0 {
		return &batchFailure{r.Events, failed}
	}
	return nil
}

// batchFailure wraps the errors of the events that were not accepted.
type batchFailure struct {
	events []EventReport
	failed []int
}

func (e *batchFailure) Error() string {
	first := e.failed[0]
	return fmt.Sprintf("%d of %d events not accepted; event %d: %s",
		len(e.failed), len(e.events), first, excerpt.Cut(e.events[first].Err.Error(), maxCause))
}

func (e *batchFailure) Unwrap() []error {
	errs := make([]error, len(e.failed))
	for n, i := range e.failed {
		errs[n] = &cloudevents.BatchError{Index: i, Err: e.events[i].Err}
	}
	return errs
}

// StatusCode is as of [SendError]. An event that may be sent again decides.
func (e *batchFailure) StatusCode() int {
	status := http.StatusUnprocessableEntity
	for _, i := range e.failed {
		own, ok := errtree.Find[*SendError](e.events[i].Err)
		if !ok {
			status = max(status, http.StatusInternalServerError)
		} else {
			status = max(status, own.StatusCode())
		}
	}
	return status
}

// RetryIn is as of SendError. The longest wait decides.
func (e *batchFailure) RetryIn() (wait time.Duration) {
	for _, i := range e.failed {
		if own, ok := errtree.Find[*SendError](e.events[i].Err); ok {
			wait = max(wait, own.RetryAfter)
		}
	}
	return wait
}

// SendBatch sends events in batches, one after the other. Send batches only to receivers
// that have asked for them (http-protocol-binding.md#3-http-message-mapping). No other
// method of a Sender makes one.
//
// The error is nil if all events were accepted, and if there are none. Otherwise it wraps
// a [*cloudevents.BatchError] for each event that was not accepted, with its index in es
// and its error from the report.
//
// MaxBatchEvents and MaxBatchBytes limit each batch. Invalid events are left out. Batches
// are retried as events are, with these differences:
//
//   - If the response is a [BatchAnswer], or has results like one, only events with a
//     retryable result are sent again.
//   - If the response refuses the batch because of one event, the other events are sent
//     without it.
//   - After 413 the batch is sent in two halves.
//
// All further batches fail with the same error, and are not sent, after 3xx, 401, 403,
// 404, 405 and 410, when ctx ends, when the attempts for a batch end without a response or
// with a Retry-After that is too long to wait for, and after MaxBatchRefusals.
func (s *Sender) SendBatch(ctx context.Context, es []cloudevents.Event) (BatchReport, error) {
	begin := time.Now()
	ctx, out, err := s.Observer.Begin(ctx, es)
	b := &batches{sender: s, format: s.batchFormat(), es: out}
	b.report.Events = make([]EventReport, len(es))
	if err != nil {
		for i := range b.report.Events {
			b.report.Events[i].Err = err
		}
	} else {
		b.split(func(part []int) { b.send(ctx, part, division{}) })
	}
	err = b.report.err()
	for i := range es {
		r := &b.report.Events[i]
		s.observe(ctx, &es[i], r.Status, r.Err, begin)
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

// batches is one call of SendBatch. Events are named by their indexes.
type batches struct {
	sender  *Sender
	format  format.Batch
	es      []cloudevents.Event
	report  BatchReport
	stopped error // why no more batches are sent

	waited   time.Duration // between attempts
	accepted int           // events
	refusals int           // requests that were refused, of batches that are or were divided
}

// split yields batches within the limits. It encodes each event alone, which gives its
// size in any format, and says whether it is valid.
func (b *batches) split(yield func(part []int)) {
	maxEvents := limit.Of(b.sender.MaxBatchEvents, defaultBatchEvents)
	maxBytes := limit.Of(b.sender.MaxBatchBytes, defaultBatchBytes)
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

// withoutIndex returns the error about an event that was alone in its batch.
func withoutIndex(err error) error {
	var batch *cloudevents.BatchError
	if errors.As(err, &batch) {
		return batch.Err
	}
	return err
}

// fewRefused is how many events are taken out of a batch one by one before it is halved.
// Otherwise a receiver that refuses one event at a time would get the others too often.
const fewRefused = 3

// division says how a part of a batch came to be.
type division struct {
	refused   int  // events that were taken out of it one by one
	isDivided bool // it is not a whole batch
}

// send sends events in one batch, until none of them has to be sent again.
func (b *batches) send(ctx context.Context, part []int, from division) {
	if b.stopped != nil {
		b.fail(part, b.stopped)
		return
	}
	d := b.sender.newDelivery(ctx, wantResults, time.Now())
	d.waited = b.waited
	defer func() {
		if d.out != nil {
			d.out.end()
		}
		b.report.Requests += d.attempts
		b.waited = d.waited
	}()
	for len(part) > 0 {
		if d.out == nil || d.out.events != len(part) {
			if d.out != nil {
				d.out.end()
			}
			if d.out = b.encode(part); d.out == nil {
				return
			}
		}
		a := d.try(ctx)
		results := a.said.results
		if culprit, ok := a.culprit(len(part)); ok && results == nil {
			d.observe(ctx, &a, 0)
			b.report.Events[part[culprit]] = EventReport{Status: a.status, Err: d.failure(&a)}
			others := slices.Delete(slices.Clone(part), culprit, culprit+1)
			if b.mayDivide(d, &a, others) {
				b.sendOthers(ctx, others, from.refused+1)
			}
			return
		}
		if a.status == http.StatusRequestEntityTooLarge && len(part) > 1 {
			d.observe(ctx, &a, 0)
			if b.mayDivide(d, &a, part) {
				b.halve(ctx, part)
			}
			return
		}
		if from.isDivided && a.status/100 == 4 && !a.retryable {
			b.refusals++
		}
		part = b.take(d, &a, part, results)
		if len(part) == 0 {
			d.observe(ctx, &a, 0)
		} else if !d.waitForNext(ctx, &a) {
			b.giveUp(ctx, d, &a, part, results != nil)
			return
		}
	}
}

// encode returns a batch of events, or nil if they are valid one by one and not together.
func (b *batches) encode(part []int) *outgoing {
	es := make([]cloudevents.Event, len(part))
	for n, i := range part {
		es[n] = b.es[i]
	}
	m, err := encodeBatch(es, b.format)
	if err != nil {
		b.fail(part, err)
		return nil
	}
	return &outgoing{encoded: m, events: len(part)}
}

func (b *batches) fail(part []int, err error) {
	for _, i := range part {
		b.report.Events[i].Err = err
	}
}

// culprit returns the one event of n because of which the batch was refused before the
// others were looked at.
func (a *attempt) culprit(n int) (index int, ok bool) {
	if a.said.problem == nil || a.retryable || a.status < 400 || a.status == http.StatusGone {
		return 0, false
	}
	if i := a.said.problem.Index; n > 1 && i != nil && *i >= 0 && *i < n {
		return *i, true
	}
	return 0, false
}

// mayDivide counts a refusal of a batch, and reports whether the events in part are sent in
// another way. If not, they and all other events are not sent.
func (b *batches) mayDivide(d *delivery, a *attempt, part []int) bool {
	b.refusals++
	if most := limit.Of(b.sender.MaxBatchRefusals, defaultRefusals); b.refusals-b.accepted < most {
		return true
	}
	b.stopped = fmt.Errorf("not sent, because %w: %w", errRefusals, d.failure(a))
	b.fail(part, b.stopped)
	return false
}

// sendOthers sends the events of a batch without those that were refused.
func (b *batches) sendOthers(ctx context.Context, others []int, refused int) {
	if refused > fewRefused && len(others) > 1 {
		b.halve(ctx, others)
		return
	}
	b.send(ctx, others, division{refused, true})
}

// halve sends a batch as two.
func (b *batches) halve(ctx context.Context, part []int) {
	b.send(ctx, part[:len(part)/2], division{isDivided: true})
	b.send(ctx, part[len(part)/2:], division{isDivided: true})
}

// take enters a response into the report, and returns the events that are to be sent
// again.
func (b *batches) take(d *delivery, a *attempt, part []int, results []*eventResult) (rest []int) {
	if results == nil && !a.accepted() {
		return part
	}
	for n, i := range part {
		var r *eventResult
		if results != nil {
			r = results[n]
		}
		report := &b.report.Events[i]
		switch {
		case r == nil && a.accepted():
			*report = EventReport{Status: a.status}
			b.accepted++
		case r == nil:
			*report = EventReport{Status: a.status, Err: d.failure(a)}
			if a.retryable {
				rest = append(rest, i)
			}
		case r.isAccepted(a):
			*report = d.accepted(a, r)
			b.accepted++
		default:
			*report = EventReport{Status: r.status(a), Err: d.resultFailure(a, r)}
			if r.Retryable && r.Status != http.StatusGone {
				rest = append(rest, i)
			}
		}
	}
	if results != nil && len(rest) > 0 {
		a.retryable = true
	}
	return rest
}

func (r *eventResult) isAccepted(a *attempt) bool {
	if r.Status == 0 { // the receiver describes failures only
		return a.accepted() && !r.Retryable && r.Message == "" && r.Type == ""
	}
	return r.Status/100 == 2
}

// status returns that of the result, or of the response.
func (r *eventResult) status(a *attempt) int {
	if r.Status == 0 {
		return a.status
	}
	return r.Status
}

// accepted returns the report about an event that was accepted.
func (d *delivery) accepted(a *attempt, r *eventResult) EventReport {
	report := EventReport{Status: r.status(a), ID: r.ID}
	if r.reply == nil {
		return report
	}
	reply, err := r.decodeReply()
	if err != nil {
		report.Err = &SendError{Target: d.origin(), Attempts: d.attempts, Status: report.Status, Err: err}
		return report
	}
	report.Reply = reply
	return report
}

// resultFailure returns the error about one event of a batch. The next attempt waits for
// the event with the longest wait.
func (d *delivery) resultFailure(a *attempt, r *eventResult) *SendError {
	e := &SendError{
		Target: d.origin(), Attempts: d.attempts, Status: r.status(a), Temporary: r.Retryable,
		RetryAfter: capped(answer.WholeSeconds(r.RetryAfter)),
		Problem: &Problem{
			Message: r.Message, Type: r.Type, Retryable: r.Retryable, Attribute: r.Attribute, Section: r.Section,
		},
	}
	if r.Retryable {
		a.retryAfter = max(a.retryAfter, e.RetryAfter)
	}
	return e
}

// giveUp reports events that are not sent again, and decides whether further batches are
// sent.
func (b *batches) giveUp(ctx context.Context, d *delivery, a *attempt, part []int, hasResults bool) {
	whole := d.failure(a)
	for _, i := range part {
		report := &b.report.Events[i]
		if own, ok := report.Err.(*SendError); ok && hasResults {
			own.Err = a.err
			continue
		}
		*report = EventReport{Status: a.status, Err: whole}
	}
	if a.isOfTarget() || a.retryable && a.retryAfter > 0 || ctx.Err() != nil || errors.Is(a.err, errTooLate) {
		b.stopped = fmt.Errorf("not sent, because of another batch: %w", whole)
	}
}

// isOfTarget reports whether any other batch would fail in the same way.
func (a *attempt) isOfTarget() bool {
	switch a.status {
	case 0, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		return true
	}
	return a.status/100 == 3
}
