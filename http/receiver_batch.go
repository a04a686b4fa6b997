package cehttp

import (
	"bytes"
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
	var total tally
	for i := 0; i < es.len(); {
		index := total.events
		eventContext := ctx
		var forgiven *cloudevents.Receipt
		if len(receipts) > 0 && receipts[0].Index == index {
			forgiven, receipts = &receipts[0], receipts[1:]
			eventContext = x.forgiven(ctx, forgiven)
			if forgiven.Event == nil {
				x.logForgiven(ctx, forgiven)
				total.refused(forgiven.Err, x.receiver.ShowErrors)
				continue
			}
		}
		e := es.take(i)
		i++
		var a eventAnswer
		if ctx.Err() != nil {
			x.logForgiven(ctx, forgiven)
			r := dispatch.Judge(ctx, nil, dispatch.Retryable(errSenderGone, 0))
			a = x.receiver.failure(&r)
		} else {
			data := e.Data
			a = x.handle(eventContext, e, forgiven)
			x.m.place(&a.problem, data)
		}
		total.add(&a)
	}
	for _, r := range receipts { // behind the last event
		x.forgiven(ctx, &r)
		x.logForgiven(ctx, &r)
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
	answer.Write(x.w, status, answer.RetryAfter(status, total.retryAfter), total.results.document(&all)...)
	return status
}

// decodeBatch returns the events, and what was forgiven, in the order of their indexes.
func (x *exchange) decodeBatch() (es eventList, receipts []cloudevents.Receipt, err error) {
	limit := x.receiver.maxEvents()
	d := x.decoder(&receipts)
	if f := d.batchFormat(); f != nil {
		es.shared, err = d.batch(&x.m)
	} else {
		es.own, err = d.eventsOfBatch(&x.m, limit) // and stops there
	}
	if err == nil && limit >= 0 && es.len() > limit {
		err = &cloudevents.LimitError{What: "events", Limit: limit}
	}
	return es, receipts, err
}

// eventsOfBatch decodes a batch in format.JSON to events of which each has its own memory.
func (d *Decoder) eventsOfBatch(m *received, maxEvents int) (es []*cloudevents.Event, err error) {
	b, _, err := d.readBatch(m, nil)
	if err != nil {
		return nil, explained(m, err)
	}
	j := cloudevents.JSONDecoder{
		Extensions: d.Extensions, MaxAttributes: d.MaxAttributes, MaxEvents: maxEvents,
		InPlace: m.reader != nil, V1Only: d.V1Only, Forgive: d.Forgive,
	}
	for e, err := range j.Events(b) {
		if err != nil {
			return nil, explained(m, err)
		}
		es = append(es, e)
	}
	return es, nil
}

// eventList has the events of a batch. A handler may keep one of them, which must not keep
// the others.
type eventList struct {
	own    []*cloudevents.Event
	shared []cloudevents.Event // of a format that returns them so
}

func (l *eventList) len() int { return len(l.own) + len(l.shared) }

// take returns event i, and forgets it.
func (l *eventList) take(i int) *cloudevents.Event {
	if l.own != nil {
		e := l.own[i]
		l.own[i] = nil
		return e
	}
	e := l.shared[i]
	l.shared[i] = cloudevents.Event{}
	return &e
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
	done    int // 204 without more to say, until there is another one
	chunks  [][]byte
	encoder *json.Encoder // writes to the chunks
	one     Result        // that is written
	reply   []byte        // its reply
}

// Results are collected in chunks from minChunk to maxChunk bytes, each twice as large as
// the one before it.
const (
	minChunk = 512
	maxChunk = 32 << 10
)

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
	l.one = Result{Index: l.done, Status: a.status, Duplicate: a.duplicate, ID: a.id}
	if p := &a.problem; a.failed {
		l.one.Retryable, l.one.Message, l.one.Type = p.Retryable, p.Message, p.Type
		l.one.Attribute, l.one.Field, l.one.Section, l.one.Offset = p.Attribute, p.Field, p.Section, p.Offset
		l.one.RetryAfter = answer.Seconds(a.retryAfter)
	}
	l.reply = nil
	if a.reply != nil {
		l.reply = a.encoded.body
	}
	if l.done > 0 {
		l.append(",")
	}
	_ = l.encoder.Encode(&l.one) // no field has an error to return, and Write has none
	l.done++
}

// Write adds a result as the encoder writes it, and its reply.
func (l *resultList) Write(b []byte) (int, error) {
	result := bytes.TrimSuffix(b, []byte("\n"))
	if l.reply == nil {
		appendChunks(l, result)
		return len(b), nil
	}
	appendChunks(l, bytes.TrimSuffix(result, []byte("}")))
	l.append(`,"reply":`)
	appendChunks(l, l.reply)
	l.append("}")
	return len(b), nil
}

func (l *resultList) append(text string) { appendChunks(l, text) }

func appendChunks[T string | []byte](l *resultList, text T) {
	for len(text) > 0 {
		last := len(l.chunks) - 1
		if last < 0 || len(l.chunks[last]) == cap(l.chunks[last]) {
			size := minChunk
			if last >= 0 {
				size = min(2*cap(l.chunks[last]), maxChunk)
			}
			l.chunks = append(l.chunks, make([]byte, 0, size))
			last++
		}
		chunk := &l.chunks[last]
		n := min(len(text), cap(*chunk)-len(*chunk))
		*chunk = append(*chunk, text[:n]...)
		text = text[n:]
	}
}

// document returns the [BatchAnswer] with that head, in parts. It has at least one result.
func (l *resultList) document(head *batchHead) [][]byte {
	begin, _ := json.Marshal(head) // has no error either
	begin = append(begin[:len(begin)-len("}")], `,"results":[`...)
	l.append("]}")
	return slices.Insert(l.chunks, 0, begin)
}
