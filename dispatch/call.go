package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/dataerror"
	"github.com/seed763dd41b/cloudevents/internal/errtree"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/status"
)

// Verdict says what became of an event. The zero value is [VerdictDone].
type Verdict uint8

// The verdicts. A transport translates them into its own acknowledgements; the package
// documentation has a table.
const (
	VerdictDone     Verdict = iota // the handler has handled the event
	VerdictDeferred                // the event is accepted and handled later
	VerdictRefused                 // the event is never handled, and must not be sent again
	VerdictRetry                   // the event was not handled, and may be sent again
)

// String returns "done", "deferred", "refused" or "retry", as it is found in logs.
func (v Verdict) String() string {
	switch v {
	case VerdictDone:
		return "done"
	case VerdictDeferred:
		return "deferred"
	case VerdictRefused:
		return "refused"
	case VerdictRetry:
		return "retry"
	}
	return fmt.Sprintf("Verdict(%d)", uint8(v))
}

// Failed reports whether the event was not handled: VerdictRefused or VerdictRetry.
func (v Verdict) Failed() bool { return v == VerdictRefused || v == VerdictRetry }

// Result is what a handler made of an event, as a transport needs it.
type Result struct {
	// Verdict says what to do with the event. The other fields are details.
	Verdict Verdict

	// Duplicate says that the event was handled before, and not again. Verdict is that of
	// the first time.
	Duplicate bool

	// Reply is the event to answer with. It is nil unless Verdict is VerdictDone.
	Reply *cloudevents.Event

	// ID names the work of a VerdictDeferred. It may be empty.
	ID string

	// Status is the HTTP status of a failure, and always 4xx or 5xx for one. It is 0
	// for VerdictDone and VerdictDeferred, where HTTP chooses between 200, 202 and 204.
	Status int

	// Type names the failure for programs, such as "unknown_type". It is empty if the
	// handler gave no name.
	Type string

	// Message tells the sender about the failure. It is empty if the handler has no
	// text for the sender; that of Err is not meant for strangers.
	Message string

	// RetryAfter is the least time until the event may be sent again. 0 leaves it to
	// the transport.
	RetryAfter time.Duration

	// Err is the cause of a failure, and nil otherwise. The Err of a panic wraps a
	// [*PanicError].
	Err error

	logged bool // by Log; of a failure, Err says so
}

// PanicError is the panic of a handler.
type PanicError struct {
	Value any // the argument of panic

	// Stack is the stack of the goroutine, as runtime.Stack formats it. It is cut at 8 KiB.
	// In a batch it is cut at 4 KiB, and "" after 8 panics; see [WithBatch].
	Stack string
}

// Error returns "panic: " and the text of Value, cut at 256 bytes.
func (e *PanicError) Error() string { return "panic: " + eventlog.Cut(fmt.Sprint(e.Value)) }

// Call calls h with e and returns what [Judge] says about its results. A panic of h is
// VerdictRetry with Status 500, Type "panic" and a [*PanicError]. Call is the one way in
// which a transport should call a handler.
func Call(ctx context.Context, h Handler, e *cloudevents.Event) (r Result) {
	call(ctx, 0, 0, h, e, &r)
	return r
}

// call sets r to the result of a handler. Its context ends at a time since start, which is after d,
// unless that is zero.
func call(ctx context.Context, at, d time.Duration, h Handler, e *cloudevents.Event, r *Result) {
	defer func() {
		if v := recover(); v != nil {
			*r = panicked(&PanicError{v, stack(ctx)})
		}
	}()
	var reply *cloudevents.Event
	var err error
	if at != 0 {
		reply, err = within(ctx, at, d, h, e)
	} else {
		reply, err = h(ctx, e)
	}
	*r = Judge(ctx, reply, err)
}

