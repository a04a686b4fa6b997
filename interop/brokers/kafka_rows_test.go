package brokers_test

import (
	"slices"

	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
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
			peertest.Both(sdkGoKafka, modes()...), peertest.Both(javaScript, modes()...),
			peertest.Both(kafkajs, modes()...), peertest.Both(kcatName, modes()...),
		),
		EmptyData:  true,
		Deviations: kafkaRows,
	}
}

var kafkaRows = []peertest.Deviation{}
