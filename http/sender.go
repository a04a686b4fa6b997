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
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/http/internal/body"
)

// Sender sends events to one target by POST, and sends again what may be accepted
// later. Only Target has to be set.
//
//	s := cehttp.Sender{Target: "https://example.com/events"}
//	err := s.Send(ctx, &event) // nil: the receiver has it
//
// An event arrives at least once, if the error is nil. It may arrive twice, with
// the same id: an answer can be lost on its way.
//
// # What is sent again
//
//	no answer                  yes: refused, reset, not resolved, too slow; but not if
//	                           a certificate is not valid, or a plain server is spoken
//	                           to by TLS
//	2xx                        no, it is accepted
//	3xx                        no, and it is never followed (http-webhook.md#22-delivery-response)
//	408, 425, 429              yes
//	410                        no
//	other 4xx                  no
//	501, 505                   no
//	other 5xx                  yes
//
// A member "retryable" in a JSON body of a 4xx or 5xx overrides this in both
// directions, except for 410. Retry-After, in seconds or as a date, is the least
// time that is waited. [Retry] says how often.
//
// An error of the client's Transport is sent again, unless it wraps [ErrGone] or
// has a method Retryable() bool that says no.
//
// # Connections
//
// Without a Client, the connections are those of [http.DefaultTransport], which
// keeps two idle ones for a host: who sends more at the same time wants a Client
// with a higher MaxIdleConnsPerHost. A Client is used and not changed; of its
// fields, CheckRedirect is not used.
//
// Answers are read to their end, so that connections are used again, but no
// further than 64 KiB and for no longer than 2 s if nothing depends on them.
//
// # Secrets
//
// Errors and log records have neither data of the event nor more of the target
// than scheme and host: a path or a query may be a token.
//
// A Sender is safe for concurrent use as long as nobody changes it. Events must not
// be changed while they are sent, and may be afterwards. No goroutine outlives a
// call, but for those of idle connections.
type Sender struct {
	Target           string           // an http or https URL; a user and password in it become basic authorization
	Mode             cloudevents.Mode // of Send and Request: binary, which is zero, or structured
	Format           format.Formatter // of structured mode, and of replies; nil is format.JSON{}
	Batch            format.Batch     // of SendBatch; nil is Format if it is a format.Batch, else format.JSON{}
	Client           *http.Client     // nil has http.DefaultTransport, and no cookies
	Header           http.Header      // added to every request; the headers of the event win
	Retry            Retry
	Timeout          time.Duration // of one attempt; 0 is that of the Client, else none if ctx has a deadline, else 30 s; -1 is none but that of the Client
	MaxResponseBytes int64         // of a reply, and of the results of a batch; 0 is DefaultMaxBytes, -1 is no limit
	MaxBatchEvents   int           // in one request; 0 is 1000, -1 is no limit
	MaxBatchBytes    int           // in one request; 0 is 1 MiB, -1 is no limit; a larger event is sent alone
	Logger           *slog.Logger  // nil is slog.Default()
	Observer         SendObserver
}

const (
	defaultTimeout     = 30 * time.Second
	defaultBatchEvents = 1000
	defaultBatchBytes  = 1 << 20
)

// Send sends an event. It returns nil as soon as an answer 2xx came, whatever is in
// it.
//
// An event that is not valid is not sent: the error is that of [EncodeMessage]. Any
// other error is a [*SendError]. If ctx ends, or would end before the next attempt,
// the error wraps [context.Canceled] or [context.DeadlineExceeded]; Send does not
// wait for an attempt that cannot be made any more.
func (s *Sender) Send(ctx context.Context, e *cloudevents.Event) error {
	_, err := s.send(ctx, e, wantStatus)
	return err
}

