package cehttp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

// message is what every attempt of a call sends.
type message struct {
	encoded
	of       *cloudevents.Event // in one event
	isShared bool               // with the caller
	events   int
}

// eventMessage returns a message with one event.
func (s *Sender) eventMessage(e *cloudevents.Event) (message, error) {
	out, err := encode(e, s.Mode, s.Format)
	if err != nil {
		return message{}, err
	}
	m := message{encoded: out, of: e, events: 1}
	if s.Mode == cloudevents.BinaryMode {
		if m.isShared = len(out.body) > maxCopied; !m.isShared {
			m.body = bytes.Clone(out.body)
		}
	}
	return m, nil
}

// delivery is a message and the attempts to send it.
type delivery struct {
	*Sender
	message  message
	want     want
	client   http.Client
	template *http.Request // nil if the target is not valid
	timeout  time.Duration // of an attempt; 0 is none
	begin    time.Time
	attempts int
	observed int           // attempts that the observer knows
	duration time.Duration // of the last attempt
	sent     *outgoing
}

func (s *Sender) newDelivery(ctx context.Context, w want) *delivery {
	c := &delivery{Sender: s, want: w, timeout: s.timeout(ctx), begin: time.Now(), sent: &outgoing{}}
	if s.Client != nil {
		c.client = *s.Client
	}
	if c.client.Transport == nil {
		c.client.Transport = http.DefaultTransport
	}
	c.client.Transport = direct{c.client.Transport}
	c.client.Timeout = 0 // it is in the context of each attempt
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Target, nil)
	if err == nil && isTarget(r.URL) {
		c.template = r
	}
	return c
}

// isTarget reports whether requests can be made to u. net/http sends a space in a query
// as it is, in the middle of the request line.
func isTarget(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.Contains(u.RawQuery, " ")
}

// end takes the event away from transports that have not read it to the end.
func (c *delivery) end() { c.sent.end() }

func (s *Sender) timeout(ctx context.Context) time.Duration {
	d := max(s.Timeout, 0)
	if s.Client != nil && s.Client.Timeout > 0 && (d == 0 || s.Client.Timeout < d) {
		d = s.Client.Timeout
	}
	if _, ok := ctx.Deadline(); d == 0 && s.Timeout == 0 && !ok {
		d = defaultTimeout
	}
	return d
}

// again waits for the time of the next attempt. If there is none, a says why.
func (c *delivery) again(ctx context.Context, a *attemptResult) bool {
	wait, ok := time.Duration(0), false
	if a.retryable && !c.ended(ctx, a) {
		wait, ok = c.Retry.next(c.attempts, time.Since(c.begin), a.retryAfter)
		if deadline, has := ctx.Deadline(); ok && has && wait >= time.Until(deadline) {
			a.err, ok = alsoErr(errTooLate, a.err), false
		}
	}
	if !ok {
		c.observe(ctx, a, 0)
		return false
	}
	c.observe(ctx, a, wait)
	c.logRetry(ctx, a, wait)
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return !c.ended(ctx, a)
}

// ended reports whether ctx has ended, and adds that to a.
func (c *delivery) ended(ctx context.Context, a *attemptResult) bool {
	err := ctx.Err()
	if err != nil && !errors.Is(a.err, err) {
		a.err = alsoErr(err, a.err)
	}
	return err != nil
}

func (c *delivery) logRetry(ctx context.Context, a *attemptResult, wait time.Duration) {
	l := orDefault(c.Logger)
	if !l.Enabled(ctx, slog.LevelInfo) {
		return
	}
	attrs := []slog.Attr{slog.Int("attempt", c.attempts), slog.Duration("wait", wait), slog.Int("status", a.status)}
	if a.err != nil {
		attrs = append(attrs, slog.String("error", a.err.Error()))
	}
	if e := c.message.of; e != nil {
		attrs = append(attrs,
			slog.String("id", cut(e.ID)), slog.String("source", cut(e.Source)), slog.String("type", cut(e.Type)))
	}
	l.LogAttrs(ctx, slog.LevelInfo, "event will be sent again", attrs...)
}

// direct is a transport whose answers are not followed anywhere. A client does not
// even look at CheckRedirect before it has understood the Location.
type direct struct{ http.RoundTripper }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := d.RoundTripper.RoundTrip(r)
	if err == nil && response != nil && response.StatusCode/100 == 3 {
		response.Header = response.Header.Clone()
		response.Header.Del("Location")
	}
	return response, err
}

// maxCopied is how much data is copied, so that net/http knows the body for one in
// memory, and sends it together with the header.
const maxCopied = 64 << 10

// reader returns a body that begins with the first byte.
func (c *delivery) reader(m *message) (io.ReadCloser, error) {
	switch {
	case len(m.body) == 0:
		return http.NoBody, nil
	case m.isShared:
		return &outgoingReader{c.sent, m.body}, nil
	}
	return io.NopCloser(bytes.NewReader(m.body)), nil
}

// outgoing guards a body that is the caller's. A transport may read on after its
// answer came; it is given nothing any more when the call has ended.
type outgoing struct {
	mutex sync.Mutex
	ended bool
}

var errCallEnded = errors.New("the call has ended")

func (o *outgoing) end() {
	o.mutex.Lock()
	o.ended = true
	o.mutex.Unlock()
}

type outgoingReader struct {
	*outgoing
	rest []byte
}

func (r *outgoingReader) Read(p []byte) (int, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	switch {
	case r.ended:
		return 0, errCallEnded
	case len(r.rest) == 0:
		return 0, io.EOF
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *outgoingReader) Close() error { return nil }
