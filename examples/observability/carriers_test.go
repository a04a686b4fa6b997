package observability_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/Azure/go-amqp"
	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"
	paho311 "github.com/eclipse/paho.mqtt.golang"
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/amqpbroker"
	"github.com/seed763dd41b/cloudevents/internal/brokertest"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	cepaho "github.com/seed763dd41b/cloudevents/mqtt/paho"
	cepaho311 "github.com/seed763dd41b/cloudevents/mqtt/paho311"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
	cecoderws "github.com/seed763dd41b/cloudevents/websocket/coderws"
)

var quiet = slog.New(slog.DiscardHandler)

// ends are the hooks and the handler of the two ends of a carrier.
type ends struct {
	sending   dispatch.SendObserver
	receiving dispatch.Observer
	handler   dispatch.Handler
}

func (x *ends) delivery() dispatch.Delivery {
	return dispatch.Delivery{Handler: x.handler, Observer: x.receiving, Logger: quiet}
}

// carrier is a protocol with its client.
type carrier struct {
	system string

	// headerFrom is the function of the client module; nil if a message has no plain headers.
	headerFrom func(ctx context.Context, name string) string

	// start starts the receiving end, and returns the method Send of the other one.
	start func(t *testing.T, x ends) func(context.Context, *cloudevents.Event) error
}

var carriers = map[string]carrier{
	"AMQP":              {"amqp", cegoamqp.HeaderFrom, startAMQP},
	"RabbitMQ":          {"rabbitmq", cegoamqp.HeaderFrom, startRabbitMQ},
	"Kafka":             {"kafka", cekgo.HeaderFrom, startKafka},
	"NATS":              {"nats", cenatsgo.HeaderFrom, startNATS},
	"MQTT 5 binary":     {"mqtt", nil, startMQTT(cloudevents.BinaryMode)},
	"MQTT 5 structured": {"mqtt", cepaho.HeaderFrom, startMQTT(cloudevents.StructuredMode)},
	"MQTT 3.1.1":        {"mqtt", nil, startMQTT311},
	"WebSocket":         {"websocket", nil, startWebSocket},
	"HTTP":              {"http", nil, startHTTP}, // its headers have a test of their own in otel/
}

// run starts a loop that ends with the test.
func run(t *testing.T, loop func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	var loops sync.WaitGroup
	loops.Go(func() {
		if err := loop(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); loops.Wait() })
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func startHTTP(t *testing.T, x ends) func(context.Context, *cloudevents.Event) error {
	server := httptest.NewServer(&cehttp.Receiver{Handler: x.handler, Logger: quiet, Observer: cehttp.Observer{Observer: x.receiving}})
	t.Cleanup(server.Close)
	sender := &cehttp.Sender{Target: server.URL, Observer: cehttp.SendObserver{SendObserver: x.sending}}
	return sender.Send
}

func startWebSocket(t *testing.T, x ends) func(context.Context, *cloudevents.Event) error {
	receiver := &cecoderws.Receiver{Delivery: x.delivery()}
	server := httptest.NewServer(receiver)
	sender := &cecoderws.Sender{URL: server.URL, Observer: x.sending, Logger: quiet}
	t.Cleanup(func() {
		_ = sender.Close()
		server.Close()
		_ = receiver.Shutdown(context.Background())
	})
	return sender.Send
}

func startKafka(t *testing.T, x ends) func(context.Context, *cloudevents.Event) error {
	cluster := must[*kfake.Cluster](t)(kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "orders")))
	t.Cleanup(cluster.Close)
	brokers := kgo.SeedBrokers(cluster.ListenAddrs()...)
	consumer := &cekgo.Consumer{Delivery: x.delivery()}
	options := append(consumer.Options(), brokers, kgo.ConsumerGroup("billing"), kgo.ConsumeTopics("orders"))
	consumer.Client = must[*kgo.Client](t)(kgo.NewClient(options...))
	t.Cleanup(consumer.Client.CloseAllowingRebalance)
	run(t, consumer.Run)
	client := must[*kgo.Client](t)(kgo.NewClient(brokers))
	t.Cleanup(client.Close)
	sender := &cekgo.Sender{Client: client, Topic: "orders", Observer: x.sending}
	return sender.Send
}

func startNATS(t *testing.T, x ends) func(context.Context, *cloudevents.Event) error {
	s := must[*server.Server](t)(server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true}))
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(30 * time.Second) {
		t.Fatal("the server does not start")
	}
	conn := must[*nats.Conn](t)(nats.Connect(s.ClientURL()))
	t.Cleanup(conn.Close)
	js := must[jetstream.JetStream](t)(jetstream.New(conn))
	must[jetstream.Stream](t)(js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "ORDERS", Subjects: []string{"orders"}}))
	c := must[jetstream.Consumer](t)(js.CreateConsumer(t.Context(), "ORDERS", jetstream.ConsumerConfig{AckPolicy: jetstream.AckExplicitPolicy, MaxDeliver: -1}))
	consumer := &cenatsgo.Consumer{Consumer: c, Delivery: x.delivery()}
	run(t, consumer.Run)
	sender := &cenatsgo.Sender{JetStream: js, Subject: "orders", Observer: x.sending}
	return sender.Send
}

