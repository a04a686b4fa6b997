package webhook

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

// The headers of a handshake, in the spelling of http.Header.
const (
	requestOrigin   = "Webhook-Request-Origin"
	requestRate     = "Webhook-Request-Rate"
	requestCallback = "Webhook-Request-Callback"
	allowedOrigin   = "Webhook-Allowed-Origin"
	allowedRate     = "Webhook-Allowed-Rate"
)

// anyOrigin is how headers and patterns write that all origins are allowed.
const anyOrigin = "*"

// Handshake is what a sender asks for with OPTIONS
// (http-webhook.md#41-validation-request).
type Handshake struct {
	// Origin is the DNS name of the sender, as it wrote it.
	Origin string

	// Rate is the number of requests per minute that the sender asks for. It is 0 if it
	// asks for none.
	Rate int

	// Callback is the URL at which permission may be given later, or "" if the sender
	// offers none. It has a secret in it: do not log it.
	Callback string
}

// handshake answers OPTIONS.
func (t *Target) handshake(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", http.MethodPost)
	ask, err := readHandshake(r.Header)
	if err != nil {
		t.refuse(w, r, http.StatusBadRequest, 0, cehttp.Problem{Type: typeHandshake, Message: err.Error()})
		return
	}
	ctx := r.Context()
	rate, ok := t.permits(ctx, ask.Origin)
	if !ok {
		if t.Refused != nil {
			t.Refused(ctx, ask)
		}
		t.refuse(w, r, http.StatusForbidden, 0, originNotAllowed())
		return
	}
	if t.Callback != nil && ask.Callback != "" {
		t.promise(w, r, ask.Callback, rate)
		return
	}
	h := w.Header()
	h.Set(allowedOrigin, ask.Origin)
	if t.Permit == nil && slices.Contains(t.Origins, anyOrigin) {
		h.Set(allowedOrigin, anyOrigin)
	}
	h.Set(allowedRate, formatRate(rate))
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
}

// statusAnswer is the JSON body of an answer that has nothing else to say.
type statusAnswer struct {
	Status string `json:"status"`
}

// promise answers 202 and gives consent by callback.
func (t *Target) promise(w http.ResponseWriter, r *http.Request, url string, rate int) {
	wait, err := t.Callback.start(r.Context(), url, rate)
	switch {
	case errors.Is(err, errCallbackURL):
		t.refuse(w, r, http.StatusBadRequest, 0, cehttp.Problem{Type: typeHandshake, Message: err.Error()})
	case err != nil:
		t.refuse(w, r, http.StatusServiceUnavailable, 0, cehttp.Problem{
			Type: answer.Type(http.StatusServiceUnavailable), Message: err.Error(), Retryable: true,
		})
	case wait > 0:
		t.refuse(w, r, http.StatusTooManyRequests, wait, cehttp.Problem{
			Type: answer.Type(http.StatusTooManyRequests), Message: "too many callbacks", Retryable: true,
		})
	default:
		answer.JSON(w, http.StatusAccepted, 0, &statusAnswer{"accepted"})
	}
}

var (
	errNoOrigin          = errors.New("WebHook-Request-Origin is missing")
	errInvalidOrigin     = errors.New("WebHook-Request-Origin is not one DNS name")
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

// namedOrigin returns the origin in the header of a request.
func namedOrigin(h http.Header) (string, error) {
	switch values := h.Values(requestOrigin); {
	case len(values) == 0:
		return "", errNoOrigin
	case len(values) > 1 || !isDNSName(values[0]):
		return "", errInvalidOrigin
	default:
		return values[0], nil
	}
}

// MatchOrigin reports whether a pattern admits an origin, which is the name that a sender
// gives itself in WebHook-Request-Origin
// (http-webhook.md#412-webhook-request-origin). The patterns are
//
//	eventemitter.example.com  that name
//	*.example.com             all names below example.com, but not example.com itself
//	*                         all names
//
// Any other pattern matches nothing. Case does not matter. An origin must be a DNS name:
// labels of letters, digits, hyphens and underscores, each of at most 63 bytes, and at
// most 253 bytes in all. It has no port, no scheme and no dot at the end. An international
// name is written with xn--.
func MatchOrigin(pattern, origin string) bool {
	if !isDNSName(origin) {
		return false
	}
	if pattern == anyOrigin {
		return true
	}
	parent, below := strings.CutPrefix(pattern, "*.")
	if !isDNSName(parent) {
		return false
	}
	if !below {
		return ascii.EqualFold(pattern, origin)
	}
	dot := len(origin) - len(parent) - 1
	return dot > 0 && origin[dot] == '.' && ascii.EqualFold(parent, origin[dot+1:])
}

const (
	maxDNSName  = 253
	maxDNSLabel = 63
)

// isDNSName reports whether s is a name that MatchOrigin accepts as an origin.
func isDNSName(s string) bool {
	if s == "" || len(s) > maxDNSName {
		return false
	}
	start := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != '.' {
			if !isDNSByte(s[i]) {
				return false
			}
			continue
		}
		if i == start || i-start > maxDNSLabel || s[start] == '-' || s[i-1] == '-' {
			return false
		}
		start = i + 1
	}
	return true
}

func isDNSByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}
