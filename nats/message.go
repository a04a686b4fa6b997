package cenats

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/message"
	"github.com/seed763dd41b/cloudevents/spec"
)

// These constants are all that the binding says of NATS alone.
const (
	prefix      = "ce-"
	contentType = "Content-Type"

	sectionMapping = "nats-protocol-binding.md#3-nats-message-mapping"
	sectionValues  = "nats-protocol-binding.md#3132-nats-header-values"
)

// Message has the parts of a NATS message that can carry an event.
type Message struct {
	// Header has the headers. Its type is that of nats.Header. Its names may be in any case.
	// nil is no headers.
	Header map[string][]string

	// Data is the payload. nil is the same as empty data.
	Data []byte
}

// IsCloudEvent reports whether a message declares an event: by a CloudEvents media type other
// than that of a batch, or by ce-specversion. Without Content-Type and ce- headers, data
// that contain "specversion" declare one, too. It does not validate the event.
// [ToCloudEvent] does.
func IsCloudEvent(m *Message) bool {
	mode, ok := ModeOf(m)
	return ok && mode != cloudevents.BatchMode
}

// ModeOf returns the content mode of a message, as its Content-Type declares it, and whether
// it declares one: without a CloudEvents media type, ce-specversion has to be there. Without
// Content-Type and ce- headers, ModeOf looks into the data: a JSON object that contains
// "specversion" is an event in structured mode, and an array of such objects is a batch. ok is
// false for all other messages, and for one with several content types, which decoders
// refuse. They refuse a batch, too.
func ModeOf(m *Message) (mode cloudevents.Mode, ok bool) {
	if m == nil {
		return cloudevents.BinaryMode, false
	}
	hasAttributes, media := false, header{}
	for key, values := range m.Header {
		switch {
		case len(values) == 0:
		case isAttribute(key):
			hasAttributes = true
			ok = ok || ascii.EqualFold(key, prefix+"specversion")
		case isContentType(key):
			media.add(values)
		}
	}
	if media.count > 1 {
		return cloudevents.BinaryMode, false
	}
	mode = format.ModeOf(media.value)
	if !hasAttributes && media.value == "" {
		mode = message.ModeOfJSON(m.Data, "")
	}
	return mode, ok || mode != cloudevents.BinaryMode
}

// isEventHeader reports whether a header belongs to the event that a message carries.
func isEventHeader(key string) bool { return isAttribute(key) || isContentType(key) }

func isAttribute(key string) bool {
	return len(key) >= len(prefix) && key[0]|0x20 == 'c' && key[1]|0x20 == 'e' && key[2] == '-'
}

func isContentType(key string) bool {
	return key == contentType || len(key) == len(contentType) && ascii.EqualFold(key, contentType)
}

// isDataContentType reports whether the name of an attribute is datacontenttype.
func isDataContentType(name string) bool {
	return len(name) == len(spec.DataContentType) &&
		(name == spec.DataContentType || ascii.EqualFold(name, spec.DataContentType))
}

// header is a header whose name may have several spellings.
type header struct {
	value string // the first
	count int
}

func (h *header) add(values []string) {
	if h.count == 0 {
		h.value = trim(values[0])
	}
	h.count += len(values)
}

// trim removes the white space around a header value that is no part of it.
func trim(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}