// Judge says what the results of a [Handler] mean. It serves middleware, and errors that
// come from elsewhere. The first of these rules that applies decides:
//
//   - nil is VerdictDone.
//   - A [*Duplicate] is VerdictDone, or VerdictDeferred with its Deferred.
//   - A [*Deferred] is VerdictDeferred.
//   - A [*PanicError] is VerdictRetry, with Status 500 and Type "panic". So is an error
//     whose method Error panics.
//   - The error or the cause of ctx, once ctx has ended, is VerdictRetry with Status 503.
//   - An [*Error] is VerdictRetry if it is Retryable or has status 429 or 503, else
//     VerdictRefused. A status that is not 4xx or 5xx is VerdictRetry with Status 500.
//   - An error with a method StatusCode() int that returns 4xx or 5xx is VerdictRetry for
//     408, 425, 429 and 5xx other than 501 and 505, else VerdictRefused.
//   - An error with a method Retryable() bool is VerdictRetry with Status 503, or
//     VerdictRefused with Status 422.
//   - An error of [cloudevents.DataAs] is VerdictRefused, with the status, the type and the
//     message that [Typed] gives it. Wrap it in a [Retryable] or an Error if it is about
//     another event than the handler's.
//   - Any other error is VerdictRetry with Status 500.
//
// A method RetryIn() time.Duration of an error is the RetryAfter of a VerdictRetry, unless
// it is an Error. The errors of senders have these methods, such as the SendError of
// package cehttp: an event that the next receiver refuses is refused, and one that it may
// take later is a retry.
//
// An error counts wherever [errors.As] and [errors.Is] find it in the tree of err.
func Judge(ctx context.Context, reply *cloudevents.Event, err error) Result {
	if err == nil { // so that the compiler writes it into the caller
		return Result{Reply: reply}
	}
	return judge(ctx, err)
}

// judge is Judge for an error, which may panic when it is looked at.
func judge(ctx context.Context, err error) (r Result) {
	readable := false
	defer func() {
		if v := recover(); v == nil {
			return
		} else if readable {
			r = Result{Verdict: VerdictRetry, Status: 500, Err: err}
		} else {
			r = panicked(&PanicError{v, stack(ctx)})
		}
	}()
	_ = err.Error() // panics most often because err is a nil pointer
	readable = true
	return judgeError(ctx, err)
}

func judgeError(ctx context.Context, err error) Result {
	if duplicate, ok := errtree.Find[*Duplicate](err); ok {
		r := Result{Duplicate: true, logged: isLogged(err)}
		if d := duplicate.Deferred; d != nil {
			r.Verdict, r.ID = VerdictDeferred, d.ID
		}
		return r
	}
	if deferred, ok := errtree.Find[*Deferred](err); ok {
		return Result{Verdict: VerdictDeferred, ID: deferred.ID}
	}
	if errtree.Wraps[*PanicError](err) {
		return panicked(err)
	}
	r := Result{Verdict: VerdictRetry, Status: 500, Err: err}
	if ended := ctx.Err(); ended != nil && (errors.Is(err, ended) || errors.Is(err, context.Cause(ctx))) {
		r.Status = 503
		return r
	}
	if e := chosen(err); e != nil {
		s := e.StatusCode()
		if !status.IsError(s) {
			return r
		}
		r.Status, r.Type, r.Message, r.RetryAfter = s, e.Type, e.Message, e.RetryAfter
		if !e.Retryable && s != 429 && s != 503 {
			r.Verdict = VerdictRefused
		}
		return r
	}
	own, known := ownStatus(err)
	switch {
	case known:
		r.Status = own
		if !status.Repeated(own) {
			r.Verdict = VerdictRefused
			return r
		}
	case dataerror.Is(err):
		e := refuseDataOf(ctx, err)
		r.Verdict, r.Status, r.Type, r.Message = VerdictRefused, e.Status, e.Type, e.Message
		return r
	}
	if waiting, ok := errtree.Find[waitingError](err); ok {
		r.RetryAfter = waiting.RetryIn()
	}
	return r
}

// Errors of other packages say something about themselves by these methods.
type (
	codedError interface {
		error
		StatusCode() int
	}
	passingError interface {
		error
		Retryable() bool
	}
	waitingError interface {
		error
		RetryIn() time.Duration
	}
)

// ownStatus returns the status that an error of another package has by its methods.
func ownStatus(err error) (s int, ok bool) {
	if coded, ok := errtree.Find[codedError](err); ok {
		if s := coded.StatusCode(); status.IsError(s) {
			return s, true
		}
	}
	passing, ok := errtree.Find[passingError](err)
	switch {
	case !ok:
		return 0, false
	case passing.Retryable():
		return 503, true
	}
	return 422, true
}

// panicked is the result of a handler that panicked. err wraps a PanicError.
func panicked(err error) Result {
	return Result{Verdict: VerdictRetry, Status: 500, Type: "panic", Err: err}
}

// chosen returns the Error that err wraps, or nil.
func chosen(err error) *Error {
	e, _ := errtree.Find[*Error](err)
	return e
}
