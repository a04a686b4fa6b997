package webhook

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

const (
	handshakeTimeout  = 30 * time.Second
	maxHandshakeBody  = 4 << 10
	drainTime         = 2 * time.Second
	refusalHolds      = time.Minute // the least time until a target that refused is asked again
	defaultRenew      = 24 * time.Hour
	defaultMaxTargets = 1024
	defaultMaxHold    = time.Hour
)

// targetState is what a Transport knows of a target. Its fields are guarded by the mutex
// of the Transport.
type targetState struct {
	key  string
	used time.Time

	users int // deliveries under way

	gone      bool
	granted   bool
	renew     time.Time // when permission ends; zero is never
	perMinute int       // 0 is no limit

	refused      *HandshakeError
	refusedUntil time.Time
	flight       *flight // nil if no handshake is under way

	next    time.Time     // the turn of the next delivery
	held    time.Time     // nothing is sent before it
	waiting int           // deliveries in the queue
	first   chan struct{} // full while one of them is the first

	id, secret string // in the query of its callback; "" if none was offered
}

// acquire returns the state of the target of r, which is not forgotten until it is released.
func (t *Transport) acquire(r *http.Request) (*targetState, error) {
	now := time.Now()
	key := targetKey(r)
	t.mu.Lock()
	defer t.mu.Unlock()
	target := t.targets[key]
	if target == nil {
		if t.targets == nil {
			t.targets = map[string]*targetState{}
		}
		if most := cmp.Or(t.MaxTargets, defaultMaxTargets); most >= 0 && len(t.targets) >= most && !t.forget(now) {
			return nil, errMaxTargets
		}
		target = &targetState{key: key, first: make(chan struct{}, 1)}
		t.targets[key] = target
	}
	target.used = now
	target.users++
	return target, nil
}

func (t *Transport) release(target *targetState) {
	t.mu.Lock()
	target.users--
	t.mu.Unlock()
}

// forget makes room for a target, unless all are in use.
func (t *Transport) forget(now time.Time) bool {
	var least *targetState
	for _, target := range t.targets {
		if target.users == 0 && (least == nil || target.before(least, now)) {
			least = target
		}
	}
	if least == nil {
		return false
	}
	delete(t.targets, least.key)
	delete(t.asked, least.id)
	return true
}

// before reports whether s is forgotten before other.
func (s *targetState) before(other *targetState, now time.Time) bool {
	if own, others := s.worth(now), other.worth(now); own != others {
		return own < others
	}
	return s.used.Before(other.used)
}

// worth is how much it matters that s is known.
func (s *targetState) worth(now time.Time) int {
	switch {
	case s.gone:
		return 2
	case now.Before(s.held), now.Before(s.next), s.refused != nil && now.Before(s.refusedUntil):
		return 1
	}
	return 0
}

var errGoneTarget error = &finalError{fmt.Errorf("nothing is sent to the target any more: %w", cehttp.ErrGone)}

// standing reports whether it is known if the target may be sent to, and why not.
func (s *targetState) standing(now time.Time) (known bool, err error) {
	switch {
	case s.gone:
		return true, errGoneTarget
	case s.granted && (s.renew.IsZero() || now.Before(s.renew)):
		return true, nil
	case s.refused != nil && now.Before(s.refusedUntil):
		e := *s.refused
		e.RetryAfter = s.refusedUntil.Sub(now)
		return true, &e
	}
	s.granted = false
	return false, nil
}

// hold sends nothing to the target for some time.
func (s *targetState) hold(d time.Duration) {
	if until := time.Now().Add(d); d > 0 && until.After(s.held) {
		s.held = until
	}
}

// flight is a handshake under way. Its fields are set before done is closed.
type flight struct {
	done  chan struct{}
	err   error // for all deliveries that share it
	again bool  // it ended with the context of the delivery that began it, so another one has to
}

