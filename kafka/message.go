package cekafka

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// These constants are all that the binding says of Kafka alone.
const (
	prefix      = "ce_"
	contentType = "content-type"

	sectionMapping     = "kafka-protocol-binding.md#3-kafka-message-mapping"
	sectionContentType = "kafka-protocol-binding.md#321-content-type"
)

// Message has the parts of a Kafka record that can carry an event.
type Message struct {
	// Key is the key of the record. nil is a null key, which is not the empty key.
	Key []byte

	// Value is the value of the record. nil is a null value, which is not the empty value.
	Value []byte

	// Headers are the headers in their order. A name may occur more than once.
	Headers []Header
}

// Header is a header of a Kafka record.
type Header struct {
	// Name is compared exactly.
	Name string

	// Value is the value. nil is a null value, which decoders take for an absent header.
	Value []byte
}

// IsCloudEvent reports whether a message declares an event: by a CloudEvents media type other
// than that of a batch, or by ce_specversion. It does not validate the event.
// [ToCloudEvent] does.
func IsCloudEvent(m *Message) bool {
	mode, ok := ModeOf(m)
	return ok && mode != cloudevents.BatchMode
}

// ModeOf returns the content mode of a message, as its content-type declares it, and whether
// it declares one: without a CloudEvents media type, ce_specversion has to be there. ok is
// false for all other messages, and for one with several content types, which decoders
// refuse. They refuse a batch, too. ModeOf does not look into the value, so that it does not
// know the events that [Decoder.JSONEvents] is for.
func ModeOf(m *Message) (mode cloudevents.Mode, ok bool) {
	if m == nil {
		return cloudevents.BinaryMode, false
	}
	types := 0
	for i := range m.Headers {
		switch h := &m.Headers[i]; {
		case h.Value == nil:
		case h.Name == contentType:
			types++
			mode = format.ModeOf(view(h.Value))
		case h.Name == prefix+"specversion":
			ok = true
		}
	}
	if types > 1 {
		return cloudevents.BinaryMode, false
	}
	return mode, ok || mode != cloudevents.BinaryMode
}

// PartitionKey returns the value of the extension partitionkey, or nil if the event has none
// (kafka-protocol-binding.md#31-key-mapping). It is for [Encoder.Key]. The event keeps the
// extension.
func PartitionKey(e *cloudevents.Event) []byte {
	v, ok := e.Get("partitionkey")
	if !ok {
		return nil
	}
	return append([]byte{}, v.String()...)
}

// isEventHeader reports whether a header belongs to the event that a message carries.
func isEventHeader(h *Header) bool {
	return h.Name == contentType || isAttribute(h.Name)
}

func isAttribute(name string) bool {
	return len(name) >= len(prefix) && name[:len(prefix)] == prefix
}
