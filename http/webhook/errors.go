package cehttp

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
)

// ErrNoConsent is wrapped by the [*HandshakeError] about a target that answered,
// and did not consent to deliveries.
var ErrNoConsent = errors.New("target does not consent to deliveries")

// HandshakeError says why a [WebhookTransport] has no permission to send.
type HandshakeError struct {
	Host       string        // of the target
	Status     int           // of the answer to OPTIONS; 0 if there was none
	Reason     string        // what was wrong with the answer, for people
	Retryable  bool          // permission may be there later
	RetryAfter time.Duration // until the target is asked again; 0 is at the next delivery
	Err        error         // ErrNoConsent, ErrGone, or that of the connection
}

func (e *HandshakeError) Error() string {
	text := "webhook handshake with " + strconv.Quote(quoted(e.Host)) + ": "
	if e.Status != 0 {
		text += "status " + strconv.Itoa(e.Status) + ": "
	}
	text += e.Err.Error()
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

func (e *HandshakeError) Unwrap() error { return e.Err }

// RateError is the error of a [WebhookTransport] about a delivery whose turn, at the
// rate that the target has granted or after its Retry-After, comes after the
// deadline of the context. Nothing was sent.
type RateError struct {
	RetryAfter time.Duration // until its turn
}

func (e *RateError) Error() string {
	return fmt.Sprintf("the target may be sent to again in %v, after the deadline of this delivery", e.RetryAfter.Round(time.Millisecond))
}

// finalError is about a request that cannot be sent, whenever it is tried.
type finalError struct{ err error }

func (e *finalError) Error() string { return e.err.Error() }
func (e *finalError) Unwrap() error { return e.err }

// Retryable is for [Sender].
func (e *finalError) Retryable() bool { return false }

const maxQuoted = 64

func quoted(s string) string { return s[:min(len(s), maxQuoted)] }

// maxHold keeps an absurd Retry-After from overflowing.
const maxHold = 10 * 365 * 24 * time.Hour

// holdOff returns the time in a Retry-After header, in seconds or as a date.
func holdOff(h http.Header) time.Duration { return min(answer.AskedToWait(h, time.Now()), maxHold) }
