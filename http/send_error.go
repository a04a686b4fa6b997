package cehttp

import (
	"bytes"
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

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
)

var (
	// ErrGone is matched by the error about an answer 410: the target wants no
	// events any more (http-webhook.md#22-delivery-response).
	ErrGone = errors.New("the target is gone")

	// ErrRedirect is matched by the error about an answer 3xx.
	ErrRedirect = errors.New("the target redirects, which is not followed")

	// ErrTarget is wrapped by the error about a Target that is not an absolute http
	// or https URL.
	ErrTarget = errors.New("the target is not an http or https URL")

	errTooLate = fmt.Errorf("the next attempt would be too late: %w", context.DeadlineExceeded)
)

// SendError says why a [Sender] has not sent an event. If there was an answer, it is
// matched by [ErrGone] and [ErrRedirect] according to its Status. Err is what
// net/http said, without the [*url.Error] around it: a refused connection is
// [syscall.ECONNREFUSED], an attempt that took too long is
// [context.DeadlineExceeded].
type SendError struct {
	Target     string        // scheme and host
	Attempts   int           // with those that the client's Transport did not let out
	Status     int           // of the last answer; 0 if the last attempt had none
	RetryAfter time.Duration // that the last answer asks for; 0 is nothing
	Retryable  bool          // the same event may be accepted later
	Body       []byte        // of the last answer, the first 64 KiB; it may have anything in it
	Problem    *Problem      // that Body is, or that the results of a batch say; nil is none
	Err        error         // why there was no answer or no further attempt; nil if Status says it all
}

// Error returns target, attempts, status, Retry-After and cause, but nothing of
// Body, which may quote the event.
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
	if e.Err != nil {
		b = append(append(b, ": "...), strings.TrimPrefix(e.Err.Error(), "")...)
	}
	return string(b)
}

// Is reports whether target is what Status stands for.
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

// failure returns the error about the last attempt.
func (c *delivery) failure(a *attemptResult) *SendError {
	e := &SendError{
		Target: c.origin(), Attempts: c.attempts, Status: a.status, RetryAfter: a.retryAfter,
		Retryable: a.retryable, Problem: a.problem, Err: a.err,
	}
	if body := a.body; len(body) > idleBytes {
		e.Body = bytes.Clone(body[:idleBytes]) // the rest need not be kept
	} else if len(body) > 0 {
		e.Body = body
	}
	return e
}

// slowError is about an attempt that had less time than the context of the call.
type slowError struct{ limit time.Duration }

func (e *slowError) Error() string        { return "it did not come within " + e.limit.String() }
func (e *slowError) Timeout() bool        { return true }
func (e *slowError) Temporary() bool      { return true }
func (e *slowError) Is(target error) bool { return target == context.DeadlineExceeded }

// alsoErr returns an error that is both, or first alone.
func alsoErr(first, second error) error {
	if second == nil {
		return first
	}
	return fmt.Errorf("%w; before that: %w", first, second)
}

var errNotHTTP = errors.New("the answer is not HTTP")

// cause returns why a client got no answer. The text of the error has nothing of
// the target but its origin, and nothing of what came back.
func (c *delivery) cause(err error) error {
	if outer, ok := err.(*url.Error); ok {
		err = outer.Err
	}
	text := err.Error()
	var network net.Error
	isBroken := strings.Contains(text, "HTTP/1.x transport connection broken") || strings.Contains(text, "malformed HTTP")
	if isBroken && !errors.As(err, &network) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return &mutedError{errNotHTTP.Error(), err}
	}
	clean, _, _ := strings.Cut(text, ", debug=") // of GOAWAY, where a server writes what it likes
	clean = cut(c.withoutTarget(clean, err))
	if clean == text {
		return err
	}
	return &mutedError{clean, err}
}

// leastSecret is how long a text is that is looked for: a path such as /o is in other
// words too.
const leastSecret = 8

// withoutTarget takes the target out of the text of an error, as transports of the
// caller may have it there.
func (c *delivery) withoutTarget(text string, err error) string {
	for inner := (*url.Error)(nil); errors.As(err, &inner); err = inner.Err {
		origin := "URL"
		if u, parseErr := url.Parse(inner.URL); parseErr == nil {
			origin = originOf(u)
		}
		text = strings.ReplaceAll(text, strconv.Quote(inner.URL), strconv.Quote(origin))
		text = strings.ReplaceAll(text, inner.URL, origin)
	}
	u := c.template.URL
	for _, secret := range []string{c.Target, u.String(), u.Redacted(), u.RequestURI()} {
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

// origin returns scheme and host of the target.
func (c *delivery) origin() string {
	if c.template == nil {
		return ""
	}
	return originOf(c.template.URL)
}

func originOf(u *url.URL) string { return u.Scheme + "://" + u.Host }

// mutedError is an error with another text.
type mutedError struct {
	text string
	err  error
}

func (e *mutedError) Error() string { return e.text }
func (e *mutedError) Unwrap() error { return e.err }
