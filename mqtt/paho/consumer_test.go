package cepaho_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"
	"github.com/mochi-mqtt/server/v2/hooks/auth"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	cepaho "github.com/seed763dd41b/cloudevents/mqtt/paho"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Every event is handled though a third of the attempts fail and connections are lost; the events
// of a topic in their order.
func TestConsumerLosesNothing(t *testing.T) {
	for name, broker := range brokers {
		for _, concurrency := range []int{1, 4} {
			t.Run(fmt.Sprint(name, " ", concurrency), func(t *testing.T) {
				address := broker(t)
				session(t, address, "billing")
				n := 1000
				if name == "mochi" { // which sends all it has kept at each connection
					n = 200
				}
				send(t, address, n)
				var seen handled
				c := &cepaho.Consumer{Concurrency: concurrency, Topics: []string{"orders/#"}, Delivery: dispatch.Delivery{
					Wait: time.Millisecond, MaxWait: 5 * time.Millisecond, Attempts: -1,
					Handler: handler(func(e *cloudevents.Event) error {
						if rand.IntN(3) == 0 {
							return errors.New("not now")
						}
						return seen.add(e)
					}),
				}}
				end, _ := begin(t, address, c)
				breaks := 3
				if name == "mochi" { // which loses a message when a client comes back quickly
					breaks = 0
				}
				for i := range breaks {
					waitFor(t, func() bool { return seen.len() > (i+1)*n/5 })
					c.Client.TerminateConnectionForTest()
				}
				waitFor(t, func() bool { return len(seen.first()) == n })
				sendFrom(t, address, n, 1) // behind all that comes again
				waitFor(t, func() bool { return len(seen.first()) == n+1 })
				if err := end(); err != nil {
					t.Fatal(err)
				}
				t.Logf("%d came again", seen.len()-n-1)
				if name == "mochi" {
					return // it sends that in any order
				}
				for i, id := range seen.first() {
					if id != strconv.Itoa(i) {
						t.Fatalf("event %d is %s", i, id)
					}
				}
				nothingLeft(t, address)
			})
		}
	}
}

// nothingLeft checks that the session of billing has no message.
func nothingLeft(t *testing.T, address string) {
	t.Helper()
	var seen handled
	end, _ := begin(t, address, &cepaho.Consumer{Topics: []string{"orders/#"}, Delivery: dispatch.Delivery{Handler: handler(seen.add)}})
	last := watch(t, address, "orders/#")
	send(t, address, 1)
	waitFor(t, func() bool { return len(last.all()) == 1 && seen.len() > 0 })
	if err := end(); err != nil || seen.len() != 1 {
		t.Errorf("%d events were left, %v", seen.len()-1, err)
	}
}

// A message that is refused, or whose attempts are used up, goes to the dead letter as it was.
func TestDeadLetter(t *testing.T) {
	for name, broker := range brokers {
		t.Run(name, func(t *testing.T) {
			address := broker(t)
			session(t, address, "billing")
			dead := watch(t, address, letters)
			send(t, address, 3)
			var seen handled
			c := &cepaho.Consumer{DeadLetter: letters, KnativeErrors: true, Delivery: dispatch.Delivery{Attempts: 2, Wait: -1, Handler: handler(func(e *cloudevents.Event) error {
				switch e.ID {
				case "0":
					return dispatch.Permanent(errors.New("no such customer"))
				case "1":
					return errors.New("down\r\n\x00\xffnow")
				}
				return seen.add(e)
			})}}
			end, _ := begin(t, address, c)
			waitFor(t, func() bool { return seen.len() == 1 && len(dead.all()) == 2 })
			if err := end(); err != nil {
				t.Fatal(err)
			}
			want := [][2]string{{"no such customer", "1"}, {"down   \uFFFDnow", "2"}}
			for _, p := range dead.all() {
				u := p.Properties.User
				i, err := strconv.Atoi(u.Get("id"))
				if err != nil || i > 1 {
					t.Fatalf("%v", p)
				}
				if u.Get("knativeerrorcode") != [2]string{"422", "500"}[i] || u.Get("knativeerrordest") != "mqtt:"+topic || u.Get("knativeerrordata") == "" {
					t.Errorf("%v", u)
				}
				if u.Get(dispatch.DeadLetterReason) != want[i][0] || u.Get(dispatch.DeadLetterAttempts) != want[i][1] || u.Get(cepaho.HeaderTopic) != topic ||
					u.Get("subject") != "Grüße" || p.Properties.ContentType != "application/json" || string(p.Payload) != fmt.Sprintf(`{"n":%d}`, i) {
					t.Errorf("%v", p)
				}
			}
			nothingLeft(t, address)
		})
	}
}

