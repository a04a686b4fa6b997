package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl/plain"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

// kafkaClient makes a client, and waits until it has a broker.
func kafkaClient(ctx context.Context, b *bridge, e endpoint, s secret, opts ...kgo.Opt) (*kgo.Client, error) {
	opts = append(opts, kgo.SeedBrokers(strings.Split(e.host, ",")...), kgo.ClientID("cebridge"), kgo.WithLogger(kafkaLogger{b.logger}))
	if e.has("tls") {
		opts = append(opts, kgo.DialTLSConfig(&tls.Config{MinVersion: tls.VersionTLS12}))
	}
	if s.user != "" {
		opts = append(opts, kgo.SASL(plain.Auth{User: s.user, Pass: s.password}.AsMechanism()))
	}
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, err
	}
	if err := client.Ping(ctx); err != nil {
		client.CloseAllowingRebalance()
		return nil, err
	}
	topics := []string{e.path}
	if b.settings.deadLetter != "" && e.scheme == b.settings.source.scheme {
		topics = append(topics, b.settings.deadLetter)
	}
	for _, topic := range missingTopics(ctx, client, topics) {
		b.logger.Warn("kafka: there is no such topic yet", "topic", topic)
	}
	return client, nil
}

// missingTopics returns the topics that a cluster does not have. Somebody may make them later,
// and those of errors are left out: not everybody may ask.
func missingTopics(ctx context.Context, client *kgo.Client, topics []string) (missing []string) {
	request := kmsg.NewPtrMetadataRequest()
	for _, topic := range topics {
		t := kmsg.NewMetadataRequestTopic()
		t.Topic = kmsg.StringPtr(topic)
		request.Topics = append(request.Topics, t)
	}
	response, err := request.RequestWith(ctx, client)
	if err != nil {
		return nil
	}
	for _, t := range response.Topics {
		if t.Topic != nil && errors.Is(kerr.ErrorForCode(t.ErrorCode), kerr.UnknownTopicOrPartition) {
			missing = append(missing, *t.Topic)
		}
	}
	return missing
}

// kafkaLogger passes the warnings of the client on.
type kafkaLogger struct{ to *slog.Logger }

func (kafkaLogger) Level() kgo.LogLevel { return kgo.LogLevelWarn }

func (l kafkaLogger) Log(level kgo.LogLevel, msg string, keyvals ...any) {
	if level == kgo.LogLevelError {
		l.to.Error("kafka: "+msg, keyvals...)
	} else {
		l.to.Warn("kafka: "+msg, keyvals...)
	}
}

// kafkaTarget writes events to a topic, with their partitionkey as the key.
type kafkaTarget struct {
	client  *kgo.Client
	senders map[layout]*cekgo.Sender
}

func newKafkaTarget(ctx context.Context, b *bridge, s secret) (*kafkaTarget, error) {
	client, err := kafkaClient(ctx, b, b.settings.target, s, kgo.ProducerLinger(0)) // the source waits for each event
	if err != nil {
		return nil, err
	}
	return &kafkaTarget{client, eachLayout(func(m cloudevents.Mode, f format.Formatter) *cekgo.Sender {
		return &cekgo.Sender{
			Client: client, Topic: b.settings.target.path, Encoder: cekafka.Encoder{Mode: m, Format: f, Key: cekafka.PartitionKey}, Observer: b.telemetry.sending,
		}
	})}, nil
}

func (t *kafkaTarget) send(ctx context.Context, e *cloudevents.Event, l layout) error {
	return t.senders[l].Send(ctx, e)
}

func (t *kafkaTarget) close() { t.client.Close() }

// sessionTimeout is how long the partitions of a bridge that has crashed wait for another one.
const sessionTimeout = 10 * time.Second

// fetchMaxWait is how long a broker may wait for new records. The client has one fetch under way
// at a broker, and a partition that was full before waits until it has ended: 5 s by default.
const fetchMaxWait = 100 * time.Millisecond

// kafkaSource reads events as a member of a group.
type kafkaSource struct {
	consumer *cekgo.Consumer
}

func newKafkaSource(ctx context.Context, b *bridge, s secret) (*kafkaSource, error) {
	delivery := b.delivery()
	delivery.Handler = b.passFrom(kafkaLayout)
	c := &cekgo.Consumer{
		Delivery: delivery, Concurrency: b.settings.atATime(), DeadLetter: b.settings.deadLetter, Grace: b.settings.grace,
		Invalid: policies[b.settings.invalid], Skipped: func(context.Context, *kgo.Record, error) {},
		Decoder: cekafka.Decoder{Format: all.Formats(), JSONEvents: true},
	}
	client, err := kafkaClient(ctx, b, b.settings.source, s, append(c.Options(),
		kgo.ConsumerGroup(b.settings.group), kgo.ConsumeTopics(b.settings.source.path),
		kgo.SessionTimeout(sessionTimeout), kgo.FetchMaxWait(fetchMaxWait))...)
	if err != nil {
		return nil, err
	}
	c.Client = client
	b.lag = func(context.Context) (int64, error) { return c.Lag(), nil }
	return &kafkaSource{c}, nil
}

func (s *kafkaSource) run(ctx context.Context) error {
	defer s.consumer.Client.CloseAllowingRebalance()
	return s.consumer.Run(ctx)
}

// kafkaLayout returns the layout of the record that carried an event.
func kafkaLayout(ctx context.Context) layout {
	r, _ := cekgo.RecordFrom(ctx)
	m := cekgo.FromRecord(r)
	mode, declared := cekafka.ModeOf(&m)
	return messageLayout(mode, declared, cekgo.HeaderFrom(ctx, "content-type"))
}
