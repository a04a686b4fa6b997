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

// Reason says why a record goes to the dead letter.
type Reason struct {
	Err      error // the error of the handler or of the decoder
	Attempts int   // how often the handler was called
	Status   int   // the HTTP status that the failure stands for; 0 if it has none
	Knative  bool  // adds the extensions of Knative to an event in binary mode
}

// DeadLetterRecord returns the dead letter of r for a topic: its key, value, headers and
// timestamp as they are, and behind them the headers of a dead letter. An older dead letter
// that is set aside again has only the new ones. To handle it once more, produce it to the
// topic that deadletter-topic names.
//
// With why.Knative, an event in binary mode also gets the extensions knativeerrordest,
// knativeerrorcode, and knativeerrordata, which is base64.
//
// A [Consumer] leaves all these headers out if the record is too large with them.
func DeadLetterRecord(r *kgo.Record, topic string, why Reason) *kgo.Record {
	headers := slices.DeleteFunc(slices.Clone(r.Headers), func(h kgo.RecordHeader) bool { return isAdded(h.Key, why.Knative) })
	add := func(name, value string) {
		headers = append(headers, kgo.RecordHeader{Key: name, Value: []byte(value)})
	}
	add(dispatch.DeadLetterReason, dispatch.DeadLetterText(why.Err))
	add(dispatch.DeadLetterAttempts, strconv.Itoa(why.Attempts))
	add(HeaderTopic, r.Topic)
	add(HeaderPartition, strconv.Itoa(int(r.Partition)))
	add(HeaderOffset, strconv.FormatInt(r.Offset, 10))
	if why.Knative && isBinary(r) {
		for _, x := range dispatch.KnativeErrors("kafka:"+r.Topic, why.Status, why.Err) {
			add("ce_"+x.Name, x.Value.String())
		}
	}
	return &kgo.Record{Topic: topic, Key: r.Key, Value: r.Value, Headers: headers, Timestamp: r.Timestamp}
}

// bareRecord returns a record for a topic as r is, without the headers of an older dead letter.
func bareRecord(r *kgo.Record, topic string) *kgo.Record {
	headers := slices.DeleteFunc(slices.Clone(r.Headers), func(h kgo.RecordHeader) bool { return isAdded(h.Key, false) })
	return &kgo.Record{Topic: topic, Key: r.Key, Value: r.Value, Headers: headers, Timestamp: r.Timestamp}
}

// isAdded reports whether DeadLetterRecord adds a header of that name.
func isAdded(name string, knative bool) bool {
	switch name {
	case dispatch.DeadLetterReason, dispatch.DeadLetterAttempts, HeaderTopic, HeaderPartition, HeaderOffset:
		return true
	case "ce_knativeerrordest", "ce_knativeerrorcode", "ce_knativeerrordata":
		return knative
	}
	return false
}

// isBinary reports whether a record carries an event in binary mode.
func isBinary(r *kgo.Record) bool {
	m := FromRecord(r)
	mode, ok := cekafka.ModeOf(&m)
	return ok && mode == cloudevents.BinaryMode
}
