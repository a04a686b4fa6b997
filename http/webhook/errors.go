package webhook

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// ErrNoConsent is wrapped by the [*HandshakeError] about a target that answered the
// handshake without consenting to deliveries.
var ErrNoConsent = errors.New("target does not consent to deliveries")

// HandshakeError says why a [Transport] has no permission to send. The delivery was not
// sent.
type HandshakeError struct {
	// Host is the host of the target, with its port if the URL has one.
	Host string

	// Status is the status of the answer to OPTIONS. It is 0 if there was no answer.
	Status int

	// Reason says for people what was wrong with the answer. It may be empty.
	Reason string

	// Temporary reports that the target may consent later, without anybody changing
	// its configuration.
	Temporary bool

	// RetryAfter is the time until the target is asked again. With 0 the next delivery
	// asks.
	RetryAfter time.Duration

	// Err is ErrNoConsent, cehttp.ErrGone, or the error of the connection.
	Err error
}

// Error returns host, status, cause and reason. It has no other part of the URL.
func (e *HandshakeError) Error() string {
	text := "webhook handshake with " + strconv.Quote(quoted(e.Host)) + ": "
	if e.Status != 0 {
		text += "status " + strconv.Itoa(e.Status) + ": "
	}
	text += excerpt.Cut(e.Err.Error(), maxMessage)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// Unwrap returns e.Err.
func (e *HandshakeError) Unwrap() error { return e.Err }

// Retryable returns e.Temporary. A cehttp.Sender asks it whether to try again.
func (e *HandshakeError) Retryable() bool { return e.Temporary }

// RetryIn returns e.RetryAfter. A cehttp.Sender waits at least that long.
func (e *HandshakeError) RetryIn() time.Duration { return e.RetryAfter }

// RateError is the error of a [Transport] about a delivery whose turn comes after the
// deadline of its context, because of the rate that the target granted or because of its
// Retry-After. The delivery was not sent.
type RateError struct {
	// RetryAfter is the time until the turn of the delivery.
	RetryAfter time.Duration
}

// Error returns a text with the time to wait.
func (e *RateError) Error() string {
	return fmt.Sprintf("the target may be sent to again in %v, after the deadline of this delivery", e.RetryAfter.Round(time.Millisecond))
}

// Retryable returns true: the delivery may be sent later.
func (e *RateError) Retryable() bool { return true }

// RetryIn returns e.RetryAfter. A cehttp.Sender waits at least that long.
func (e *RateError) RetryIn() time.Duration { return e.RetryAfter }

// ErrMaxTargets is wrapped by the error of a [Transport] about a delivery to a further
// target, while deliveries to MaxTargets others are under way. The delivery was not sent.
var ErrMaxTargets = errors.New("deliveries to too many targets are under way")

var errMaxTargets error = &laterError{ErrMaxTargets, time.Second}

// laterError is about a request that may be sent later.
type laterError struct {
	err   error
	after time.Duration
}

func (e *laterError) Error() string          { return e.err.Error() }
func (e *laterError) Unwrap() error          { return e.err }
func (e *laterError) Retryable() bool        { return true }
func (e *laterError) RetryIn() time.Duration { return e.after }

// finalError is about a request that fails however often it is tried.
type finalError struct{ err error }

func (e *finalError) Error() string { return e.err.Error() }
func (e *finalError) Unwrap() error { return e.err }

// Retryable tells a cehttp.Sender not to try again.
func (e *finalError) Retryable() bool { return false }

// maxQuoted is the most bytes of a stranger's text that an error quotes.
const maxQuoted = 64

func quoted(s string) string { return excerpt.Cut(s, maxQuoted) }
