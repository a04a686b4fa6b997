package cehttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/http/internal/answer"
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
	contentType, body, err := encodeBatch(es, b.format)
	if err != nil {
		b.fail(part, err)
		return false
	}
	c.message = message{mode: cloudevents.BatchMode, contentType: contentType, body: body, events: len(part)}
	return true
}

func (b *batches) fail(part []int, err error) {
	for _, i := range part {
		b.report.Events[i].Err = err
	}
}

// fewRefused is how many events are taken out of a batch one by one before it is
// halved: a receiver that names one at a time must not be sent the others too often.
const fewRefused = 3

// result is a [Result] whose reply is yet to be decoded, so that one that is not
// valid does not spoil the others, and whose index is yet to be: what is no index, or
// none at all, is not that of the first event.
type result struct {
	Result
	Index json.RawMessage `json:"index"`
	Reply json.RawMessage `json:"reply"`
}

// results returns what an answer says about each of n events, nil for one of which it
// says nothing. It is nil if the answer has no results.
func (a *attemptResult) results(n int) []*result {
	var said struct {
		Results []json.RawMessage `json:"results"`
	}
	if len(a.body) == 0 || json.Unmarshal(a.body, &said) != nil {
		return nil
	}
	var results []*result
	for _, text := range said.Results {
		r := new(result)
		_ = json.Unmarshal(text, r) // a member of another type is as if it were not there
		index, err := strconv.Atoi(string(r.Index))
		if err != nil || index < 0 || index >= n {
			continue
		}
		if results == nil {
			results = make([]*result, n)
		}
		if results[index] == nil {
			results[index] = r
		}
	}
	return results
}

// culprit returns the one event of n because of which the batch was refused, without
// a look at the others.
func (a *attemptResult) culprit(n int) (index int, ok bool) {
	if a.problem == nil || a.retryable || a.status < 400 || a.status == http.StatusGone {
		return 0, false
	}
	if i := a.problem.Index; n > 1 && i != nil && *i >= 0 && *i < n && a.results(n) == nil {
		return *i, true
	}
	return 0, false
}

// without sends the events of a batch but the one that was refused.
func (b *batches) without(ctx context.Context, c *delivery, a *attemptResult, part []int, culprit, refused int) {
	b.report.Events[part[culprit]] = EventReport{Status: a.status, Err: c.failure(a)}
	rest := slices.Delete(slices.Clone(part), culprit, culprit+1)
	if refused++; refused > fewRefused && len(rest) > 1 {
		b.halve(ctx, rest)
		return
	}
	b.send(ctx, rest, refused)
}

// halve sends a batch as two.
func (b *batches) halve(ctx context.Context, part []int) {
	b.send(ctx, part[:len(part)/2], 0)
	b.send(ctx, part[len(part)/2:], 0)
}

// take enters what an answer says into the report, and returns the events whose
// fate is not sealed by it.
func (b *batches) take(c *delivery, a *attemptResult, part []int, results []*result) (rest []int) {
	if results == nil && !a.accepted() {
		return part
	}
	for n, i := range part {
		var r *result
		if results != nil {
			r = results[n]
		}
		report := &b.report.Events[i]
		switch {
		case r == nil && a.accepted():
			*report = EventReport{Status: a.status}
		case r == nil:
			*report = EventReport{Status: a.status, Err: c.failure(a)}
			if a.retryable {
				rest = append(rest, i)
			}
		case r.isAccepted(a):
			b.accept(c, a, report, r)
		default:
			*report = EventReport{Status: r.status(a), Err: c.failureOf(a, r)}
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

func (r *result) isAccepted(a *attemptResult) bool {
	if r.Status == 0 { // of a receiver that only describes failures
		return a.accepted() && !r.Retryable && r.Message == "" && r.Type == ""
	}
	return r.Status/100 == 2
}

// status returns that of the result, or of the answer.
func (r *result) status(a *attemptResult) int {
	if r.Status == 0 {
		return a.status
	}
	return r.Status
}

func (b *batches) accept(c *delivery, a *attemptResult, report *EventReport, r *result) {
	*report = EventReport{Status: r.status(a), ID: r.ID}
	if len(r.Reply) == 0 || string(r.Reply) == "null" {
		return
	}
	reply := new(cloudevents.Event)
	if err := json.Unmarshal(r.Reply, reply); err != nil {
		report.Err = &SendError{Target: c.origin(), Attempts: c.attempts, Status: report.Status, Err: err}
		return
	}
	report.Reply = reply
}

// failureOf returns the error about one event of a batch. The answer waits for the
// one that wants the longest wait.
func (c *delivery) failureOf(a *attemptResult, r *result) *SendError {
	e := &SendError{
		Target: c.origin(), Attempts: c.attempts, Status: r.status(a), Retryable: r.Retryable,
		RetryAfter: answer.WholeSeconds(r.RetryAfter),
		Problem: &Problem{
			Message: r.Message, Type: r.Type, Retryable: r.Retryable, Attribute: r.Attribute, Section: r.Section,
		},
	}
	if r.Retryable {
		a.retryAfter = max(a.retryAfter, e.RetryAfter)
	}
	return e
}

// giveUp enters that some events are not sent again, and decides whether others are.
func (b *batches) giveUp(ctx context.Context, c *delivery, a *attemptResult, part []int, isOwn bool) {
	whole := c.failure(a)
	for _, i := range part {
		report := &b.report.Events[i]
		if own, ok := report.Err.(*SendError); ok && isOwn {
			own.Err = a.err
			continue
		}
		*report = EventReport{Status: a.status, Err: whole}
	}
	if a.isOfTarget() || a.retryable && a.retryAfter > 0 || ctx.Err() != nil || errors.Is(a.err, errTooLate) {
		b.stopped = fmt.Errorf("not sent, because of another batch: %w", whole)
	}
}

// isOfTarget reports whether another batch would fare alike.
func (a *attemptResult) isOfTarget() bool {
	switch a.status {
	case 0, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		return true
	}
	return a.status/100 == 3
}

// BatchReport says what became of the events that were given to
// [Sender.SendBatch].
type BatchReport struct {
	Requests int           // attempts, with those that the client's Transport did not let out
	Events   []EventReport // one for each event, in their order
}

// EventReport is what became of one event. With an Err and Status 2xx it was
// accepted, and what was said about it could not be read.
type EventReport struct {
	Status int                // of its result, or of the answer to its batch; 0 if there was none
	ID     string             // of accepted work
	Reply  *cloudevents.Event // if the receiver answered one
	Err    error              // nil if the event was accepted; is or wraps a *SendError, unless the event is not valid
}

// Failed returns the indexes of the events that were not accepted.
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

// batchFailure is the errors of the events that were not accepted.
type batchFailure struct {
	events []EventReport
	failed []int
}

func (e *batchFailure) Error() string {
	first := e.failed[0]
	return fmt.Sprintf("%d of %d events not accepted; event %d: %s",
		len(e.failed), len(e.events), first, clientText(e.events[first].Err))
}

func (e *batchFailure) of(i int) error {
	return &cloudevents.BatchError{Index: i, Err: e.events[i].Err}
}

func (e *batchFailure) Unwrap() []error {
	errs := make([]error, len(e.failed))
	for n, i := range e.failed {
		errs[n] = e.of(i)
	}
	return errs
}