// permission returns nil if the target of r may be sent to.
func (t *Transport) permission(r *http.Request, target *targetState) error {
	for {
		t.mu.Lock()
		known, err := target.standing(time.Now())
		f := target.flight
		if known || f != nil {
			t.mu.Unlock()
		}
		switch {
		case known:
			return err
		case f == nil:
			f = &flight{done: make(chan struct{}), again: true}
			target.flight = f
			callback, err := t.callback(target)
			t.mu.Unlock()
			return t.handshake(r, target, f, callback, err)
		}
		select {
		case <-f.done:
			if !f.again {
				return f.err
			}
		case <-r.Context().Done():
			return r.Context().Err()
		}
	}
}

// handshake asks the target of r for permission, and ends f with the result.
func (t *Transport) handshake(r *http.Request, target *targetState, f *flight, callback string, err error) error {
	defer func() {
		t.mu.Lock()
		target.flight = nil
		t.mu.Unlock()
		close(f.done)
	}()
	var response *http.Response
	if err == nil {
		ctx, cancel := context.WithTimeout(r.Context(), handshakeTimeout)
		defer cancel()
		if response, err = t.base().RoundTrip(t.ask(r, callback).WithContext(ctx)); err == nil {
			defer drain(response, cancel)
		}
	}
	if err != nil {
		f.again = r.Context().Err() != nil
		f.err = &HandshakeError{Host: r.URL.Host, Temporary: answer.MayPass(err), Err: err}
		return f.err
	}
	f.again = false
	f.err = t.settle(target, r.URL, response, callback != "")
	return f.err
}

// drain makes the connection of a response usable again, if that is cheap. The deliveries
// to the target wait for it.
func drain(response *http.Response, cancel func()) {
	stop := time.AfterFunc(drainTime, cancel)
	_, _ = io.CopyN(io.Discard, response.Body, maxHandshakeBody)
	stop.Stop()
	response.Body.Close()
}

// ask returns the handshake for the target of a delivery.
func (t *Transport) ask(r *http.Request, callback string) *http.Request {
	u := *r.URL
	ask := &http.Request{Method: http.MethodOptions, URL: &u, Host: r.Host, Header: http.Header{requestOrigin: {t.Origin}}}
	if t.Rate > 0 {
		ask.Header.Set(requestRate, formatRate(t.Rate))
	}
	if callback != "" {
		ask.Header.Set(requestCallback, callback)
	}
	if agent := r.Header.Get("User-Agent"); agent != "" {
		ask.Header.Set("User-Agent", agent)
	}
	return ask
}

// settle notes the answer to a handshake.
func (t *Transport) settle(target *targetState, u *url.URL, response *http.Response, offered bool) error {
	perMinute, reason := t.consent(response)
	if reason != "" && response.StatusCode/100 == 3 {
		reason = "it redirects"
		if origin := answer.Redirect(u, response.Header); origin != "" {
			reason += " to " + origin
		}
		reason += ", which is not followed"
	}
	e := &HandshakeError{Host: u.Host, Status: response.StatusCode, Reason: reason, Err: ErrNoConsent}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case target.gone || response.StatusCode == http.StatusGone:
		target.gone = true
		e.Reason, e.Err = "", cehttp.ErrGone
		return e
	case target.granted: // by callback, in the meantime
		return nil
	case reason == "":
		t.grant(target, perMinute)
		return nil
	case isUnknown(response.StatusCode) && len(response.Header.Values(allowedOrigin)) == 0 && t.FallbackRate > 0:
		t.grant(target, t.FallbackRate)
		return nil
	case answer.Repeated(response.StatusCode):
		e.Temporary, e.RetryAfter = true, t.holdOff(response.Header)
	case offered && response.StatusCode < 300:
		e.Temporary, e.RetryAfter = true, refusalHolds
		e.Reason = "permission may come by callback"
	default:
		e.RetryAfter = max(t.holdOff(response.Header), refusalHolds)
	}
	if e.RetryAfter > 0 {
		target.refused, target.refusedUntil = e, time.Now().Add(e.RetryAfter)
	}
	return e
}

