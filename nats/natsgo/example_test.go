package cenatsgo_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
)

// A program with a loop of its own converts its messages.
func ExampleFromMsg() {
	msg := &nats.Msg{Data: []byte(`"tea"`), Header: nats.Header{
		"ce-specversion": {"1.0"}, "ce-id": {"A-1"}, "ce-source": {"/orders"}, "ce-type": {"com.example.order.placed"},
		"ce-datacontenttype": {"application/json"},
	}}
	m := cenatsgo.FromMsg(msg)
	e, err := cenats.ToCloudEvent(&m, nil)
	fmt.Println(e.ID, string(e.Data), err)
	// Output: A-1 "tea" <nil>
}

func ExampleToMsg() {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	m, err := cenats.ToMessage(&e, cloudevents.StructuredMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	msg := cenatsgo.ToMsg("orders", &m)
	fmt.Println(msg.Subject, msg.Header["Content-Type"], string(msg.Data))
	// Output: orders [application/cloudevents+json] {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed"}
}

// serve starts a server in this process.
func serve() (url string, stop func(), err error) {
	dir, err := os.MkdirTemp("", "jetstream")
	if err != nil {
		return "", nil, err
	}
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
	if err != nil {
		return "", nil, err
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		return "", nil, errors.New("the server does not start")
	}
	return s.ClientURL(), func() { s.Shutdown(); s.WaitForShutdown(); os.RemoveAll(dir) }, nil
}

// A producer and a consumer on JetStream. An event that is published twice is handled once.
func ExampleConsumer() {
	url, stop, err := serve()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	conn, err := nats.Connect(url)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	js, err := jetstream.New(conn)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.>"}}); err != nil {
		fmt.Println(err)
		return
	}
	durable, err := js.CreateConsumer(ctx, "ORDERS", jetstream.ConsumerConfig{Durable: "billing", AckPolicy: jetstream.AckExplicitPolicy})
	if err != nil {
		fmt.Println(err)
		return
	}

	sender := &cenatsgo.Sender{JetStream: js, Subject: "orders.placed"}
	placed := cloudevents.New("/orders", "com.example.order.placed")
	paid := cloudevents.New("/orders", "com.example.order.paid")
	for _, e := range []*cloudevents.Event{&placed, &placed, &paid} {
		if err := sender.Send(ctx, e); err != nil {
			fmt.Println(err)
			return
		}
	}

	consumer := &cenatsgo.Consumer{Consumer: durable, InOrder: true, Delivery: dispatch.Delivery{
		Logger: slog.New(slog.DiscardHandler),
		Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			m, _ := cenatsgo.MessageFrom(ctx)
			fmt.Println(e.Type, "on", m.Subject())
			if e.Type == "com.example.order.paid" {
				cancel()
			}
			return nil, nil
		},
	}}
	fmt.Println(consumer.Run(ctx))
	// Output:
	// com.example.order.placed on orders.placed
	// com.example.order.paid on orders.placed
	// <nil>
}

// Two processes share what they have handled.
func ExampleDeduplicateStore() {
	url, stop, err := serve()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	ctx := context.Background()
	for _, process := range []string{"first", "second"} {
		conn, err := nats.Connect(url)
		if err != nil {
			fmt.Println(err)
			return
		}
		defer conn.Close()
		js, err := jetstream.New(conn)
		if err != nil {
			fmt.Println(err)
			return
		}
		bucket, err := js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: "handled", TTL: 24 * time.Hour})
		if err != nil {
			fmt.Println(err)
			return
		}
		once := dispatch.Deduplicate{Store: &cenatsgo.DeduplicateStore{Bucket: bucket}}
		handler := once.Wrap(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
			fmt.Println(process, "handles it")
			return nil, nil
		})
		_, err = handler(ctx, &cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"})
		fmt.Println(err)
	}
	// Output:
	// first handles it
	// <nil>
	// event was handled before
}
