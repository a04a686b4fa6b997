package cekgo_test

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

// A program with a loop of its own converts its records.
func ExampleFromRecord() {
	record := &kgo.Record{Value: []byte(`"tea"`), Headers: []kgo.RecordHeader{
		{Key: "ce_specversion", Value: []byte("1.0")},
		{Key: "ce_id", Value: []byte("A-1")},
		{Key: "ce_source", Value: []byte("/orders")},
		{Key: "ce_type", Value: []byte("com.example.order.placed")},
		{Key: "content-type", Value: []byte("application/json")},
	}}
	m := cekgo.FromRecord(record)
	e, err := cekafka.ToCloudEvent(&m, nil)
	fmt.Println(e.ID, string(e.Data), err)
	// Output: A-1 "tea" <nil>
}

func ExampleToRecord() {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	m, err := cekafka.ToMessage(&e, cloudevents.StructuredMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	r := cekgo.ToRecord(&m)
	r.Topic = "orders"
	fmt.Println(r.Headers[0].Key, string(r.Headers[0].Value), string(r.Value))
	// Output: content-type application/cloudevents+json {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed"}
}

// CopyToRecord keeps the topic and the timestamp of a record.
func ExampleCopyToRecord() {
	r := &kgo.Record{Topic: "orders"}
	cekgo.CopyToRecord(r, &cekafka.Message{Key: []byte("customer-42")})
	fmt.Println(r.Topic, string(r.Key))
	// Output: orders customer-42
}

// A producer and a consumer, with a dead letter, on a broker in this process.
func ExampleConsumer() {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "orders", "orders-dead"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cluster.Close()
	brokers := kgo.SeedBrokers(cluster.ListenAddrs()...)

	producer, err := kgo.NewClient(brokers)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer producer.Close()
	sender := &cekgo.Sender{Client: producer, Topic: "orders", Encoder: cekafka.Encoder{Key: cekafka.PartitionKey}}
	for _, eventType := range []string{"com.example.order.placed", "com.example.order.lost", "com.example.order.paid"} {
		e := cloudevents.New("/orders", eventType)
		if err := sender.Send(context.Background(), &e); err != nil {
			fmt.Println(err)
			return
		}
	}

	ctx, cancel := context.WithCancel(context.Background())
	var mux dispatch.Mux
	err = mux.Handle(
		dispatch.Route{Type: "com.example.order.placed", Handler: func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
			if r, ok := cekgo.RecordFrom(ctx); ok {
				fmt.Println("placed, at", r.Offset)
			}
			return nil, nil
		}},
		dispatch.Route{Type: "com.example.order.paid", Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
			fmt.Println("paid")
			cancel()
			return nil, nil
		}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	consumer := &cekgo.Consumer{
		Delivery:   dispatch.Delivery{Handler: mux.HandleEvent, Logger: slog.New(slog.DiscardHandler)},
		DeadLetter: "orders-dead", // for the type that the Mux does not know
	}
	client, err := kgo.NewClient(append(consumer.Options(), brokers, kgo.ConsumerGroup("billing"), kgo.ConsumeTopics("orders"))...)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.CloseAllowingRebalance()
	consumer.Client = client
	fmt.Println(consumer.Run(ctx))
	fmt.Println("records behind:", consumer.Lag())
	// Output:
	// placed, at 0
	// paid
	// <nil>
	// records behind: 0
}

// A batch is a record for each event.
func ExampleSender_SendBatch() {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "orders"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer cluster.Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.DefaultProduceTopic("orders"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	sender := &cekgo.Sender{Client: client}
	es := []cloudevents.Event{cloudevents.New("/orders", "com.example.order.placed"), cloudevents.New("/orders", "com.example.order.paid")}
	fmt.Println(sender.SendBatch(context.Background(), es))
	// Output: <nil>
}

// A dead letter is the record as it was, and headers that say why it is there.
func ExampleDeadLetterRecord() {
	r := &kgo.Record{Topic: "orders", Offset: 7, Value: []byte("junk")}
	letter := cekgo.DeadLetterRecord(r, "orders-dead", cloudevents.ErrNotCloudEvent, 0)
	fmt.Println(letter.Topic, string(letter.Value))
	for _, h := range letter.Headers {
		fmt.Println(h.Key+":", string(h.Value))
	}
	// Output:
	// orders-dead junk
	// deadletter-reason: message is not a CloudEvent
	// deadletter-attempts: 0
	// deadletter-topic: orders
	// deadletter-partition: 0
	// deadletter-offset: 7
}
