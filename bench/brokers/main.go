// Command brokers measures the consumers and senders of this module beside the bare clients, with
// the same acknowledgements, on brokers in this process. Run it in its directory:
//
//	go run .
//
// Both sides of a row move the same number of events with 1 KiB of data, in turn; the ratio is
// the median of the ratios of the passes: the time of ours over that of the bare client. The
// goal is at most 1.10.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
)

// settings of a run.
var (
	events = flag.Int("events", 20000, "events of each measurement")
	passes = flag.Int("passes", 7, "measurements of each side")
)

func main() {
	log.SetFlags(0)
	flag.Parse()
	kafka, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.AllowAutoTopicCreation(), kfake.DefaultNumPartitions(4))
	check(err)
	defer kafka.Close()
	dir, err := os.MkdirTemp("", "jetstream")
	check(err)
	defer os.RemoveAll(dir)
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
	check(err)
	s.Start()
	defer s.Shutdown()
	if !s.ReadyForConnections(10 * time.Second) {
		log.Fatal("the server does not start")
	}

	fmt.Println("| row | bare client | this module | ratio |\n|---|--:|--:|--:|")
	k := kafkaRows{brokers: kafka.ListenAddrs()}
	row("Kafka, produce", k.produceBare, k.produceOurs)
	row("Kafka, consume", k.consumeBare, k.consumeOurs)
	n := natsRows{url: s.ClientURL()}
	row("JetStream, publish", n.publishBare, n.publishOurs)
	row("JetStream, consume", n.consumeBare, n.consumeOurs)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// row measures both sides in turn.
func row(name string, bare, ours func() time.Duration) {
	var bares, all, ratios []float64
	for range *passes {
		a, b := bare(), ours()
		bares, all, ratios = append(bares, a.Seconds()), append(all, b.Seconds()), append(ratios, b.Seconds()/a.Seconds())
	}
	perSecond := func(seconds []float64) string { return fmt.Sprintf("%.0f/s", float64(*events)/median(seconds)) }
	fmt.Printf("| %s | %s | %s | %.2f |\n", name, perSecond(bares), perSecond(all), median(ratios))
}

func median(xs []float64) float64 {
	slices.Sort(xs)
	return xs[len(xs)/2]
}

func event(i int) cloudevents.Event {
	return cloudevents.Event{
		ID: strconv.Itoa(i), Source: "/orders", Type: "com.example.order.placed", DataContentType: "application/octet-stream", Data: make([]byte, 1<<10),
		Time:       time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC),
		Extensions: []cloudevents.Extension{{Name: "partitionkey", Value: cloudevents.StringValue(strconv.Itoa(i % 100))}},
	}
}

var sequence atomic.Int64

func fresh(prefix string) string { return prefix + strconv.FormatInt(sequence.Add(1), 10) }

type kafkaRows struct{ brokers []string }

func (k *kafkaRows) client(opts ...kgo.Opt) *kgo.Client {
	c, err := kgo.NewClient(append(opts, kgo.SeedBrokers(k.brokers...), kgo.AllowAutoTopicCreation(), kgo.ProducerBatchCompression(kgo.NoCompression()))...)
	check(err)
	return c
}

// records are events that are encoded already.
func records(topic string) []*kgo.Record {
	all := make([]*kgo.Record, *events)
	for i := range all {
		e := event(i)
		enc := cekafka.Encoder{Key: cekafka.PartitionKey}
		m, err := enc.ToMessage(&e)
		check(err)
		all[i] = cekgo.ToRecord(&m)
		all[i].Topic = topic
	}
	return all
}

func (k *kafkaRows) produceBare() time.Duration {
	c := k.client()
	defer c.Close()
	all := records(fresh("bare"))
	begin := time.Now()
	check(c.ProduceSync(context.Background(), all...).FirstErr())
	return time.Since(begin)
}

func (k *kafkaRows) produceOurs() time.Duration {
	c := k.client()
	defer c.Close()
	es := make([]cloudevents.Event, *events)
	for i := range es {
		es[i] = event(i)
	}
	s := cekgo.Sender{Client: c, Topic: fresh("ours"), Encoder: cekafka.Encoder{Key: cekafka.PartitionKey}}
	begin := time.Now()
	check(s.SendBatch(context.Background(), es))
	return time.Since(begin)
}

// filled makes a topic with the events.
func (k *kafkaRows) filled() string {
	c := k.client()
	defer c.Close()
	topic := fresh("topic")
	check(c.ProduceSync(context.Background(), records(topic)...).FirstErr())
	return topic
}

