package cehttp

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// WebhookTransport is an [http.RoundTripper] for deliveries to webhooks: it asks
// each target for permission first, keeps to the rate that it was granted, and says
// where each delivery is from (http-webhook.md#4-abuse-protection). It is for the
// Transport of an [http.Client].
//
//	client := &http.Client{Transport: &cehttp.WebhookTransport{
//		Origin: "eventemitter.example.com",
//		Rate:   120,
//	}}
//
// # Permission
//
// Before its first delivery to a URL it sends OPTIONS to that same URL, query
// included, without the header of the delivery, so without its token. Deliveries that
// begin at the same time wait for one handshake. Consent is WebHook-Allowed-Origin
// with * or Origin, whatever the status, and WebHook-Allowed-Rate, which may be left
// out if no Rate was asked for. Anything else is a [*HandshakeError] that wraps
// [ErrNoConsent]; the target is not asked again for a minute, or as its Retry-After
// says. So is a target that does not speak the handshake and answers 404, 405 or
// 501, unless FallbackRate is set. A failure of the connection is told to the
// deliveries that waited, and not remembered.
//
// # Deliveries
//
// Deliveries to a target are spaced evenly at the granted rate, or Rate if that is
// lower. Those that are too early wait. Waiting ends with the context; if the turn
// comes after its deadline the error is a [*RateError] at once. After 429 or 503
// with Retry-After nothing is sent to the target until then. After 403 permission is
// asked for again. After 410, which is returned as any response is, nothing is
// sent to the target any more: further deliveries are errors that wrap [ErrGone].
//
// What the document does not allow is an error, and not sent: a method other than
// POST, a delivery without a body or without Content-Type (binary mode with an event
// that has no data: use structured mode), http without TLS, and redirects, which an
// http.Client follows and a RoundTripper does not.
//
// # State
//
// What is known of a target is in memory only, of MaxTargets targets. The one that
// was used least recently makes room, one that is gone after all others. The zero
// value with an Origin is ready to use. A WebhookTransport must not be changed or
// copied after its first request.
type WebhookTransport struct {
	Base   http.RoundTripper // nil is http.DefaultTransport
	Origin string            // required: a DNS name for the sending system as a whole
	Rate   int               // requests per minute to ask for, and not to exceed; 0 asks for none

	// Token is sent as Authorization: Bearer with each delivery that has no
	// Authorization. A delivery may have access_token in its URL instead, not as
	// well; then it gets Cache-Control: no-store.
	Token string

	// CallbackURL is the https address of ServeConsent, for targets that consent later;
	// it is offered with an id and a secret key in its query. "" offers none.
	CallbackURL string

	FallbackRate int           // requests per minute to a target that does not speak the handshake; 0: nothing is sent to it
	Renew        time.Duration // after which permission is asked for again; 0 is 24 hours, -1 is never
	MaxTargets   int           // that are remembered; 0 is 1024
	AllowHTTP    bool          // send without TLS, against the document: for development

	mutex   sync.Mutex
	targets map[string]*webhookTarget
	asked   map[string]*webhookTarget // by the id of their callback
}

var (
	errOriginOfSender = errors.New("Origin of WebhookTransport is not a DNS name")
	errNotPOST        = errors.New("webhook deliveries are sent by POST")
	errNoPayload      = errors.New("a webhook delivery needs a body and a Content-Type; structured mode always has them")
	errPlainHTTP      = errors.New("webhook deliveries need https")
	errRedirected     = errors.New("webhook deliveries do not follow redirects")
	errTokenTwice     = errors.New("the access token is in the URL and in Authorization")
)

// RoundTrip sends a delivery.
func (t *WebhookTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	delivery, err := t.delivery(r)
	if err != nil {
		err = &finalError{err}
	} else {
		tg := t.target(r.URL)
		if err = t.permission(r, tg); err == nil {
			if err = t.pace(r.Context(), tg); err == nil {
				answer, err := t.base().RoundTrip(delivery)
				if err == nil {
					t.learn(tg, answer)
				}
				return answer, err
			}
		}
	}
	if r.Body != nil {
		r.Body.Close()
	}
	return nil, err
}

// delivery checks r and returns what is sent.
func (t *WebhookTransport) delivery(r *http.Request) (*http.Request, error) {
	if r.URL == nil || r.URL.Host == "" {
		return nil, errors.New("the URL has no host")
	}
	_, _, inQuery, err := queryToken(r.URL.RawQuery)
	switch {
	case !isDNSName(t.Origin):
		return nil, errOriginOfSender
	case r.Response != nil:
		return nil, errRedirected
	case r.Method != http.MethodPost:
		return nil, errNotPOST
	case r.URL.Scheme != "https" && !(t.AllowHTTP && r.URL.Scheme == "http"):
		return nil, errPlainHTTP
	case r.Body == nil || r.Body == http.NoBody || r.Header.Get("Content-Type") == "":
		return nil, errNoPayload
	case err != nil:
		return nil, err
	case inQuery && (t.Token != "" || r.Header.Get("Authorization") != ""):
		return nil, errTokenTwice
	case t.Token != "" && !isToken(t.Token):
		return nil, errMalformedToken
	}
	copied := r.Clone(r.Context())
	copied.Header.Set(requestOrigin, t.Origin)
	if t.Token != "" && copied.Header.Get("Authorization") == "" {
		copied.Header.Set("Authorization", "Bearer "+t.Token)
	}
	if inQuery {
		copied.Header.Set("Cache-Control", "no-store")
	}
	return copied, nil
}

func (t *WebhookTransport) base() http.RoundTripper {
	if t.Base == nil {
		return http.DefaultTransport
	}
	return t.Base
}

// learn takes note of an answer to a delivery.
func (t *WebhookTransport) learn(tg *webhookTarget, answer *http.Response) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	switch answer.StatusCode {
	case http.StatusGone:
		tg.gone = true
	case http.StatusForbidden:
		tg.granted = false
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		tg.hold(holdOff(answer.Header))
	}
}

// targetKey identifies a target. The fragment is not part of what is asked.
func targetKey(u *url.URL) string {
	k := strings.ToLower(u.Scheme) + "://" + strings.ToLower(u.Host) + "/" + strings.TrimPrefix(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		k += "?" + u.RawQuery
	}
	return k
}
