package cekgo

import (
	"slices"
	"strconv"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
)

// The headers of a dead letter that say where the record was. The headers
// dispatch.DeadLetterReason and dispatch.DeadLetterAttempts say why it is a dead letter.
const (
	HeaderTopic     = "deadletter-topic"
	HeaderPartition = "deadletter-partition"
	HeaderOffset    = "deadletter-offset"
)

// DeadLetterRecord returns the dead letter of r for a topic. It has the key, value,
// headers and timestamp of r, followed by the dead-letter headers, which replace those of
// an earlier dead letter. To handle the event again, produce the record to the topic
// named by [HeaderTopic].
//
// If the record is too large with these headers, a [Consumer] writes it without them.
func DeadLetterRecord(r *kgo.Record, topic string, cause error, attempts int) *kgo.Record {
	letter := bareRecord(r, topic)
	add := func(name, value string) {
		letter.Headers = append(letter.Headers, kgo.RecordHeader{Key: name, Value: []byte(value)})
	}
	add(dispatch.DeadLetterReason, dispatch.DeadLetterText(cause))
	add(dispatch.DeadLetterAttempts, strconv.Itoa(attempts))
	add(HeaderTopic, r.Topic)
	add(HeaderPartition, strconv.Itoa(int(r.Partition)))
	add(HeaderOffset, strconv.FormatInt(r.Offset, 10))
	return letter
}

// addKnative adds extensions to a dead letter that carries an event in binary mode, and removes
// those of an older one.
func addKnative(letter *kgo.Record, extensions []cloudevents.Extension) {
	m := FromRecord(letter)
	if mode, ok := cekafka.ModeOf(&m); !ok || mode != cloudevents.BinaryMode {
		return
	}
	for _, x := range extensions {
		name := "ce_" + x.Name
		letter.Headers = slices.DeleteFunc(letter.Headers, func(h kgo.RecordHeader) bool { return h.Key == name })
		letter.Headers = append(letter.Headers, kgo.RecordHeader{Key: name, Value: []byte(x.Value.String())})
	}
}

// bareRecord returns the dead letter of r without the dead-letter headers.
func bareRecord(r *kgo.Record, topic string) *kgo.Record {
	headers := slices.DeleteFunc(slices.Clone(r.Headers), func(h kgo.RecordHeader) bool { return isAdded(h.Key) })
	return &kgo.Record{Topic: topic, Key: r.Key, Value: r.Value, Headers: headers, Timestamp: r.Timestamp}
}

// isAdded reports whether name is one of the dead-letter headers.
func isAdded(name string) bool {
	switch name {
	case dispatch.DeadLetterReason, dispatch.DeadLetterAttempts, HeaderTopic, HeaderPartition, HeaderOffset:
		return true
	}
	return false
}