// startAMQP has a broker in this process.
func startAMQP(t *testing.T, x ends) func(context.Context, *cloudevents.Event) error {
	b := new(amqpbroker.Broker)
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	return connectAMQP(t, x, b.URL(), "orders", &amqp.ConnOptions{SASLType: amqp.SASLTypeAnonymous()})
}

func startRabbitMQ(t *testing.T, x ends) func(context.Context, *cloudevents.Event) error {
	url, _ := brokertest.RabbitMQ(t)
	return connectAMQP(t, x, url, "/queue/orders", nil)
}

func connectAMQP(t *testing.T, x ends, url, address string, options *amqp.ConnOptions) func(context.Context, *cloudevents.Event) error {
	dial := func(ctx context.Context) (*amqp.Conn, *amqp.Session, error) {
		conn, err := amqp.Dial(ctx, url, options)
		if err != nil {
			return nil, nil, err
		}
		session, err := conn.NewSession(ctx, nil)
		return conn, session, err
	}
	consumer := &cegoamqp.Consumer{Delivery: x.delivery(), Connect: func(ctx context.Context) (links cegoamqp.Links, err error) {
		var session *amqp.Session
		if links.Conn, session, err = dial(ctx); err == nil {
			links.Receiver, err = session.NewReceiver(ctx, address, nil)
		}
		return links, err
	}}
	run(t, consumer.Run)
	sender := &cegoamqp.Sender{Observer: x.sending, Logger: quiet, Connect: func(ctx context.Context) (*amqp.Conn, *amqp.Sender, error) {
		conn, session, err := dial(ctx)
		if err != nil {
			return conn, nil, err
		}
		link, err := session.NewSender(ctx, address, nil)
		return conn, link, err
	}}
	t.Cleanup(func() { _ = sender.Close() })
	return sender.Send
}

// broker starts a broker of MQTT and returns its address.
func broker(t *testing.T) string {
	t.Helper()
	s := mochi.New(&mochi.Options{Logger: quiet})
	l := listeners.NewTCP(listeners.Config{ID: "tcp", Address: "127.0.0.1:0"})
	for _, err := range []error{s.AddHook(new(auth.AllowHook), nil), s.AddListener(l), s.Serve()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { s.Close() })
	return l.Address()
}

func startMQTT(mode cloudevents.Mode) func(*testing.T, ends) func(context.Context, *cloudevents.Event) error {
	return func(t *testing.T, x ends) func(context.Context, *cloudevents.Event) error {
		address := broker(t)
		config := func(id string) autopaho.ClientConfig {
			return autopaho.ClientConfig{
				ServerUrls: []*url.URL{{Scheme: "mqtt", Host: address}}, KeepAlive: 30, SessionExpiryInterval: 3600,
				ClientConfig: paho.ClientConfig{ClientID: id},
			}
		}
		connect := func(c autopaho.ClientConfig) *autopaho.ConnectionManager {
			m := must[*autopaho.ConnectionManager](t)(autopaho.NewConnection(context.Background(), c))
			t.Cleanup(func() {
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				defer cancel()
				_ = m.Disconnect(ctx)
			})
			if err := m.AwaitConnection(t.Context()); err != nil {
				t.Fatal(err)
			}
			return m
		}
		consumer := &cepaho.Consumer{Topics: []string{"orders"}, Delivery: x.delivery()}
		in := config("billing")
		consumer.Configure(&in)
		consumer.Client = connect(in)
		subscribe := &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: "orders", QoS: 1}}}
		must[*paho.Suback](t)(consumer.Client.Subscribe(t.Context(), subscribe)) // before the event is sent
		run(t, consumer.Run)
		sender := &cepaho.Sender{Client: connect(config("shop")), Topic: "orders", Encoder: cemqtt.Encoder{Mode: mode}, Observer: x.sending}
		return sender.Send
	}
}

func startMQTT311(t *testing.T, x ends) func(context.Context, *cloudevents.Event) error {
	consumer := &cepaho311.Consumer{Topics: []string{"orders"}, Delivery: x.delivery()}
	options := paho311.NewClientOptions().AddBroker("tcp://" + broker(t)).SetClientID("billing")
	consumer.Configure(options)
	client := paho311.NewClient(options)
	consumer.Client = client
	t.Cleanup(func() { client.Disconnect(100) })
	for _, token := range []func() paho311.Token{client.Connect, func() paho311.Token { return client.Subscribe("orders", 1, nil) }} {
		if token := token(); !token.WaitTimeout(30*time.Second) || token.Error() != nil {
			t.Fatal(token.Error())
		}
	}
	run(t, consumer.Run)
	sender := &cepaho311.Sender{Client: client, Topic: "orders", Observer: x.sending}
	return sender.Send
}

// each calls a test for each carrier, in order.
func each(t *testing.T, test func(*testing.T, carrier)) {
	names := make([]string, 0, len(carriers))
	for name := range carriers {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t.Run(name, func(t *testing.T) { test(t, carriers[name]) })
	}
}
