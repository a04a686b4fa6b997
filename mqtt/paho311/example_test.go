package cepaho311_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	cepaho311 "github.com/seed763dd41b/cloudevents/mqtt/paho311"
)

// A program with callbacks of its own converts its messages.
func ExampleFromMessage() {
	callback := func(_ mqtt.Client, message mqtt.Message) {
		m := cepaho311.FromMessage(message)
		e, err := cemqtt.ToCloudEvent(&m, nil)
		fmt.Println(e.ID, string(e.Data), err)
	}
	callback(nil, received(`{"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed","data":"tea"}`))
	// Output: A-1 "tea" <nil>
}

// received is a message with a payload and nothing else.
type received string

func (received) Duplicate() bool   { return false }
func (received) Qos() byte         { return 1 }
func (received) Retained() bool    { return false }
func (received) Topic() string     { return "orders" }
func (received) MessageID() uint16 { return 1 }
func (r received) Payload() []byte { return []byte(r) }
func (received) Ack()              {}

// The error of a Sender says whether another attempt makes sense. Package dispatch asks it.
func ExampleSendError() {
	client := mqtt.NewClient(mqtt.NewClientOptions()) // which is not connected
	sender := &cepaho311.Sender{Client: client, Topic: "orders"}
	e := cloudevents.New("/orders", "com.example.order.placed")
	err := sender.Send(context.Background(), &e)
	var failed *cepaho311.SendError
	if errors.As(err, &failed) {
		fmt.Println(failed.Topic, failed.Retryable())
	}
	// Output: orders true
}

// A producer and a consumer in one program, on a broker in this process. The consumer has the
// session billing-1, which lasts as long as the broker keeps it.
func ExampleConsumer() {
	server, address, err := newServer("127.0.0.1:0", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	consumer := &cepaho311.Consumer{Topics: []string{"orders/#"}, DeadLetter: "dead", Delivery: dispatch.Delivery{
		Logger: slog.New(slog.DiscardHandler),
		Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			m, _ := cepaho311.MessageFrom(ctx)
			fmt.Println(e.Type, "on", m.Topic())
			if e.Type == "com.example.order.paid" {
				cancel()
			}
			return nil, nil
		},
	}}
	options := mqtt.NewClientOptions().AddBroker("tcp://" + address).SetClientID("billing-1")
	consumer.Configure(options)
	client := mqtt.NewClient(options)
	consumer.Client = client
	if token := client.Connect(); token.Wait() && token.Error() != nil {
		fmt.Println(token.Error())
		return
	}
	// The Consumer subscribes, too. The example waits for it before it sends.
	if token := client.Subscribe("orders/#", 1, nil); token.WaitTimeout(10*time.Second) && token.Error() != nil {
		fmt.Println(token.Error())
		return
	}
	sender := &cepaho311.Sender{Client: client, Topic: "orders/new"}
	placed := cloudevents.New("/orders", "com.example.order.placed")
	paid := cloudevents.New("/orders", "com.example.order.paid")
	if err := sender.SendBatch(ctx, []cloudevents.Event{placed, paid}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(consumer.Run(ctx))
	client.Disconnect(250)
	// Output:
	// com.example.order.placed on orders/new
	// com.example.order.paid on orders/new
	// <nil>
}
