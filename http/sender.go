package cehttp

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

// Sender sends events to one target by POST, and retries deliveries that may succeed
// later. Only Target has to be set.
//
//	s := cehttp.Sender{Target: "https://example.com/events"}
//	err := s.Send(ctx, &event) // nil: the receiver has it
//
// Delivery is at least once. If the error is nil, the event has arrived. It may have
// arrived twice with the same id, because a response can get lost.
//
// # Retries
//
//	no response                sent again: the connection is refused or reset, the
//	                           host is not resolved, the response is too slow; but
//	                           not if the certificate is invalid, or the server does
//	                           not speak TLS
//	2xx                        not sent again: the event is accepted
//	2xx, too early             sent again: the target answers before it has the whole
//	                           event, and does not take the rest
//	3xx                        not sent again, and the redirect is not followed
//	                           (http-webhook.md#22-delivery-response)
//	408, 425, 429              sent again
//	410                        not sent again
//	other 4xx                  not sent again
//	501, 505                   not sent again
//	other 5xx                  sent again
//
// [Retry.Statuses] changes the table. A member "retryable" in the JSON body of a 4xx or 5xx
// overrides it in both directions, except for 410. The header Retry-After, in seconds or as a date,
// is a lower bound for the wait. [Retry] sets the number of attempts and the waits.
//
// An error of the Client's Transport is retried, unless it wraps [ErrGone] or has a
// method Retryable() bool that returns false. A method RetryIn() time.Duration gives a
// lower bound for the wait.
//
// # Connections
//
// Without a Client, connections are those of [http.DefaultTransport], which keeps two
// idle connections per host. To send more at once, set a Client with a higher
// MaxIdleConnsPerHost. A Sender uses Transport, Jar and Timeout of the Client, does not
// use its CheckRedirect, and does not change it.
//
// Response bodies are drained so that connections can be reused, up to 64 KiB and 2 s
// when the body is not needed.
//
// # Secrets
//
// Errors and log records contain no data of the event. Of the target they contain
// scheme and host only, because a path or a query may be a token.
//
// A Sender is safe for concurrent use, provided that its fields do not change. Events
// must not change while they are sent, and may change when the call has returned. No
// goroutine outlives a call, except those of idle connections.
type Sender struct {
	// Target is an http or https URL. A user and password in it become basic
	// authorization.
	Target string

	// Mode is the content mode of Send and Request: binary, which is the zero value, or
	// structured.
	Mode cloudevents.Mode

	// Format encodes events in structured mode and decodes replies. Nil is format.JSON{}.
	Format format.Formatter

	// Batch encodes the batches of SendBatch. Nil is Format if it is a format.Batch, and
	// format.JSON{} otherwise.
	Batch format.Batch

	// Client has the connections. Nil is a Client with http.DefaultTransport and no
	// cookies.
	Client *http.Client

	// Header is added to every request. Headers of the event override it. A Host in it is
	// that of the request, in place of the host of Target, which is still connected to.
	Header http.Header

	// Retry says how often and when a message is sent again. The zero value is three
	// attempts.
	Retry Retry

	// Timeout limits one attempt, from the connection to the end of the response. The
	// timeout of the Client applies as well, and the shorter one wins. 0 is the timeout
	// of the Client; without one it is 30 s, or no limit if the context of the call has a
	// deadline. -1 is no limit except the timeout of the Client.
	Timeout time.Duration

	// MaxResponseBytes limits a reply, and the results of a batch. 0 is DefaultMaxBytes,
	// -1 is no limit.
	MaxResponseBytes int64

	// MaxBatchEvents limits the number of events in one request of SendBatch. 0 is 1000,
	// -1 is no limit.
	MaxBatchEvents int

	// MaxBatchBytes limits the size of one request of SendBatch. 0 is 1 MiB, -1 is no
	// limit. An event that is larger is sent alone.
	MaxBatchBytes int

	// MaxBatchRefusals limits the number of requests of one call of SendBatch that the
	// target refuses, and whose events are then sent without one of them or in two halves.
	// Each event that was accepted allows one more. 0 is 64, -1 is no limit.
	MaxBatchRefusals int

	// Logger has one record at Info before each retry. Nil is slog.Default(). A failure is the
	// error of the call, and is not logged: a Receiver logs it if its handler returns it.
	Logger *slog.Logger

	// Observer has functions that are called for each attempt and each event.
	Observer SendObserver
}

