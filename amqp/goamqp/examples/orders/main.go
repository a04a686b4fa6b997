// Command orders sends events to AMQP 1.0 and handles them, on a broker in this process:
//
//	go run ./examples/orders
//
// The broker is that of the tests of this module. It stands for one such as RabbitMQ, Artemis or
// Azure Service Bus.
//
// A consumer has a handler for each of three types. It ends after two events, as a program that
// is restarted does, and a second one handles those that have come meanwhile. One event is
// refused by its handler, and goes to the dead letter.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"time"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/amqpbroker"
)

const (
	queue = "orders"
	dead  = "orders.dead"
)

func main() {
	broker := new(amqpbroker.Broker)
	if err := broker.Start(); err != nil {
		log.Fatal(err)
	}
	defer broker.Stop()
	if err := run(broker.URL()); err != nil {
		log.Fatal(err)
	}
}

func run(url string) error {
	es, err := events()
	if err != nil {
		return err
	}
	for i, half := range [][]cloudevents.Event{es[:2], es[2:]} {
		if i > 0 {
			fmt.Println("restart")
		}
		if err := produce(url, half); err != nil { // while the consumer is away
			return err
		}
		if err := consume(url, len(half)); err != nil {
			return err
		}
	}
	return connected(url, func(ctx context.Context, s *amqp.Session) error {
		receiver, err := s.NewReceiver(ctx, dead, nil)
		if err != nil {
			return err
		}
		letter, err := receiver.Receive(ctx, nil)
		if err != nil {
			return err
		}
		fmt.Println("in the dead letter:", letter.ApplicationProperties[dispatch.DeadLetterReason])
		return receiver.AcceptMessage(ctx, letter)
	})
}

// connected calls f with a session.
func connected(url string, f func(context.Context, *amqp.Session) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := amqp.Dial(ctx, url, nil)
	if err != nil {
		return err
	}
	session, err := conn.NewSession(ctx, nil)
	if err == nil {
		err = f(ctx, session)
	}
	return errors.Join(err, conn.Close())
}

func produce(url string, es []cloudevents.Event) error {
	return connected(url, func(ctx context.Context, s *amqp.Session) error {
		link, err := s.NewSender(ctx, queue, nil)
		if err != nil {
			return err
		}
		sender := &cegoamqp.Sender{Sender: link}
		for i := range es {
			if err := sender.Send(ctx, &es[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// consume handles so many events.
func consume(url string, enough int) error {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	d, err := delivery(enough, end)
	if err != nil {
		return err
	}
	consumer := &cegoamqp.Consumer{Delivery: d, Connect: func(ctx context.Context) (links cegoamqp.Links, err error) {
		if links.Conn, err = amqp.Dial(ctx, url, nil); err != nil {
			return links, err
		}
		session, err := links.Conn.NewSession(ctx, nil)
		if err != nil {
			return links, err
		}
		if links.DeadLetter, err = session.NewSender(ctx, dead, nil); err != nil {
			return links, err
		}
		links.Receiver, err = session.NewReceiver(ctx, queue, &amqp.ReceiverOptions{Credit: 1})
		return links, err
	}}
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