func (k *kafkaRows) consumeBare() time.Duration {
	topic := k.filled()
	begin := time.Now()
	c := k.client(kgo.ConsumerGroup(fresh("group")), kgo.ConsumeTopics(topic), kgo.AutoCommitMarks())
	defer c.Close()
	for n := 0; n < *events; {
		fetches := c.PollRecords(context.Background(), 1000)
		fetches.EachRecord(func(r *kgo.Record) {
			n++
			c.MarkCommitRecords(r)
		})
	}
	check(c.CommitMarkedOffsets(context.Background()))
	return time.Since(begin)
}

func (k *kafkaRows) consumeOurs() time.Duration {
	topic := k.filled()
	ctx, cancel := context.WithCancel(context.Background())
	var n atomic.Int64
	begin := time.Now()
	c := &cekgo.Consumer{Delivery: delivery(&n, cancel)}
	c.Client = k.client(append(c.Options(), kgo.ConsumerGroup(fresh("group")), kgo.ConsumeTopics(topic))...)
	defer c.Client.CloseAllowingRebalance()
	check(c.Run(ctx))
	return time.Since(begin)
}

// delivery has a handler that counts, and ends with the last event.
func delivery(n *atomic.Int64, end func()) dispatch.Delivery {
	return dispatch.Delivery{
		Logger: slog.New(slog.DiscardHandler),
		Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
			if n.Add(1) == int64(*events) {
				end()
			}
			return nil, nil
		},
	}
}

type natsRows struct{ url string }

func (n *natsRows) connect() (*nats.Conn, jetstream.JetStream) {
	conn, err := nats.Connect(n.url)
	check(err)
	js, err := jetstream.New(conn)
	check(err)
	return conn, js
}

// stream makes a stream, and returns its subject.
func (n *natsRows) stream(js jetstream.JetStream) (name, subject string) {
	name = fresh("S")
	_, err := js.CreateStream(context.Background(), jetstream.StreamConfig{Name: name, Subjects: []string{name + ".>"}})
	check(err)
	return name, name + ".x"
}

func (n *natsRows) publishBare() time.Duration {
	conn, js := n.connect()
	defer conn.Close()
	_, subject := n.stream(js)
	msgs := make([]*nats.Msg, *events)
	for i := range msgs {
		e := event(i)
		m, err := cenats.ToMessage(&e, cloudevents.BinaryMode, nil)
		check(err)
		m.Header[jetstream.MsgIDHeader] = []string{cenats.MessageID(&e)}
		msgs[i] = cenatsgo.ToMsg(subject, &m)
	}
	begin := time.Now()
	for len(msgs) > 0 {
		k := min(len(msgs), 1000)
		futures := make([]jetstream.PubAckFuture, k)
		for i, m := range msgs[:k] {
			f, err := js.PublishMsgAsync(m)
			check(err)
			futures[i] = f
		}
		for _, f := range futures {
			<-f.Ok()
		}
		msgs = msgs[k:]
	}
	return time.Since(begin)
}

func (n *natsRows) publishOurs() time.Duration {
	conn, js := n.connect()
	defer conn.Close()
	_, subject := n.stream(js)
	es := make([]cloudevents.Event, *events)
	for i := range es {
		es[i] = event(i)
	}
	s := cenatsgo.Sender{JetStream: js, Subject: subject}
	begin := time.Now()
	for len(es) > 0 {
		k := min(len(es), 1000)
		check(s.SendBatch(context.Background(), es[:k]))
		es = es[k:]
	}
	return time.Since(begin)
}

// filled makes a stream with the events, and a consumer of it.
func (n *natsRows) filled(js jetstream.JetStream) jetstream.Consumer {
	name, subject := n.stream(js)
	s := cenatsgo.Sender{JetStream: js, Subject: subject, NoMessageID: true}
	for i := 0; i < *events; i += 1000 {
		es := make([]cloudevents.Event, min(1000, *events-i))
		for k := range es {
			es[k] = event(i + k)
		}
		check(s.SendBatch(context.Background(), es))
	}
	c, err := js.CreateConsumer(context.Background(), name, jetstream.ConsumerConfig{Durable: "d", AckPolicy: jetstream.AckExplicitPolicy, MaxDeliver: -1})
	check(err)
	return c
}

func (n *natsRows) consumeBare() time.Duration {
	conn, js := n.connect()
	defer conn.Close()
	c := n.filled(js)
	begin := time.Now()
	messages, err := c.Messages(jetstream.PullMaxMessages(64))
	check(err)
	for range *events {
		m, err := messages.Next()
		check(err)
		check(m.Ack())
	}
	messages.Stop()
	return time.Since(begin)
}

func (n *natsRows) consumeOurs() time.Duration {
	conn, js := n.connect()
	defer conn.Close()
	c := n.filled(js)
	ctx, cancel := context.WithCancel(context.Background())
	var count atomic.Int64
	begin := time.Now()
	consumer := &cenatsgo.Consumer{Consumer: c, Delivery: delivery(&count, cancel)}
	check(consumer.Run(ctx))
	return time.Since(begin)
}
