package webhook

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
)

// Target answers the OPTIONS handshake and passes on only deliveries from permitted
// origins (http-webhook.md#4-abuse-protection). It is an [http.Handler] in front of a
// [cehttp.Receiver], or of any other handler.
//
//	http.Handle("/events", &webhook.Target{
//		Next:    receiver,
//		Origins: []string{"*.example.com"},
//		Rate:    120,
//	})
//
// # Handshake
//
// Consent is an answer 200 with two headers. WebHook-Allowed-Origin is the origin that
// asked, or * if Origins has a *. WebHook-Allowed-Rate is the rate that is enforced,
// whatever rate was asked for, or * without a limit. A refusal has neither header. It is
// 403, or 400 for headers that the specification does not allow. Every answer to OPTIONS
// has Allow, and OPTIONS never reaches Next.
//
// # Deliveries
//
// Every other request must have one WebHook-Request-Origin, unless OriginOptional is set:
//
//	400  it is not one DNS name: type origin_invalid
//	403  it is missing: type origin_missing
//	405  it is missing, and the method is not POST: type method_not_allowed, with Allow
//	403  its origin is not permitted: type origin_not_allowed
//	429  it exceeds the rate, with Retry-After: type too_many_requests
//
// The body of a refusal is a [cehttp.Problem]. A refusal does not wait for the body of the
// request; over HTTP/1 it closes the connection. The rate is counted for each origin in a
// token bucket that holds the requests of one minute.
//
// A response from Next that the specification forbids is corrected: 3xx becomes 500
// without Location, 429 gets a Retry-After of one second if it has none, and a handler
// that writes nothing is answered with 204.
//
// An origin is only what a sender says about itself. [Authorization] and [Verifier] prove
// who it is. Put an Authorization in front of the Target, so that a stranger cannot use up
// the rate of an origin.
//
// The zero value consents to nobody. A Target must not be changed or copied after its
// first request.
type Target struct {
	// Next handles permitted deliveries. Without it they are answered with 404.
	Next http.Handler

	// Origins are the patterns of permitted origins, as in MatchOrigin.
	Origins []string

	// Rate is the number of requests per minute that each origin may send. 0 is no limit.
	Rate int

	// Permit replaces Origins and Rate if it is set. It is called in each handshake and
	// for each delivery. The origin is a DNS name in lower case. A rate of 0 is no limit.
	Permit func(ctx context.Context, origin string) (perMinute int, ok bool)

	// OriginOptional passes on deliveries without WebHook-Request-Origin, for senders
	// that do no handshake. All of them share one Rate.
	OriginOptional bool

	// Probes answers HEAD, and OPTIONS without a header of the handshake, with 204 and
	// Allow: some services look whether a URL exists before they register it. Without it
	// the answers are 405 and 400.
	Probes bool

	// Callback grants permission by callback, if the handshake offers one: the answer is
	// then 202 without consent. If it is nil, callbacks are ignored and the answer has
	// the consent.
	Callback *Callback

	// Refused is called for each handshake of an origin that is not permitted. It can
	// log it, or ask a person and call [Callback.Grant] later. It may be nil.
	Refused func(ctx context.Context, h Handshake)

	// MaxOrigins is the number of origins whose rate is counted. Further origins share
	// one Rate. 0 is 1024, -1 is no limit.
	MaxOrigins int

	// Logger gets a record about each refusal of a delivery, "webhook request refused", at
	// warning level, or as an error if the status is 5xx other than 503. Refusals of
	// handshakes are at debug level, because Refused is told. nil is slog.Default().
	Logger *slog.Logger

	rates limiter
}

const defaultMaxOrigins = 1024

const sectionHandshake = "http-webhook.md#4-abuse-protection"

// The values of Problem.Type that are not made of a status.
const (
	typeNoOrigin         = "origin_missing"
	typeInvalidOrigin    = "origin_invalid"
	typeOriginNotAllowed = "origin_not_allowed"
	typeHandshake        = "handshake_invalid"
)

