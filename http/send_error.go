package cehttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

var (
	// ErrGone is matched by the error about a 410 response: the target wants no more
	// events (http-webhook.md#22-delivery-response).
	ErrGone = errors.New("the target is gone")

	// ErrRedirect is matched by the error about a 3xx response.
	ErrRedirect = errors.New("the target redirects, which is not followed")

	// ErrTarget is wrapped by the error about a Target that is not an absolute http
	// or https URL.
	ErrTarget = errors.New("the target is not an http or https URL, such as http://localhost:8080/")

	errHost       = errors.New("the Header of the Sender has a Host that is not one host")
	errRefusals   = errors.New("the target has refused too many parts of a batch")
	errTooLate    = fmt.Errorf("the next attempt would be too late: %w", context.DeadlineExceeded)
	errCallEnded  = errors.New("the call has ended")
	errNoResponse = errors.New("the transport returned no error and no complete response")
	errNotHTTP    = errors.New("the answer is not HTTP")
	errLongHeader = errors.New("the header of the answer is longer than the Transport of the Client allows")
)

// SendError says why a [Sender] has not delivered an event. If there was a response,
// [ErrGone] and [ErrRedirect] match the error according to its Status.
type SendError struct {
	// Target is scheme and host of the target.
	Target string

	// Attempts counts the attempts, including those that the Client's Transport did not
	// let out.
	Attempts int

	// Status is that of the last response. 0 is no response to the last attempt.
	Status int

	// Location is scheme and host of the URL that a 3xx response points to. It is not
	// followed: if it is right, it belongs into the Target of the Sender.
	Location string

	// RetryAfter is the wait that the last response asks for, at most 24 h. 0 is none.
	RetryAfter time.Duration

	// Temporary says that the target may accept the same event later.
	Temporary bool

	// Body is the first 64 KiB of the last response. It may contain anything, also the
	// event.
	Body []byte

	// Problem is the decoded Body, or the result of the event in a batch. It is nil if
	// there is neither.
	Problem *Problem

	// Err says why there was no response or no further attempt. It is nil if Status says
	// it all. Errors of the network are wrapped: a refused connection is
	// [syscall.ECONNREFUSED], and an attempt that took too long is
	// [context.DeadlineExceeded].
	Err error

	inHeader bool // the attributes were sent as headers
}

// Error returns target, attempts, status, Retry-After, Location and Err. It leaves out Body,
// which may quote the event.
func (e *SendError) Error() string {
	b := []byte(e.Target)
	if e.Target != "" {
		b = append(b, ": "...)
	}
	switch {
	case e.Status != 0:
		b = strconv.AppendInt(b, int64(e.Status), 10)
		if text := http.StatusText(e.Status); text != "" {
			b = append(append(b, ' '), text...)
		}
	case e.Attempts == 0:
		b = append(b, "not sent"...)
	default:
		b = append(b, "no answer"...)
	}
	if e.Attempts > 1 {
		b = fmt.Appendf(b, " after %d attempts", e.Attempts)
	}
	if e.RetryAfter > 0 {
		b = fmt.Appendf(b, ", Retry-After %d s", answer.Seconds(e.RetryAfter))
	}
	switch {
	case e.Status == http.StatusRequestHeaderFieldsTooLarge && e.inHeader:
		b = append(b, ": in structured mode the attributes are in the body"...)
	case e.Status/100 != 3:
	case e.Location == "":
		b = append(b, ": a redirect is not followed"...)
	case e.Location == e.Target:
		b = fmt.Appendf(b, ": it redirects to another path of %s, which is not followed", e.Location)
	default:
		b = fmt.Appendf(b, ": it redirects to %s, which is not followed", e.Location)
	}
	if e.Err != nil {
		b = append(append(b, ": "...), e.Err.Error()...)
	}
	return string(b)
}

// Is reports whether target is [ErrGone] and Status 410, or target is [ErrRedirect] and
// Status 3xx.
func (e *SendError) Is(target error) bool {
	switch target {
	case ErrGone:
		return e.Status == http.StatusGone
	case ErrRedirect:
		return e.Status/100 == 3
	}
	return false
}

// Unwrap returns e.Err.
func (e *SendError) Unwrap() error { return e.Err }

// Retryable returns e.Temporary. The SendError of each client module has this method.
func (e *SendError) Retryable() bool { return e.Temporary }

