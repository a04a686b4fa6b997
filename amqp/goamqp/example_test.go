package cegoamqp_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/amqpbroker"
)

// A program with a loop of its own converts its messages.
func ExampleFromMessage() {
	contentType := "application/json"
	msg := &amqp.Message{
		Properties: &amqp.MessageProperties{ContentType: &contentType},
		ApplicationProperties: map[string]any{
			"cloudEvents_specversion": "1.0", "cloudEvents_id": "A-1", "cloudEvents_source": "/orders",
			"cloudEvents_type": "com.example.order.placed", "cloudEvents_count": int64(3),
		},
		Data: [][]byte{[]byte(`"tea"`)},
	}
	m := cegoamqp.FromMessage(msg)
	e, err := ceamqp.ToCloudEvent(&m, nil)
	count, _ := e.Get("count")
	fmt.Println(e.ID, string(e.Data), count, err)
	// Output: A-1 "tea" 3 <nil>
}

// A loop keeps a Message, whose slice of properties it fills again.
func ExampleCopyFromMessage() {
	var m ceamqp.Message
	for _, id := range []string{"A-1", "A-2"} {
		msg := &amqp.Message{ApplicationProperties: map[string]any{
			"cloudEvents_specversion": "1.0", "cloudEvents_id": id, "cloudEvents_source": "/orders",
			"cloudEvents_type": "com.example.order.placed",
		}}
		cegoamqp.CopyFromMessage(&m, msg)
		e, err := ceamqp.ToCloudEvent(&m, nil)
		fmt.Println(e.ID, err)
	}
	// Output:
	// A-1 <nil>
	// A-2 <nil>
}

func ExampleToMessage() {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	m, err := ceamqp.ToMessage(&e, cloudevents.StructuredMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	msg, err := cegoamqp.ToMessage(&m)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*msg.Properties.ContentType, string(msg.GetData()))
	// Output: application/cloudevents+json {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed"}
}

// A message can have properties of its own beside an event.
func ExampleCopyToMessage() {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	m, err := ceamqp.ToMessage(&e, cloudevents.BinaryMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	group := "customer 7"
	msg := &amqp.Message{Properties: &amqp.MessageProperties{GroupID: &group}}
	fmt.Println(cegoamqp.CopyToMessage(msg, &m), *msg.Properties.GroupID, msg.ApplicationProperties["cloudEvents_id"])
	// Output: <nil> customer 7 A-1
}

func ExampleDeadLetterMessage() {
	msg := amqp.NewMessage([]byte("junk"))
	letter := cegoamqp.DeadLetterMessage(msg, "orders", errors.New("no such customer"), 3)
	p := letter.ApplicationProperties
	fmt.Println(p[dispatch.DeadLetterReason], p[dispatch.DeadLetterAttempts], p[cegoamqp.HeaderAddress], string(letter.GetData()))
	// Output: no such customer 3 orders junk
}

// A broker in this process stands for one such as RabbitMQ, Artemis or Azure Service Bus.
func serve() (*amqpbroker.Broker, error) {
	b := new(amqpbroker.Broker)
	return b, b.Start()
}

// The connection is lost after the first event, and made again. The event that a handler refuses
// is in the dead letter then.
func ExampleConsumer() {
	b, err := serve()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.Stop()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	connect := func(ctx context.Context) (links cegoamqp.Links, err error) {
		if links.Conn, err = amqp.Dial(ctx, b.URL(), nil); err != nil {
			return links, err
		}
		session, err := links.Conn.NewSession(ctx, nil)
		if err != nil {
			return links, err
		}
		if links.DeadLetter, err = session.NewSender(ctx, "orders.dead", nil); err != nil {
			return links, err
		}
		links.Receiver, err = session.NewReceiver(ctx, "orders", &amqp.ReceiverOptions{Credit: 1})
		return links, err
	}
	lost := false
	consumer := &cegoamqp.Consumer{Connect: connect, Delivery: dispatch.Delivery{
		Logger: slog.New(slog.DiscardHandler),
		Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			m, _ := cegoamqp.MessageFrom(ctx)
			if !lost {
				lost = true
				b.Disconnect()
				return nil, nil // the broker does not hear of it
			}
			fmt.Println(e.Type, "durable:", m.Header.Durable)
			if e.Type == "com.example.order.paid" {
				cancel()
				return nil, dispatch.Permanent(errors.New("no such order"))
			}
			return nil, nil
		},
	}}

	conn, err := amqp.Dial(ctx, b.URL(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	session, err := conn.NewSession(ctx, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	link, err := session.NewSender(ctx, "orders", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	sender := &cegoamqp.Sender{Sender: link}
	placed := cloudevents.New("/orders", "com.example.order.placed")
	paid := cloudevents.New("/orders", "com.example.order.paid")
	fmt.Println(sender.SendBatch(ctx, []cloudevents.Event{placed, paid}))

	fmt.Println(consumer.Run(ctx))
	fmt.Println("dead letters:", b.Len("orders.dead"))
	// Output:
	// <nil>
	// com.example.order.placed durable: true
	// com.example.order.paid durable: true
	// <nil>
	// dead letters: 1
}

// The outcome of the broker says whether an event may be sent again.
func ExampleSender() {
	b, err := serve()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.Stop()
	ctx := context.Background()
	conn, err := amqp.Dial(ctx, b.URL(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	session, err := conn.NewSession(ctx, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, address := range []string{"orders", "answer/rejected", "answer/released"} {
		link, err := session.NewSender(ctx, address, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		sender := &cegoamqp.Sender{Sender: link, MessageID: func(e *cloudevents.Event) any { return e.ID }}
		e := cloudevents.New("/orders", "com.example.order.placed")
		err = sender.Send(ctx, &e)
		var failed *cegoamqp.SendError
		if errors.As(err, &failed) {
			fmt.Println(address, "again:", failed.Retryable())
			continue
		}
		fmt.Println(address, err)
	}
	// Output:
	// orders <nil>
	// answer/rejected again: false
	// answer/released again: true
}

// A Sender with a Connect lives as long as the program. Its broker is started again between two
// events.
func ExampleSender_Close() {
	b, err := serve()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.Stop()
	sender := &cegoamqp.Sender{
		Logger: slog.New(slog.DiscardHandler),
		Connect: func(ctx context.Context) (conn *amqp.Conn, link *amqp.Sender, err error) {
			if conn, err = amqp.Dial(ctx, b.URL(), nil); err != nil {
				return nil, nil, err
			}
			session, err := conn.NewSession(ctx, nil)
			if err != nil {
				return conn, nil, err
			}
			link, err = session.NewSender(ctx, "orders", nil)
			return conn, link, err
		},
	}
	ctx := context.Background()
	for range 2 {
		e := cloudevents.New("/orders", "com.example.order.placed")
		fmt.Println(sender.Send(ctx, &e))
		b.Stop()
		if err := b.Start(); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(sender.Close(), b.Len("orders"))
	// Output:
	// <nil>
	// <nil>
	// <nil> 2
}

// An event whose handler asks for a retry can go back to the broker, which counts the attempts.
func ExampleRetryPolicy() {
	consumer := cegoamqp.Consumer{Retry: cegoamqp.RetryModified}
	fmt.Println(consumer.Retry)
	// Output: modified
}
