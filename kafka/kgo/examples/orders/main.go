// Command orders sends events to Kafka and handles them, on a broker in this process:
//
//	go run ./examples/orders
//
// A consumer has a handler for each of three types. It ends after two events, as a program that is
// restarted does, and a second one goes on where it was. One event is refused by its handler, and
// goes to the dead letter.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

const (
	topic = "orders"
	dead  = "orders-dead"
)

func main() {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, topic, dead))
	if err != nil {
		log.Fatal(err)
	}
	defer cluster.Close()
	if err := run(kgo.SeedBrokers(cluster.ListenAddrs()...)); err != nil {
		log.Fatal(err)
	}
}

func run(brokers kgo.Opt) error {
	if err := produce(brokers); err != nil {
		return err
	}
	if err := consume(brokers, 2); err != nil {
		return err
	}
	fmt.Println("restart")
	if err := consume(brokers, 2); err != nil {
		return err
	}
	return printDead(brokers)
}

func produce(brokers kgo.Opt) error {
	client, err := kgo.NewClient(brokers)
	if err != nil {
		return err
	}
	defer client.Close()
	es, err := events()
	if err != nil {
		return err
	}
	sender := &cekgo.Sender{Client: client, Topic: topic}
	return sender.SendBatch(context.Background(), es)
}

// consume handles so many events.
func consume(brokers kgo.Opt, enough int) error {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	d, err := delivery(enough, end)
	if err != nil {
		return err
	}
	consumer := &cekgo.Consumer{Delivery: d, DeadLetter: dead}
	client, err := kgo.NewClient(append(consumer.Options(), brokers, kgo.ConsumerGroup("billing"), kgo.ConsumeTopics(topic))...)
	if err != nil {
		return err
	}
	defer client.CloseAllowingRebalance()
	consumer.Client = client
	return consumer.Run(ctx)
}

// printDead prints why the first dead letter is there.
func printDead(brokers kgo.Opt) error {
	client, err := kgo.NewClient(brokers, kgo.ConsumeTopics(dead))
	if err != nil {
		return err
	}
	defer client.Close()
	fetches := client.PollRecords(context.Background(), 1)
	if err := fetches.Err(); err != nil {
		return err
	}
	for _, h := range fetches.Records()[0].Headers {
		if h.Key == dispatch.DeadLetterReason {
			fmt.Printf("in the dead letter: %s\n", h.Value)
			return nil
		}
	}
	return errors.New("a dead letter without a reason")
}

type placed struct{ Order, Articles int }

type paid struct{ Order, Cents int }

type shipped struct {
	Order int
	By    string
}

// events returns four events. The third one is refused.
func events() ([]cloudevents.Event, error) {
	var es []cloudevents.Event
	for _, x := range []struct {
		eventType string
		data      any
	}{
		{"com.example.order.placed", placed{17, 2}},
		{"com.example.order.paid", paid{17, 1999}},
		{"com.example.order.paid", paid{18, -1}},
		{"com.example.order.shipped", shipped{17, "train"}},
	} {
		e := cloudevents.New("/orders", x.eventType)
		if err := e.SetData("application/json", x.data); err != nil {
			return nil, err
		}
		es = append(es, e)
	}
	return es, nil
}

// delivery has the handlers, and calls end after so many events.
func delivery(enough int, end func()) (dispatch.Delivery, error) {
	var mux dispatch.Mux
	err := mux.Handle(
		dispatch.Consume("com.example.order.placed", func(_ context.Context, _ *cloudevents.Event, p placed) error {
			fmt.Printf("order %d has %d articles\n", p.Order, p.Articles)
			return nil
		}),
		dispatch.Consume("com.example.order.paid", func(_ context.Context, _ *cloudevents.Event, p paid) error {
			if p.Cents < 0 {
				return dispatch.Permanent(fmt.Errorf("order %d is paid with %d cents", p.Order, p.Cents))
			}
			fmt.Printf("order %d is paid with %d cents\n", p.Order, p.Cents)
			return nil
		}),
		dispatch.Consume("com.example.order.shipped", func(_ context.Context, _ *cloudevents.Event, s shipped) error {
			fmt.Printf("order %d is shipped by %s\n", s.Order, s.By)
			return nil
		}),
	)
	count := func(context.Context, dispatch.Outcome) {
		if enough--; enough == 0 {
			end()
		}
	}
	return dispatch.Delivery{
		Handler: mux.HandleEvent, Logger: slog.New(slog.DiscardHandler),
		Observer: dispatch.Observer{Handled: count, Failed: count},
	}, err
}
