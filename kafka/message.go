package cekafka

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// What the binding says of Kafka.
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
	if m == nil {
		return false
	}
	hasVersion, types, mode := false, 0, cloudevents.BinaryMode
	for i := range m.Headers {
		switch h := &m.Headers[i]; {
		case h.Value == nil:
		case h.Name == contentType:
			types++
			mode = format.ModeOf(view(h.Value))
		case h.Name == prefix+"specversion":
			hasVersion = true
		}
	}
	switch {
	case types > 1 || mode == cloudevents.BatchMode:
		return false
	case mode == cloudevents.StructuredMode:
		return true
	}
	return hasVersion
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