// A dead letter has the old properties and one set of new ones, and does not expire.
func TestDeadLetterPublish(t *testing.T) {
	one, alias, expiry := 1, uint16(7), uint32(60)
	p := &paho.Publish{Topic: topic, PacketID: 7, Retain: true, QoS: 2, Payload: []byte("x"), Properties: &paho.PublishProperties{
		ContentType: "text/plain", ResponseTopic: "answers", CorrelationData: []byte("c"), MessageExpiry: &expiry, TopicAlias: &alias, SubscriptionIdentifier: &one,
		User: paho.UserProperties{{Key: "id", Value: "1"}},
	}}
	again := cepaho.DeadLetterPublish(cepaho.DeadLetterPublish(p, "a", errors.New("first"), 1), "b", nil, 2)
	q := again.Properties
	if len(q.User) != 4 || q.User.Get(dispatch.DeadLetterAttempts) != "2" || q.User.Get(cepaho.HeaderTopic) != "a" || again.QoS != 1 || again.Retain || again.PacketID != 0 ||
		q.MessageExpiry != nil || q.TopicAlias != nil || q.SubscriptionIdentifier != nil || q.ResponseTopic != "answers" || string(q.CorrelationData) != "c" || len(p.Properties.User) != 1 {
		t.Errorf("%+v %+v", again, q)
	}
	if bare := cepaho.DeadLetterPublish(&paho.Publish{Topic: topic}, "a", nil, 0); len(bare.Properties.User) != 3 {
		t.Errorf("%+v", bare.Properties)
	}
}

// Without a dead letter, a message that cannot be handled stops the consumer, and comes again.
func TestWithoutDeadLetter(t *testing.T) {
	for reason, cause := range map[string]error{"refused": dispatch.Permanent(errors.New("no")), "used up": errors.New("down")} {
		t.Run(reason, func(t *testing.T) {
			address := mosquitto(t)
			session(t, address, "billing")
			send(t, address, 1)
			c := &cepaho.Consumer{Delivery: dispatch.Delivery{Attempts: 2, Wait: -1, Handler: handler(func(*cloudevents.Event) error { return cause })}}
			_, ended := begin(t, address, c)
			var undeliverable *dispatch.UndeliverableError
			if err := <-ended; !errors.As(err, &undeliverable) || !errors.Is(err, cause) || !errors.Is(err, dispatch.ErrNoDeadLetter) {
				t.Errorf("error: %v", err)
			}
			var seen handled
			end, _ := begin(t, address, &cepaho.Consumer{Delivery: dispatch.Delivery{Handler: handler(seen.add)}})
			waitFor(t, func() bool { return seen.len() == 1 })
			if err := end(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A dead letter that the broker refuses stops the consumer, and the message comes again.
func TestDeadLetterRefused(t *testing.T) {
	rules := &auth.Ledger{Auth: auth.AuthRules{{Allow: true}}, ACL: auth.ACLRules{{Filters: auth.Filters{"dead/#": auth.ReadOnly, "orders/#": auth.ReadWrite}}}}
	s, address, err := newServer("127.0.0.1:0", rules)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	session(t, address, "billing")
	send(t, address, 1)
	_, ended := begin(t, address, &cepaho.Consumer{DeadLetter: letters, Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error {
		return dispatch.Permanent(errors.New("no"))
	})}})
	var undeliverable *dispatch.UndeliverableError
	var failed *cepaho.SendError
	if err := <-ended; !errors.As(err, &undeliverable) || !errors.As(err, &failed) || failed.ReasonCode != 0x87 {
		t.Errorf("error: %v", err)
	}
	var seen handled
	end, _ := begin(t, address, &cepaho.Consumer{Delivery: dispatch.Delivery{Handler: handler(seen.add)}})
	waitFor(t, func() bool { return seen.len() == 1 })
	if err := end(); err != nil {
		t.Error(err)
	}
}

// A subscription that the broker refuses stops the consumer.
func TestSubscriptionRefused(t *testing.T) {
	rules := &auth.Ledger{Auth: auth.AuthRules{{Allow: true}}, ACL: auth.ACLRules{{Filters: auth.Filters{"orders/#": auth.WriteOnly}}}}
	s, address, err := newServer("127.0.0.1:0", rules)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, ended := begin(t, address, &cepaho.Consumer{Topics: []string{"orders/#"}, Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { return nil })}})
	if err := <-ended; err == nil {
		t.Error("no error")
	}
}

// Each policy does with a message that is no event what it says.
func TestInvalid(t *testing.T) {
	for _, policy := range []dispatch.InvalidPolicy{dispatch.StopOnInvalid, dispatch.DeadLetterOnInvalid, dispatch.SkipInvalid} {
		t.Run(policy.String(), func(t *testing.T) {
			address := mosquitto(t)
			session(t, address, "billing")
			dead := watch(t, address, letters)
			m := connect(t, config(address, "junk"))
			if _, err := m.Publish(context.Background(), &paho.Publish{Topic: topic, QoS: 1, Payload: []byte("junk")}); err != nil {
				t.Fatal(err)
			}
			send(t, address, 1)
			skipped := make(chan struct{}, 1)
			var seen handled
			c := &cepaho.Consumer{
				DeadLetter: letters, Invalid: policy,
				Skipped:  func(context.Context, *paho.Publish, error) { skipped <- struct{}{} },
				Delivery: dispatch.Delivery{Handler: handler(seen.add)},
			}
			end, ended := begin(t, address, c)
			if policy == dispatch.StopOnInvalid {
				if err := <-ended; !errors.Is(err, cloudevents.ErrNotCloudEvent) || seen.len() != 0 {
					t.Errorf("error: %v", err)
				}
				return
			}
			if policy == dispatch.SkipInvalid {
				<-skipped
			}
			waitFor(t, func() bool {
				return seen.len() == 1 && (policy == dispatch.SkipInvalid || len(dead.all()) == 1)
			})
			if err := end(); err != nil {
				t.Error(err)
			}
			nothingLeft(t, address)
		})
	}
}

// Run waits for the handler that is under way, or says that it did not. What was not handled
// comes again.
func TestShutdown(t *testing.T) {
	for _, c := range []struct {
		name  string
		grace time.Duration
		left  bool
	}{{"finishes in time", time.Minute, false}, {"does not finish", -1, true}} {
		t.Run(c.name, func(t *testing.T) {
			address := mosquitto(t)
			session(t, address, "billing")
			send(t, address, 3)
			begun, finish := make(chan struct{}), make(chan struct{})
			consumer := &cepaho.Consumer{Grace: c.grace, Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error {
				close(begun) // panics if a second event begins
				<-finish
				return nil
			})}}
			end, _ := begin(t, address, consumer)
			<-begun
			if !c.left {
				time.AfterFunc(2*time.Second, func() { close(finish) }) // long after Run has been told to end
			}
			err := end()
			var unfinished *dispatch.UnfinishedError
			if errors.As(err, &unfinished) != c.left || err != nil && !c.left {
				t.Errorf("error: %v", err)
			}
			if c.left {
				close(finish)
			}
			var seen handled
			want := 2
			if c.left {
				want = 3
			}
			end, _ = begin(t, address, &cepaho.Consumer{Delivery: dispatch.Delivery{Handler: handler(seen.add)}})
			waitFor(t, func() bool { return len(seen.first()) >= want })
			if err := end(); err != nil {
				t.Error(err)
			}
		})
	}
}

