package cehttp

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/internal/errtree"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/extension"
	"github.com/seed763dd41b/cloudevents/internal/overlap"
	"github.com/seed763dd41b/cloudevents/internal/percent"
)

// Receiver is an [http.Handler] that calls a [dispatch.Handler] for each event of a
// request, and answers so that a sender can act on it
// (http-webhook.md#22-delivery-response). It accepts binary, structured and batched
// requests by POST. The Handler runs on the goroutine of the request.
//
//	http.Handle("/", &cehttp.Receiver{Handler: handle})
//
// The status of the answer is
//
//	200  with the reply of the handler, in the mode of the request; if the Format of the
//	     Decoder is a format.Set and the mode structured, in the format that Accept prefers
//	     to others, or else in that of the request, as with */*
//	202  the handler deferred the event; the header Deferred-Id has the id of the work
//	204  the event was handled; or an answer to HEAD or OPTIONS, with Allow
//	400  the message is malformed or invalid, or its body could not be read
//	405  a method that is not POST, HEAD or OPTIONS, with Allow
//	408  the body did not arrive in time
//	413  a body, a batch or an event exceeds a limit
//	415  not a CloudEvent, an unknown format, or an encoded body
//	422  the handler refused the event, as with dispatch.Permanent
//	500  the handler failed or panicked, or its reply is not valid
//	503  the handler asked for a retry, as with dispatch.Retryable; with Retry-After
//
// or the Status of a [dispatch.Error], such as 429 or 410. It is never 3xx.
//
// The body of an error is a [Problem]. Its Type is not_a_cloudevent, unknown_format,
// unsupported_content_encoding, too_large, unreadable_body, invalid_event, malformed,
// panic, invalid_reply, batch_failed, the Type of a dispatch.Error, or else the text of
// the status, as in too_many_requests.
//
// # Deferred work
//
// An answer 202 is empty, because Knative takes a body that is no event for a failed
// delivery, and Dapr repeats an event after a status that it does not know. A request
// whose Accept admits application/json, also as application/* or */*, gets the body
// {"status":"accepted","id":"…"}. A request without Accept gets none. The header
// [HeaderDeferredID] is in both; it is omitted if the handler gave no id, or one of more
// than 1 KiB.
//
// # Batches
//
// The events of a batch are handled one after the other, also if one of them fails. A
// batch that has a malformed or invalid event is refused before any is handled.
//
// If all events have the same status, so does the response; 204 has no body. Otherwise
// the status is 503 if an event failed that may be sent again, 422 if others failed, 202
// if some were deferred, and 200 if not. The body is a [BatchAnswer] with a [Result] for
// each event, which includes its reply and the id of deferred work. It does not depend on
// Accept: neither Knative nor Dapr sends batches. A sender that ignores the body and resends the
// whole batch after 503 makes some events run twice.
//
// # Duplicates
//
// An event that was handled before, and not again, is answered as the first time, without
// the reply. The header Duplicate-Events has the number of such events in the request, and
// their results in a batch have the member duplicate. See [dispatch.Deduplicate].
//
// # Senders that disconnect
//
// If the sender disconnects, the handler's context ends and the rest of the batch is
// skipped. A status is still written, because net/http would send 200. It is not logged
// as an error, and Observer reports it as 0.
//
// # Logging
//
// A failure of the handler is one log record, which [dispatch.Outcome.LogFailure]
// describes. [dispatch.Log] may write it instead. It has no duration if neither Log nor an
// Observer needs one. A request that has no valid event is one log record too, "request
// refused" with the status and at most 1 KiB of the error, at level Info, or Error if the
// status is 5xx.
//
// A Receiver must not be changed while it serves.
type Receiver struct {
	// Handler handles the events. It is required.
	Handler dispatch.Handler

	// Decoder has the formats, the limits and the types of extensions. Its Format also
	// writes replies.
	Decoder Decoder

	// MaxEvents is the number of events that a batch may have. 0 is
	// [cloudevents.DefaultMaxEvents], -1 is no limit other than that of the format.
	MaxEvents int

	// AllowPUT accepts PUT like POST.
	AllowPUT bool

	// ShowErrors puts the texts of all errors into answers, for development.
	ShowErrors bool

	// Forgiving makes the Decoder forgiving, as [cloudevents.JSONDecoder] describes it. What
	// was forgiven is told to Observer.Forgiven, and given to the handler, which asks
	// [dispatch.Forgiven]. It is logged as a warning, or in the record of the handler if that
	// fails. In a batch the valid events are handled, and each of the others has the result of
	// an invalid event. A Format or a Batch of the Decoder has a switch of its own.
	Forgiving bool

	// PassRequest gives handlers the request: [RequestFrom] returns it for their context.
	// It costs an allocation for each request. A handler that keeps its context, as a
	// [dispatch.Background] does until the work is done, keeps the request too.
	PassRequest bool

	// Logger receives failures. nil is slog.Default().
	Logger *slog.Logger

	// Observer is called for requests and events.
	Observer Observer
}

