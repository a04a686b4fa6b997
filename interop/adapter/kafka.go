package main

import (
	"context"

	"github.com/IBM/sarama"
	kafkasarama "github.com/cloudevents/sdk-go/protocol/kafka_sarama/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
)

// readKafka reads a record as a consumer does. The SDK puts the place of a record in its
// topic into each event in binary mode. That is taken out again, or else no event would be
// the one that was sent.
func readKafka(parts []conformance.Part) (*event.Event, error) {
	var r sarama.ConsumerMessage
	for _, p := range parts {
		switch p.Kind {
		case "key":
			r.Key = p.Value
		case "header":
			r.Headers = append(r.Headers, &sarama.RecordHeader{Key: []byte(p.Name), Value: p.Value})
		case "value":
			r.Value = p.Value
		}
	}
	e, err := binding.ToEvent(context.Background(), kafkasarama.NewMessageFromConsumerMessage(&r))
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"kafkaoffset", "kafkapartition", "kafkatopic"} {
		e.SetExtension(name, nil)
	}
	return e, nil
}

func writeKafka(m binding.Message, mode cloudevents.Mode) (parts []conformance.Part, err error) {
	var r sarama.ProducerMessage
	if err := kafkasarama.WriteProducerMessage(modeContext(mode), m, &r); err != nil {
		return nil, err
	}
	add := func(kind string, content sarama.Encoder) {
		p := conformance.Part{Kind: kind}
		if content != nil {
			var contentErr error
			if p.Value, contentErr = content.Encode(); contentErr != nil {
				err = contentErr
			}
		}
		parts = append(parts, p)
	}
	if r.Key != nil {
		add("key", r.Key)
	}
	for _, h := range r.Headers {
		parts = append(parts, conformance.Part{Kind: "header", Name: string(h.Key), Value: h.Value})
	}
	add("value", r.Value)
	return parts, err
}
