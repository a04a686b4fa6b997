package cehttp

import (
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"net/http"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
)

// The prefixes of what WebhookID returns.
const (
	boundPrefix = "ceb_" // of a hash of the header
	bodyPrefix  = "ces_" // of a hash of Content-Type and body
)

// WebhookID returns the webhook-id of a message: the same for the same message,
// however often it is sent, and another for another one.
//
// In binary mode it is ceb_ and a hash of Content-Type and of all ce- headers. A
// signature covers the id and the body, and no header: with this id it vouches for
// the attributes of the event as well. For other receivers the id is opaque. In the
// other modes all is in the body, and the id is ces_ and a hash of that.
func WebhookID(h http.Header, body []byte) string {
	if isBinary(h) {
		return boundID(h)
	}
	id, _ := bodyID(h, func(sum hash.Hash) error {
		sum.Write(body)
		return nil
	})
	return id
}

// isBinary reports whether attributes of an event are in the header.
func isBinary(h http.Header) bool {
	if m, ok := headerMode(h); ok && m != cloudevents.BinaryMode {
		return false
	}
	for key := range h {
		if isAttributeKey(key) {
			return true
		}
	}
	return false
}

func isAttributeKey(key string) bool { return len(key) >= 3 && strings.EqualFold(key[:3], "ce-") }

// boundID hashes names and values with their lengths, names in lower case and order.
func boundID(h http.Header) string {
	type field struct {
		name   string
		values []string
	}
	fields := make([]field, 0, 16)
	for key, values := range h {
		if isAttributeKey(key) || strings.EqualFold(key, "Content-Type") {
			fields = append(fields, field{strings.ToLower(key), values})
		}
	}
	slices.SortFunc(fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	b := make([]byte, 0, 1024)
	for _, f := range fields {
		for _, value := range f.values {
			b = appendLength(b, f.name)
			b = appendLength(b, strings.Trim(value, " \t")) // as HTTP does
		}
	}
	sum := sha256.Sum256(b)
	return boundPrefix + base64.RawURLEncoding.EncodeToString(sum[:])
}

// bodyID lets write write the body.
func bodyID(h http.Header, write func(hash.Hash) error) (string, error) {
	sum := sha256.New()
	sum.Write(appendLength(nil, h.Get("Content-Type")))
	if err := write(sum); err != nil {
		return "", err
	}
	return bodyPrefix + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)), nil
}

// appendLength appends s so that it is clear where it ends.
func appendLength(dst []byte, s string) []byte {
	n := uint32(len(s)) // header values are not that long
	dst = append(dst, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	return append(dst, s...)
}
