package cehttp

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
)

// webhookTarget is what is known of a target. Its fields are guarded by the mutex of
// WebhookTransport.
type webhookTarget struct {
	key  string
	used time.Time

	gone      bool
	granted   bool
	renew     time.Time // when permission ends; zero is never
	perMinute int       // 0 is no limit

	refused      *HandshakeError
	refusedUntil time.Time
	flight       *flight

	next    time.Time     // of the next delivery
	held    time.Time     // nothing is sent before
	waiting int           // deliveries
	first   chan struct{} // has the one of them whose turn is next

	id, secret string // of its callback
}

const defaultMaxTargets = 1024

// target returns what is known of the target at u.
func (t *WebhookTransport) target(u *url.URL) *webhookTarget {
	now := time.Now()
	k := targetKey(u)
	t.mutex.Lock()
	defer t.mutex.Unlock()
	tg := t.targets[k]
	if tg == nil {
		if t.targets == nil {
			t.targets = map[string]*webhookTarget{}
		}
		if len(t.targets) >= orZero(t.MaxTargets, defaultMaxTargets) {
			t.forget()
		}
		tg = &webhookTarget{key: k, first: make(chan struct{}, 1)}
		t.targets[k] = tg
	}
	tg.used = now
	return tg
}

// forget makes room for a target.
func (t *WebhookTransport) forget() {
	var least *webhookTarget
	for _, tg := range t.targets {
		if least == nil || !tg.gone && least.gone || tg.gone == least.gone && tg.used.Before(least.used) {
			least = tg
		}
	}
	delete(t.targets, least.key)
	delete(t.asked, least.id)
}

// standing reports whether it is known that the target may be sent to, or why not.
func (tg *webhookTarget) standing(now time.Time) (known bool, err error) {
	switch {
	case tg.gone:
		return true, errGoneTarget
	case tg.granted && (tg.renew.IsZero() || now.Before(tg.renew)):
		return true, nil
	case tg.refused != nil && now.Before(tg.refusedUntil):
		e := *tg.refused
		e.RetryAfter = tg.refusedUntil.Sub(now)
		return true, &e
	}
	tg.granted = false
	return false, nil
}

var errGoneTarget = fmt.Errorf("nothing is sent to the target any more: %w", ErrGone)

// hold keeps deliveries back.
func (tg *webhookTarget) hold(d time.Duration) {
	if until := time.Now().Add(d); d > 0 && until.After(tg.held) {
		tg.held = until
	}
}

// pace waits until it is the turn of a delivery. Those that wait stand in a queue, and
// only the first looks at the clock: who leaves it early has taken no turn.
func (t *WebhookTransport) pace(ctx context.Context, tg *webhookTarget) error {
	wait, err := t.turn(ctx, tg, false)
	if wait == 0 {
		return err
	}
	defer func() {
		t.mutex.Lock()
		tg.waiting--
		t.mutex.Unlock()
	}()
	select {
	case tg.first <- struct{}{}:
		defer func() { <-tg.first }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		if wait, err = t.turn(ctx, tg, true); wait == 0 {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// turn returns how long a delivery has to wait, or takes its turn and returns 0. One
// that is not the first has entered the queue then.
func (t *WebhookTransport) turn(ctx context.Context, tg *webhookTarget, first bool) (wait time.Duration, err error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if tg.gone {
		return 0, errGoneTarget
	}
	now, step := time.Now(), interval(tg.perMinute)
	turn := latest(now, tg.next, tg.held)
	if !first {
		turn = turn.Add(step * time.Duration(tg.waiting))
	}
	wait = turn.Sub(now)
	if deadline, ok := ctx.Deadline(); ok && wait > 0 && turn.After(deadline) {
		return 0, &RateError{RetryAfter: wait}
	}
	if wait == 0 && (first || tg.waiting == 0) {
		tg.next = turn.Add(step)
		return 0, nil
	}
	if !first {
		tg.waiting++
	}
	return max(wait, 1), nil // 1: those before it have not gone yet
}

func latest(t time.Time, others ...time.Time) time.Time {
	for _, o := range others {
		if o.After(t) {
			t = o
		}
	}
	return t
}

// callback returns the URL at which the target may consent later.
func (t *WebhookTransport) callback(tg *webhookTarget) (string, error) {
	if t.CallbackURL == "" {
		return "", nil
	}
	u, err := callbackURL(t.CallbackURL)
	if err != nil {
		return "", errors.New("CallbackURL of WebhookTransport is not an https URL")
	}
	if tg.id == "" {
		tg.id, tg.secret = rand.Text(), rand.Text()
		if t.asked == nil {
			t.asked = map[string]*webhookTarget{}
		}
		if t.targets[tg.key] == tg { // else it was forgotten already
			t.asked[tg.id] = tg
		}
	}
	q := u.Query()
	q.Set("id", tg.id)
	q.Set("key", tg.secret)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// ServeConsent is the handler for CallbackURL, to which targets send their consent
// with GET or POST (http-webhook.md#413-webhook-request-callback), with a
// WebHook-Allowed-Rate or without: then the rate is that which was asked for. It
// answers 200; 404 if there is no such handshake, also because it was forgotten or
// another process asked; 400 for an invalid rate.
func (t *WebhookTransport) ServeConsent(w http.ResponseWriter, r *http.Request) {
	if !only(w, r, http.MethodGet, http.MethodPost) {
		return
	}
	perMinute := t.Rate
	switch rates := r.Header.Values(allowedRate); {
	case len(rates) == 0:
	case len(rates) == 1 && rates[0] == anyRate:
		perMinute = 0
	default:
		var ok bool
		if perMinute, ok = parseRate(rates[0]); !ok || len(rates) > 1 {
			writeProblem(w, http.StatusBadRequest, "WebHook-Allowed-Rate is neither * nor an integer greater than zero")
			return
		}
	}
	q := r.URL.Query()
	t.mutex.Lock()
	tg := t.asked[q.Get("id")]
	found := tg != nil && subtle.ConstantTimeCompare([]byte(tg.secret), []byte(q.Get("key"))) == 1
	if found {
		t.grant(tg, perMinute)
	}
	t.mutex.Unlock()
	if !found {
		writeProblem(w, http.StatusNotFound, "nobody has asked for that permission")
		return
	}
	answer.JSON(w, http.StatusOK, 0, &health{"granted"})
}
