// Command orders sends events to JetStream and handles them, on a broker in this process:
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
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
)

const dead = "dead.orders"

func main() {
	if err := serve(run); err != nil {
		log.Fatal(err)
	}
}

// serve calls f with a connection to a server in this process.
func serve(f func(jetstream.JetStream) error) error {
	dir, err := os.MkdirTemp("", "orders")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
	if err != nil {
		return err
	}
	s.Start()
	defer func() { s.Shutdown(); s.WaitForShutdown() }()
	if !s.ReadyForConnections(10 * time.Second) {
		return errors.New("the server does not start")
	}
	conn, err := nats.Connect(s.ClientURL())
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	return f(js)
}

func run(js jetstream.JetStream) error {
	ctx := context.Background()
	stream, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.>"}})
	if err != nil {
		return err
	}
	letters, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "DEAD", Subjects: []string{"dead.>"}})
	if err != nil {
		return err
	}
	es, err := events()
	if err != nil {
		return err
	}
	sender := &cenatsgo.Sender{JetStream: js, Subject: "orders.all"}
	if err := sender.SendBatch(ctx, es); err != nil {
		return err
	}
	if err := consume(js, stream, 2); err != nil {
		return err
	}
	fmt.Println("restart")
	if err := consume(js, stream, 2); err != nil {
		return err
	}
	letter, err := letters.GetMsg(ctx, 1)
	if err != nil {
		return err
	}
	fmt.Println("in the dead letter:", letter.Header.Get(dispatch.DeadLetterReason))
	return nil
}

// consume handles so many events.
func consume(js jetstream.JetStream, stream jetstream.Stream, enough int) error {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	d, err := delivery(enough, end)
	if err != nil {
		return err
	}
	durable, err := stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: "billing", AckPolicy: jetstream.AckExplicitPolicy, AckWait: time.Second, MaxDeliver: -1,
	})
	if err != nil {
		return err
	}
	consumer := &cenatsgo.Consumer{Consumer: durable, Delivery: d, InOrder: true, Prefetch: 1, JetStream: js, DeadLetter: dead}
	return consumer.Run(ctx)
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
