package cehttp

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

const (
	handshakeTimeout = 30 * time.Second
	refusalHolds     = time.Minute // until a target that refused is asked again
	defaultRenew     = 24 * time.Hour
)

// flight is a handshake under way. The fields are set before done is closed.
type flight struct {
	done  chan struct{}
	err   error // for all who wait
	again bool  // it ended with the context of the delivery that began it: the next begins anew
}

// permission returns nil if the target of r may be sent to.
func (t *WebhookTransport) permission(r *http.Request, tg *webhookTarget) error {
	for {
		t.mutex.Lock()
		known, err := tg.standing(time.Now())
		f := tg.flight
		if known || f != nil {
			t.mutex.Unlock()
		}
		switch {
		case known:
			return err
		case f == nil:
			f = &flight{done: make(chan struct{}), again: true}
			tg.flight = f
			callback, err := t.callback(tg)
			t.mutex.Unlock()
			return t.handshake(r, tg, f, callback, err)
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

// handshake asks the target of r for permission, and tells those who wait.
func (t *WebhookTransport) handshake(r *http.Request, tg *webhookTarget, f *flight, callback string, err error) error {
	defer func() {
		t.mutex.Lock()
		tg.flight = nil
		t.mutex.Unlock()
		close(f.done)
	}()
	var answer *http.Response
	if err != nil {
		err = &finalError{err}
	} else {
		ctx, cancel := context.WithTimeout(r.Context(), handshakeTimeout)
		defer cancel()
		if answer, err = t.base().RoundTrip(t.ask(r, callback).WithContext(ctx)); err == nil {
			defer drainHandshake(answer)
		}
	}
	if err != nil {
		f.again = r.Context().Err() != nil
		f.err = &HandshakeError{Host: r.URL.Host, Retryable: passes(err), Err: err}
		return f.err
	}
	f.again = false
	f.err = t.settle(tg, r.URL.Host, answer, callback != "")
	return f.err
}

// settle takes note of the answer to a handshake.
func (t *WebhookTransport) settle(tg *webhookTarget, host string, response *http.Response, offered bool) error {
	perMinute, reason := t.consent(response)
	e := &HandshakeError{Host: host, Status: response.StatusCode, Reason: reason, Err: ErrNoConsent}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	switch {
	case tg.gone || response.StatusCode == http.StatusGone:
		tg.gone = true
		e.Reason, e.Err = "", ErrGone
		return e
	case tg.granted: // by callback, in the meantime
		return nil
	case reason == "":
		t.grant(tg, perMinute)
		return nil
	case unspoken(response.StatusCode) && len(response.Header.Values(allowedOrigin)) == 0 && t.FallbackRate > 0:
		t.grant(tg, t.FallbackRate)
		return nil
	case answer.Repeated(response.StatusCode):
		e.Retryable, e.RetryAfter = true, holdOff(response.Header)
	case offered && response.StatusCode < 300:
		e.Retryable, e.RetryAfter = true, refusalHolds
		e.Reason = "permission may come by callback"
	default:
		e.RetryAfter = max(holdOff(response.Header), refusalHolds)
	}
	if e.RetryAfter > 0 {
		tg.refused, tg.refusedUntil = e, time.Now().Add(e.RetryAfter)
	}
	return e
}

// grant notes permission, which lasts for a while.
func (t *WebhookTransport) grant(tg *webhookTarget, perMinute int) {
	if t.Rate > 0 && (perMinute <= 0 || t.Rate < perMinute) {
		perMinute = t.Rate
	}
	tg.granted, tg.perMinute, tg.refused = true, perMinute, nil
	tg.renew = time.Time{}
	if t.Renew >= 0 {
		tg.renew = time.Now().Add(orZero(t.Renew, defaultRenew))
	}
}

// ask returns the handshake for the target of a delivery.
func (t *WebhookTransport) ask(r *http.Request, callback string) *http.Request {
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

// consent reads the answer to a handshake: the rate that was granted, 0 for no limit.
func (t *WebhookTransport) consent(answer *http.Response) (perMinute int, reason string) {
	origins, rates := answer.Header.Values(allowedOrigin), answer.Header.Values(allowedRate)
	switch {
	case len(origins) == 0:
		return 0, "there is no WebHook-Allowed-Origin"
	case len(origins) > 1 || len(rates) > 1:
		return 0, "a header is there more than once"
	case origins[0] != anyOrigin && !ascii.EqualFold(origins[0], t.Origin):
		return 0, fmt.Sprintf("WebHook-Allowed-Origin is %.64q", origins[0])
	case len(rates) == 0 && t.Rate > 0:
		return 0, "there is no WebHook-Allowed-Rate"
	case len(rates) == 0 || rates[0] == anyRate:
		return 0, ""
	}
	perMinute, ok := parseRate(rates[0])
	if !ok {
		return 0, fmt.Sprintf("WebHook-Allowed-Rate is %.64q", rates[0])
	}
	return perMinute, ""
}

// unspoken reports whether an answer is that of who does not know the handshake.
func unspoken(status int) bool {
	switch status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	}
	return false
}

const maxHandshakeBody = 4 << 10

// drainHandshake makes the connection of an answer usable again, if that is cheap.
func drainHandshake(answer *http.Response) {
	_, _ = io.CopyN(io.Discard, answer.Body, maxHandshakeBody)
	answer.Body.Close()
}
