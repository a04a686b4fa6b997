package cenatsgo_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
)

const (
	subject = "orders.placed"
	letters = "dead.orders"
)

// start starts a server with JetStream and returns its URL.
func start(t testing.TB) string {
	t.Helper()
	return startServer(t).ClientURL()
}

func startServer(t testing.TB) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(time.Minute) {
		t.Fatal("the server does not start")
	}
	return s
}

func connect(t testing.TB, url string) (*nats.Conn, jetstream.JetStream) {
	t.Helper()
	conn, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return conn, js
}

// streams makes the streams for events and for dead letters, and a JetStream consumer.
func streams(t testing.TB, js jetstream.JetStream) jetstream.Consumer {
	t.Helper()
	ctx := context.Background()
	for name, subjects := range map[string]string{"ORDERS": "orders.>", "DEAD": "dead.>"} {
		if _, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{Name: name, Subjects: []string{subjects}}); err != nil {
			t.Fatal(err)
		}
	}
	c, err := js.CreateOrUpdateConsumer(ctx, "ORDERS", jetstream.ConsumerConfig{Durable: "billing", AckPolicy: jetstream.AckExplicitPolicy, AckWait: 2 * time.Second, MaxDeliver: -1})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func event(i int) cloudevents.Event {
	return cloudevents.Event{ID: fmt.Sprint(i), Source: "/orders", Type: "com.example.order.placed", Subject: "Grüße", DataContentType: "application/json", Data: fmt.Appendf(nil, `{"n":%d}`, i)}
}

// send publishes n events.
func send(t testing.TB, js jetstream.JetStream, n int) {
	t.Helper()
	s := cenatsgo.Sender{JetStream: js, Subject: subject}
	es := make([]cloudevents.Event, n)
	for i := range es {
		es[i] = event(i)
	}
	for len(es) > 0 { // not more at once than the client takes
		k := min(len(es), 1000)
		if err := s.SendBatch(context.Background(), es[:k]); err != nil {
			t.Fatal(err)
		}
		es = es[k:]
	}
}

// pending returns how many messages of its stream the JetStream consumer has not acknowledged. The
// NumPending of the consumer is 0 for a moment after a message was stored.
func pending(t testing.TB, js jetstream.JetStream, c jetstream.Consumer) int {
	t.Helper()
	info, err := c.Info(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.Stream(context.Background(), info.Stream)
	if err != nil {
		t.Fatal(err)
	}
	return int(s.CachedInfo().State.LastSeq - info.AckFloor.Stream)
}

// count returns how many messages a stream has.
func count(t testing.TB, js jetstream.JetStream, stream string) int {
	t.Helper()
	s, err := js.Stream(context.Background(), stream)
	if err != nil {
		t.Fatal(err)
	}
	return int(s.CachedInfo().State.Msgs)
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
func begin(t testing.TB, c *cenatsgo.Consumer) (end func() error, ended <-chan error) {
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
