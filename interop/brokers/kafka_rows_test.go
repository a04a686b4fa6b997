package brokers_test

import (
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	"github.com/seed763dd41b/cloudevents/interop/brokers/sdkgo"
	"github.com/seed763dd41b/cloudevents/spec"
)

const (
	sdkGoKafka = "sdk-go kafka_sarama 2.16.2"
	kafkajs    = "kafkajs 2.2.4"
	kcatName   = "kcat"
)

func kafka() *peertest.Binding {
	return &peertest.Binding{
		Name: "Kafka",
		Intro: `Over kfake, a Kafka cluster in the process of the tests; this module with kgo. sdk-go runs
on sarama 1.61.1, the JavaScript SDK on kafkajs. The messages of kcat and of kafkajs are
made and read by hand, as the document says.`,
		Channels: slices.Concat(
			peertest.Both(sdkGoKafka, modes()...), peertest.Old(sdkGoKafka, modes()...), peertest.Both(javaScript, modes()...),
			peertest.Both(kafkajs, modes()...), peertest.Both(kcatName, modes()...),
		),
		EmptyData:  true,
		Deviations: kafkaRows,
	}
}

var kafkaRows = slices.Concat(sdkgo.Writes(sdkGoKafka), sdkgo.WritesOld(sdkGoKafka), []peertest.Deviation{
	kafkaCoordinates(sdkGoKafka), kafkaCoordinates(peertest.OldPeer(sdkGoKafka)),
	{Peer: sdkGoKafka, Direction: peertest.Reads, Modes: only(cloudevents.BinaryMode), Cases: []string{"text-edge-spaces"},
		Happens: "Spaces at both ends of id, type and subject are cut off.",
		Section: "spec.md#type-system", Change: peertest.Rewrite(strings.TrimSpace, spec.ID, spec.EventType, spec.Subject)},
	{Peer: sdkGoKafka, Direction: peertest.Reads, Modes: only(cloudevents.BinaryMode), Cases: []string{"empty-data"}, Permitted: true,
		Happens: "An empty value is read as no data.",
		Section: "kafka-protocol-binding.md#322-event-data-encoding", Change: peertest.Data(nil)},
	{Peer: sdkGoKafka, Direction: peertest.Writes, Modes: only(cloudevents.BinaryMode), Cases: []string{"empty-data"}, Permitted: true,
		Happens: "Empty data is written as no data, with a null value: on a compacted topic it deletes what has the same key.",
		Section: "kafka-protocol-binding.md#322-event-data-encoding", Change: peertest.Data(nil)},

	{Peer: javaScript, Direction: peertest.Reads, Modes: only(cloudevents.BinaryMode), Where: "events without data, or with empty data",
		Applies: func(e *cloudevents.Event) bool { return len(e.Data) == 0 },
		Happens: "A message whose value is null or empty is refused.",
		Section: "kafka-protocol-binding.md#322-event-data-encoding", Fails: "Value is null or undefined"},
	{Peer: javaScript, Direction: peertest.Reads, Modes: only(cloudevents.StructuredMode), Cases: []string{"minimal"},
		Happens: "An event without time is refused.",
		Section: "spec.md#time", Fails: "Invalid time value"},
	{Peer: javaScript, Direction: peertest.Reads, Modes: only(cloudevents.StructuredMode), Cases: []string{"partition-key"},
		Happens: "The extension `partitionkey` is replaced by the key of the record, which it has not: the extension is lost.",
		Section: "kafka-protocol-binding.md#31-key-mapping", Change: peertest.Drop("partitionkey")},
	{Peer: javaScript, Direction: peertest.Reads, Modes: only(cloudevents.StructuredMode), Cases: []string{"time-offset", "time-nanoseconds"}, Permitted: true,
		Happens: "Times are read in UTC and in milliseconds.",
		Section: "spec.md#time", Change: peertest.TimeInMilliseconds},
	{Peer: javaScript, Direction: peertest.Writes, Modes: only(cloudevents.BinaryMode), Cases: []string{"extension-binary"},
		Happens: "A Buffer as an extension is written as text of its bytes. This module refuses it.",
		Section: "spec.md#type-system", Fails: "control character"},
}, jsWrites("kafka-protocol-binding.md#322-event-data-encoding"), jsJSON(peertest.Reads))

// kafkaCoordinates is the row about the attributes that sdk-go makes up.
func kafkaCoordinates(peer string) peertest.Deviation {
	return peertest.Deviation{
		Peer: peer, Direction: peertest.Reads, Modes: only(cloudevents.BinaryMode), Where: "all", Applies: all,
		Happens: "The extensions `kafkatopic`, `kafkapartition` and `kafkaoffset` are added, which nobody has sent. Passed on, they are attributes of the event.",
		Section: "kafka-protocol-binding.md#3231-property-names", Change: func(e *conformance.Event) {
			peertest.Set("kafkatopic", spec.String, "to")(e)
			peertest.Set("kafkapartition", spec.String, "0")(e)
			peertest.Set("kafkaoffset", spec.String, "an offset")(e)
		},
	}
}

func all(*cloudevents.Event) bool { return true }