var errNoHandler = errors.New("Receiver has no Handler")

// Validate returns an error if there is no Handler, or if the Decoder would ignore one of its
// Extensions: its name is illegal or that of a core attribute, or its type is none. [Serve]
// calls it before the first request. A Receiver without a Handler answers each event with 500.
func (rc *Receiver) Validate() error {
	if rc.Handler == nil {
		return errNoHandler
	}
	if err := extension.Check(rc.Decoder.Extensions); err != nil {
		return fmt.Errorf("Decoder: %w", err)
	}
	return nil
}

// maxEvents returns the limit of a batch; a negative one is no limit.
func (rc *Receiver) maxEvents() int {
	if rc.MaxEvents == 0 {
		return cloudevents.DefaultMaxEvents
	}
	return rc.MaxEvents
}

// ServeHTTP handles one request.
func (rc *Receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begin := rc.Observer.now()
	ctx := r.Context()
	status := 0 // of a handler that aborts
	rc.Observer.started(ctx)
	defer func() { rc.Observer.answered(ctx, status, begin) }()

	x := exchange{receiver: rc, w: w, r: r, m: inRequest(r), begin: begin}
	x.m.mode = serverMode(r.Header)
	switch {
	case r.Method != http.MethodPost && !(rc.AllowPUT && r.Method == http.MethodPut):
		status = x.otherMethod()
	case x.m.mode == cloudevents.BatchMode:
		status = x.batch()
	default:
		status = x.event()
	}
	if ctx.Err() != nil {
		status = 0
	}
}

// exchange is one request and its answer. Its methods return the status.
type exchange struct {
	receiver *Receiver
	w        http.ResponseWriter
	r        *http.Request
	m        received
	begin    time.Time // zero if the Observer does not need it
	reply    []byte    // of the last event of a batch that has one
}

// decoder returns the decoder of the request. If it is forgiving, it appends to receipts.
func (x *exchange) decoder(receipts *[]cloudevents.Receipt) Decoder {
	d := x.receiver.Decoder
	if x.receiver.Forgiving {
		own := d.Forgive
		d.Forgive = func(r cloudevents.Receipt) {
			*receipts = append(*receipts, r)
			if own != nil {
				own(r)
			}
		}
	}
	return d
}

// forgiven tells the Observer what was forgiven, and returns the context for the handler of the
// event.
func (x *exchange) forgiven(ctx context.Context, r *cloudevents.Receipt) context.Context {
	if tell := x.receiver.Observer.Forgiven; tell != nil {
		tell(ctx, *r)
	}
	return dispatch.WithForgiven(ctx, r.Err)
}

// logForgiven logs what was forgiven, if r is not nil. The record about a failed handler has that
// itself.
func (x *exchange) logForgiven(ctx context.Context, r *cloudevents.Receipt) {
	if r == nil {
		return
	}
	l := eventlog.Default(x.receiver.Logger)
	var attrs []slog.Attr
	if e := r.Event; e != nil {
		attrs = append(attrs, eventlog.Event(e.ID, e.Source, e.Type))
	}
	if r.Index >= 0 {
		attrs = append(attrs, slog.Int("index", r.Index))
	}
	l.LogAttrs(ctx, slog.LevelWarn, "event forgiven", append(attrs, eventlog.Error(r.Err))...)
}

var errMethod = errors.New("events are sent by POST")

// otherMethod answers a request that carries no events. HEAD and OPTIONS are how some
// senders find out whether an address is there.
func (x *exchange) otherMethod() int {
	allow := http.MethodPost
	if x.receiver.AllowPUT {
		allow += ", " + http.MethodPut
	}
	x.w.Header().Set("Allow", allow)
	if x.r.Method == http.MethodHead || x.r.Method == http.MethodOptions {
		answer.Early(x.w, x.r)
		x.w.WriteHeader(http.StatusNoContent)
		return http.StatusNoContent
	}
	return x.refuse(errMethod, http.StatusMethodNotAllowed)
}

