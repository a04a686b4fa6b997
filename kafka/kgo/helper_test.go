package cekgo_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

const (
	topic   = "orders"
	letters = "orders-dead"
	group   = "billing"
)

// start starts a cluster and returns its addresses.
func start(t testing.TB, partitions int32) []string {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(time.Second), kfake.SeedTopics(partitions, topic), kfake.SeedTopics(1, letters))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster.ListenAddrs()
}

func newClient(t testing.TB, addrs []string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append(opts, kgo.SeedBrokers(addrs...))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseAllowingRebalance)
	return client
}

// join makes the client of a consumer.
func join(t testing.TB, addrs []string, c *cekgo.Consumer) {
	t.Helper()
	joinWith(t, addrs, c)
}

// joinWith is join with further options.
func joinWith(t testing.TB, addrs []string, c *cekgo.Consumer, opts ...kgo.Opt) {
	t.Helper()
	if c.Delivery.Logger == nil {
		c.Delivery.Logger = slog.New(slog.DiscardHandler)
	}
	client, err := newGroupClient(addrs, c, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseAllowingRebalance)
}

func newGroupClient(addrs []string, c *cekgo.Consumer, opts ...kgo.Opt) (client *kgo.Client, err error) {
	c.Client, err = kgo.NewClient(append(append(c.Options(), opts...), kgo.SeedBrokers(addrs...), kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic),
		kgo.FetchMaxWait(50*time.Millisecond), kgo.AutoCommitInterval(100*time.Millisecond), kgo.SessionTimeout(2*time.Second), kgo.HeartbeatInterval(200*time.Millisecond))...)
	return c.Client, err
}

func event(i int) cloudevents.Event {
	return cloudevents.Event{
		ID: fmt.Sprint(i), Source: "/orders", Type: "com.example.order.placed", DataContentType: "application/json", Data: fmt.Appendf(nil, `{"n":%d}`, i),
		Extensions: []cloudevents.Extension{{Name: "partitionkey", Value: cloudevents.StringValue(fmt.Sprint(i % 10))}},
	}
}

// send writes n events, from first on.
func send(t testing.TB, addrs []string, first, n int) {
	t.Helper()
	s := cekgo.Sender{Client: newClient(t, addrs), Topic: topic, Encoder: cekafka.Encoder{Key: cekafka.PartitionKey}}
	es := make([]cloudevents.Event, n)
	for i := range es {
		es[i] = event(first + i)
	}
	if err := s.SendBatch(context.Background(), es); err != nil {
		t.Fatal(err)
	}
}

// committed returns the committed offsets of the group, all partitions together, and how many
// records there are.
func committed(t *testing.T, addrs []string) (offsets, records int64) {
	t.Helper()
	client := newClient(t, addrs)
	for number := int32(0); ; number++ {
		ends := kmsg.NewPtrListOffsetsRequest()
		ends.ReplicaID = -1
		partition := kmsg.NewListOffsetsRequestTopicPartition()
		partition.Partition, partition.Timestamp = number, -1
		ends.Topics = []kmsg.ListOffsetsRequestTopic{{Topic: topic, Partitions: []kmsg.ListOffsetsRequestTopicPartition{partition}}}
		end, err := ends.RequestWith(context.Background(), client)
		if errors.Is(err, kerr.UnknownTopicOrPartition) {
			return offsets, records
		} else if err != nil {
			t.Fatal(err)
		}
		records += end.Topics[0].Partitions[0].Offset
		places := kmsg.NewPtrOffsetFetchRequest()
		places.Group = group
		places.Topics = []kmsg.OffsetFetchRequestTopic{{Topic: topic, Partitions: []int32{number}}}
		places.Groups = []kmsg.OffsetFetchRequestGroup{{Group: group, Topics: []kmsg.OffsetFetchRequestGroupTopic{{Topic: topic, Partitions: []int32{number}}}}}
		at, err := places.RequestWith(context.Background(), client)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range at.Groups {
			for _, t := range g.Topics { // none before the group is there
				offsets += max(t.Partitions[0].Offset, 0)
			}
		}
	}
}

// read returns the first n records of a topic.
func read(t *testing.T, addrs []string, topic string, n int) (records []*kgo.Record) {
	t.Helper()
	client := newClient(t, addrs, kgo.ConsumeTopics(topic), kgo.FetchMaxWait(50*time.Millisecond))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for len(records) < n {
		fetches := client.PollFetches(ctx)
		if ctx.Err() != nil {
			t.Fatalf("%d records in %s, want %d", len(records), topic, n)
		}
		fetches.EachRecord(func(r *kgo.Record) { records = append(records, r) })
	}
	return records
}

// runUntil runs a consumer until done is closed, and returns the error of Run.
func runUntil(t *testing.T, c *cekgo.Consumer, done <-chan struct{}) error {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	select {
	case <-done:
	case err := <-ended:
		return err
	case <-time.After(2 * time.Minute):
		t.Error("the consumer is not done")
	}
	cancel()
	return <-ended
}

func handler(f func(e *cloudevents.Event) error) dispatch.Handler {
	return func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) { return nil, f(e) }
}