// SendObserver has functions that a [Sender] calls, to count and to time. A nil field is
// not called. The functions run on the goroutine of the call, which waits for them;
// concurrent calls run them concurrently.
type SendObserver struct {
	// SendObserver is called for events and, with Header, for each request. The Status of an
	// Outcome is that of the last response, or of the result in a batch. It is 0 if the last
	// attempt had no response, or if the event is invalid.
	dispatch.SendObserver

	// Attempted is called after each request, before the wait for the next one.
	Attempted func(ctx context.Context, a Attempt)
}

// Attempt describes one request of a [Sender].
type Attempt struct {
	Number   int           // Number counts the attempts to send a message, from 1.
	Events   int           // Events is the number of events in the request.
	Status   int           // Status is that of the response. 0 is no response.
	Duration time.Duration // Duration includes reading the response.
	Wait     time.Duration // Wait is the time until the next attempt. 0 is at once, or never.
	Err      error         // Err says why there is no response or no next attempt. It is nil if Status says it all.
}

const (
	defaultTimeout     = 30 * time.Second
	defaultBatchEvents = 1000
	defaultBatchBytes  = 1 << 20
	defaultRefusals    = 64

	// A body that is not needed is drained within these limits.
	drainedBytes = 64 << 10
	drainedTime  = 2 * time.Second
)

// Validate returns an error if no event can be sent with these settings: [ErrTarget],
// [cloudevents.ErrContentMode], or another one about Header. If the Transport of the Client
// has a method Validate() error, it is asked too. Nothing is sent. Call it when a program
// starts, to see a mistake before the first event.
func (s *Sender) Validate() error {
	var errs []error
	if u, err := url.Parse(s.Target); err != nil || !isTarget(u) {
		errs = append(errs, ErrTarget)
	}
	if s.Mode != cloudevents.BinaryMode && s.Mode != cloudevents.StructuredMode {
		errs = append(errs, wrongMode(s.Mode, "a Sender has binary or structured mode"))
	}
	if hosts := values(s.Header, "Host"); len(hosts) > 1 || len(hosts) == 1 && !answer.IsHost(hosts[0]) {
		errs = append(errs, errHost)
	}
	if s.Client != nil {
		if t, ok := s.Client.Transport.(validator); ok {
			errs = append(errs, t.Validate())
		}
	}
	return errors.Join(errs...)
}

// Send sends an event. It returns nil as soon as the target has the event and has answered
// with 2xx; the body of the response does not matter.
//
// An invalid event is not sent, and the error is that of [EncodeMessage]. Any other error
// is a [*SendError]. It wraps [context.Canceled] or [context.DeadlineExceeded] if ctx has
// ended, or would end before the next attempt: Send does not wait for an attempt that it
// cannot make.
func (s *Sender) Send(ctx context.Context, e *cloudevents.Event) error {
	_, err := s.send(ctx, e, wantStatus)
	return err
}

// Request sends an event and returns the event in the response, which may be in binary
// or structured mode. The reply is nil if a 2xx response has no event: often with 202 and
// 204, or if the body has another media type.
//
// Errors are those of Send. If Status of the [*SendError] is 2xx, the event was accepted,
// but the reply is invalid, too large, or in an unknown format; Err is then that of
// [Decoder.ResponseToCloudEvent]. If the reply breaks off, or the target has not taken the
// whole event, the event is sent again, and Temporary is true.
func (s *Sender) Request(ctx context.Context, e *cloudevents.Event) (reply *cloudevents.Event, err error) {
	return s.send(ctx, e, wantReply)
}

// want is the part of a response that a call needs.
type want uint8

const (
	wantStatus  want = iota
	wantReply        // the event in a 2xx response
	wantResults      // the JSON body of any response
)

func (s *Sender) send(ctx context.Context, e *cloudevents.Event, w want) (*cloudevents.Event, error) {
	begin := time.Now()
	ctx, out, err := s.begin(ctx, e)
	var last attempt
	if err == nil {
		last, err = s.deliver(ctx, out, w, begin)
	}
	s.observe(ctx, e, last.status, err, begin)
	return last.reply, err
}

// begin returns the context and the event that the Observer makes of them.
func (s *Sender) begin(ctx context.Context, e *cloudevents.Event) (context.Context, *cloudevents.Event, error) {
	if s.Observer.Sending == nil {
		return ctx, e, nil
	}
	ctx, es, err := s.Observer.Begin(ctx, []cloudevents.Event{*e})
	if err != nil {
		return ctx, e, err
	}
	return ctx, &es[0], nil
}

// deliver sends an event until an attempt is the last one, and returns that.
func (s *Sender) deliver(ctx context.Context, e *cloudevents.Event, w want, begin time.Time) (attempt, error) {
	o, err := s.newOutgoing(e)
	if err != nil {
		return attempt{}, err
	}
	d := s.newDelivery(ctx, w, begin)
	d.out = o
	defer o.end()
	for {
		a := d.try(ctx)
		if a.accepted() {
			d.observe(ctx, &a, 0)
			return a, nil
		}
		if !d.waitForNext(ctx, &a) {
			return a, d.failure(&a)
		}
	}
}

