package cehttp

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/http/internal/answer"
)

// BatchAnswer is the JSON body of the answer to a batch whose events were handled, unless
// the status is 204. A batch that was refused as a whole has a [Problem] instead, without
// results. Both can be decoded as a BatchAnswer.
type BatchAnswer struct {
	Status    string   `json:"status,omitempty"`     // "accepted" with status 202
	Message   string   `json:"error,omitempty"`      // for people, if an event failed
	Type      string   `json:"error_type,omitempty"` // "batch_failed", if an event failed
	Retryable bool     `json:"retryable"`            // whether some result is retryable
	Results   []Result `json:"results"`              // one for each event, in order
}

// Result is the answer to one event of a batch. A sender sends retryable ones again, and
// no others.
type Result struct {
	Index      int                `json:"index"`  // of the event in the batch, counted from 0
	Status     int                `json:"status"` // that a request with that event alone would have
	Retryable  bool               `json:"retryable"`
	Duplicate  bool               `json:"duplicate,omitempty"` // it was handled before, and not again
	Message    string             `json:"error,omitempty"`
	Type       string             `json:"error_type,omitempty"`
	Attribute  string             `json:"attribute,omitempty"`
	Section    string             `json:"section,omitempty"`
	RetryAfter int64              `json:"retry_after,omitempty"` // in seconds
	ID         string             `json:"id,omitempty"`          // of accepted work
	Reply      *cloudevents.Event `json:"reply,omitempty"`       // in the JSON event format
}

var errSenderGone = errors.New("the sender disconnected before the event was handled")

// batch handles a request with a batch.
func (x *exchange) batch() int {
	es, receipts, err := x.decodeBatch()
	if err != nil {
		return x.refuse(err, StatusCode(err))
	}
	ctx := dispatch.WithBatch(x.r.Context())
	var total tally
	results := make([]Result, 0, len(es))
	for i := 0; i < len(es); {
		index := len(results)
		eventContext := ctx
		if len(receipts) > 0 && receipts[0].Index == index {
			r := receipts[0]
			receipts = receipts[1:]
			eventContext = x.forgiven(ctx, &r)
			if r.Event == nil {
				results = append(results, total.refused(r.Err, index, x.receiver.ShowErrors))
				continue
			}
		}
		var a eventAnswer
		if ctx.Err() != nil {
			r := dispatch.Judge(ctx, nil, dispatch.Retryable(errSenderGone, 0))
			a = x.receiver.failure(&r)
		} else {
			// A copy, so that one event that is kept does not keep the others.
			e := es[i]
			a = x.receiver.handle(eventContext, &e, cloudevents.BatchMode)
			if a.reply != nil {
				// The handler may use it again for the next event.
				reply := a.reply.Clone()
				a.reply = &reply
			}
		}
		es[i] = cloudevents.Event{}
		i++
		results = append(results, a.result(index))
		total.add(&a)
	}
	for _, r := range receipts { // behind the last event
		x.forgiven(ctx, &r)
		results = append(results, total.refused(r.Err, r.Index, x.receiver.ShowErrors))
	}
	if total.duplicates > 0 {
		x.w.Header().Set(duplicateEvents, strconv.Itoa(total.duplicates))
	}
	status := total.status()
	if status == http.StatusNoContent {
		x.w.WriteHeader(status)
		return status
	}
	all := BatchAnswer{Retryable: total.retryable > 0, Results: results}
	switch {
	case status == http.StatusAccepted:
		all.Status = accepted
	case total.failed > 0:
		all.Type = typeBatch
		all.Message = fmt.Sprintf("%d of %d events failed", total.failed, total.events)
	}
	answer.JSON(x.w, status, answer.RetryAfter(status, total.retryAfter), &all)
	return status
}

// decodeBatch returns the events, and what was forgiven, in the order of their indexes.
func (x *exchange) decodeBatch() (es []cloudevents.Event, receipts []cloudevents.Receipt, err error) {
	limit := x.receiver.maxEvents()
	d := x.decoder(&receipts)
	if d.Batch == nil && d.Format == nil {
		f := d.json(&x.m)
		f.MaxEvents = limit // and stops there
		d.Batch = f
	}
	es, err = d.batch(&x.m)
	if err == nil && limit >= 0 && len(es) > limit {
		return nil, nil, &cloudevents.LimitError{What: "events", Limit: limit}
	}
	return es, receipts, err
}

// refused counts an event that was invalid though the decoder was forgiving, and returns
// its result.
func (t *tally) refused(err error, index int, showErrors bool) Result {
	p := messageProblem(err, http.StatusBadRequest, showErrors)
	a := eventAnswer{status: http.StatusBadRequest, problem: &p}
	t.add(&a)
	return a.result(index)
}

func (a *eventAnswer) result(index int) Result {
	r := Result{Index: index, Status: a.status, Duplicate: a.duplicate, ID: a.id, Reply: a.reply}
	if p := a.problem; p != nil {
		r.Retryable, r.Message, r.Type = p.Retryable, p.Message, p.Type
		r.Attribute, r.Section = p.Attribute, p.Section
		r.RetryAfter = answer.Seconds(a.retryAfter)
	}
	return r
}

// tally is the sum of the answers to the events of a batch.
type tally struct {
	events, failed, retryable, deferred, replies, duplicates int

	common     int // the status of all events, or 0
	retryAfter time.Duration
}

func (t *tally) add(a *eventAnswer) {
	if t.events == 0 {
		t.common = a.status
	} else if a.status != t.common {
		t.common = 0
	}
	t.events++
	if a.duplicate {
		t.duplicates++
	}
	switch {
	case a.problem != nil:
		t.failed++
		if a.problem.Retryable {
			t.retryable++
		}
		t.retryAfter = max(t.retryAfter, a.retryAfter)
	case a.status == http.StatusAccepted:
		t.deferred++
	case a.reply != nil:
		t.replies++
	}
}

// status returns the status of the whole answer.
func (t *tally) status() int {
	switch {
	case t.common != 0:
		return t.common
	case t.retryable > 0:
		return http.StatusServiceUnavailable
	case t.failed > 0:
		return http.StatusUnprocessableEntity
	case t.deferred > 0:
		return http.StatusAccepted
	case t.replies > 0:
		return http.StatusOK
	}
	return http.StatusNoContent // it was empty
}
