package cehttp

import (
	"errors"
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

const (
	requestOrigin   = "Webhook-Request-Origin"
	requestRate     = "Webhook-Request-Rate"
	requestCallback = "Webhook-Request-Callback"
	allowedOrigin   = "Webhook-Allowed-Origin"
	allowedRate     = "Webhook-Allowed-Rate"
)

const anyOrigin = "*"

// MatchOrigin reports whether a pattern admits the name with which a sender calls
// itself in WebHook-Request-Origin (http-webhook.md#412-webhook-request-origin).
// A pattern is one of
//
//	eventemitter.example.com  that name
//	*.example.com             all names below example.com, but not example.com itself
//	*                         all names
//
// and of no other form: what is neither matches nothing. Letters match in either
// case. An origin has to be a DNS name of letters, digits, hyphens and underscores
// in labels of at most 63 bytes, at most 253 in all: no port, no scheme, no dot at
// the end. An international name is written with xn--.
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

// isDNSName reports whether s is what MatchOrigin takes for an origin.
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

var (
	errNoOrigin      = errors.New("WebHook-Request-Origin is missing")
	errInvalidOrigin = errors.New("WebHook-Request-Origin is not one DNS name")
)

// namedOrigin returns the origin that a request names.
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
