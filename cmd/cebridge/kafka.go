package main

import (
	"context"
	"crypto/tls"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/plain"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

// kafkaOptions are what a source and a target need to connect. The query tls=1 asks for TLS.
func kafkaOptions(e endpoint, s secret) []kgo.Opt {
	opts := []kgo.Opt{kgo.SeedBrokers(strings.Split(e.host, ",")...), kgo.ClientID("cebridge")}
	if e.url.Query().Get("tls") == "1" {
		opts = append(opts, kgo.DialTLSConfig(&tls.Config{MinVersion: tls.VersionTLS12}))
	}
	if s.user != "" {
		opts = append(opts, kgo.SASL(plain.Auth{User: s.user, Pass: s.password}.AsMechanism()))
	}
	return opts
}

// kafkaTarget writes events to a topic, with their partitionkey as the key.
type kafkaTarget struct {
	client  *kgo.Client
	senders [2]*cekgo.Sender // by mode
}

func newKafkaTarget(ctx context.Context, b *bridge, s secret) (*kafkaTarget, error) {
	client, err := kgo.NewClient(kafkaOptions(b.settings.target, s)...)
	if err != nil {
		return nil, err
	}
	if err := client.Ping(ctx); err != nil {
		client.Close()
		return nil, err
	}
	t := &kafkaTarget{client: client}
	for _, m := range modes {
		t.senders[m] = &cekgo.Sender{Client: client, Topic: b.settings.target.path, Encoder: cekafka.Encoder{Mode: m, Key: cekafka.PartitionKey}, Observer: b.telemetry.sending}
	}
	return t, nil
}

func (t *kafkaTarget) send(ctx context.Context, e *cloudevents.Event, mode cloudevents.Mode) error {
	return t.senders[mode].Send(ctx, e)
}

func (t *kafkaTarget) close() { t.client.Close() }

// sessionTimeout is how long the partitions of a bridge that has crashed wait for another one.
const sessionTimeout = 10 * time.Second

// kafkaSource reads events as a member of a group.
type kafkaSource struct {
	consumer *cekgo.Consumer
}

func newKafkaSource(b *bridge, s secret) (*kafkaSource, error) {
	delivery := b.delivery()
	delivery.Handler = func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		return b.pass(withMode(ctx, modeOfRecord(ctx)), e)
	}
	c := &cekgo.Consumer{
		Delivery: delivery, Concurrency: b.settings.concurrency, DeadLetter: b.settings.deadLetter, Grace: b.settings.grace,
		Invalid: policies[b.settings.invalid], Skipped: func(context.Context, *kgo.Record, error) {},
		Decoder: cekafka.Decoder{JSONEvents: true},
	}
	opts := append(c.Options(), kafkaOptions(b.settings.source, s)...)
	client, err := kgo.NewClient(append(opts, kgo.ConsumerGroup(b.settings.group), kgo.ConsumeTopics(b.settings.source.path),
		kgo.SessionTimeout(sessionTimeout))...)
	if err != nil {
		return nil, err
	}
	c.Client = client
	b.lag = c.Lag
	return &kafkaSource{c}, nil
}

func (s *kafkaSource) run(ctx context.Context) error {
	defer s.consumer.Client.CloseAllowingRebalance()
	return s.consumer.Run(ctx)
}

func modeOfRecord(ctx context.Context) cloudevents.Mode {
	r, _ := cekgo.RecordFrom(ctx)
	for _, h := range r.Headers {
		if h.Key == "content-type" {
			return format.ModeOf(string(h.Value))
		}
	}
	for _, h := range r.Headers {
		if h.Key == "ce_specversion" {
			return cloudevents.BinaryMode
		}
	}
	return cloudevents.StructuredMode
}
