package cehttp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/body"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"

	"github.com/seed763dd41b/cloudevents"
)

// want says what of an answer somebody waits for.
type want uint8

const (
	wantStatus  want = iota
	wantReply        // the event in an answer 2xx
	wantResults      // the JSON body of any answer
)

// What is read of answers that nobody waits for.
const (
	idleBytes = 64 << 10
	idleTime  = 2 * time.Second
)

// attemptResult is how an attempt ended.
type attemptResult struct {
	status     int    // 0 if none came
	body       []byte // if it was wanted, or is an error
	reply      *cloudevents.Event
	problem    *Problem
	retryAfter time.Duration
	retryable  bool
	err        error // there is no answer, or it cannot be read, or there is no time left
}

func (a *attemptResult) accepted() bool { return a.status/100 == 2 && a.err == nil }

// attempt sends the message once.
func (c *delivery) attempt(parent context.Context) attemptResult {
	if c.template == nil {
		return attemptResult{err: ErrTarget}
	}
	if err := parent.Err(); err != nil {
		return attemptResult{err: err, retryable: true}
	}
	ctx, cancel := c.limited(parent)
	defer cancel()

	c.attempts++
	begin := time.Now()
	defer func() { c.duration = time.Since(begin) }()
	response, err := c.client.Do(c.request(ctx))
	if err != nil {
		err = c.cause(err)
		if err == context.DeadlineExceeded && parent.Err() == nil {
			err = &slowError{c.timeout}
		}
		return attemptResult{err: err, retryable: passes(err), retryAfter: untilTurn(err)}
	}
	defer response.Body.Close()
	if response.StatusCode < 100 { // net/http takes 000
		return attemptResult{err: errNotHTTP, retryable: true}
	}

	a := attemptResult{status: response.StatusCode, retryAfter: answer.AskedToWait(response.Header, time.Now())}
	isOK := a.status/100 == 2
	if c.want == wantResults && isJSON(response.Header) {
		a.body, a.err = body.Read(response.Body, response.ContentLength, c.maxResponse())
		if !isOK {
			a.err = nil // the status says enough
		}
	} else {
		if c.want == wantReply && isOK {
			c.readReply(response, &a)
		}
		if a.err == nil && response.Body != http.NoBody && a.status >= 200 { // after 101 it has no end
			stop := time.AfterFunc(idleTime, cancel)
			a.body = readStart(response.Body, idleBytes, !isOK)
			stop.Stop()
		}
	}
	a.judge()
	return a
}

// limited returns the context of an attempt.
func (c *delivery) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.timeout > 0 {
		return context.WithTimeout(ctx, c.timeout)
	}
	return context.WithCancel(ctx)
}

// request returns a request with the message, of which nothing is shared with
// another attempt but the bytes.
func (c *delivery) request(ctx context.Context) *http.Request {
	r := c.template.WithContext(ctx)
	u := *c.template.URL
	r.URL = &u
	r.Header = c.Header.Clone()
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	m := c.message
	m.describe(r.Header)
	remove(r.Header, "Content-Encoding") // the body has none
	r.ContentLength = int64(len(m.body))
	r.GetBody = func() (io.ReadCloser, error) { return c.reader(&m) }
	r.Body, _ = r.GetBody()
	return r
}

func (c *delivery) readReply(response *http.Response, a *attemptResult) {
	d := Decoder{Format: c.Format, MaxBytes: c.MaxResponseBytes}
	reply, err := d.ResponseToCloudEvent(response)
	switch {
	case err == nil:
		a.reply = &reply
	case !errors.Is(err, cloudevents.ErrNotCloudEvent):
		a.err = err
	}
}

func (s *Sender) maxResponse() int64 {
	if s.MaxResponseBytes == 0 {
		return DefaultMaxBytes
	}
	return s.MaxResponseBytes
}
