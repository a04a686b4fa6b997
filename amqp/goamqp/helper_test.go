package cegoamqp_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/amqpbroker"
	"github.com/seed763dd41b/cloudevents/spec"
)

const (
	orders  = "orders"
	letters = "letters"
)

// start starts a broker in this process.
func start(t testing.TB) *amqpbroker.Broker {
	t.Helper()
	b := new(amqpbroker.Broker)
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	return b
}

// options returns the options of a connection: without a user, as nobody.
func options(url string) *amqp.ConnOptions {
	if strings.Contains(url, "@") {
		return nil
	}
	return &amqp.ConnOptions{SASLType: amqp.SASLTypeAnonymous()}
}

// dial returns a session with a broker.
func dial(t testing.TB, url string) *amqp.Session {
	t.Helper()
	conn, err := amqp.Dial(context.Background(), url, options(url))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	session, err := conn.NewSession(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// toDurable makes RabbitMQ create a durable queue.
var toDurable = &amqp.SenderOptions{TargetDurability: amqp.DurabilityUnsettledState}

func newSender(t testing.TB, s *amqp.Session, address string) *amqp.Sender {
	t.Helper()
	link, err := s.NewSender(context.Background(), address, toDurable)
	if err != nil {
		t.Fatal(err)
	}
	return link
}

func newReceiver(t testing.TB, s *amqp.Session, address string, credit int32) *amqp.Receiver {
	t.Helper()
	link, err := s.NewReceiver(context.Background(), address, &amqp.ReceiverOptions{Credit: credit, SourceDurability: amqp.DurabilityUnsettledState})
	if err != nil {
		t.Fatal(err)
	}
	return link
}

// receive returns the next message of a queue.
func receive(t testing.TB, link *amqp.Receiver) *amqp.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	m, err := link.Receive(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := link.AcceptMessage(ctx, m); err != nil {
		t.Fatal(err)
	}
	return m
}

// connectTo returns a Connect that reads orders and writes dead letters.
func connectTo(url string, credit int32) func(context.Context) (cegoamqp.Links, error) {
	return connectPrefixed(url, "", credit)
}

// connectPrefixed is connectTo for a broker whose addresses have a prefix.
func connectPrefixed(url, prefix string, credit int32) func(context.Context) (cegoamqp.Links, error) {
	return func(ctx context.Context) (links cegoamqp.Links, err error) {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if links.Conn, err = amqp.Dial(ctx, url, options(url)); err != nil {
			return links, err
		}
		session, err := links.Conn.NewSession(ctx, nil)
		if err != nil {
			return links, err
		}
		if links.DeadLetter, err = session.NewSender(ctx, prefix+letters, toDurable); err != nil {
			return links, err
		}
		links.Receiver, err = session.NewReceiver(ctx, prefix+orders, &amqp.ReceiverOptions{Credit: credit, SourceDurability: amqp.DurabilityUnsettledState})
		return links, err
	}
}

func event(i int) cloudevents.Event {
	return cloudevents.Event{
		ID: fmt.Sprint(i), Source: "/orders", Type: "com.example.order.placed", Subject: "Grüße", Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		DataContentType: "application/json", Data: fmt.Appendf(nil, `{"n":%d}`, i),
		Extensions: []cloudevents.Extension{{Name: "count", Value: cloudevents.IntegerValue(int32(i))}, {Name: "urgent", Value: cloudevents.BooleanValue(true)}},
	}
}

// send sends n events.
func send(t testing.TB, url string, n int) { t.Helper(); sendPrefixed(t, url, "", n) }

// sendPrefixed is send for a broker whose addresses have a prefix.
func sendPrefixed(t testing.TB, url, prefix string, n int) {
	t.Helper()
	s := cegoamqp.Sender{Sender: newSender(t, dial(t, url), prefix+orders)}
	es := make([]cloudevents.Event, n)
	for i := range es {
		es[i] = event(i)
	}
	if err := s.SendBatch(context.Background(), es); err != nil {
		t.Fatal(err)
	}
	closeLink(s.Sender)
}

// closeLink closes a link, although RabbitMQ 3.10 does not answer to that.
func closeLink(link interface{ Close(context.Context) error }) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = link.Close(ctx)
}

func waitFor(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come to pass")
		}
	}
}

// begin runs a consumer, and returns a function that ends it and returns the error of Run.
func begin(t testing.TB, c *cegoamqp.Consumer) (end func() error, ended <-chan error) {
	t.Helper()
	if c.Delivery.Logger == nil {
		c.Delivery.Logger = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	return func() error { cancel(); return <-done }, done
}

func handler(f func(e *cloudevents.Event) error) dispatch.Handler {
	return func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) { return nil, f(e) }
}

// declared are the types of the extensions of event.
var declared = []spec.Attribute{{Name: "count", Type: spec.Integer}, {Name: "urgent", Type: spec.Boolean}}

var wireType = spec.Attribute{Name: "wire", Type: spec.Binary}
