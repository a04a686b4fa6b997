package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/IBM/sarama"
	kafkasarama "github.com/cloudevents/sdk-go/protocol/kafka_sarama/v2"
	"github.com/cloudevents/sdk-go/v2/client"
	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

const (
	sessionTimeout = 2 * time.Second
	heartbeat      = 200 * time.Millisecond
	commitInterval = 100 * time.Millisecond
)

var names = []string{
	"kafka/kgo", "sdk-go, kafka_sarama, as it comes", "sdk-go, kafka_sarama, WithPollGoroutines(1), WithBlockingCallback",
}

// receivers are by name. They run until they are killed.
var receivers = map[string]func(brokers []string, file string) error{
	names[0]: ours,
	names[1]: func(brokers []string, file string) error { return sdkgo(brokers, file) },
	names[2]: func(brokers []string, file string) error {
		return sdkgo(brokers, file, client.WithPollGoroutines(1), client.WithBlockingCallback())
	},
}

var errNotNow = errors.New("not now")

// handler fails at a third of its calls, and else appends the id of its event to a file.
func handler(file string) (func(id string) error, error) {
	out, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	return func(id string) error {
		if rand.IntN(3) == 0 {
			return errNotNow
		}
		mu.Lock()
		defer mu.Unlock()
		_, err := fmt.Fprintln(out, id)
		return err
	}, nil
}

func ours(brokers []string, file string) error {
	handle, err := handler(file)
	if err != nil {
		return err
	}
	c := &cekgo.Consumer{Delivery: dispatch.Delivery{
		Attempts: -1, Wait: time.Microsecond, MaxWait: time.Millisecond, Logger: slog.New(slog.DiscardHandler),
		Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) { return nil, handle(e.ID) },
	}}
	c.Client, err = kgo.NewClient(append(c.Options(), kgo.SeedBrokers(brokers...), kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic),
		kgo.SessionTimeout(sessionTimeout), kgo.HeartbeatInterval(heartbeat), kgo.AutoCommitInterval(commitInterval))...)
	if err != nil {
		return err
	}
	return c.Run(context.Background())
}

func sdkgo(brokers []string, file string, options ...client.Option) error {
	handle, err := handler(file)
	if err != nil {
		return err
	}
	config := sarama.NewConfig()
	config.Version = sarama.V2_8_0_0
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Group.Session.Timeout = sessionTimeout
	config.Consumer.Group.Heartbeat.Interval = heartbeat
	config.Consumer.Offsets.AutoCommit.Interval = commitInterval
	consumer, err := kafkasarama.NewConsumer(brokers, config, group, topic)
	if err != nil {
		return err
	}
	c, err := client.New(consumer, options...)
	if err != nil {
		return err
	}
	return c.StartReceiver(context.Background(), func(e event.Event) error { return handle(e.ID()) })
}