// delivery is the attempts to send a message.
type delivery struct {
	sender    *Sender
	transport http.RoundTripper
	jar       http.CookieJar // may be nil
	want      want
	timeout   time.Duration // of an attempt; 0 is no limit
	begin     time.Time
	waited    time.Duration // between attempts; for a batch, also those of earlier batches
	attempts  int
	target    url.URL // zero until an attempt has found it valid
	out       *outgoing

	connections atomic.Int32 // of an attempt with a body
}

func (s *Sender) newDelivery(ctx context.Context, w want, begin time.Time) *delivery {
	d := &delivery{sender: s, want: w, begin: begin, transport: http.DefaultTransport, timeout: max(s.Timeout, 0)}
	if c := s.Client; c != nil {
		if d.jar = c.Jar; c.Transport != nil {
			d.transport = c.Transport
		}
		if c.Timeout > 0 && (d.timeout == 0 || c.Timeout < d.timeout) {
			d.timeout = c.Timeout
		}
	}
	if _, ok := ctx.Deadline(); d.timeout == 0 && s.Timeout == 0 && !ok {
		d.timeout = defaultTimeout
	}
	return d
}

// attempt is one request and what came of it.
type attempt struct {
	number     int // from 1; 0 if no request was made
	duration   time.Duration
	status     int    // 0 if there is no response
	body       []byte // the beginning of that of an error, or of results
	reply      *cloudevents.Event
	said       said
	retryAfter time.Duration
	retryable  bool
	redirect   string // where a 3xx points to
	err        error  // why there is no response, or no reply, or no next attempt
}

func (a *attempt) accepted() bool { return a.status/100 == 2 && a.err == nil }

// try sends the message once.
func (d *delivery) try(ctx context.Context) (a attempt) {
	limited, cancel := d.limited(ctx)
	defer cancel()
	var u *upload
	followed := limited
	if d.out.isFollowed() {
		u = &upload{out: d.out, cancel: cancel}
		followed = u.follow(limited)
	}
	r, err := d.request(followed)
	if err != nil {
		return attempt{err: err}
	}
	if err := ctx.Err(); err != nil {
		return attempt{err: err, retryable: true}
	}
	d.attempts++
	begin := time.Now()
	defer func() { a.number, a.duration = d.attempts, time.Since(begin) }()

	response, err := d.roundTrip(r)
	if err != nil {
		a := attempt{err: d.cause(err), retryable: passes(err), retryAfter: waitOf(err)}
		switch {
		case u.flees():
			a.err = errFlees
		case a.err == context.DeadlineExceeded && ctx.Err() == nil:
			a.err = &slowError{d.timeout}
		}
		return a
	}
	defer response.Body.Close()
	if response.StatusCode < 100 { // net/http accepts 000
		return attempt{err: errNotHTTP, retryable: true}
	}
	isOK := response.StatusCode/100 == 2
	if !isOK {
		u = nil // a target need not have read what it refuses
	}
	a = d.read(response, u, cancel)
	if isOK && !u.isComplete(limited) {
		a.reply, a.said, a.err = nil, said{}, errEarly
	}
	d.judge(&a)
	return a
}

// limited returns the context of an attempt.
func (d *delivery) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if d.timeout > 0 {
		return context.WithTimeout(ctx, d.timeout)
	}
	return context.WithCancel(ctx)
}

// request returns a request with the message. It shares nothing with other attempts
// except the bytes of the body.
func (d *delivery) request(ctx context.Context) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.sender.Target, nil)
	if err != nil || !isTarget(r.URL) {
		return nil, ErrTarget
	}
	d.target = *r.URL // the transport may change that of the request
	r.Body = http.NoBody
	if len(d.out.body) > 0 {
		r.ContentLength = int64(len(d.out.body))
		r.Body = d.out.reader()
		d.connections.Store(1)
		r.GetBody = d.again
	}
	if len(d.sender.Header) > 0 {
		r.Header = d.sender.Header.Clone()
		remove(r.Header, "Content-Encoding") // the body has none
		if hosts := values(r.Header, "Host"); len(hosts) > 0 {
			if len(hosts) > 1 || !answer.IsHost(hosts[0]) {
				return nil, errHost
			}
			r.Host = hosts[0]
			remove(r.Header, "Host")
		}
	} else if d.out.event != nil {
		r.Header = withRoom(r.Header, d.out.event)
	}
	if h := d.sender.Observer.Header; h != nil {
		h(ctx, r.Header.Set)
	}
	d.out.describe(r.Header)
	return r, nil
}

