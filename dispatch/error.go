package dispatch

import (
	"strconv"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/status"
)

// Error is an error of a [Handler] that says what happens to the event and what the
// sender is told. The zero value refuses the event. Middleware and [Mux] return it too.
type Error struct {
	// Status is the HTTP status of the answer, 4xx or 5xx. 0 is 503 if Retryable is true,
	// else 422. Other transports use it only to tell a retry from a refusal: 429 and 503
	// are a retry even if Retryable is false.
	Status int

	// Type names the error for programs, such as "unknown_type". If it is empty, a
	// transport may derive it from Status.
	Type string

	// Message is the text for the sender, which HTTP puts into the body of its answer. If
	// it is empty, a transport may use the text of Status. [Permanent] and [Retryable]
	// keep it.
	Message string

	// Retryable says that the same event may succeed later.
	Retryable bool

	// RetryAfter is the least time until the event may be sent again. HTTP rounds it up
	// to whole seconds. 0 leaves it to the transport: HTTP sends one second with 429 and
	// 503, and nothing with another status.
	RetryAfter time.Duration

	// Err is the cause, for logs and [Observer]. The sender does not see it.
	Err error
}

// Permanent returns an [Error] that refuses the event for good. It returns nil for nil. The
// sender does not see the text of err. To give it one, wrap an Error with a Message, or
// return that Error itself, which refuses the event too:
//
//	return &dispatch.Error{Message: "there is no such article", Err: err}
//
// The status is that of err, if err wraps an Error or has a method StatusCode() int,
// unless it is a status after which senders send again: 408, 425, 429 and 5xx other than
// 501 and 505. It is 422 then, and for all other errors. Type and Message of an Error are
// kept.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	p := &Error{Err: err}
	if s, ok := ownStatus(err); ok && !status.Repeated(s) {
		p.Status = s
	}
	if e := chosen(err); e != nil {
		p.Type, p.Message = e.Type, e.Message
	}
	return p
}

// Retryable returns an [Error] that asks the sender to send the event again, after the
// given time at least; 0 leaves the time to the transport. It returns nil for nil. Type and
// Message of an Error that err wraps are kept, and its Status is not.
func Retryable(err error, after time.Duration) error {
	if err == nil {
		return nil
	}
	r := &Error{Retryable: true, RetryAfter: after, Err: err}
	if e := chosen(err); e != nil {
		r.Type, r.Message = e.Type, e.Message
	}
	return r
}

// StatusCode returns Status or what 0 stands for.
func (e *Error) StatusCode() int {
	switch {
	case e.Status != 0:
		return e.Status
	case e.Retryable:
		return 503
	}
	return 422
}

// Error returns the text of Err. Without an Err it returns Message, and without a Message
// the number of the status.
func (e *Error) Error() string {
	switch {
	case e.Err != nil:
		return e.Err.Error()
	case e.Message != "":
		return e.Message
	}
	return "status " + strconv.Itoa(e.StatusCode())
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Deferred is the error of a [Handler] that has accepted the event and handles it later.
// It is not a failure.
type Deferred struct {
	// ID names the work, for example for [Background.Cancel]. It may be empty.
	ID string
}

// Error returns a fixed text.
func (d *Deferred) Error() string { return "event is accepted and not handled yet" }

// Duplicate is the error of a [Handler] that was given an event again which was handled
// before, and has not handled it again. It is not a failure. [Deduplicate] returns it.
type Duplicate struct {
	// Deferred is the result of the first time, if the event was deferred. Otherwise it
	// is nil, and the event is done.
	Deferred *Deferred
}

// Error returns a fixed text.
func (d *Duplicate) Error() string { return "event was handled before" }

// Unwrap returns Deferred.
func (d *Duplicate) Unwrap() error {
	if d.Deferred == nil {
		return nil
	}
	return d.Deferred
}
