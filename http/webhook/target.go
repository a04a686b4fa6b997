package cehttp

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
)

// Webhook is the abuse protection of a delivery target (http-webhook.md#4-abuse-protection):
// an [http.Handler] in front of a [Receiver], or any other handler. It consents to
// deliveries in the OPTIONS handshake, and lets only those through that it would
// consent to.
//
//	http.Handle("/events", &cehttp.Webhook{
//		Next:    receiver,
//		Origins: []string{"*.example.com"},
//		Rate:    120,
//	})
//
// # Handshake
//
// Consent is 200 with WebHook-Allowed-Origin, which is the origin that asked, or *
// if Origins has a *, and with WebHook-Allowed-Rate, which is the rate that is
// enforced, however many requests were asked for, or * without a limit. Without
// consent neither header is there, and the answer is 403, or 400 for headers that
// the document does not allow. Every answer to OPTIONS has Allow. OPTIONS never
// gets to Next.
//
// # Deliveries
//
// What is not OPTIONS needs one WebHook-Request-Origin that is allowed: else it is
// 403, or 400 if it is not one DNS name. More requests than the rate allows are 429
// with Retry-After. Each origin has a token bucket that holds a minute's worth.
// Refusals have a [Problem] as their body, of type origin_missing, origin_invalid,
// origin_not_allowed or too_many_requests.
//
// An answer of Next that the document forbids is mended: 3xx becomes 500 without
// Location, 429 gets a Retry-After of a second if it has none, and nothing at all
// becomes 204.
//
// An origin is what the sender says of itself, and proves nothing: see
// [Authorization] and [Verifier]. With an Authorization, put it in front of the
// Webhook, so that a stranger cannot use up the rate of an origin.
//
// The zero value consents to nobody. A Webhook must not be changed or copied after
// its first request.
type Webhook struct {
	Next    http.Handler
	Origins []string // as in MatchOrigin
	Rate    int      // requests per minute of each origin; 0 is no limit

	// Permit is asked instead of Origins and Rate, in the handshake and for each
	// delivery, if it is not nil. The origin is a DNS name in lower case. A rate of 0
	// is no limit.
	Permit func(ctx context.Context, origin string) (perMinute int, ok bool)

	// OriginOptional lets deliveries without WebHook-Request-Origin through, of
	// senders that do no handshake. They share one Rate.
	OriginOptional bool

	// Callback grants by callback where a handshake offers one: the answer is then
	// 202 without consent. nil answers at once, and ignores callbacks.
	Callback *Callback

	// Refused is told of handshakes without consent, if it is not nil: to log them,
	// or to ask a person and call [Callback.Grant] later.
	Refused func(ctx context.Context, h Handshake)

	MaxOrigins int          // whose rate is counted; 0 is 1024. More share one Rate
	Logger     *slog.Logger // nil is slog.Default(); refusals are for debugging

	limits limiter
}

const defaultMaxOrigins = 1024

const (
	typeNoOrigin         = "origin_missing"
	typeInvalidOrigin    = "origin_invalid"
	typeOriginNotAllowed = "origin_not_allowed"
	typeHandshake        = "handshake_invalid"
)

// ServeHTTP answers a handshake, or hands a delivery to Next.
func (wh *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodOptions {
		wh.handshake(w, r)
		return
	}
	origin, err := namedOrigin(r.Header)
	var rate int
	switch {
	case err == nil:
		var ok bool
		if rate, ok = wh.permits(r.Context(), origin); !ok {
			wh.refuse(w, r, http.StatusForbidden, 0, Problem{Type: typeOriginNotAllowed, Message: "deliveries of that origin are not allowed"})
			return
		}
	case err == errNoOrigin && wh.OriginOptional:
		rate = wh.Rate
	case err == errNoOrigin:
		wh.refuse(w, r, http.StatusForbidden, 0, Problem{Type: typeNoOrigin, Message: err.Error()})
		return
	default:
		wh.refuse(w, r, http.StatusBadRequest, 0, Problem{Type: typeInvalidOrigin, Message: err.Error()})
		return
	}
	most := wh.MaxOrigins
	if most <= 0 {
		most = defaultMaxOrigins
	}
	if wait := wh.limits.take(strings.ToLower(origin), rate, most); wait > 0 {
		wh.refuse(w, r, http.StatusTooManyRequests, wait, Problem{
			Type: answer.Type(http.StatusTooManyRequests), Retryable: true,
			Message: "more than " + formatRate(rate) + " requests per minute",
		})
		return
	}
	if wh.Next == nil {
		writeProblem(w, http.StatusNotFound, "nothing is at that address")
		return
	}
	aw := &answerWriter{ResponseWriter: w, before: wh.mend}
	wh.Next.ServeHTTP(aw, r)
	aw.end()
}

// permits returns the rate of an origin that is allowed.
func (wh *Webhook) permits(ctx context.Context, origin string) (perMinute int, ok bool) {
	if wh.Permit != nil {
		return wh.Permit(ctx, strings.ToLower(origin))
	}
	for _, pattern := range wh.Origins {
		if MatchOrigin(pattern, origin) {
			return wh.Rate, true
		}
	}
	return 0, false
}

func (wh *Webhook) refuse(w http.ResponseWriter, r *http.Request, status int, after time.Duration, p Problem) {
	p.Section = sectionWebhook
	orDefault(wh.Logger).LogAttrs(r.Context(), slog.LevelDebug, "webhook request refused",
		slog.String("method", r.Method), slog.Int("status", status), slog.String("reason", p.Message),
		slog.String("origin", cut(r.Header.Get(requestOrigin))))
	answer.JSON(w, status, after, &p)
}

const sectionWebhook = "http-webhook.md#4-abuse-protection"

// mend keeps an answer within http-webhook.md#22-delivery-response.
func (wh *Webhook) mend(h http.Header, status int) int {
	switch {
	case status >= 300 && status < 400:
		orDefault(wh.Logger).Error("the handler of a webhook answered with a redirect", "status", status)
		h.Del("Location")
		return http.StatusInternalServerError
	case status == http.StatusTooManyRequests && h.Get("Retry-After") == "":
		h.Set("Retry-After", "1")
	}
	return status
}
