package cehttp

import (
	"errors"
	"net/http"
	"slices"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
)

// Handshake is what a sender asks for with OPTIONS
// (http-webhook.md#41-validation-request).
type Handshake struct {
	Origin   string // a DNS name, as the sender wrote it
	Rate     int    // requests per minute; 0 if it asked for none
	Callback string // where permission may be given later; "" is nowhere. It has a secret in it: do not log it
}

// handshake answers OPTIONS.
func (wh *Webhook) handshake(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", http.MethodPost)
	ask, err := readHandshake(r.Header)
	if err != nil {
		wh.refuse(w, r, http.StatusBadRequest, 0, Problem{Type: typeHandshake, Message: err.Error()})
		return
	}
	ctx := r.Context()
	rate, ok := wh.permits(ctx, ask.Origin)
	if !ok {
		if wh.Refused != nil {
			wh.Refused(ctx, ask)
		}
		wh.refuse(w, r, http.StatusForbidden, 0, Problem{Type: typeOriginNotAllowed, Message: "deliveries of that origin are not allowed"})
		return
	}
	if wh.Callback != nil && ask.Callback != "" {
		wh.callBack(w, r, ask.Callback, rate)
		return
	}
	h := w.Header()
	h.Set(allowedOrigin, ask.Origin)
	if wh.Permit == nil && slices.Contains(wh.Origins, anyOrigin) {
		h.Set(allowedOrigin, anyOrigin)
	}
	h.Set(allowedRate, formatRate(rate))
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
}

// callBack promises consent by callback.
func (wh *Webhook) callBack(w http.ResponseWriter, r *http.Request, url string, rate int) {
	wait, err := wh.Callback.start(r.Context(), url, rate)
	switch {
	case errors.Is(err, errCallbackURL):
		wh.refuse(w, r, http.StatusBadRequest, 0, Problem{Type: typeHandshake, Message: err.Error()})
	case err != nil:
		wh.refuse(w, r, http.StatusServiceUnavailable, answer.DefaultRetryAfter, Problem{
			Type: answer.Type(http.StatusServiceUnavailable), Message: err.Error(), Retryable: true,
		})
	case wait > 0:
		wh.refuse(w, r, http.StatusTooManyRequests, wait, Problem{
			Type: answer.Type(http.StatusTooManyRequests), Message: "too many callbacks", Retryable: true,
		})
	default:
		answer.JSON(w, http.StatusAccepted, 0, &Accepted{Status: accepted})
	}
}

var (
	errHandshakeRate     = errors.New("WebHook-Request-Rate is not one integer greater than zero")
	errHandshakeCallback = errors.New("there are several WebHook-Request-Callback")
)

// readHandshake reads the header of an OPTIONS request.
func readHandshake(h http.Header) (Handshake, error) {
	var ask Handshake
	var err error
	if ask.Origin, err = namedOrigin(h); err != nil {
		return ask, err
	}
	if values := h.Values(requestRate); len(values) > 0 {
		var ok bool
		if ask.Rate, ok = parseRate(values[0]); !ok || len(values) > 1 {
			return ask, errHandshakeRate
		}
	}
	switch values := h.Values(requestCallback); {
	case len(values) > 1:
		return ask, errHandshakeCallback
	case len(values) == 1:
		ask.Callback = values[0]
	}
	return ask, nil
}
