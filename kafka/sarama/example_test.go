package cesarama_test

import (
	"fmt"

	"github.com/IBM/sarama"

	"github.com/seed763dd41b/cloudevents"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cesarama "github.com/seed763dd41b/cloudevents/kafka/sarama"
)

// In the ConsumeClaim of a consumer group.
func ExampleFromConsumerMessage() {
	record := &sarama.ConsumerMessage{Topic: "orders", Value: []byte(`"tea"`), Headers: []*sarama.RecordHeader{
		{Key: []byte("ce_specversion"), Value: []byte("1.0")}, {Key: []byte("ce_id"), Value: []byte("A-1")},
		{Key: []byte("ce_source"), Value: []byte("/orders")}, {Key: []byte("ce_type"), Value: []byte("com.example.order.placed")},
		{Key: []byte("content-type"), Value: []byte("application/json")},
	}}
	m := cesarama.FromConsumerMessage(record)
	e, err := cekafka.ToCloudEvent(&m, nil)
	fmt.Println(e.ID, string(e.Data), err)
	// Output: A-1 "tea" <nil>
}

func ExampleToProducerMessage() {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	m, err := cekafka.ToMessage(&e, cloudevents.StructuredMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	message := cesarama.ToProducerMessage(&m)
	message.Topic = "orders"
	value, err := message.Value.Encode()
	fmt.Println(string(message.Headers[0].Value), string(value), err)
	// Output: application/cloudevents+json {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed"} <nil>
}

// A message that the program has prepared.
func ExampleCopyToProducerMessage() {
	message := &sarama.ProducerMessage{Topic: "orders", Metadata: "order 42"}
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	m, err := cekafka.ToMessage(&e, cloudevents.BinaryMode, nil)
	if err == nil {
		cesarama.CopyToProducerMessage(message, &m)
	}
	fmt.Println(message.Topic, len(message.Headers), message.Metadata, err)
	// Output: orders 4 order 42 <nil>
}
