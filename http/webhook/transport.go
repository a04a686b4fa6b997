package webhook

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/pause"
)

// Transport is an [http.RoundTripper] for deliveries to webhooks. It asks each target for
// permission first, keeps to the rate that the target granted, and names the origin of
// each delivery (http-webhook.md#4-abuse-protection). Use it as the Transport of an
// [http.Client].
//
//	client := &http.Client{Transport: &webhook.Transport{
//		Origin: "eventemitter.example.com",
//		Rate:   120,
//	}}
//
// # Permission
//
// Before the first delivery to a URL, Transport sends OPTIONS to the same URL, with its
// query. The request has none of the headers of the delivery, so it has no token.
// Deliveries that begin at the same time share one handshake.
//
// Consent is WebHook-Allowed-Origin with * or Origin, whatever the status, and
// WebHook-Allowed-Rate. The rate may be missing if no Rate was asked for. Any other answer
// is a [*HandshakeError] that wraps [ErrNoConsent]. The target is then asked again after
// one minute, or after its Retry-After if that is longer, up to MaxHold. A target that does not
// know the handshake, and answers 404, 405 or 501, also refuses, unless FallbackRate is set.
//
// If the connection fails, all deliveries that share the handshake get the error, and the
// next delivery asks again.
//
// # Deliveries
//
// Deliveries to a target are spaced evenly at the granted rate, or at Rate if that is
// lower. An early delivery waits until its turn, or until its context ends. If its turn
// comes after the deadline of its context, the error is a [*RateError] at once.
//
// After 429 or 503 with Retry-After, nothing is sent to the target until then, but not for
// longer than MaxHold. After 403, permission is asked for again. A response 410 is returned as it
// is; further deliveries to that target fail with an error that wraps [cehttp.ErrGone].
//
// A request that the specification forbids is not sent, and is an error: a method other
// than POST, no body, no Content-Type, http without TLS, and a redirect, which an
// http.Client would follow. An event without data has no body in binary mode: send it in
// structured mode.
//
// # State
//
// What is known of a target is kept in memory, for MaxTargets targets. Beyond that the
// target that was used least recently is forgotten. One whose next delivery has to wait is
// forgotten after those, one that is gone after all others, and one with a delivery under
// way never: if all are under way, the error of a delivery to another target wraps
// [ErrMaxTargets].
//
// Only Origin is required. A Transport must not be changed or copied after its first
// request.
type Transport struct {
	// Base sends handshakes and deliveries. nil is http.DefaultTransport.
	Base http.RoundTripper

	// Origin is a DNS name for the sending system as a whole. It is required.
	Origin string

	// Rate is the number of requests per minute that is asked for, and that is never
	// exceeded. With 0 no rate is asked for, and the granted one is the limit.
	Rate int

	// Token is sent as Authorization: Bearer with each delivery that has no
	// Authorization. "" sends none. A delivery may have access_token in its URL instead,
	// which gives it Cache-Control: no-store; both are an error.
	Token string

	// CallbackURL is the https address of ServeConsent, for targets that consent later.
	// It is offered with an id and a secret key in its query. "" offers no callback.
	CallbackURL string

	// FallbackRate is the number of requests per minute that are sent to a target that
	// does not know the handshake. With 0 nothing is sent to it.
	FallbackRate int

	// Renew is the time after which permission is asked for again. 0 is 24 hours, -1 is
	// never.
	Renew time.Duration

	// MaxTargets is the number of targets that are remembered. 0 is 1024, -1 is no limit.
	MaxTargets int

	// MaxHold is the longest time for which a target can stop deliveries to it, and
	// handshakes, by Retry-After. A longer Retry-After counts as MaxHold. 0 is 1 hour, -1 is
	// no limit.
	MaxHold time.Duration

	// AllowHTTP also sends without TLS, which the specification forbids. It is for
	// development.
	AllowHTTP bool

	mu      sync.Mutex
	targets map[string]*targetState
	asked   map[string]*targetState // by the id in their callback
}

var (
	errOriginOfSender = errors.New("the Origin of the transport is not a DNS name")
	errCallbackOffer  = errors.New("the CallbackURL of the transport is not an https URL")
	errNoHost         = errors.New("the URL has no host")
	errNotPOST        = errors.New("webhook deliveries are sent by POST")
	errNoPayload      = errors.New("a webhook delivery needs a body and a Content-Type; structured mode always has them")
	errPlainHTTP      = errors.New("webhook deliveries need https")
	errRedirected     = errors.New("webhook deliveries do not follow redirects")
	errTokenTwice     = errors.New("the access token is in the URL and in Authorization")
)

// RoundTrip sends a delivery, after a handshake and a wait if they are necessary. r is not
// changed.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	d, target, err := t.admit(r)
	if target != nil {
		defer t.release(target)
	}
	if err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	response, err := t.base().RoundTrip(d)
	if err == nil {
		t.learn(target, response)
	}
	return response, err
}

