package cehttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"

	"github.com/seed763dd41b/cloudevents"
)

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