// consent returns the rate that the answer to a handshake grants, 0 for no limit, or the
// reason why it grants none.
func (t *Transport) consent(response *http.Response) (perMinute int, reason string) {
	origins, rates := response.Header.Values(allowedOrigin), response.Header.Values(allowedRate)
	switch {
	case len(origins) == 0:
		return 0, "there is no WebHook-Allowed-Origin"
	case len(origins) > 1 || len(rates) > 1:
		return 0, "a header is there more than once"
	case origins[0] != anyOrigin && !ascii.EqualFold(origins[0], t.Origin):
		return 0, fmt.Sprintf("WebHook-Allowed-Origin is %q", quoted(origins[0]))
	case len(rates) == 0 && t.Rate > 0:
		return 0, "there is no WebHook-Allowed-Rate"
	case len(rates) == 0 || rates[0] == anyRate:
		return 0, ""
	}
	perMinute, ok := parseRate(rates[0])
	if !ok {
		return 0, fmt.Sprintf("WebHook-Allowed-Rate is %q", quoted(rates[0]))
	}
	return perMinute, ""
}

// isUnknown reports whether a target with that answer to OPTIONS does not know the
// handshake.
func isUnknown(status int) bool {
	switch status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	}
	return false
}

// grant notes permission, which lasts until Renew is over.
func (t *Transport) grant(target *targetState, perMinute int) {
	if t.Rate > 0 && (perMinute <= 0 || t.Rate < perMinute) {
		perMinute = t.Rate
	}
	target.granted, target.perMinute, target.refused = true, perMinute, nil
	target.renew = time.Time{}
	if renew := cmp.Or(t.Renew, defaultRenew); renew >= 0 {
		target.renew = time.Now().Add(renew)
	}
}

// callback returns the URL at which the target may consent later, or "" for none.
func (t *Transport) callback(target *targetState) (string, error) {
	if t.CallbackURL == "" {
		return "", nil
	}
	u, err := callbackURL(t.CallbackURL)
	if err != nil {
		return "", &finalError{errCallbackOffer}
	}
	if target.id == "" {
		target.id, target.secret = rand.Text(), rand.Text()
		if t.asked == nil {
			t.asked = map[string]*targetState{}
		}
		t.asked[target.id] = target
	}
	q := u.Query()
	q.Set("id", target.id)
	q.Set("key", target.secret)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// consentOf returns the parameters of a URL that callback has made. url.ParseQuery would
// keep all others that a stranger sends.
func consentOf(query string) (id, key string) {
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		to := &id
		switch name {
		default:
			continue
		case "id":
		case "key":
			to = &key
		}
		if *to == "" && len(value) <= maxConsent {
			*to, _ = url.QueryUnescape(value)
		}
	}
	return id, key
}

// maxConsent is more than the bytes of an id or a key, even if each is escaped.
const maxConsent = 128

// ServeConsent is the handler for CallbackURL. Targets send their consent to it with GET
// or POST (http-webhook.md#413-webhook-request-callback). WebHook-Allowed-Rate has the
// rate; without it the rate is the one that was asked for. ServeConsent answers
//
//	200  the consent is noted
//	400  the rate is invalid
//	404  there is no such handshake: it was forgotten, or another process asked
//	405  the method is another one
func (t *Transport) ServeConsent(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		problem(w, http.StatusMethodNotAllowed, "method not allowed")
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
			problem(w, http.StatusBadRequest, "WebHook-Allowed-Rate is neither * nor one integer greater than zero")
			return
		}
	}
	id, key := consentOf(r.URL.RawQuery)
	t.mu.Lock()
	target := t.asked[id]
	found := target != nil && subtle.ConstantTimeCompare([]byte(target.secret), []byte(key)) == 1
	if found {
		t.grant(target, perMinute)
	}
	t.mu.Unlock()
	if !found {
		problem(w, http.StatusNotFound, "there is no such handshake")
		return
	}
	answer.JSON(w, http.StatusOK, 0, &statusAnswer{"granted"})
}
