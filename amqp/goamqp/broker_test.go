package cegoamqp_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/brokertest"
)

// Events go through real brokers as they were sent, in both modes and with both prefixes, and a
// Consumer handles them.
func TestBrokers(t *testing.T) {
	for _, b := range []struct {
		name, prefix string
		start        func(t *testing.T) string
		settles      bool
	}{
		{"in process", "", func(t *testing.T) string { return start(t).URL() }, true},
		{"Qpid Proton", "", func(t *testing.T) string { url, _ := brokertest.Proton(t); return url }, false},
		{"RabbitMQ", "/queue/", func(t *testing.T) string { url, _ := brokertest.RabbitMQ(t); return url }, true},
	} {
		t.Run(b.name, func(t *testing.T) {
			url := b.start(t)
			session := dial(t, url)
			ctx := context.Background()
			encoders := []ceamqp.Encoder{{}, {Colon: true}, {Text: true}, {Mode: cloudevents.StructuredMode}, {Mode: cloudevents.StructuredMode, CopyProperties: true}}
			var sent []cloudevents.Event
			for i, encoder := range encoders {
				s := cegoamqp.Sender{Sender: newSender(t, session, b.prefix+orders), Encoder: encoder}
				plain, bare := event(2*i), cloudevents.Event{ID: fmt.Sprint(2*i + 1), Source: "/bare", Type: "bare", Time: time.Date(2026, 1, 2, 3, 4, 5, 123456789, time.FixedZone("", 3600))}
				if err := s.SendBatch(ctx, []cloudevents.Event{plain, bare}); err != nil {
					t.Fatal(err)
				}
				sent = append(sent, plain, bare)
			}
			var got []cloudevents.Event
			all := make(chan struct{})
			c := &cegoamqp.Consumer{
				Connect: connectPrefixed(url, b.prefix, -1), Credit: 20, Decoder: ceamqp.Decoder{Extensions: declared},
				Delivery: dispatch.Delivery{Wait: time.Millisecond, Handler: handler(func(e *cloudevents.Event) error {
					if len(got)%3 == 0 && (len(got) == 0 || got[len(got)-1].ID != e.ID) {
						got = append(got, *e)
						return errors.New("not now") // and the same event next
					}
					if len(got) == 0 || got[len(got)-1].ID != e.ID {
						got = append(got, *e)
					}
					if len(got) == len(sent) {
						close(all)
					}
					return nil
				})},
			}
			end, ended := begin(t, c)
			select {
			case <-all:
			case err := <-ended:
				t.Fatal(err)
			case <-time.After(time.Minute):
				t.Fatalf("%d of %d events", len(got), len(sent))
			}
			if err := end(); err != nil {
				t.Fatal(err)
			}
			for i := range sent {
				want, have := &sent[i], &got[i]
				if have.ID != want.ID || have.Source != want.Source || have.Type != want.Type || have.Subject != want.Subject || !have.Time.Equal(want.Time) ||
					have.DataContentType != want.DataContentType || string(have.Data) != string(want.Data) || !slices.Equal(have.Extensions, want.Extensions) {
					t.Errorf("event %d: have %v, want %v", i, have, want)
				}
			}
			if !b.settles {
				return
			}
			e := event(99)
			s := cegoamqp.Sender{Sender: newSender(t, session, b.prefix+orders)}
			if err := s.Send(ctx, &e); err != nil {
				t.Fatal(err)
			}
			// What is refused is in the dead letter, and nothing is left.
			c.Delivery.Handler = handler(func(*cloudevents.Event) error { return dispatch.Permanent(errors.New("no such customer")) })
			end, _ = begin(t, c)
			letter := receive(t, newReceiver(t, session, b.prefix+letters, 1))
			if err := end(); err != nil {
				t.Fatal(err)
			}
			p := letter.ApplicationProperties
			if p["cloudEvents_id"] != "99" || p[dispatch.DeadLetterReason] != "no such customer" || p[dispatch.DeadLetterAttempts] != int64(1) || p[cegoamqp.HeaderAddress] != b.prefix+orders {
				t.Errorf("dead letter: %v", p)
			}
			if left := drain(t, url, b.prefix+orders); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// TestCrash with RabbitMQ, which is stopped and started, and keeps its queues on the disk.
func TestCrashRabbitMQ(t *testing.T) {
	url, restart := brokertest.RabbitMQ(t)
	crash(t, url, "/queue/", 1, 50, restart)
}

// A Sender and a Consumer find the broker of Qpid Proton again when it is another process.
func TestProtonStartsAgain(t *testing.T) {
	url, restart := brokertest.Proton(t)
	seen := make(chan string, 100)
	c := &cegoamqp.Consumer{Connect: connectTo(url, 1), Delivery: dispatch.Delivery{Wait: time.Millisecond, MaxWait: 20 * time.Millisecond, Handler: handler(func(e *cloudevents.Event) error {
		seen <- e.ID
		return nil
	})}}
	end, _ := begin(t, c)
	s := &cegoamqp.Sender{Connect: linkTo(url), Attempts: -1, MaxWait: 20 * time.Millisecond, Logger: quiet}
	for i := range 3 {
		e := event(i)
		if err := s.Send(context.Background(), &e); err != nil {
			t.Fatal(err)
		}
		for id := ""; id != e.ID; id = <-seen {
		}
		restart()
	}
	if err := errors.Join(end(), s.Close()); err != nil {
		t.Error(err)
	}
}
