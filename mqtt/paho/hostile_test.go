package cepaho_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cepaho "github.com/seed763dd41b/cloudevents/mqtt/paho"
)

// A message as large as the broker takes goes to the dead letter without its properties, and those
// behind it are handled. The broker would end each connection on which it comes larger.
func TestLargeDeadLetter(t *testing.T) {
	const most = 4000
	for _, c := range []struct {
		reason string
		size   int
		dead   string // topic
		user   paho.UserProperties
		added  int // user properties; -1 is no letter
	}{
		{"room for all", 100, letters, nil, 3},
		{"no room for the properties", most - 50, letters, nil, 0},
		{"those of an older dead letter", most - 200, letters, paho.UserProperties{{Key: dispatch.DeadLetterReason, Value: strings.Repeat("x", 50)}, {Key: "a", Value: "b"}}, 1},
		{"no room without them", most - 50, "dead/" + strings.Repeat("x", 100), nil, -1},
	} {
		t.Run(c.reason, func(t *testing.T) {
			address, _ := restartable(t, fmt.Sprintf("max_packet_size %d", most))
			session(t, address, "billing")
			dead := watch(t, address, "dead/#")
			m := connect(t, config(address, "stranger"))
			if _, err := m.Publish(t.Context(), &paho.Publish{Topic: topic, QoS: 1, Payload: make([]byte, c.size), Properties: &paho.PublishProperties{User: c.user}}); err != nil {
				t.Fatal(err)
			}
			send(t, address, 1)
			done := make(chan struct{})
			end, ended := begin(t, address, &cepaho.Consumer{
				Topics: []string{"orders/#"}, DeadLetter: c.dead, Invalid: dispatch.DeadLetterOnInvalid,
				Delivery: dispatch.Delivery{Attempts: 2, Handler: handler(func(*cloudevents.Event) error { close(done); return nil })},
			})
			select {
			case <-done:
			case err := <-ended:
				var undeliverable *dispatch.UndeliverableError
				var failed *cepaho.SendError
				if c.added >= 0 || !errors.As(err, &undeliverable) || !errors.As(err, &failed) || failed.Index != -1 || failed.Retryable() {
					t.Fatalf("Run has ended: %v", err)
				}
				return
			case <-time.After(time.Minute):
				t.Fatal("the event behind it is not handled")
			}
			if err := end(); err != nil {
				t.Error(err)
			}
			waitFor(t, func() bool { return len(dead.all()) > 0 })
			letter := dead.all()[0]
			if len(letter.Payload) != c.size || len(letter.Properties.User) != c.added {
				t.Errorf("%d bytes, properties %v", len(letter.Payload), letter.Properties.User)
			}
		})
	}
}

// A topic of 64 KiB is cut in logs, and fits the extensions of Knative.
func TestLongTopic(t *testing.T) {
	address := start(t)
	session(t, address, "billing")
	dead := watch(t, address, "dead/#")
	m := connect(t, config(address, "stranger"))
	long := "orders/" + strings.Repeat("é", (1<<16-1-len("orders/"))/2)
	p := &paho.Publish{Topic: long, QoS: 1, Properties: &paho.PublishProperties{User: paho.UserProperties{{Key: "specversion", Value: "1.0"}}}}
	if _, err := m.Publish(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	send(t, address, 1)
	var log lockedBuffer
	done := make(chan struct{})
	end, ended := begin(t, address, &cepaho.Consumer{
		Topics: []string{"orders/#"}, DeadLetter: letters, Invalid: dispatch.DeadLetterOnInvalid, KnativeErrors: true,
		Delivery: dispatch.Delivery{Logger: slog.New(slog.NewJSONHandler(&log, nil)), Handler: handler(func(*cloudevents.Event) error { close(done); return nil })},
	})
	select {
	case <-done:
	case err := <-ended:
		t.Fatalf("Run has ended: %v", err)
	case <-time.After(time.Minute):
		t.Fatal("the event behind it is not handled")
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	waitFor(t, func() bool { return len(dead.all()) > 0 })
	user := dead.all()[0].Properties.User
	if dest := user.Get("knativeerrordest"); !strings.HasPrefix(dest, "mqtt:orders/é") || len(dest) > 1024 || user.Get(cepaho.HeaderTopic) != long {
		t.Errorf("%.100q", dest)
	}
	if n := log.len(); n == 0 || n > 3000 {
		t.Errorf("the log has %d bytes", n)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Len()
}
