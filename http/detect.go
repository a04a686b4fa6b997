package cehttp

import (
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
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

// ModeOf returns the content mode of a message with that header. It is binary for a
// message that is no event and for one with several Content-Types, as the errors of a
// decoder then say.
func ModeOf(h http.Header) cloudevents.Mode {
	m, _ := headerMode(h)
	return m
}

// headerMode returns the content mode, unless there are several Content-Types.
func headerMode(h http.Header) (m cloudevents.Mode, ok bool) {
	switch v := values(h, "Content-Type"); len(v) {
	case 0:
		return cloudevents.BinaryMode, true
	case 1:
		return format.ModeOf(trim(v[0])), true
	}
	return 0, false
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
