package cehttp

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// BatchAnswer is the JSON body of the answer to a batch whose events were handled,
// unless there is nothing to say but 204. A batch that was refused as a whole has
// a [Problem] instead, without results. Both can be read as a BatchAnswer.
type BatchAnswer struct {
	Status    string   `json:"status,omitempty"`     // "accepted" with 202
	Message   string   `json:"error,omitempty"`      // for people, if an event failed
	Type      string   `json:"error_type,omitempty"` // "batch_failed", if an event failed
	Retryable bool     `json:"retryable"`            // a result is
	Results   []Result `json:"results"`              // one for each event, in order
}

// Result is what became of one event of a batch. A sender repeats those that are
// retryable, and no other.
type Result struct {
	Index      int                `json:"index"`  // in the batch, counted from 0
	Status     int                `json:"status"` // as of a request with that event alone
	Retryable  bool               `json:"retryable"`
	Message    string             `json:"error,omitempty"`
	Type       string             `json:"error_type,omitempty"`
	Attribute  string             `json:"attribute,omitempty"`
	Section    string             `json:"section,omitempty"`
	RetryAfter int64              `json:"retry_after,omitempty"` // seconds
	ID         string             `json:"id,omitempty"`          // of accepted work
	Reply      *cloudevents.Event `json:"reply,omitempty"`       // in the JSON event format
}

var errSenderGone = errors.New("the sender went away before the event was handled")

// batch handles a request with a batch.
func (x *exchange) batch(m *received) int {
	es, err := x.decodeBatch(m)
	if err != nil {
		return x.refuse(err, StatusCode(err))
	}
	ctx := x.r.Context()
	var total tally
	results := make([]Result, len(es))
	for i := range es {
		var v verdict
		if ctx.Err() != nil {
			v = x.failure(ctx, &HandlerError{Retryable: true, Err: errSenderGone})
		} else {
			// A copy, so that one event that is kept does not keep the others.
			e := es[i]
			v = x.handle(ctx, &e, cloudevents.BatchMode)
			if v.reply != nil {
				// The handler may use it again for the next event.
				reply := v.reply.Clone()
				v.reply = &reply
			}
		}
		es[i] = cloudevents.Event{}
		results[i] = v.result(i)
		total.add(&v)
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
		all.Message = fmt.Sprintf("%d of %d events failed", total.failed, len(es))
	}
	answer.JSON(x.w, status, answer.RetryAfter(status, total.retryAfter), &all)
	return status
}

func (x *exchange) decodeBatch(m *received) ([]cloudevents.Event, error) {
	limit := x.MaxEvents
	if limit == 0 {
		limit = cloudevents.DefaultMaxEvents
	}
	d := x.Decoder
	if d.Batch == nil && d.Format == nil {
		d.Batch = format.JSON{MaxEvents: limit} // which stops there
	}
	es, err := d.batch(m)
	if err == nil && limit >= 0 && len(es) > limit {
		return nil, &cloudevents.LimitError{What: "events", Limit: limit}
	}
	return es, err
}

func (v *verdict) result(index int) Result {
	r := Result{Index: index, Status: v.status, ID: v.id, Reply: v.reply}
	if p := v.problem; p != nil {
		r.Retryable, r.Message, r.Type = p.Retryable, p.Message, p.Type
		r.Attribute, r.Section = p.Attribute, p.Section
		r.RetryAfter = answer.Seconds(v.retryAfter)
	}
	return r
}

// tally is the sum of the verdicts on a batch.
type tally struct {
	events, failed, retryable, deferred, replies int

	common     int // the status of all events, or 0
	retryAfter time.Duration
}

func (t *tally) add(v *verdict) {
	if t.events == 0 {
		t.common = v.status
	} else if v.status != t.common {
		t.common = 0
	}
	t.events++
	switch {
	case v.problem != nil:
		t.failed++
		if v.problem.Retryable {
			t.retryable++
		}
		t.retryAfter = max(t.retryAfter, v.retryAfter)
	case v.status == http.StatusAccepted:
		t.deferred++
	case v.reply != nil:
		t.replies++
	}
}

// status returns the one status of the answer.
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
