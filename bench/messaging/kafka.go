package messaging

import (
	"context"
	"slices"
	"strings"

	"github.com/IBM/sarama"
	"github.com/cloudevents/sdk-go/protocol/kafka_sarama/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/bench"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cesarama "github.com/seed763dd41b/cloudevents/kafka/sarama"
)

// kafkaPairs measure both libraries with the messages of sarama. Both set the key to the
// partitionkey, which sdk-go does unless it is told not to. In structured mode it is told so:
// it is faster then.
func kafkaPairs(items []bench.Item) []bench.Pair {
	b := bench.Binding[*sarama.ConsumerMessage, *sarama.ProducerMessage]{
		Name:    "Kafka binary",
		Message: consumerMessage,
		Decode: func(c *sarama.ConsumerMessage) (cloudevents.Event, error) {
			m := cesarama.FromConsumerMessage(c)
			return cekafka.ToCloudEvent(&m, nil)
		},
		Encode: kafkaEncode(&cekafka.Encoder{Key: cekafka.PartitionKey}),
		SDKDecode: func(c *sarama.ConsumerMessage) (*event.Event, error) {
			return binding.ToEvent(context.Background(), kafka_sarama.NewMessageFromConsumerMessage(c))
		},
		SDKDecoder: "sdk-go kafka_sarama, ToEvent",
		SDKEncode:  kafkaSDKEncode(bench.SDKMode(cloudevents.BinaryMode)),
		SDKEncoder: "sdk-go kafka_sarama, WriteProducerMessage",
		SDKAdds:    []string{"kafkaoffset", "kafkapartition", "kafkatopic"},
		Converting: 2,
		DecodeAlone: func(c *sarama.ConsumerMessage) func() error {
			m := cesarama.FromConsumerMessage(c)
			return func() error {
				_, err := cekafka.ToCloudEvent(&m, nil)
				return err
			}
		},
		EncodeAlone: func(e *cloudevents.Event) func() error {
			enc := cekafka.Encoder{Key: cekafka.PartitionKey}
			return func() error {
				_, err := enc.ToMessage(e)
				return err
			}
		},
		EncodeLimit: func(e *cloudevents.Event) func() {
			enc := cekafka.Encoder{Key: cekafka.PartitionKey}
			m, err := enc.ToMessage(e)
			must(err)
			return func() { kept.message = cesarama.ToProducerMessage(&m) }
		},
		Arrive: arrived,
	}
	pairs := b.Pairs(items)
	b.Name, b.Mode = "Kafka structured", cloudevents.StructuredMode
	b.Message = func(x *bench.Item) *sarama.ConsumerMessage {
		return &sarama.ConsumerMessage{
			Topic: "orders", Value: x.JSON,
			Headers: []*sarama.RecordHeader{{Key: []byte("content-type"), Value: []byte("application/cloudevents+json")}},
		}
	}
	b.Encode = kafkaEncode(&cekafka.Encoder{Mode: cloudevents.StructuredMode})
	b.SDKEncode = kafkaSDKEncode(kafka_sarama.WithSkipKeyMapping(bench.SDKMode(cloudevents.StructuredMode)))
	b.SDKAdds, b.DecodeAlone, b.EncodeAlone, b.EncodeLimit = nil, nil, nil, nil
	return append(pairs, b.Pairs(items)...)
}

func kafkaEncode(enc *cekafka.Encoder) func(*cloudevents.Event) (*sarama.ProducerMessage, error) {
	return func(e *cloudevents.Event) (*sarama.ProducerMessage, error) {
		m, err := enc.ToMessage(e)
		if err != nil {
			return nil, err
		}
		p := cesarama.ToProducerMessage(&m)
		p.Topic = "orders"
		return p, nil
	}
}

func kafkaSDKEncode(ctx context.Context) func(*event.Event) (*sarama.ProducerMessage, error) {
	return func(s *event.Event) (*sarama.ProducerMessage, error) {
		p := &sarama.ProducerMessage{Topic: "orders"}
		return p, kafka_sarama.WriteProducerMessage(ctx, binding.ToMessage(s), p)
	}
}

// consumerMessage returns a message in binary mode.
func consumerMessage(x *bench.Item) *sarama.ConsumerMessage {
	c := &sarama.ConsumerMessage{Topic: "orders", Value: x.Event.Data}
	for name, values := range x.Header {
		name = strings.Replace(strings.ToLower(name), "ce-", "ce_", 1)
		c.Headers = append(c.Headers, &sarama.RecordHeader{Key: []byte(name), Value: []byte(values[0])})
	}
	slices.SortFunc(c.Headers, func(a, b *sarama.RecordHeader) int { return strings.Compare(string(a.Key), string(b.Key)) })
	return c
}

// arrived returns the message that a consumer gets.
func arrived(p *sarama.ProducerMessage) *sarama.ConsumerMessage {
	c := &sarama.ConsumerMessage{Topic: p.Topic}
	var err error
	if p.Key != nil {
		c.Key, err = p.Key.Encode()
		must(err)
	}
	if p.Value != nil {
		c.Value, err = p.Value.Encode()
		must(err)
	}
	for i := range p.Headers {
		c.Headers = append(c.Headers, &p.Headers[i])
	}
	return c
}
