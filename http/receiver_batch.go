package cehttp

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
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
	Field      string             `json:"field,omitempty"`
	Section    string             `json:"section,omitempty"`
	Offset     *int               `json:"offset,omitempty"`      // in the body of the batch
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
	ctx := dispatch.WithBatch(x.context(x.r.Context()))
	if !isJSONDocument(x.m.body, cloudevents.BatchMode) {
		x.m.body = nil // only to find a place in JSON
	}
	total := tally{results: resultList{expected: len(es)}}
	for i := 0; i < len(es); {
		index := total.events
		eventContext := ctx
		if len(receipts) > 0 && receipts[0].Index == index {
			r := receipts[0]
			receipts = receipts[1:]
			eventContext = x.forgiven(ctx, &r)
			if r.Event == nil {
				total.refused(r.Err, x.receiver.ShowErrors)
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
			data := e.Data
			a = x.receiver.handle(eventContext, &e, cloudevents.BatchMode, x.r.Header)
			x.m.place(&a.problem, data)
		}
		es[i] = cloudevents.Event{}
		i++
		total.add(&a)
	}
	for _, r := range receipts { // behind the last event
		x.forgiven(ctx, &r)
		total.refused(r.Err, x.receiver.ShowErrors)
	}
	if total.duplicates > 0 {
		x.w.Header().Set(duplicateEvents, strconv.Itoa(total.duplicates))
	}
	status := total.status()
	if status == http.StatusNoContent {
		x.w.WriteHeader(status)
		return status
	}
	all := batchHead{Retryable: total.retryable > 0}
	switch {
	case status == http.StatusAccepted:
		all.Status = accepted
	case total.failed > 0:
		all.Type = typeBatch
		all.Message = fmt.Sprintf("%d of %d events failed", total.failed, total.events)
	}
	body, err := total.results.document(&all)
	if err != nil { // of a Marshaler in a reply, which has been encoded before
		status = http.StatusInternalServerError
	}
	answer.Write(x.w, status, answer.RetryAfter(status, total.retryAfter), body)
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

// refused counts an event that was invalid though the decoder was forgiving.
func (t *tally) refused(err error, showErrors bool) {
	t.add(&eventAnswer{
		status: http.StatusBadRequest, failed: true, problem: messageProblem(err, clientText(err), http.StatusBadRequest, showErrors),
	})
}

// tally is the sum of the answers to the events of a batch.
type tally struct {
	events, failed, retryable, deferred, replies, duplicates int

	common     int // the status of all events, or 0
	retryAfter time.Duration
	results    resultList
}

func (t *tally) add(a *eventAnswer) {
	t.results.add(a)
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
	case a.failed:
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

// batchHead has the members of a [BatchAnswer] before the results.
type batchHead struct {
	Status    string `json:"status,omitempty"`
	Message   string `json:"error,omitempty"`
	Type      string `json:"error_type,omitempty"`
	Retryable bool   `json:"retryable"`
}

// resultList is the list of the results of a batch as JSON. It is written event by event,
// because a list of [Result] is larger, and so would be all replies at once.
type resultList struct {
	expected int // number of results
	done     int // 204 without more to say, until there is another one
	list     []byte
	encoder  *json.Encoder // writes to the list
	one      Result        // that is written
	err      error
}

// add adds the result of the next event.
func (l *resultList) add(a *eventAnswer) {
	if l.encoder == nil {
		if a.status == http.StatusNoContent && !a.duplicate {
			l.done++
			return
		}
		l.encoder = json.NewEncoder(l)
		n := l.done
		l.done = 0
		for range n {
			l.add(&eventAnswer{status: http.StatusNoContent})
		}
	}
	l.one = Result{Index: l.done, Status: a.status, Duplicate: a.duplicate, ID: a.id, Reply: a.reply}
	if p := &a.problem; a.failed {
		l.one.Retryable, l.one.Message, l.one.Type = p.Retryable, p.Message, p.Type
		l.one.Attribute, l.one.Field, l.one.Section, l.one.Offset = p.Attribute, p.Field, p.Section, p.Offset
		l.one.RetryAfter = answer.Seconds(a.retryAfter)
	}
	if l.done > 0 {
		l.list = append(l.list, ',')
	}
	if err := l.encoder.Encode(&l.one); err != nil {
		l.err = err
	} else {
		l.list = l.list[:len(l.list)-1] // a line feed
	}
	l.done++
	l.one = Result{}
}

// Write appends to the list. Once some results show how long they are, there is room for all.
func (l *resultList) Write(b []byte) (int, error) {
	const some = 64
	if size := len(l.list) + len(b) + 1; size > cap(l.list) {
		room := 2 * size
		if l.done >= some && l.done < l.expected {
			room = max(size, size/(l.done+1)*l.expected) + size/some
		}
		l.list = slices.Grow(l.list, room-len(l.list))
	}
	l.list = append(l.list, b...)
	return len(b), nil
}

// document returns the [BatchAnswer] with that head, in parts. It has at least one result.
func (l *resultList) document(head *batchHead) (parts [3][]byte, err error) {
	begin, err := json.Marshal(head)
	if err != nil || l.err != nil {
		return parts, errors.Join(err, l.err)
	}
	begin = append(begin[:len(begin)-len("}")], `,"results":[`...)
	return [...][]byte{begin, l.list, []byte("]}")}, nil
}
