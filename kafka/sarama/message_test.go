package cesarama_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/IBM/sarama"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/apicheck"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cesarama "github.com/seed763dd41b/cloudevents/kafka/sarama"
)

const topic = "orders"

// cluster is a broker in this process with a producer, a consumer, and another client.
type cluster struct {
	producer sarama.SyncProducer
	records  sarama.PartitionConsumer
	other    *kgo.Client
}

func start(t *testing.T) cluster {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, topic))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	config := sarama.NewConfig()
	config.Producer.Return.Successes = true
	config.ClientID = "test"
	producer, err := sarama.NewSyncProducer(c.ListenAddrs(), config)
	if err != nil {
		t.Fatal(err)
	}
	consumer, err := sarama.NewConsumer(c.ListenAddrs(), config)
	if err != nil {
		t.Fatal(err)
	}
	records, err := consumer.ConsumePartition(topic, 0, sarama.OffsetOldest)
	if err != nil {
		t.Fatal(err)
	}
	other, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.ConsumeTopics(topic), kgo.DefaultProduceTopic(topic))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		other.Close()
		for _, close := range []func() error{records.Close, consumer.Close, producer.Close} {
			if err := close(); err != nil {
				t.Error(err)
			}
		}
	})
	return cluster{producer, records, other}
}

func (c *cluster) next(t *testing.T) *sarama.ConsumerMessage {
	t.Helper()
	select {
	case r := <-c.records.Messages():
		return r
	case err := <-c.records.Errors():
		t.Fatal(err)
	case <-time.After(time.Minute):
		t.Fatal("no message")
	}
	return nil
}

// null and empty are told apart, and nothing is lost on the way through a broker: from sarama to
// sarama and to another client.
func TestRoundTrip(t *testing.T) {
	c := start(t)
	for _, m := range []cekafka.Message{
		{},
		{Key: []byte{}, Value: []byte{}},
		{Key: []byte("k"), Value: []byte{0, 0xFF}, Headers: []cekafka.Header{
			{Name: "a", Value: []byte("1")}, {Name: "a", Value: []byte("2")}, {Name: "", Value: []byte{}}, {Name: "Grüße", Value: []byte("é")},
		}},
		{Headers: []cekafka.Header{{Name: "null"}}},
	} {
		p := cesarama.ToProducerMessage(&m)
		p.Topic = topic
		if _, _, err := c.producer.SendMessage(p); err != nil {
			t.Fatal(err)
		}
		got := cesarama.FromConsumerMessage(c.next(t))
		same(t, "sarama", m, got)
		fetches := c.other.PollRecords(context.Background(), 1)
		r := fetches.Records()[0]
		other := cekafka.Message{Key: r.Key, Value: r.Value}
		for _, h := range r.Headers {
			other.Headers = append(other.Headers, cekafka.Header{Name: h.Key, Value: h.Value})
		}
		same(t, "franz-go", m, other)
	}
}

// same compares bytes, and whether they are there.
func same(t *testing.T, client string, want, got cekafka.Message) {
	t.Helper()
	equal := func(a, b []byte) bool { return (a == nil) == (b == nil) && string(a) == string(b) }
	ok := equal(want.Key, got.Key) && equal(want.Value, got.Value) && len(want.Headers) == len(got.Headers)
	for i := 0; ok && i < len(want.Headers); i++ {
		ok = want.Headers[i].Name == got.Headers[i].Name && equal(want.Headers[i].Value, got.Headers[i].Value)
	}
	if !ok {
		t.Errorf("%s: %#v, want %#v", client, got, want)
	}
}

// An event arrives as it was sent, in both modes.
func TestEvents(t *testing.T) {
	c := start(t)
	e := cloudevents.Event{ID: "1", Source: "/orders", Type: "t", Subject: "Grüße", DataContentType: "application/json", Data: []byte(`{"n":1}`)}
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		encoder := cekafka.Encoder{Mode: mode}
		m, err := encoder.ToMessage(&e)
		if err != nil {
			t.Fatal(err)
		}
		p := cesarama.ToProducerMessage(&m)
		p.Topic = topic
		if _, _, err := c.producer.SendMessage(p); err != nil {
			t.Fatal(err)
		}
		in := cesarama.FromConsumerMessage(c.next(t))
		got, err := cekafka.ToCloudEvent(&in, nil)
		if err != nil || got.ID != e.ID || got.Subject != e.Subject || string(got.Data) != string(e.Data) || got.DataContentType != e.DataContentType || len(got.Extensions) != 0 {
			t.Errorf("%s: %v: %v", mode, got, err)
		}
	}
}

// What is not part of an event stays as it was.
func TestCopy(t *testing.T) {
	p := &sarama.ProducerMessage{Topic: topic, Partition: 3, Metadata: "mine", Key: sarama.StringEncoder("old"), Headers: []sarama.RecordHeader{{Key: []byte("old")}}}
	cesarama.CopyToProducerMessage(p, &cekafka.Message{Value: []byte("v")})
	if p.Topic != topic || p.Partition != 3 || p.Metadata != "mine" || p.Key != nil || p.Headers != nil {
		t.Errorf("%+v", p)
	}
	if m := cesarama.FromConsumerMessage(&sarama.ConsumerMessage{Headers: []*sarama.RecordHeader{nil}}); len(m.Headers) != 0 {
		t.Errorf("%v", m)
	}
}

// Every exported function and type is documented and in an example.
func TestAPI(t *testing.T) {
	problems, err := apicheck.Check(os.DirFS("."), "github.com/seed763dd41b/cloudevents/kafka/sarama")
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Error(problem)
	}
}
