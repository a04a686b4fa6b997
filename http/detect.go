package cehttp

import (
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// IsCloudEvent reports whether a message with that header claims to be one event:
// by a CloudEvents media type that is not a batch, or else by a ce-specversion
// header. Whether it is valid, and in a known format, is seen when it is decoded.
func IsCloudEvent(h http.Header) bool {
	switch mode(contentType(h)) {
	case cloudevents.StructuredMode:
		return true
	case cloudevents.BatchMode:
		return false
	}
	return len(values(h, "Ce-Specversion")) > 0
}

// IsCloudEventBatch reports whether a message with that header claims to be a
// batch of events.
func IsCloudEventBatch(h http.Header) bool {
	return mode(contentType(h)) == cloudevents.BatchMode
}

// mode returns the content mode that a Content-Type stands for; any that is not
// of CloudEvents is BinaryMode (http-protocol-binding.md#3-http-message-mapping).
func mode(contentType string) cloudevents.Mode {
	rest, ok := cutPrefixFold(contentType, spec.MediaTypePrefix)
	if !ok {
		return cloudevents.BinaryMode
	}
	if endsToken(rest) {
		return cloudevents.StructuredMode
	}
	if rest, ok = cutPrefixFold(rest, "-batch"); ok && endsToken(rest) {
		return cloudevents.BatchMode
	}
	return cloudevents.BinaryMode
}

// endsToken reports whether a media type that goes on with rest was complete, but
// for the name of the format.
func endsToken(rest string) bool {
	return rest == "" || strings.IndexByte(" \t;+", rest[0]) >= 0
}

func cutPrefixFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// contentType returns the first Content-Type, or "".
func contentType(h http.Header) string {
	if v := values(h, "Content-Type"); len(v) > 0 {
		return trim(v[0])
	}
	return ""
}

// values returns the values of a header, whose keys need not be canonical.
func values(h http.Header, key string) []string {
	if v, ok := h[key]; ok {
		return v
	}
	for k, v := range h {
		if strings.EqualFold(k, key) {
			return v
		}
	}
	return nil
}

// trim removes the white space that HTTP allows around a header value.
func trim(s string) string { return strings.Trim(s, " \t") }
