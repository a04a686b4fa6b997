package cepaho_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	cepaho "github.com/seed763dd41b/cloudevents/mqtt/paho"
)

// A program with a loop of its own converts its messages.
func ExampleFromPublish() {
	publish := &paho.Publish{Topic: "orders", Payload: []byte(`"tea"`), Properties: &paho.PublishProperties{
		ContentType: "application/json",
		User: paho.UserProperties{
			{Key: "specversion", Value: "1.0"}, {Key: "id", Value: "A-1"}, {Key: "source", Value: "/orders"}, {Key: "type", Value: "com.example.order.placed"},
		},
	}}
	m := cepaho.FromPublish(publish)
	e, err := cemqtt.ToCloudEvent(&m, nil)
	fmt.Println(e.ID, string(e.Data), err)
	// Output: A-1 "tea" <nil>
}

func ExampleToPublish() {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	m, err := cemqtt.ToMessage(&e, cloudevents.StructuredMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	p := cepaho.ToPublish("orders", &m)
	fmt.Println(p.Topic, p.QoS, p.Properties.ContentType, string(p.Payload))
	// Output: orders 1 application/cloudevents+json {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed"}
}

// CopyToPublish keeps what the program has set in a packet.
func ExampleCopyToPublish() {
	p := &paho.Publish{Topic: "orders", QoS: 1, Properties: &paho.PublishProperties{ResponseTopic: "answers"}}
	cepaho.CopyToPublish(p, &cemqtt.Message{ContentType: "text/plain", Payload: []byte("tea")})
	fmt.Println(p.Properties.ResponseTopic, p.Properties.ContentType, string(p.Payload))
	// Output: answers text/plain tea
}

// A dead letter is the message, and says why it is there.
func ExampleDeadLetterPublish() {
	p := &paho.Publish{Topic: "orders/placed", Payload: []byte("tea")}
	letter := cepaho.DeadLetterPublish(p, "dead", errors.New("no such customer"), 3)
	for _, u := range letter.Properties.User {
		fmt.Println(u.Key, "is", u.Value)
	}
	fmt.Println(letter.Topic, string(letter.Payload))
	// Output:
	// deadletter-reason is no such customer
	// deadletter-attempts is 3
	// deadletter-topic is orders/placed
	// dead tea
}

// A batch is a message for each event. Each error says which one it is about.
func ExampleSender_SendBatch() {
	sender := &cepaho.Sender{Client: new(autopaho.ConnectionManager), Topic: "orders"} // which is not connected
	es := []cloudevents.Event{cloudevents.New("/orders", "com.example.order.placed"), cloudevents.New("/orders", "com.example.order.paid")}
	fmt.Println(sender.SendBatch(context.Background(), es))
	// Output:
	// cepaho: topic "orders": event 0: connection with the MQTT server is currently down
	// cepaho: topic "orders": event 1: connection with the MQTT server is currently down
}

// The error of a Sender says whether another attempt makes sense. Package dispatch asks it.
func ExampleSendError() {
	var client cepaho.Publisher = new(autopaho.ConnectionManager) // which is not connected
	sender := &cepaho.Sender{Client: client, Topic: "orders"}
	e := cloudevents.New("/orders", "com.example.order.placed")
	err := sender.Send(context.Background(), &e)
	var failed *cepaho.SendError
	if errors.As(err, &failed) {
		fmt.Println(failed.Topic, failed.Retryable())
	}
	// Output: orders true
}

// A producer and a consumer in one program, on a broker in this process. The consumer has the
// session billing-1, which lasts for a day.
func ExampleConsumer() {
	server, address, err := newServer("127.0.0.1:0", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	consumer := &cepaho.Consumer{Topics: []string{"orders/#"}, DeadLetter: "dead", Delivery: dispatch.Delivery{
		Logger: slog.New(slog.DiscardHandler),
		Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			p, _ := cepaho.MessageFrom(ctx)
			fmt.Println(e.Type, "on", p.Topic)
			if e.Type == "com.example.order.paid" {
				cancel()
			}
			return nil, nil
		},
	}}
	subscribed := make(chan struct{})
	config := autopaho.ClientConfig{
		ServerUrls: []*url.URL{{Scheme: "mqtt", Host: address}}, KeepAlive: 30, SessionExpiryInterval: 86400,
		ClientConfig: paho.ClientConfig{ClientID: "billing-1"},
		OnConnectionUp: func(m *autopaho.ConnectionManager, _ *paho.Connack) {
			go func() { // the Consumer subscribes, too; the example waits for it before it sends
				_, err := m.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: "orders/#", QoS: 1}}})
				if err == nil {
					close(subscribed)
				}
			}()
		},
	}
	consumer.Configure(&config)
	manager, err := autopaho.NewConnection(context.Background(), config)
	if err != nil {
		fmt.Println(err)
		return
	}
	consumer.Client = manager
	go func() {
		<-subscribed
		sender := &cepaho.Sender{Client: manager, Topic: "orders/new"}
		for _, kind := range []string{"com.example.order.placed", "com.example.order.paid"} {
			e := cloudevents.New("/orders", kind)
			if err := sender.Send(context.Background(), &e); err != nil { // ctx ends before the last answer
				return
			}
		}
	}()
	fmt.Println(consumer.Run(ctx))
	fmt.Println(manager.Disconnect(context.Background()))
	// Output:
	// com.example.order.placed on orders/new
	// com.example.order.paid on orders/new
	// <nil>
	// <nil>
}