// admit returns the request for r when it may be sent. The caller releases the target, which
// is nil if r is not valid.
func (t *Transport) admit(r *http.Request) (d *http.Request, target *targetState, err error) {
	if d, err = t.delivery(r); err != nil {
		return nil, nil, &finalError{err}
	}
	if target, err = t.acquire(d); err != nil {
		return nil, nil, err
	}
	if err := t.permission(d, target); err != nil {
		return nil, target, err
	}
	return d, target, t.pace(d.Context(), target)
}

// delivery checks a copy of r and returns it as it is sent.
func (t *Transport) delivery(r *http.Request) (*http.Request, error) {
	if r.URL == nil || r.URL.Host == "" {
		return nil, errNoHost
	}
	d := r.Clone(r.Context())
	_, _, inQuery, err := queryToken(d.URL.RawQuery)
	switch {
	case !isDNSName(t.Origin):
		return nil, errOriginOfSender
	case d.Response != nil:
		return nil, errRedirected
	case d.Method != http.MethodPost:
		return nil, errNotPOST
	case d.URL.Scheme != "https" && !(t.AllowHTTP && d.URL.Scheme == "http"):
		return nil, errPlainHTTP
	case d.Body == nil || d.Body == http.NoBody || d.Header.Get("Content-Type") == "":
		return nil, errNoPayload
	case err != nil:
		return nil, err
	case inQuery && (t.Token != "" || d.Header.Get("Authorization") != ""):
		return nil, errTokenTwice
	case t.Token != "" && !isToken(t.Token):
		return nil, errMalformedToken
	}
	setHeader(d.Header, requestOrigin, t.Origin)
	if t.Token != "" && d.Header.Get("Authorization") == "" {
		setHeader(d.Header, "Authorization", "Bearer "+t.Token)
	}
	if inQuery {
		d.Header.Set("Cache-Control", "no-store")
	}
	return d, nil
}

// setHeader replaces a header under all spellings of its canonical name.
func setHeader(h http.Header, name, value string) {
	for key := range h {
		if key != name && ascii.EqualFold(key, name) {
			delete(h, key)
		}
	}
	h[name] = []string{value}
}

func (t *Transport) base() http.RoundTripper {
	if t.Base == nil {
		return http.DefaultTransport
	}
	return t.Base
}

// pace waits until it is the turn of a delivery. Waiting deliveries form a queue, and only
// the first of them looks at the clock, so that one that leaves early has taken no turn.
func (t *Transport) pace(ctx context.Context, target *targetState) error {
	wait, err := t.turn(ctx, target, false)
	if wait == 0 {
		return err
	}
	defer func() {
		t.mu.Lock()
		target.waiting--
		t.mu.Unlock()
	}()
	select {
	case target.first <- struct{}{}:
		defer func() { <-target.first }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		if wait, err = t.turn(ctx, target, true); wait == 0 {
			return err
		}
		if !pause.For(ctx, nil, wait) {
			return ctx.Err()
		}
	}
}

// turn takes the turn of a delivery and returns 0, or returns how long it has to wait. In
// the latter case a delivery that is not the first of the queue has entered it.
func (t *Transport) turn(ctx context.Context, target *targetState, first bool) (wait time.Duration, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if target.gone {
		return 0, errGoneTarget
	}
	now, step := time.Now(), interval(target.perMinute)
	turn := latest(now, target.next, target.held)
	if !first {
		turn = turn.Add(step * time.Duration(target.waiting))
	}
	wait = turn.Sub(now)
	if deadline, ok := ctx.Deadline(); ok && wait > 0 && turn.After(deadline) {
		return 0, &RateError{RetryAfter: wait}
	}
	if wait == 0 && (first || target.waiting == 0) {
		target.next = turn.Add(step)
		return 0, nil
	}
	if !first {
		target.waiting++
	}
	return max(wait, 1), nil // 1, because the deliveries before it have not gone yet
}

func latest(t time.Time, others ...time.Time) time.Time {
	for _, o := range others {
		if o.After(t) {
			t = o
		}
	}
	return t
}

// learn notes what the response to a delivery means for the next ones.
func (t *Transport) learn(target *targetState, response *http.Response) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch response.StatusCode {
	case http.StatusGone:
		target.gone = true
	case http.StatusForbidden:
		target.granted = false
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		target.hold(t.holdOff(response.Header))
	}
}

// unlimitedHold keeps the times that are computed with an absurd Retry-After from
// overflowing.
const unlimitedHold = 10 * 365 * 24 * time.Hour

// holdOff returns the time in a Retry-After header.
func (t *Transport) holdOff(h http.Header) time.Duration {
	most := cmp.Or(t.MaxHold, defaultMaxHold)
	if most < 0 {
		most = unlimitedHold
	}
	return min(answer.AskedToWait(h, time.Now()), most, unlimitedHold)
}

// targetKey identifies the target of a request. It has no fragment, which is not sent
// either.
func targetKey(r *http.Request) string {
	u := r.URL
	k := strings.ToLower(u.Scheme) + "://" + strings.ToLower(u.Host) + "/" + strings.TrimPrefix(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		k += "?" + u.RawQuery
	}
	if r.Host != "" && !ascii.EqualFold(r.Host, u.Host) {
		k = strings.ToLower(r.Host) + " at " + k
	}
	return k
}
