package main

import (
	"context"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents/bench/measure"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

const (
	topic      = "orders"
	group      = "billing"
	partitions = 4
)

func kafkaRows() []row {
	return []row{
		{"Kafka, SendBatch", "franz-go", kafka(cluster.sendBatch), kafka(cluster.produceAll), true},
		{"Kafka, Send from 64 goroutines", "franz-go", kafka(cluster.send), kafka(cluster.produce), true},
		{"Kafka, Send from 64 goroutines", "sdk-go, sarama", kafka(cluster.send), kafka(cluster.sdkSend), false},
		{"Kafka, Consumer", "franz-go", filled(cluster.consume), filled(cluster.poll), true},
		{"Kafka, Consumer", "sdk-go, sarama", filled(cluster.consume), filled(cluster.sdkReceive), false},
	}
}

// cluster is a new broker, with a topic.
type cluster struct{ *kfake.Cluster }

// kafka returns a side that runs on a broker of its own.
func kafka(side func(cluster, *measure.Watch) error) func(*measure.Watch) error {
	return func(w *measure.Watch) error {
		c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(partitions, topic))
		if err != nil {
			return err
		}
		defer c.Close()
		return side(cluster{c}, w)
	}
}

// filled is kafka with the events in the topic.
func filled(side func(cluster, *measure.Watch) error) func(*measure.Watch) error {
	return kafka(func(c cluster, w *measure.Watch) error {
		client, err := c.client()
		if err != nil {
			return err
		}
		defer client.Close()
		sender := cekgo.Sender{Client: client, Topic: topic, Encoder: cekafka.Encoder{Key: cekafka.PartitionKey}}
		if err := sender.SendBatch(context.Background(), ourEvents()); err != nil {
			return err
		}
		return side(c, w)
	})
}

func (c cluster) client(opts ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append(opts, kgo.SeedBrokers(c.ListenAddrs()...))...)
}

// record makes the record of an order.
func (o *order) record() *kgo.Record {
	headers := make([]kgo.RecordHeader, 0, headers)
	add := func(name, value string) {
		headers = append(headers, kgo.RecordHeader{Key: name, Value: []byte(value)})
	}
	add("ce_"+version, "1.0")
	add("ce_"+id, o.ID)
	add("ce_"+source, o.Source)
	add("ce_"+kind, o.Type)
	add("ce_"+at, o.Time.Format(time.RFC3339Nano))
	add("ce_"+partitionKey, o.PartitionKey)
	add("content-type", o.ContentType)
	return &kgo.Record{Topic: topic, Key: []byte(o.PartitionKey), Value: o.Data, Headers: headers}
}

// orderOf reads the order of a record.
func orderOf(r *kgo.Record) (o order, err error) {
	for _, h := range r.Headers {
		if name, ok := strings.CutPrefix(h.Key, "ce_"); ok {
			if err := o.set(name, string(h.Value)); err != nil {
				return o, err
			}
		} else if h.Key == "content-type" {
			o.ContentType = string(h.Value)
		}
	}
	o.Data = r.Value
	return o, nil
}

func (c cluster) produceAll(w *measure.Watch) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	defer client.Close()
	all := orders()
	w.Start()
	defer w.Stop()
	records := make([]*kgo.Record, len(all))
	for i := range all {
		records[i] = all[i].record()
	}
	return client.ProduceSync(context.Background(), records...).FirstErr()
}

func (c cluster) sendBatch(w *measure.Watch) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	defer client.Close()
	sender := cekgo.Sender{Client: client, Topic: topic, Encoder: cekafka.Encoder{Key: cekafka.PartitionKey}}
	es := ourEvents()
	w.Start()
	defer w.Stop()
	return sender.SendBatch(context.Background(), es)
}

func (c cluster) produce(w *measure.Watch) error {
	client, err := c.client(kgo.ProducerLinger(0))
	if err != nil {
		return err
	}
	defer client.Close()
	all := orders()
	w.Start()
	defer w.Stop()
	return together(func(i int) error { return client.ProduceSync(context.Background(), all[i].record()).FirstErr() })
}

func (c cluster) send(w *measure.Watch) error {
	client, err := c.client(kgo.ProducerLinger(0)) // which is sarama's default
	if err != nil {
		return err
	}
	defer client.Close()
	sender := cekgo.Sender{Client: client, Topic: topic, Encoder: cekafka.Encoder{Key: cekafka.PartitionKey}}
	es := ourEvents()
	w.Start()
	defer w.Stop()
	return together(func(i int) error { return sender.Send(context.Background(), &es[i]) })
}

func (c cluster) poll(w *measure.Watch) error {
	w.Start()
	defer w.Stop()
	client, err := c.client(kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.AutoCommitMarks(), kgo.AutoCommitInterval(time.Second))
	if err != nil {
		return err
	}
	defer client.Close()
	h, ctx := newCounter().handler(), context.Background()
	for n := 0; n < *events; {
		for _, r := range client.PollRecords(ctx, 1000).Records() {
			o, err := orderOf(r)
			if err == nil {
				err = h(ctx, &o)
			}
			if err != nil {
				return err
			}
			n++
			client.MarkCommitRecords(r)
		}
	}
	return client.CommitMarkedOffsets(ctx)
}

func (c cluster) consume(w *measure.Watch) error {
	w.Start()
	defer w.Stop()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	consumer := &cekgo.Consumer{Delivery: newCounter().delivery(cancel)}
	var err error
	consumer.Client, err = c.client(append(consumer.Options(), kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic))...)
	if err != nil {
		return err
	}
	defer consumer.Client.CloseAllowingRebalance()
	return consumer.Run(ctx)
}
