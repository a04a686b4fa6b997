package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/amqpbroker"
	"github.com/seed763dd41b/cloudevents/internal/brokertest"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// chainEvents returns how many events pass the chain.
func chainEvents() int {
	if os.Getenv("CI_BROKERS") == "1" {
		return 10_000
	}
	return 1000
}

// Events go from HTTP through Kafka, JetStream, AMQP and MQTT back to HTTP, byte for byte,
// although two of the bridges are killed on the way, and the last receiver fails now and then. If
// CI_BROKERS is 1, they are 10,000.
func TestChain(t *testing.T) {
	for _, c := range []struct {
		name  string
		start func(t *testing.T) (host, path string, env []string)
		kills []int // bridges, counted from 0
	}{
		{"broker in process", func(t *testing.T) (string, string, []string) {
			return strings.TrimPrefix(startAMQP(t).URL(), "amqp://"), "orders", nil
		}, []int{3, 4}},
		// It settles what it sends, so that the reader of the queue must live.
		{"Qpid Proton", func(t *testing.T) (string, string, []string) {
			url, _ := brokertest.Proton(t)
			return strings.TrimPrefix(url, "amqp://"), "orders", nil
		}, []int{2, 4}},
		{"RabbitMQ", func(t *testing.T) (string, string, []string) {
			url, _ := brokertest.RabbitMQ(t)
			_, host, _ := strings.Cut(url, "@")
			var env []string
			for _, end := range []string{"SOURCE", "TARGET"} {
				env = append(env, "CEBRIDGE_"+end+"_USER=guest", "CEBRIDGE_"+end+"_PASSWORD=guest")
			}
			return host, "/queue/orders?durable=1", env
		}, []int{3, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			host, path, env := c.start(t)
			chain(t, chainEvents(), "amqp://"+host+"/"+path, env, c.kills)
		})
	}
}

func chain(t *testing.T, n int, amqp string, env []string, kills []int) {
	kafka, js, mqtt := startKafka(t, "orders"), startNATS(t, "ORDERS"), brokertest.Mosquitto(t)
	makeSession(t, mqtt, "cebridge", "shop/#")
	last := newSink(t)
	attempts := 0
	last.fail = func(*cloudevents.Event) error {
		if attempts++; attempts%50 == 0 {
			return errors.New("not now")
		}
		return nil
	}
	door := "http://" + freeport.Address(t) + "/in"
	bridges := []*bridgeProcess{
		start(t, door, "kafka://"+kafka+"/orders"),
		start(t, "kafka://"+kafka+"/orders", "nats://"+js+"/ORDERS/orders.placed"),
		startWith(t, targetOnly(env), "nats://"+js+"/ORDERS/orders.>", amqp),
		startWith(t, sourceOnly(env), amqp, "mqtt://"+mqtt+"/shop/orders"),
		start(t, "mqtt://"+mqtt+"/shop/#", last.URL),
	}
	begin := time.Now()
	running := send(t, door, 0, n)
	for i, k := range kills {
		last.has(t, n*(i+1)/(len(kills)+2))
		bridges[k].crash()
	}
	running.Wait()
	last.has(t, n)
	t.Logf("%d events in %s, %d came again", n, time.Since(begin).Round(time.Second), last.repeat)
	last.check(t, n)
	for _, p := range bridges {
		p.stop()
	}
}

// targetOnly returns the credentials of the target, and sourceOnly those of the source.
func targetOnly(env []string) []string { return only(env, "TARGET") }
func sourceOnly(env []string) []string { return only(env, "SOURCE") }

func only(env []string, end string) (some []string) {
	for _, v := range env {
		if strings.HasPrefix(v, "CEBRIDGE_"+end) {
			some = append(some, v)
		}
	}
	return some
}

// send sends the events from and before to, in their modes, eight at a time.
func send(t *testing.T, url string, from, to int) *sync.WaitGroup {
	var running sync.WaitGroup
	var senders [2]*cehttp.Sender
	for _, m := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		senders[m] = &cehttp.Sender{
			Target: url, Mode: m, Logger: slog.New(slog.DiscardHandler),
			Retry: cehttp.Retry{Attempts: 100}, // a broker may be away at each of a few
		}
	}
	const workers = 8
	for w := range workers {
		running.Go(func() {
			for i := from + w; i < to; i += workers {
				e := generated(i)
				if err := senders[modeOf(i)].Send(context.Background(), &e); err != nil {
					t.Errorf("event %d: %v", i, err)
					return
				}
			}
		})
	}
	return &running
}

// startAMQP starts a broker in this process, which keeps what is not settled.
func startAMQP(t *testing.T) *amqpbroker.Broker {
	t.Helper()
	b := new(amqpbroker.Broker)
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	return b
}