// refuse answers a request in which there is nothing to handle.
func (x *exchange) refuse(err error, status int) int {
	ctx := x.r.Context()
	level := slog.LevelInfo
	if status >= 500 {
		level = slog.LevelError
	}
	text := clientText(err) // of 32 violations it is long
	eventlog.Default(x.receiver.Logger).LogAttrs(ctx, level, "request refused", slog.Int("status", status), slog.String("error", text))
	p := messageProblem(err, text, status, x.receiver.ShowErrors)
	if failed := x.receiver.Observer.Failed; failed != nil {
		verdict := dispatch.VerdictRefused
		if p.Retryable {
			verdict = dispatch.VerdictRetry
		}
		failed(ctx, dispatch.Outcome{Verdict: verdict, Status: status, Err: err, Duration: time.Since(x.begin)})
	}
	if !x.m.ended {
		answer.Early(x.w, x.r)
	}
	answer.JSON(x.w, status, answer.RetryAfter(status, 0), &p)
	return status
}

// duplicateEvents is the header with the number of duplicates in a request.
const duplicateEvents = "Duplicate-Events"

// HeaderDeferredID is the header of an answer 202 with the id of the deferred work, which
// is that of [dispatch.Deferred]. Characters other than printable ASCII are escaped as in
// the headers of attributes.
const HeaderDeferredID = "Deferred-Id"

const maxDeferredID = 1 << 10

// accept answers that the event will be handled later.
func (x *exchange) accept(id string) {
	h := x.w.Header()
	if id != "" && len(id) <= maxDeferredID {
		value := id
		if percent.NeedsEscape(id) {
			value = string(percent.Append(nil, id))
		}
		h.Set(HeaderDeferredID, value)
	}
	if answer.AcceptsJSON(x.r.Header) {
		answer.JSON(x.w, http.StatusAccepted, 0, &acceptance{accepted, id})
		return
	}
	h.Set("Content-Length", "0")
	x.w.WriteHeader(http.StatusAccepted)
}

// acceptance is the JSON body of an answer 202.
type acceptance struct {
	Status string `json:"status"`       // "accepted"
	ID     string `json:"id,omitempty"` // of the work, for POST /cancel/{id}
}

const accepted = "accepted"

// event handles a request with one event.
func (x *exchange) event() int {
	e := new(cloudevents.Event)
	ctx := x.r.Context()
	var receipt *cloudevents.Receipt
	if x.receiver.Forgiving {
		var receipts []cloudevents.Receipt
		d := x.decoder(&receipts)
		if err := d.event(e, &x.m); err != nil {
			return x.refuse(err, StatusCode(err))
		}
		if len(receipts) > 0 {
			receipt = &receipts[0]
			ctx = x.forgiven(ctx, receipt)
		}
	} else if err := x.receiver.Decoder.event(e, &x.m); err != nil {
		return x.refuse(err, StatusCode(err))
	}
	data := e.Data // belongs to the handler then: only its place is looked at
	if len(data) == 0 {
		x.m.body = nil
	}
	a := x.handle(x.context(ctx), e, receipt)
	x.m.place(&a.problem, data)
	if a.duplicate {
		x.w.Header().Set(duplicateEvents, "1")
	}
	switch {
	case a.failed:
		p := a.problem // which is in the heap then, for failures alone
		answer.JSON(x.w, a.status, a.retryAfter, &p)
	case a.reply != nil:
		// The status is legal, and an error of a client that is gone cannot be helped.
		_ = a.encoded.respond(x.w, a.status)
	case a.status == http.StatusAccepted:
		x.accept(a.id)
	default:
		x.w.WriteHeader(a.status)
	}
	return a.status
}

// place makes the Offset of p, which is that in the data of an event, the one in the body.
// It is nil if the body has the data in another form: in base64, or with escapes.
func (m *received) place(p *Problem, data []byte) {
	if p.Offset == nil {
		return
	}
	offset := *p.Offset
	p.Offset = nil
	if offset > len(data) {
		return // of other data
	}
	if m.mode != cloudevents.BinaryMode {
		begin := overlap.Index(m.body, data)
		if begin < 0 || !isJSONDocument(m.body, m.mode) {
			return
		}
		// Neither is part of any data, so that no handler changes it.
		before := bytes.TrimRight(m.body[:begin], jsonSpace)
		if !bytes.HasSuffix(before, []byte{':'}) {
			return // it is inside of a string
		}
		offset += begin
	}
	p.Offset = &offset
}

const jsonSpace = " \t\r\n"

// isJSONDocument tells an event or a batch in JSON from other formats, none of which can
// begin so.
func isJSONDocument(body []byte, m cloudevents.Mode) bool {
	begin := []byte{'{'}
	if m == cloudevents.BatchMode {
		begin[0] = '['
	}
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	return bytes.HasPrefix(bytes.TrimLeft(body, jsonSpace), begin)
}

