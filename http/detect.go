package cehttp

import (
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/spec"
)

// IsCloudEvent reports whether a message with that header claims to be one event:
// by a CloudEvents media type that is not a batch, or else by a ce-specversion
// header. With two Content-Types it is none. Other ce- headers alone do not make it
// one, though [ToCloudEvent] then says what is missing. Whether it is valid, and in a known format, is seen when it is decoded.
func IsCloudEvent(h http.Header) bool {
	switch m, ok := headerMode(h); {
	case !ok:
		return false
	case m == cloudevents.BinaryMode:
		return len(values(h, "Ce-Specversion")) > 0
	default:
		return m == cloudevents.StructuredMode
	}
}

// IsCloudEventBatch reports whether a message with that header claims to be a
// batch of events.
func IsCloudEventBatch(h http.Header) bool {
	m, ok := headerMode(h)
	return ok && m == cloudevents.BatchMode
}

// headerMode returns the content mode, unless there are several Content-Types.
func headerMode(h http.Header) (m cloudevents.Mode, ok bool) {
	switch v := values(h, "Content-Type"); len(v) {
	case 0:
		return cloudevents.BinaryMode, true
	case 1:
		return mode(trim(v[0])), true
	}
	return 0, false
}

// mode returns the content mode that a Content-Type stands for; any that is not
// of CloudEvents is BinaryMode (http-protocol-binding.md#3-http-message-mapping).
func mode(contentType string) cloudevents.Mode {
	switch contentType { // the most common ones
	case "", "application/json":
		return cloudevents.BinaryMode
	case spec.MediaTypeJSON:
		return cloudevents.StructuredMode
	}
	rest, ok := ascii.CutPrefixFold(contentType, spec.MediaTypePrefix)
	if !ok {
		return cloudevents.BinaryMode
	}
	if endsToken(rest) {
		return cloudevents.StructuredMode
	}
	if rest, ok = ascii.CutPrefixFold(rest, "-batch"); ok && endsToken(rest) {
		return cloudevents.BatchMode
	}
	return cloudevents.BinaryMode
}

// endsToken reports whether a media type that goes on with rest was complete, but
// for the name of the format.
func endsToken(rest string) bool {
	return rest == "" || strings.IndexByte(" \t;+", rest[0]) >= 0
}

// values returns the values of a header under all spellings of its canonical key.
func values(h http.Header, key string) []string {
	found := h[key]
	for k, v := range h {
		if len(k) == len(key) && k != key && len(v) > 0 && ascii.EqualFold(k, key) {
			found = append(found[:len(found):len(found)], v...)
		}
	}
	return found
}
