package cekgo

import (
	"slices"
	"strconv"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
)

// The headers of a dead letter that say where the record was. Those that say why it is there are
// dispatch.DeadLetterReason and dispatch.DeadLetterAttempts.
const (
	HeaderTopic     = "deadletter-topic"
	HeaderPartition = "deadletter-partition"
	HeaderOffset    = "deadletter-offset"
)

// DeadLetterRecord returns the dead letter of r for a topic: its key, value, headers and
// timestamp as they are, and behind them the headers of a dead letter. An older dead letter
// that is set aside again has only the new ones. To handle it once more, produce it to the
// topic that deadletter-topic names.
//
// A [Consumer] leaves these headers out if the record is too large with them.
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

// bareRecord returns the dead letter of r without the headers of a dead letter.
func bareRecord(r *kgo.Record, topic string) *kgo.Record {
	headers := slices.DeleteFunc(slices.Clone(r.Headers), func(h kgo.RecordHeader) bool { return isAdded(h.Key) })
	return &kgo.Record{Topic: topic, Key: r.Key, Value: r.Value, Headers: headers, Timestamp: r.Timestamp}
}

// isAdded reports whether DeadLetterRecord adds a header of that name.
func isAdded(name string) bool {
	switch name {
	case dispatch.DeadLetterReason, dispatch.DeadLetterAttempts, HeaderTopic, HeaderPartition, HeaderOffset:
		return true
	}
	return false
}