// eventAnswer is the answer to one event.
type eventAnswer struct {
	status     int
	duplicate  bool               // handled before
	id         string             // of deferred work
	reply      *cloudevents.Event // with its encoding
	encoded    encoded
	failed     bool
	problem    Problem // of a failure
	retryAfter time.Duration
}

// handle calls the handler with e, which belongs to the handler from then on. A reply in the
// answer to a batch is only there until the next event is handled. receipt is about an event that
// was not taken as it was, or nil.
func (x *exchange) handle(ctx context.Context, e *cloudevents.Event, receipt *cloudevents.Receipt) (a eventAnswer) {
	rc := x.receiver
	begin := rc.Observer.now()
	ctx = rc.Observer.Handle(ctx, e)
	out := dispatch.Outcome{ID: e.ID, Source: e.Source, Type: e.Type}
	r := dispatch.Call(ctx, rc.Handler, e)
	switch {
	case r.Verdict == dispatch.VerdictDone && r.Reply != nil:
		out, err := x.encodeReply(r.Reply)
		if err == nil {
			a = eventAnswer{status: http.StatusOK, reply: r.Reply, encoded: out}
			break
		}
		r = dispatch.Result{
			Verdict: dispatch.VerdictRetry, Status: http.StatusInternalServerError,
			Type: typeInvalidReply, Err: &replyError{err},
		}
		a = rc.failure(&r)
	case r.Verdict == dispatch.VerdictDone:
		a.status = http.StatusNoContent
	case r.Verdict == dispatch.VerdictDeferred:
		a.status, a.id = http.StatusAccepted, r.ID
	default:
		if p, ok := errtree.Find[*dispatch.PanicError](r.Err); ok && p.Value == http.ErrAbortHandler {
			// The handler asks net/http to abort the request.
			out.Set(r)
			out.Status = 0
			rc.Observer.done(ctx, out)
			x.logForgiven(ctx, receipt)
			panic(http.ErrAbortHandler)
		}
		a = rc.failure(&r)
	}
	a.duplicate = r.Duplicate
	if r.Err != nil || r.Duplicate || rc.Observer.Handled != nil {
		out.Set(r)
		out.Status = a.status
		if !begin.IsZero() {
			out.Duration = time.Since(begin)
		}
		out.LogFailure(ctx, rc.Logger)
		rc.Observer.done(ctx, out)
	}
	if !a.failed {
		x.logForgiven(ctx, receipt)
	}
	return a
}

func (x *exchange) encodeReply(reply *cloudevents.Event) (out encoded, err error) {
	if x.m.mode == cloudevents.BatchMode {
		// It is a member of a BatchAnswer.
		x.reply, err = cloudevents.AppendJSON(x.reply[:0], reply)
		if err == nil && !json.Valid(x.reply) {
			err = errDeepReply
		}
		return encoded{body: x.reply}, err
	}
	f := x.receiver.Decoder.Format
	if set, ok := f.(format.Set); ok && x.m.mode == cloudevents.StructuredMode {
		f = replyFormat(set, x.r.Header)
	}
	return encode(reply, x.m.mode, f)
}

// replyFormat returns the member of a set for the reply to a request: the one that its Accept
// prefers, or else the one that the request is in.
func replyFormat(set format.Set, h http.Header) format.Formatter {
	own := slices.IndexFunc(set, func(f format.Formatter) bool { return format.Accepts(f, h.Get("Content-Type")) == nil })
	if own > 0 { // the first of those alike
		set = slices.Concat(set[own:own+1], set[:own], set[own+1:])
	}
	mediaTypes := make([]string, len(set))
	for i, f := range set {
		mediaTypes[i] = f.MediaType()
	}
	return set[max(answer.Best(h, mediaTypes), 0)]
}

// errDeepReply is about a reply that encoding/json, which writes a BatchAnswer, refuses.
var errDeepReply = errors.New("its data is nested too deeply for the answer to a batch")

// replyError is about a reply that cannot be sent.
type replyError struct{ err error }

func (e *replyError) Error() string { return "reply of the handler: " + e.err.Error() }
func (e *replyError) Unwrap() error { return e.err }

// failure returns the answer to an event that was not handled. The Offset of its Problem is
// that in the data.
func (rc *Receiver) failure(r *dispatch.Result) eventAnswer {
	p := resultProblem(r, func(offset int) *int { return &offset })
	if rc.ShowErrors {
		p.Message = cmp.Or(clientText(r.Err), p.Message)
	}
	return eventAnswer{status: r.Status, failed: true, problem: p, retryAfter: answer.RetryAfter(r.Status, r.RetryAfter)}
}