// isTarget reports whether requests can be sent to u. net/http writes a space in a query
// into the middle of the request line.
func isTarget(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.Contains(u.RawQuery, " ")
}

// again returns the body for another connection of an attempt.
func (d *delivery) again() (io.ReadCloser, error) {
	if d.connections.Add(1) > maxConnections {
		return nil, errFlees
	}
	return d.out.reader(), nil
}

// roundTrip does what Client.Do does for a request that is not redirected. Client.Do
// would copy the header of each request, for the case of a redirect, and would parse a
// Location before it asks CheckRedirect.
func (d *delivery) roundTrip(r *http.Request) (*http.Response, error) {
	if u := r.URL.User; u != nil && r.Header.Get("Authorization") == "" {
		password, _ := u.Password()
		r.SetBasicAuth(u.Username(), password)
	}
	if d.jar != nil {
		for _, cookie := range d.jar.Cookies(&d.target) {
			r.AddCookie(cookie)
		}
	}
	response, err := d.transport.RoundTrip(r)
	switch {
	case err != nil:
		if e, ok := err.(tls.RecordHeaderError); ok && string(e.RecordHeader[:]) == "HTTP/" {
			err = http.ErrSchemeMismatch
		}
		return nil, err
	case response == nil, response.Body == nil && response.ContentLength > 0:
		return nil, errNoResponse
	case response.Body == nil:
		response.Body = http.NoBody
	}
	if d.jar != nil {
		if cookies := response.Cookies(); len(cookies) > 0 {
			d.jar.SetCookies(&d.target, cookies)
		}
	}
	return response, nil
}

// read reads as much of a response as the call needs.
func (d *delivery) read(response *http.Response, u *upload, cancel func()) attempt {
	a := attempt{status: response.StatusCode, retryAfter: capped(answer.AskedToWait(response.Header, time.Now()))}
	isOK := a.status/100 == 2
	if a.status/100 == 3 {
		a.redirect = answer.Redirect(&d.target, response.Header)
	}
	if d.want == wantResults && mediatype.IsJSON(response.Header.Get("Content-Type")) {
		d.readResults(response, &a, u, cancel)
		return a
	}
	if d.want == wantReply && isOK {
		d.readReply(response, &a)
	}
	if a.err == nil && response.Body != http.NoBody && a.status >= 200 { // after 101 it has no end
		stop := u.thenAfter(drainedTime, cancel)
		a.body = drain(response.Body, !isOK)
		stop()
	}
	if a.status >= 400 && len(a.body) > 0 {
		events := 0
		if d.want == wantResults {
			events = d.out.events
		}
		a.said = readSaid(bytes.NewReader(a.body), events)
	}
	return a
}

func (d *delivery) readReply(response *http.Response, a *attempt) {
	decoder := Decoder{Format: d.sender.Format, MaxBytes: d.sender.MaxResponseBytes}
	reply, err := decoder.ResponseToCloudEvent(response)
	switch {
	case err == nil:
		a.reply = &reply
	case !errors.Is(err, cloudevents.ErrNotCloudEvent):
		a.err = err
	}
}

// drain reads the beginning of a body, and returns it if keep is set. It does not matter
// how the reading ends.
func drain(r io.Reader, keep bool) []byte {
	r = io.LimitReader(r, drainedBytes)
	if !keep {
		_, _ = io.Copy(io.Discard, r)
		return nil
	}
	if b, _ := io.ReadAll(r); len(b) > 0 {
		return b
	}
	return nil
}

// observe calls Attempted, unless there was no request.
func (d *delivery) observe(ctx context.Context, a *attempt, wait time.Duration) {
	if hook := d.sender.Observer.Attempted; hook != nil && a.number > 0 {
		hook(ctx, Attempt{
			Number: a.number, Events: d.out.events, Status: a.status, Duration: a.duration, Wait: wait, Err: a.err,
		})
	}
}

// observe calls Sent or Failed about an event.
func (s *Sender) observe(ctx context.Context, e *cloudevents.Event, status int, err error, begin time.Time) {
	hook, verdict := s.Observer.Sent, dispatch.VerdictDone
	if err != nil {
		hook, verdict = s.Observer.Failed, dispatch.VerdictRefused
		var failed *SendError
		if errors.As(err, &failed) && failed.Retryable() {
			verdict = dispatch.VerdictRetry
		}
	}
	if hook != nil {
		hook(ctx, dispatch.Outcome{
			ID: e.ID, Source: e.Source, Type: e.Type,
			Verdict: verdict, Status: status, Duration: time.Since(begin), Err: err,
		})
	}
}
