package cehttp

import (
	"errors"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
)

// HandlerError is an error of a [Handler] that says how the sender is answered.
// Middleware and the mux use it too. An error with a method StatusCode() int says
// its status only. Any other error of a handler is 500, which senders may repeat,
// with a body that does not show its text.
type HandlerError struct {
	Status     int           // 4xx or 5xx; 0 is 503 if Retryable, else 422
	Type       string        // a name for programs, such as "unknown_type"; "" is made of the status
	Message    string        // for the sender; "" is the text of the status
	Retryable  bool          // the same event may succeed later; 429 and 503 say so by themselves
	RetryAfter time.Duration // the least time until then, sent in whole seconds; 0 says nothing, but with 429 and 503 it is a second
	Err        error         // what happened, for logs; it is not shown to the sender
}

// Permanent returns an error that answers 422: the event will never be handled.
// If err says another status, as a [*HandlerError] or with a method StatusCode() int,
// that one is kept, with Type and Message, unless senders repeat it: 408, 425, 429
// and 5xx are 422 then. It returns nil for nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	p := &HandlerError{Err: err}
	var own interface{ StatusCode() int }
	var h *HandlerError
	if errors.As(err, &own) {
		if status := own.StatusCode(); answer.IsError(status) && !answer.Repeated(status) {
			p.Status = status
		}
	}
	if errors.As(err, &h) {
		p.Type, p.Message = h.Type, h.Message
	}
	return p
}

// Retryable returns an error that answers 503: the event may be sent again, after
// at least so long. It returns nil for nil.
func Retryable(err error, after time.Duration) error {
	if err == nil {
		return nil
	}
	return &HandlerError{Retryable: true, RetryAfter: after, Err: err}
}

// StatusCode returns the status of the answer.
func (e *HandlerError) StatusCode() int {
	switch {
	case e.Status != 0:
		return e.Status
	case e.Retryable:
		return http.StatusServiceUnavailable
	}
	return http.StatusUnprocessableEntity
}

// Error returns the text of Err; without one, Message or the text of the status.
func (e *HandlerError) Error() string {
	switch {
	case e.Err != nil:
		return e.Err.Error()
	case e.Message != "":
		return e.Message
	}
	return http.StatusText(e.StatusCode())
}

func (e *HandlerError) Unwrap() error { return e.Err }

// Deferred is the error of a [Handler] that has taken the event and will handle
// it later: the sender is answered 202.
type Deferred struct {
	ID string // names the work, for POST /cancel/{id}; may be empty
}

func (d *Deferred) Error() string { return "event is accepted and not handled yet" }

// deferral returns the Deferred that err wraps, or nil.
func deferral(err error) *Deferred {
	var deferred *Deferred
	errors.As(err, &deferred)
	return deferred
}