// ServeHTTP answers a handshake, or passes a delivery on to Next.
func (t *Target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case t.Probes && isProbe(r):
		answer.Early(w, r)
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusNoContent)
		return
	case r.Method == http.MethodOptions:
		t.handshake(w, r)
		return
	}
	origin, err := namedOrigin(r.Header)
	var rate int
	switch {
	case err == nil:
		var ok bool
		if rate, ok = t.permits(r.Context(), origin); !ok {
			t.refuse(w, r, http.StatusForbidden, 0, originNotAllowed())
			return
		}
	case err == errNoOrigin && t.OriginOptional:
		rate = t.Rate
	case err == errNoOrigin && r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		t.refuse(w, r, http.StatusMethodNotAllowed, 0, cehttp.Problem{
			Type: answer.Type(http.StatusMethodNotAllowed), Message: "deliveries are sent by POST, handshakes by OPTIONS",
		})
		return
	case err == errNoOrigin:
		t.refuse(w, r, http.StatusForbidden, 0, cehttp.Problem{Type: typeNoOrigin, Message: err.Error()})
		return
	default:
		t.refuse(w, r, http.StatusBadRequest, 0, cehttp.Problem{Type: typeInvalidOrigin, Message: err.Error()})
		return
	}
	if wait := t.rates.take(strings.ToLower(origin), rate, cmp.Or(t.MaxOrigins, defaultMaxOrigins)); wait > 0 {
		t.refuse(w, r, http.StatusTooManyRequests, wait, cehttp.Problem{
			Type: answer.Type(http.StatusTooManyRequests), Retryable: true,
			Message: "more than " + formatRate(rate) + " requests per minute",
		})
		return
	}
	if t.Next == nil {
		t.refuse(w, r, http.StatusNotFound, 0, cehttp.Problem{
			Type: answer.Type(http.StatusNotFound), Message: "not found", Retryable: answer.Repeated(http.StatusNotFound),
		})
		return
	}
	rw := &responseEditor{ResponseWriter: w, edit: t.correct}
	t.Next.ServeHTTP(rw, r)
	rw.end()
}

// isProbe reports whether r only wants to see whether something is there.
func isProbe(r *http.Request) bool {
	switch r.Method {
	case http.MethodHead:
		return true
	case http.MethodOptions:
		h := r.Header
		return len(h[requestOrigin]) == 0 && len(h[requestRate]) == 0 && len(h[requestCallback]) == 0
	}
	return false
}

// permits returns the rate of an origin that is permitted.
func (t *Target) permits(ctx context.Context, origin string) (perMinute int, ok bool) {
	if t.Permit != nil {
		return t.Permit(ctx, strings.ToLower(origin))
	}
	for _, pattern := range t.Origins {
		if MatchOrigin(pattern, origin) {
			return t.Rate, true
		}
	}
	return 0, false
}

func originNotAllowed() cehttp.Problem {
	return cehttp.Problem{Type: typeOriginNotAllowed, Message: "deliveries of that origin are not allowed"}
}

func (t *Target) refuse(w http.ResponseWriter, r *http.Request, status int, after time.Duration, p cehttp.Problem) {
	answer.Early(w, r)
	p.Section = sectionHandshake
	level := refusalLevel(status)
	if r.Method == http.MethodOptions {
		level = slog.LevelDebug
	}
	eventlog.Default(t.Logger).LogAttrs(r.Context(), level, "webhook request refused",
		slog.String("method", eventlog.Cut(r.Method)), slog.Int("status", status), slog.String("error", p.Message),
		slog.String("origin", eventlog.Cut(r.Header.Get(requestOrigin))))
	cehttp.WriteProblem(w, status, after, &p)
}

// refusalLevel is the level of a record about a delivery that is refused. Its sender may give
// up, and the event is lost.
func refusalLevel(status int) slog.Level {
	if status >= 500 && status != http.StatusServiceUnavailable {
		return slog.LevelError
	}
	return slog.LevelWarn
}

// problem answers with a status and what it means.
func problem(w http.ResponseWriter, status int, message string) {
	cehttp.WriteProblem(w, status, 0, &cehttp.Problem{
		Message: message, Type: answer.Type(status), Retryable: answer.Repeated(status),
	})
}

// correct keeps a response within http-webhook.md#22-delivery-response.
func (t *Target) correct(h http.Header, status int) int {
	switch {
	case status >= 300 && status < 400:
		eventlog.Default(t.Logger).Error("the handler of a webhook answered with a redirect", "status", status)
		h.Del("Location")
		return http.StatusInternalServerError
	case status == http.StatusTooManyRequests && h.Get("Retry-After") == "":
		h.Set("Retry-After", "1")
	}
	return status
}

// responseEditor changes header and status of a response before they are written, and
// knows the status afterwards.
type responseEditor struct {
	http.ResponseWriter
	edit   func(h http.Header, status int) int // called once; returns the status to write; nil changes nothing
	status int                                 // 0 until the header is written
}

func (w *responseEditor) WriteHeader(status int) {
	informational := status >= 100 && status < 200 && status != http.StatusSwitchingProtocols
	if !informational && w.status == 0 {
		if w.edit != nil {
			status = w.edit(w.Header(), status)
		}
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *responseEditor) Write(b []byte) (int, error) {
	w.writeOK()
	return w.ResponseWriter.Write(b)
}

// writeOK writes the header for a handler that begins with the body.
func (w *responseEditor) writeOK() {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
}

// end answers 204 for a handler that wrote nothing.
func (w *responseEditor) end() {
	if w.status == 0 {
		w.WriteHeader(http.StatusNoContent)
	}
}

func (w *responseEditor) FlushError() error {
	w.writeOK()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *responseEditor) Flush() { _ = w.FlushError() }

// Unwrap is for [http.ResponseController].
func (w *responseEditor) Unwrap() http.ResponseWriter { return w.ResponseWriter }