// The broker sends no more than the Receive Maximum, and Run ends a retry in its wait.
func TestBackPressure(t *testing.T) {
	address := mosquitto(t) // mochi does not count what it has kept
	session(t, address, "billing")
	send(t, address, 100)
	var received atomic.Int32
	cfg := config(address, "billing")
	cfg.OnPublishReceived = []func(paho.PublishReceived) (bool, error){func(paho.PublishReceived) (bool, error) {
		received.Add(1)
		return false, nil
	}}
	begun := make(chan struct{}, 1)
	c := &cepaho.Consumer{ReceiveMaximum: 7, Delivery: dispatch.Delivery{Wait: time.Hour, MaxWait: time.Hour, Handler: handler(func(*cloudevents.Event) error {
		begun <- struct{}{}
		return errors.New("not now")
	})}}
	end, _ := beginWith(t, cfg, c)
	<-begun
	waitFor(t, func() bool { return received.Load() >= 7 })
	time.Sleep(50 * time.Millisecond) // for more, which must not come
	if err := end(); err != nil || received.Load() != 7 {
		t.Errorf("%d received, %v", received.Load(), err)
	}
	var seen handled
	end, _ = begin(t, address, &cepaho.Consumer{Delivery: dispatch.Delivery{Handler: handler(seen.add)}})
	waitFor(t, func() bool { return len(seen.first()) == 100 })
	if err := end(); err != nil {
		t.Error(err)
	}
}

