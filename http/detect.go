package cehttp

import (
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

// IsCloudEvent reports whether a header declares a single event: by a CloudEvents media
// type other than that of a batch, or by ce-specversion. A message with two Content-Type
// headers is not a CloudEvent. IsCloudEvent does not validate the event. [ToCloudEvent]
// does, and its error says what is missing if there are other ce- headers.
func IsCloudEvent(h http.Header) bool {
	types := values(h, "Content-Type")
	switch {
	case len(types) > 1:
		return false
	case len(types) == 1 && format.ModeOf(trim(types[0])) != cloudevents.BinaryMode:
		return format.ModeOf(trim(types[0])) == cloudevents.StructuredMode
	}
	return len(values(h, "Ce-Specversion")) > 0
}

// IsCloudEventBatch reports whether a header declares a batch of events.
func IsCloudEventBatch(h http.Header) bool { return ModeOf(h) == cloudevents.BatchMode }

// ModeOf returns the content mode of a message, which its Content-Type decides as in
// [format.ModeOf]. The mode is binary if there is no Content-Type, or more than one;
// decoders refuse the latter. The keys of h need not be canonical.
func ModeOf(h http.Header) cloudevents.Mode {
	types := values(h, "Content-Type")
	if len(types) != 1 {
		return cloudevents.BinaryMode
	}
	return format.ModeOf(trim(types[0]))
}

// serverMode is ModeOf without a pass over the header, if its key is canonical as that
// of net/http is. A second Content-Type in another spelling is found by decoders.
func serverMode(h http.Header) cloudevents.Mode {
	if types := h["Content-Type"]; len(types) == 1 {
		return format.ModeOf(trim(types[0]))
	}
	return ModeOf(h)
}

// values returns the values of a header under all spellings of its key.
func values(h http.Header, key string) []string {
	found := h[key]
	for k, v := range h {
		if len(k) == len(key) && k != key && len(v) > 0 && ascii.EqualFold(k, key) {
			found = append(found[:len(found):len(found)], v...)
		}
	}
	return found
}