// StatusCode returns the status with which a receiver answers whose handler returns e: 503
// if e is Temporary, 422 if the target refused the event, and 502 if it said nothing. It is
// not the Status of e. [dispatch.Judge] asks for it, so that a gateway passes on what the
// target says.
func (e *SendError) StatusCode() int {
	var own interface{ Retryable() bool } // of a handshake, for example
	switch {
	case e.Temporary:
		return http.StatusServiceUnavailable
	case e.Status == 0 && !(errors.As(e.Err, &own) && !own.Retryable()):
		return http.StatusBadGateway
	}
	return http.StatusUnprocessableEntity
}

// RetryIn returns RetryAfter. dispatch.Judge asks for it.
func (e *SendError) RetryIn() time.Duration { return e.RetryAfter }

// failure returns the error about the last attempt.
func (d *delivery) failure(a *attempt) *SendError {
	return &SendError{
		Target: d.origin(), Attempts: d.attempts, Status: a.status, RetryAfter: a.retryAfter,
		Location: a.redirect, Temporary: a.retryable, Problem: a.said.problem, Body: a.body, Err: a.err,
		inHeader: d.out.logged != nil && d.sender.Mode == cloudevents.BinaryMode,
	}
}

// origin returns scheme and host of the target, or "" if it is not valid.
func (d *delivery) origin() string {
	if d.target.Host == "" {
		return ""
	}
	return originOf(&d.target)
}

func originOf(u *url.URL) string { return u.Scheme + "://" + u.Host }

// slowError is about an attempt that took longer than the timeout of an attempt.
type slowError struct{ limit time.Duration }

func (e *slowError) Error() string        { return "it did not come within " + e.limit.String() }
func (e *slowError) Timeout() bool        { return true }
func (e *slowError) Temporary() bool      { return true }
func (e *slowError) Is(target error) bool { return target == context.DeadlineExceeded }

// withEarlier returns an error that wraps both, or err alone if there is no earlier one.
func withEarlier(err, earlier error) error {
	if earlier == nil {
		return err
	}
	return fmt.Errorf("%w; before that: %w", err, earlier)
}

// cause returns the error of a transport with a text that has nothing of the target
// except its origin, and nothing of the response.
func (d *delivery) cause(err error) error {
	text := err.Error()
	var network net.Error
	isBroken := strings.Contains(text, "HTTP/1.x transport connection broken") || strings.Contains(text, "malformed HTTP")
	if isBroken && !errors.As(err, &network) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		if strings.Contains(text, "server response headers exceeded") {
			return &mutedError{errLongHeader.Error(), err}
		}
		return &mutedError{errNotHTTP.Error(), err}
	}
	clean, _, _ := strings.Cut(text, ", debug=") // of GOAWAY, with a text of the server's
	clean = excerpt.Cut(d.withoutTarget(clean, err), maxCause)
	err = withoutLongText(err)
	if clean == text {
		return err
	}
	return &mutedError{clean, err}
}

// withoutLongText returns the part of the tree of an error that has no long text, which may
// be a header of the server's, or nil.
func withoutLongText(err error) error {
	for err != nil && len(err.Error()) > maxKeptText {
		err = errors.Unwrap(err)
	}
	return err
}

const (
	maxCause    = 1 << 10
	maxKeptText = 64 << 10

	// Texts that are shorter are not searched for: a path such as /o is in other words
	// too.
	leastSecret = 8
)

// withoutTarget takes the target out of the text of an error, because transports may put
// it there.
func (d *delivery) withoutTarget(text string, err error) string {
	for inner := (*url.Error)(nil); errors.As(err, &inner); err = inner.Err {
		origin := "URL"
		if u, parseErr := url.Parse(inner.URL); parseErr == nil {
			origin = originOf(u)
		}
		text = strings.ReplaceAll(text, strconv.Quote(inner.URL), strconv.Quote(origin))
		text = strings.ReplaceAll(text, inner.URL, origin)
	}
	u := &d.target
	for _, secret := range []string{d.sender.Target, u.String(), u.Redacted(), u.RequestURI()} {
		if len(secret) >= leastSecret {
			text = strings.ReplaceAll(text, secret, originOf(u))
		}
	}
	if u.RawQuery != "" {
		text = strings.ReplaceAll(text, "?"+u.RawQuery, "")
	}
	if u.User != nil {
		text = strings.ReplaceAll(text, u.User.String()+"@", "")
	}
	return text
}

// mutedError is an error with another text.
type mutedError struct {
	text string
	err  error
}

func (e *mutedError) Error() string { return e.text }
func (e *mutedError) Unwrap() error { return e.err }
