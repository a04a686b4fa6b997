// Command orders sends events to MQTT 5 and handles them, on a broker in this process:
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
	"net/url"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cepaho "github.com/seed763dd41b/cloudevents/mqtt/paho"
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
	if err := run(&url.URL{Scheme: "mqtt", Host: listener.Address()}); err != nil {
		log.Fatal(err)
	}
}

func run(broker *url.URL) error {
	letters := make(chan *paho.Publish, 8)
	watching := config(broker, "audit")
	watching.ConnectPacketBuilder = func(p *paho.Connect, _ *url.URL) (*paho.Connect, error) {
		p.Properties.RequestProblemInfo = true // or this broker leaves out the properties of messages
		return p, nil
	}
	watching.OnPublishReceived = []func(paho.PublishReceived) (bool, error){func(r paho.PublishReceived) (bool, error) {
		letters <- r.Packet
		return true, nil
	}}
	return connected(watching, func(audit *autopaho.ConnectionManager) error {
		if err := subscribe(audit, dead); err != nil {
			return err
		}
		// The session of the consumer is there before the events, or they are nobody's.
		err := connected(config(broker, "billing"), func(m *autopaho.ConnectionManager) error { return subscribe(m, topic) })
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
		letter := <-letters
		fmt.Println("in the dead letter:", letter.Properties.User.Get(dispatch.DeadLetterReason))
		return nil
	})
}

// config has a session that lasts for an hour without a connection.
func config(broker *url.URL, id string) autopaho.ClientConfig {
	return autopaho.ClientConfig{
		ServerUrls: []*url.URL{broker}, KeepAlive: 30, SessionExpiryInterval: 3600,
		ClientConfig: paho.ClientConfig{ClientID: id},
	}
}

// connected calls f with a connection.
func connected(cfg autopaho.ClientConfig, f func(*autopaho.ConnectionManager) error) error {
	m, err := autopaho.NewConnection(context.Background(), cfg)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err = m.AwaitConnection(ctx); err == nil {
		err = f(m)
	}
	return errors.Join(err, m.Disconnect(ctx))
}

func subscribe(m *autopaho.ConnectionManager, filter string) error {
	_, err := m.Subscribe(context.Background(), &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: filter, QoS: 1}}})
	return err
}

func produce(broker *url.URL, es []cloudevents.Event) error {
	return connected(config(broker, "shop"), func(m *autopaho.ConnectionManager) error {
		sender := &cepaho.Sender{Client: m, Topic: topic}
		for i := range es {
			if err := sender.Send(context.Background(), &es[i]); err != nil {
				return err
			}
		}
		// This broker acknowledges an event before it keeps it for a session, and loses it if the
		// client of the session connects in between. It answers this when it has kept all.
		_, err := m.Unsubscribe(context.Background(), &paho.Unsubscribe{Topics: []string{topic}})
		return err
	})
}

// consume handles events until it has had those of the list.
func consume(broker *url.URL, es []cloudevents.Event, seen *dispatch.Deduplicate) error {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	d, err := delivery(es, seen, end)
	if err != nil {
		return err
	}
	consumer := &cepaho.Consumer{Topics: []string{topic}, Delivery: d, DeadLetter: dead}
	cfg := config(broker, "billing")
	consumer.Configure(&cfg)
	return connected(cfg, func(m *autopaho.ConnectionManager) error {
		consumer.Client = m
		return consumer.Run(ctx)
	})
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