// Request sends an event and returns the event in the answer, in binary or
// structured mode. It is nil if the answer 2xx has none: often 202 or 204, or a body
// of another kind.
//
// Errors are those of Send. If Status of the [*SendError] is 2xx, the event was
// accepted, and its reply was not valid, too large, or of an unknown format; Err is
// then that of [Decoder.ResponseToCloudEvent]. A reply that breaks off is asked for
// again.
func (s *Sender) Request(ctx context.Context, e *cloudevents.Event) (reply *cloudevents.Event, err error) {
	return s.send(ctx, e, wantReply)
}

func (s *Sender) send(ctx context.Context, e *cloudevents.Event, w want) (*cloudevents.Event, error) {
	begin := time.Now()
	out := Outcome{ID: e.ID, Source: e.Source, Type: e.Type}
	a, err := s.sendOne(ctx, e, w)
	out.Status, out.Err = a.status, err
	if err != nil {
		s.logSendFailure(ctx, &out)
	}
	s.Observer.done(ctx, out, begin)
	return a.reply, err
}

func (s *Sender) sendOne(ctx context.Context, e *cloudevents.Event, w want) (attemptResult, error) {
	m, err := s.eventMessage(e)
	if err != nil {
		return attemptResult{}, err
	}
	c := s.newDelivery(ctx, w)
	defer c.end()
	c.message = m
	for {
		a := c.attempt(ctx)
		if a.accepted() {
			c.observe(ctx, &a, 0)
			return a, nil
		}
		if !c.again(ctx, &a) {
			return a, c.failure(&a)
		}
	}
}

func (s *Sender) logSendFailure(ctx context.Context, out *Outcome) {
	logFailure(ctx, orDefault(s.Logger), slog.LevelWarn, "event not sent", out)
}

// SendObserver is told what a [Sender] does, to count and to time. Its fields may be
// nil. They are called on the goroutine of the call, which waits for them, and at the
// same time from several.
type SendObserver struct {
	// Attempted is called after each request, before the wait for the next one.
	Attempted func(ctx context.Context, a Attempt)
	// Sent is called at the end of a call for each event that was accepted. Duration is
	// that of the call.
	Sent func(ctx context.Context, o Outcome)
	// Failed is called at the end of a call for each event that was not. Status is 0 if
	// the last attempt had no answer, or if the event is not valid.
	Failed func(ctx context.Context, o Outcome)
}

// Attempt is one request of a [Sender].
type Attempt struct {
	Number   int           // counted from 1 for each message
	Events   int           // in the request: 1, or those of a batch
	Status   int           // of the answer; 0 if there was none
	Duration time.Duration // until the answer was read
	Wait     time.Duration // until the next attempt; 0 if that is at once, or if there is none
	Err      error         // why there was no answer, or no next attempt; nil if Status says it all
}

func (c *delivery) observe(ctx context.Context, a *attemptResult, wait time.Duration) {
	if c.attempts > c.observed && c.Observer.Attempted != nil {
		c.observed = c.attempts
		c.Observer.Attempted(ctx, Attempt{c.attempts, c.message.events, a.status, c.duration, wait, a.err})
	}
}

func (o *SendObserver) done(ctx context.Context, out Outcome, begin time.Time) {
	hook := o.Sent
	if out.Err != nil {
		hook = o.Failed
	}
	if hook != nil {
		out.Duration = time.Since(begin)
		hook(ctx, out)
	}
}

// message is what every attempt of a call sends.
type message struct {
	event       *cloudevents.Event // in binary mode
	mode        cloudevents.Mode
	contentType string // in other modes
	body        []byte
	isShared    bool // with the caller
	events      int
}

// eventMessage returns a message with one event.
func (s *Sender) eventMessage(e *cloudevents.Event) (message, error) {
	contentType, body, err := encode(e, s.Mode, s.Format)
	if err != nil {
		return message{}, err
	}
	m := message{event: e, mode: s.Mode, contentType: contentType, body: body, events: 1}
	if s.Mode == cloudevents.BinaryMode {
		if m.isShared = len(body) > maxCopied; !m.isShared {
			m.body = bytes.Clone(body)
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
	if e := c.message.event; e != nil {
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
	describe(r.Header, m.event, m.mode, m.contentType)
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
