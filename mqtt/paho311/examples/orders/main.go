// Command orders sends events to MQTT 3.1.1 and handles them, on a broker in this process:
//
//	go run ./examples/orders
//
// A consumer has a handler for each of three types. It ends after two events, as a program that
// is restarted does, and others handle those that have come meanwhile. One event is refused by
// its handler, and goes to the dead letter.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	cepaho311 "github.com/seed763dd41b/cloudevents/mqtt/paho311"
)

const (
	topic = "orders/all"
	dead  = "dead/orders"
)

func main() {
	server := mochi.New(&mochi.Options{Logger: slog.New(slog.DiscardHandler)})
	listener := listeners.NewTCP(listeners.Config{ID: "tcp", Address: "127.0.0.1:0"})
	if err := errors.Join(server.AddHook(new(auth.AllowHook), nil), server.AddListener(listener), server.Serve()); err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	if err := run("tcp://" + listener.Address()); err != nil {
		log.Fatal(err)
	}
}

func run(broker string) error {
	letters := make(chan mqtt.Message, 8)
	return connected(options(broker, "audit"), func(audit mqtt.Client) error {
		err := wait(audit.Subscribe(dead, 1, func(_ mqtt.Client, m mqtt.Message) { letters <- m }))
		if err != nil {
			return err
		}
		// The session of the consumer is there before the events, or they are nobody's.
		err = connected(options(broker, "billing"), func(c mqtt.Client) error { return wait(c.Subscribe(topic, 1, nil)) })
		if err != nil {
			return err
		}
		es, err := events()
		if err != nil {
			return err
		}
		// The refused event waits alone: this broker has one space of packet identifiers for what
		// it sends and what it gets, and may lose an event that waits while the dead letter comes.
		var seen dispatch.Deduplicate // a message may come again after a restart
		for i, part := range [][]cloudevents.Event{es[:2], es[2:3], es[3:]} {
			if i > 0 {
				fmt.Println("restart")
			}
			if err := produce(broker, part); err != nil { // while the consumer is away
				return err
			}
			if err := consume(broker, part, &seen); err != nil {
				return err
			}
		}
		m := cepaho311.FromMessage(<-letters) // which has no place for the reason: that is in the log
		letter, err := cemqtt.ToCloudEvent(&m, nil)
		if err != nil {
			return err
		}
		fmt.Println("in the dead letter:", letter.Type, string(letter.Data))
		return nil
	})
}

// options have a session that outlives the connection.
func options(broker, id string) *mqtt.ClientOptions {
	return mqtt.NewClientOptions().AddBroker(broker).SetClientID(id).SetCleanSession(false)
}

// connected calls f with a connection.
func connected(o *mqtt.ClientOptions, f func(mqtt.Client) error) error {
	client := mqtt.NewClient(o)
	if err := wait(client.Connect()); err != nil {
		return err
	}
	defer client.Disconnect(250)
	return f(client)
}

func wait(t mqtt.Token) error {
	if !t.WaitTimeout(time.Minute) {
		return errors.New("the broker does not answer")
	}
	return t.Error()
}

func produce(broker string, es []cloudevents.Event) error {
	return connected(options(broker, "shop"), func(client mqtt.Client) error {
		sender := &cepaho311.Sender{Client: client, Topic: topic}
		for i := range es {
			if err := sender.Send(context.Background(), &es[i]); err != nil {
				return err
			}
		}
		// This broker acknowledges an event before it keeps it for a session, and loses it if the
		// client of the session connects in between. It answers this when it has kept all.
		return wait(client.Unsubscribe(topic))
	})
}

// consume handles events until it has had those of the list.
func consume(broker string, es []cloudevents.Event, seen *dispatch.Deduplicate) error {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	d, err := delivery(es, seen, end)
	if err != nil {
		return err
	}
	consumer := &cepaho311.Consumer{Topics: []string{topic}, Delivery: d, DeadLetter: dead}
	o := options(broker, "billing")
	consumer.Configure(o)
	consumer.Client = mqtt.NewClient(o)
	if err := wait(consumer.Client.Connect()); err != nil {
		return err
	}
	defer consumer.Client.Disconnect(250)
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

// delivery has the handlers, and calls end after the events of the list.
func delivery(es []cloudevents.Event, seen *dispatch.Deduplicate, end func()) (dispatch.Delivery, error) {
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
	left := map[string]bool{}
	for i := range es {
		left[es[i].ID] = true
	}
	count := func(_ context.Context, o dispatch.Outcome) {
		if delete(left, o.ID); len(left) == 0 {
			end()
		}
	}
	return dispatch.Delivery{
		Handler: seen.Wrap(mux.HandleEvent), Logger: slog.New(slog.DiscardHandler),
		Observer: dispatch.Observer{Handled: count, Failed: count},
	}, err
}
