package main

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/brokertest"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// stalled is a receiver that takes an event and does not answer before it is released.
func stalled(t *testing.T) (last *sink, took <-chan struct{}, release func()) {
	t.Helper()
	last = newSink(t)
	begun, open := make(chan struct{}, 1000), make(chan struct{})
	last.wait = func() {
		begun <- struct{}{}
		<-open
	}
	closed := false
	release = func() {
		if !closed {
			closed = true
			close(open)
		}
	}
	t.Cleanup(release) // before the server ends, which waits for its requests
	return last, begun, release
}

// After SIGTERM a bridge finishes what is under way, takes nothing more, and succeeds.
func TestShutdown(t *testing.T) {
	broker := startAMQP(t)
	for _, source := range []string{"http", "amqp"} {
		t.Run(source, func(t *testing.T) {
			last, took, release := stalled(t)
			door := "http://" + freeport.Address(t) + "/"
			p := start(t, door, last.URL)
			if source == "amqp" {
				feed := start(t, "http://"+freeport.Address(t)+"/", broker.URL()+"/orders")
				send(t, feed.args[len(feed.args)-2], 0, 3).Wait()
				feed.stop()
				p.stop()
				p = start(t, broker.URL()+"/orders", last.URL)
			} else {
				defer send(t, door, 0, 1).Wait() // it is told that its event has arrived
			}
			<-took
			if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			waitFor(t, func() bool { _, body := p.get("/ready"); return strings.Contains(body, "closing") })
			release()
			if err := p.cmd.Wait(); err != nil {
				t.Errorf("%v\n%s", err, p.log)
			}
			if n := last.count(); n != 1 {
				t.Errorf("%d events", n)
			}
			if source == "amqp" && broker.Len("orders") != 2 {
				t.Errorf("%d events are left", broker.Len("orders"))
			}
			if !strings.Contains(p.log.String(), "bridge is closed") {
				t.Errorf("log: %s", p.log)
			}
		})
	}
}

// What is not finished within the time of grace is reported, and comes again.
func TestShutdownWithoutTime(t *testing.T) {
	broker := startAMQP(t)
	last, took, release := stalled(t)
	door := "http://" + freeport.Address(t) + "/"
	feed := start(t, door, broker.URL()+"/orders")
	send(t, door, 0, 1).Wait()
	feed.stop()
	p := start(t, "-grace", "50ms", broker.URL()+"/orders", last.URL)
	<-took
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // an attempt that was ended is no error
	if n := broker.Len("orders"); n != 1 {
		t.Errorf("%d events are left", n)
	}
	release()
	start(t, broker.URL()+"/orders", last.URL)
	waitFor(t, func() bool { return broker.Len("orders") == 0 })
	last.check(t, 1)
}

// A sender of HTTP learns from the status what became of its event.
func TestHTTPAnswers(t *testing.T) {
	last := newSink(t)
	answer := http.StatusNoContent
	last.fail = func(*cloudevents.Event) error {
		if answer == http.StatusNoContent {
			return nil
		}
		return &statusError{answer}
	}
	door := "http://" + freeport.Address(t) + "/in"
	start(t, door, last.URL)
	away := "http://" + freeport.Address(t) + "/in"
	start(t, away, "http://"+freeport.Address(t)+"/nobody")
	for _, c := range []struct {
		reason string
		url    string
		event  string
		answer int
		want   int
	}{
		{"the target has it", door, "1", 204, 204},
		{"the target refuses it", door, "1", 422, 422},
		{"the target has no time", door, "1", 503, 503},
		{"there is no target", away, "1", 204, 503},
		{"it is no event", door, "", 204, 415},
		{"another path", door + "/more", "1", 204, 404},
	} {
		answer = c.answer
		r, err := http.NewRequest(http.MethodPost, c.url, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if c.event != "" {
			if err := cehttp.SetHeader(r.Header, &cloudevents.Event{ID: c.event, Source: "/s", Type: "t"}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, got.Body)
		got.Body.Close()
		if got.StatusCode != c.want || c.want == 503 && got.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %s, %v", c.reason, got.Status, got.Header)
		}
	}
}

// statusError is the error of a handler that chooses a status.
type statusError struct{ status int }

func (e *statusError) Error() string   { return http.StatusText(e.status) }
func (e *statusError) StatusCode() int { return e.status }
func (e *statusError) Retryable() bool { return e.status >= 500 }

// Goroutines and connections are where they were after a bridge.
func TestNothingIsLeft(t *testing.T) {
	broker, kafka, mqtt := startAMQP(t), startKafka(t, "orders"), brokertest.Mosquitto(t)
	var js *server.Server
	host := startNATSServer(t, "ORDERS", &js)
	last := newSink(t)
	ends := map[string]string{
		"Kafka": "kafka://" + kafka + "/orders", "JetStream": "nats://" + host + "/ORDERS/orders.placed",
		"AMQP": broker.URL() + "/orders", "MQTT": "mqtt://" + mqtt + "/shop/orders",
	}
	makeSession(t, mqtt, "cebridge", "shop/orders")
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			bridge := func(args ...string) (stop func()) {
				ctx, cancel := context.WithCancel(context.Background())
				done := make(chan error, 1)
				go func() { done <- run(ctx, append([]string{"-admin", ""}, args...), noEnv, io.Discard, io.Discard) }()
				return func() {
					cancel()
					if err := <-done; err != nil {
						t.Error(err)
					}
				}
			}
			clean := func() int {
				http.DefaultTransport.(*http.Transport).CloseIdleConnections()
				last.CloseClientConnections()
				return runtime.NumGoroutine()
			}
			round := func() {
				before := last.count()
				door := "http://" + freeport.Address(t) + "/"
				in, out := bridge(door, end), bridge(end, last.URL)
				waitFor(t, func() bool {
					r, err := http.Get(door + "health")
					if err != nil {
						return false
					}
					r.Body.Close()
					return true
				})
				send(t, door, before, before+20).Wait()
				last.has(t, before+20)
				in()
				out()
			}
			round() // what the brokers start for their first client stays
			time.Sleep(100 * time.Millisecond)
			goroutines := clean()
			for range 3 {
				round()
			}
			waitFor(t, func() bool { return clean() <= goroutines+2 })
			waitFor(t, func() bool { return broker.Connections() == 0 && js.NumClients() == 0 })
		})
	}
}