// What waits when the broker loses its sessions is handled, and the subscription is made again.
func TestSessionLost(t *testing.T) {
	s, address, err := newServer(freeport.Address(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	session(t, address, "billing")
	send(t, address, 3)
	var seen handled
	begun, finish := make(chan struct{}, 10), make(chan struct{})
	end, _ := begin(t, address, &cepaho.Consumer{Topics: []string{"orders/#"}, Delivery: dispatch.Delivery{Handler: handler(func(e *cloudevents.Event) error {
		begun <- struct{}{}
		<-finish
		return seen.add(e)
	})}})
	<-begun
	waitFor(t, func() bool { return atomic.LoadInt64(&s.Info.MessagesSent) >= 3 }) // the client gets the others
	s.Close()
	s, _, err = newServer(address, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	close(finish)
	waitFor(t, func() bool { return seen.len() == 3 })
	waitFor(t, func() bool { return len(s.Topics.Subscribers("orders/x").Subscriptions) == 1 })
	send(t, address, 4)
	waitFor(t, func() bool { return len(seen.first()) == 4 })
	if err := end(); err != nil {
		t.Error(err)
	}
}

// Messages of QoS 0 are handled, and dropped if too many wait.
func TestQoS0(t *testing.T) {
	address := start(t)
	session(t, address, "billing") // so that the subscription is there
	begun, finish := make(chan struct{}, 100), make(chan struct{})
	var seen handled
	var dropped records
	end, _ := begin(t, address, &cepaho.Consumer{QueueLimit: 2, Topics: []string{"orders/#"}, Delivery: dispatch.Delivery{Logger: slog.New(slog.NewTextHandler(&dropped, nil)), Handler: handler(func(e *cloudevents.Event) error {
		begun <- struct{}{}
		<-finish
		return seen.add(e)
	})}})
	all := watch(t, address, "orders/#")
	m := connect(t, config(address, "sender"))
	publish := func(i int, qos byte) {
		p := cepaho.ToPublish(topic, message(t, event(i)))
		p.QoS = qos
		if _, err := m.Publish(context.Background(), p); err != nil {
			t.Fatal(err)
		}
	}
	publish(0, 0)
	<-begun
	for i := range 9 {
		publish(1+i, 0)
	}
	publish(10, 1)
	waitFor(t, func() bool { return len(all.all()) == 11 })
	waitFor(t, func() bool { return dropped.Load() == 7 }) // the consumer may be behind
	close(finish)
	waitFor(t, func() bool { return seen.len() == 4 })
	if err := end(); err != nil || fmt.Sprint(seen.first()) != "[0 1 2 10]" {
		t.Errorf("%v, %v", seen.first(), err)
	}
}

// records counts the records of a log.
type records struct{ atomic.Int32 }

func (r *records) Write(b []byte) (int, error) {
	r.Add(1)
	return len(b), nil
}

// After Run and the end of the connection there are no more goroutines than before.
func TestGoroutines(t *testing.T) {
	address := mosquitto(t)
	session(t, address, "billing")
	before := runtime.NumGoroutine()
	for range 3 {
		send(t, address, 10)
		var seen handled
		end, _ := begin(t, address, &cepaho.Consumer{Concurrency: 4, Topics: []string{"orders/#"}, Delivery: dispatch.Delivery{Handler: handler(seen.add)}})
		waitFor(t, func() bool { return seen.len() == 10 })
		if err := end(); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, func() bool { return runtime.NumGoroutine() <= before })
}

// A mistake in the configuration is told before the first message.
func TestValidate(t *testing.T) {
	address := start(t)
	ok := dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { return nil })}
	for reason, c := range map[string]*cepaho.Consumer{
		"no handler":     {},
		"bad extension":  {Delivery: ok, Decoder: cemqtt.Decoder{Extensions: []spec.Attribute{{Name: "orderId"}}}},
		"no callback":    {Delivery: ok, Invalid: dispatch.SkipInvalid},
		"no dead letter": {Delivery: ok, Invalid: dispatch.DeadLetterOnInvalid},
		"bad filter":     {Delivery: ok, Topics: []string{"orders/#/placed"}},
		"bad letter":     {Delivery: ok, DeadLetter: "dead/#"},
		"own letter":     {Delivery: ok, Topics: []string{"orders/#"}, DeadLetter: "orders/dead"},
	} {
		_, ended := begin(t, address, c)
		if err := <-ended; err == nil {
			t.Errorf("%s: no error", reason)
		}
	}
	m := connect(t, config(address, "other"))
	for _, reason := range []string{"not configured", "no client", "no client ID", "no session", "clean start"} {
		c := &cepaho.Consumer{Delivery: ok, Client: m}
		cfg := config(address, "x")
		switch reason {
		case "no client":
			c.Client = nil
		case "no client ID":
			cfg.ClientID = ""
		case "no session":
			cfg.SessionExpiryInterval = 0
		case "clean start":
			cfg.CleanStartOnInitialConnection = true
		}
		if reason != "not configured" {
			c.Configure(&cfg)
		}
		if err := c.Run(context.Background()); err == nil {
			t.Errorf("%s: no error", reason)
		}
	}
}

// A Consumer runs once, and ends with its connection.
func TestEnd(t *testing.T) {
	address := start(t)
	c := &cepaho.Consumer{Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { return nil })}}
	_, ended := begin(t, address, c)
	disconnect(t, c.Client)
	if err := <-ended; err == nil {
		t.Error("no error after the end of the connection")
	}
	if err := c.Run(context.Background()); err == nil {
		t.Error("it runs twice")
	}
}
