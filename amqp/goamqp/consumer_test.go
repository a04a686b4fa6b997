package cegoamqp_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Every event is handled though a third of the attempts fail and the connection is lost; with
// a Concurrency of 1, in the order of the queue.
func TestConsumerLosesNothing(t *testing.T) {
	for _, c := range []struct {
		name        string
		concurrency int
		retry       cegoamqp.RetryPolicy
	}{
		{"in order", 1, cegoamqp.RetryInPlace},
		{"in place", 8, cegoamqp.RetryInPlace},
		{"released", 8, cegoamqp.RetryReleased},
		{"modified", 8, cegoamqp.RetryModified},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := start(t)
			const n = 2000
			send(t, b.URL(), n)
			var mu sync.Mutex
			var ids []string
			seen := map[string]bool{}
			consumer := &cegoamqp.Consumer{Connect: connectTo(b.URL(), 20), Concurrency: c.concurrency, Retry: c.retry, Delivery: dispatch.Delivery{
				Wait: time.Millisecond, MaxWait: 5 * time.Millisecond, Attempts: -1,
				Handler: handler(func(e *cloudevents.Event) error {
					if rand.IntN(3) == 0 {
						return errors.New("not now")
					}
					mu.Lock()
					defer mu.Unlock()
					if !seen[e.ID] { // after a lost connection, an event may come again
						seen[e.ID] = true
						ids = append(ids, e.ID)
					}
					return nil
				}),
			}}
			end, _ := begin(t, consumer)
			for i := range 3 {
				waitFor(t, func() bool { return b.Len(orders) < n-(i+1)*400 })
				b.Disconnect()
			}
			waitFor(t, func() bool { return b.Len(orders) == 0 })
			if err := end(); err != nil {
				t.Fatal(err)
			}
			if c.concurrency == 1 {
				for i, id := range ids {
					if id != strconv.Itoa(i) {
						t.Fatalf("event %d is %s", i, id)
					}
				}
			}
			slices.Sort(ids)
			if distinct := len(slices.Compact(ids)); distinct != n {
				t.Errorf("%d of %d events", distinct, n)
			}
		})
	}
}

// A message that is refused, or whose attempts are used up, goes to the dead letter as it was,
// and is rejected then.
func TestDeadLetter(t *testing.T) {
	for _, retry := range []cegoamqp.RetryPolicy{cegoamqp.RetryInPlace, cegoamqp.RetryModified} {
		t.Run(retry.String(), func(t *testing.T) {
			b := start(t)
			send(t, b.URL(), 3)
			c := &cegoamqp.Consumer{Connect: connectTo(b.URL(), 1), Retry: retry, KnativeErrors: retry == cegoamqp.RetryModified, Delivery: dispatch.Delivery{Attempts: 2, Wait: -1, Handler: handler(func(e *cloudevents.Event) error {
				switch e.ID {
				case "0":
					return dispatch.Permanent(errors.New("no such customer"))
				case "1":
					return errors.New("down")
				}
				return nil
			})}}
			end, _ := begin(t, c)
			waitFor(t, func() bool { return b.Len(orders) == 0 && b.Len(letters) == 2 })
			if err := end(); err != nil {
				t.Fatal(err)
			}
			if n := b.Len(orders + ".rejected"); n != 2 {
				t.Errorf("%d are rejected", n)
			}
			in := newReceiver(t, dial(t, b.URL()), letters, 1)
			for range 2 {
				letter := receive(t, in)
				m := cegoamqp.FromMessage(letter)
				e, err := ceamqp.ToCloudEvent(&m, nil)
				if err != nil {
					t.Fatal(err)
				}
				i, _ := strconv.Atoi(e.ID)
				sent := event(i)
				if c.KnativeErrors {
					why := dispatch.KnativeErrors("amqp:"+orders, []int{422, 500}[i], errors.New([]string{"no such customer", "down"}[i]))
					for _, x := range why {
						if err := sent.Set(x.Name, x.Value); err != nil {
							t.Fatal(err)
						}
					}
				}
				if e.Subject != sent.Subject || !e.Time.Equal(sent.Time) || string(e.Data) != string(sent.Data) || !slices.Equal(e.Extensions, sent.Extensions) {
					t.Errorf("the event has changed: %v", e)
				}
				want := [2]string{"no such customer", "down"}[i]
				p := letter.ApplicationProperties
				if p[dispatch.DeadLetterReason] != want || p[dispatch.DeadLetterAttempts] != int64(i+1) || p[cegoamqp.HeaderAddress] != orders || !letter.Header.Durable {
					t.Errorf("%v", p)
				}
			}
		})
	}
}

// Without a dead letter, a refused message is rejected, and one whose attempts are used up stops
// the consumer, unless the broker has a dead letter of its own.
func TestWithoutDeadLetter(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    error
		broker bool
		stops  bool
	}{
		{"refused", dispatch.Permanent(errors.New("no")), false, false},
		{"used up", errors.New("down"), false, true},
		{"used up, and the broker has one", errors.New("down"), true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := start(t)
			send(t, b.URL(), 1)
			consumer := &cegoamqp.Consumer{
				Links: cegoamqp.Links{Receiver: newReceiver(t, dial(t, b.URL()), orders, 1)}, BrokerDeadLetter: c.broker,
				Delivery: dispatch.Delivery{Attempts: 2, Wait: -1, Handler: handler(func(*cloudevents.Event) error { return c.err })},
			}
			end, ended := begin(t, consumer)
			if c.stops {
				var undeliverable *dispatch.UndeliverableError
				if err := <-ended; !errors.As(err, &undeliverable) || undeliverable.Attempts != 2 || !errors.Is(err, c.err) || !errors.Is(err, dispatch.ErrNoDeadLetter) || !strings.Contains(err.Error(), "address orders") {
					t.Errorf("error: %v", err)
				}
				if b.Len(orders) != 1 {
					t.Error("the message is gone")
				}
				return
			}
			waitFor(t, func() bool { return b.Len(orders) == 0 && b.Len(orders+".rejected") == 1 })
			if err := end(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A dead letter that the broker does not take ends Run, and the message stays.
func TestDeadLetterRefused(t *testing.T) {
	b := start(t)
	send(t, b.URL(), 1)
	session := dial(t, b.URL())
	consumer := &cegoamqp.Consumer{
		Links:    cegoamqp.Links{Receiver: newReceiver(t, session, orders, 1), DeadLetter: newSender(t, session, "answer/full")},
		Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { return dispatch.Permanent(errors.New("no")) })},
	}
	_, ended := begin(t, consumer)
	var undeliverable *dispatch.UndeliverableError
	var failed *cegoamqp.SendError
	if err := <-ended; !errors.As(err, &undeliverable) || !errors.As(err, &failed) || b.Len(orders) != 1 {
		t.Errorf("error: %v, %d left", err, b.Len(orders))
	}
}

// Each policy does with a message that is no event what it says.
func TestInvalid(t *testing.T) {
	for _, policy := range []dispatch.InvalidPolicy{dispatch.StopOnInvalid, dispatch.DeadLetterOnInvalid, dispatch.SkipInvalid} {
		t.Run(policy.String(), func(t *testing.T) {
			b := start(t)
			id := "m-1"
			junk := &amqp.Message{Data: [][]byte{[]byte("junk")}, Properties: &amqp.MessageProperties{MessageID: id}}
			if err := newSender(t, dial(t, b.URL()), orders).Send(context.Background(), junk, nil); err != nil {
				t.Fatal(err)
			}
			send(t, b.URL(), 1)
			skipped := make(chan struct{}, 1)
			c := &cegoamqp.Consumer{
				Connect: connectTo(b.URL(), 1), Invalid: policy,
				Skipped:  func(context.Context, *amqp.Message, error) { skipped <- struct{}{} },
				Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { return nil })},
			}
			end, ended := begin(t, c)
			if policy == dispatch.StopOnInvalid {
				if err := <-ended; !errors.Is(err, cloudevents.ErrNotCloudEvent) || !strings.Contains(err.Error(), "message "+id) {
					t.Errorf("error: %v", err)
				}
				if b.Len(orders) != 2 {
					t.Error("a message is gone")
				}
				return
			}
			if policy == dispatch.SkipInvalid {
				<-skipped
			}
			waitFor(t, func() bool { return b.Len(orders) == 0 })
			if policy == dispatch.DeadLetterOnInvalid && b.Len(letters) != 1 {
				t.Error("no dead letter")
			}
			if err := end(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Without Connect, Run ends with the error of the link.
func TestLinkEnds(t *testing.T) {
	b := start(t)
	c := &cegoamqp.Consumer{
		Links:    cegoamqp.Links{Receiver: newReceiver(t, dial(t, b.URL()), orders, 1)},
		Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { return nil })},
	}
	_, ended := begin(t, c)
	b.Detach(orders, "amqp:resource-deleted")
	var link *amqp.LinkError
	var reason *amqp.Error
	if err := <-ended; !errors.As(err, &link) || !errors.As(err, &reason) || reason.Condition != amqp.ErrCondResourceDeleted {
		t.Errorf("error: %v", err)
	}
}

// An error of the first Connect ends Run. A later one does if it is permanent.
func TestConnectFails(t *testing.T) {
	b := start(t)
	var connects atomic.Int32
	c := &cegoamqp.Consumer{
		Connect: func(ctx context.Context) (cegoamqp.Links, error) {
			switch connects.Add(1) {
			case 1:
				return connectTo(b.URL(), 1)(ctx)
			case 2:
				return cegoamqp.Links{}, errors.New("not yet")
			}
			return cegoamqp.Links{}, dispatch.Permanent(errors.New("no such user"))
		},
		Delivery: dispatch.Delivery{Wait: time.Millisecond, Handler: handler(func(*cloudevents.Event) error { return nil })},
	}
	send(t, b.URL(), 1)
	_, ended := begin(t, c)
	waitFor(t, func() bool { return b.Len(orders) == 0 })
	b.Disconnect()
	if err := <-ended; err == nil || connects.Load() != 3 || !strings.Contains(err.Error(), "no such user") {
		t.Errorf("%d calls: %v", connects.Load(), err)
	}
	for reason, connect := range map[string]func(context.Context) (cegoamqp.Links, error){
		"error":       func(context.Context) (cegoamqp.Links, error) { return cegoamqp.Links{}, errors.New("no") },
		"no receiver": func(context.Context) (cegoamqp.Links, error) { return cegoamqp.Links{}, nil },
		"no dead letter": func(ctx context.Context) (cegoamqp.Links, error) {
			links, err := connectTo(b.URL(), 1)(ctx)
			links.DeadLetter = nil
			return links, err
		},
	} {
		c := &cegoamqp.Consumer{Connect: connect, Invalid: dispatch.DeadLetterOnInvalid, Delivery: c.Delivery}
		if err := c.Run(context.Background()); err == nil {
			t.Errorf("%s: no error", reason)
		}
	}
	waitFor(t, func() bool { return b.Connections() == 0 })
}

// Run waits for the handler that is under way, or says that it did not.
func TestShutdown(t *testing.T) {
	for _, c := range []struct {
		name  string
		grace time.Duration
		left  bool
	}{{"finishes in time", time.Minute, false}, {"does not finish", -1, true}} {
		t.Run(c.name, func(t *testing.T) {
			b := start(t)
			send(t, b.URL(), 2)
			begun, finish := make(chan struct{}), make(chan struct{})
			consumer := &cegoamqp.Consumer{Connect: connectTo(b.URL(), 10), Grace: c.grace, Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error {
				close(begun) // panics if a second event begins
				<-finish
				return nil
			})}}
			end, _ := begin(t, consumer)
			<-begun
			if !c.left {
				time.AfterFunc(2*time.Second, func() { close(finish) }) // long after Run has been told to end
			}
			err := end()
			var unfinished *dispatch.UnfinishedError
			if errors.As(err, &unfinished) != c.left || err != nil && !c.left {
				t.Errorf("error: %v", err)
			}
			want := 1
			if c.left {
				close(finish)
				want = 2
			}
			if n := b.Len(orders); n != want {
				t.Errorf("%d messages are left, want %d", n, want)
			}
		})
	}
}

// A message that waits for its next attempt is given back when Run ends.
func TestShutdownWhileWaiting(t *testing.T) {
	for _, retry := range []cegoamqp.RetryPolicy{cegoamqp.RetryInPlace, cegoamqp.RetryReleased, cegoamqp.RetryModified} {
		b := start(t)
		send(t, b.URL(), 1)
		tried := make(chan struct{}, 1)
		c := &cegoamqp.Consumer{Connect: connectTo(b.URL(), 1), Retry: retry, Delivery: dispatch.Delivery{Wait: time.Hour, MaxWait: time.Hour, Handler: handler(func(*cloudevents.Event) error {
			tried <- struct{}{}
			return errors.New("not now")
		})}}
		end, _ := begin(t, c)
		<-tried
		if err := end(); err != nil || b.Len(orders) != 1 {
			t.Errorf("%s: %v, %d left", retry, err, b.Len(orders))
		}
	}
}

// After a lost connection, an event is not handled beside itself.
func TestNotBesideItself(t *testing.T) {
	b := start(t)
	send(t, b.URL(), 1)
	var now, most, calls atomic.Int32
	begun := make(chan struct{}, 2)
	c := &cegoamqp.Consumer{Connect: connectTo(b.URL(), 8), Concurrency: 8, Delivery: dispatch.Delivery{Wait: time.Millisecond, Handler: handler(func(*cloudevents.Event) error {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)
		begun <- struct{}{}
		if calls.Add(1) == 1 {
			time.Sleep(200 * time.Millisecond)
		}
		return nil
	})}}
	end, _ := begin(t, c)
	<-begun
	b.Disconnect()
	<-begun
	waitFor(t, func() bool { return b.Len(orders) == 0 })
	if err := end(); err != nil || most.Load() != 1 || calls.Load() != 2 {
		t.Errorf("%d at the same time, %d calls: %v", most.Load(), calls.Load(), err)
	}
}

// A broker that is away for a while is found again.
func TestBrokerStartsAgain(t *testing.T) {
	b := start(t)
	handled := make(chan string, 10)
	c := &cegoamqp.Consumer{Connect: connectTo(b.URL(), 8), Delivery: dispatch.Delivery{Wait: time.Millisecond, MaxWait: 20 * time.Millisecond, Handler: handler(func(e *cloudevents.Event) error {
		handled <- e.ID
		return nil
	})}}
	end, _ := begin(t, c)
	send(t, b.URL(), 1)
	<-handled
	b.Stop()
	time.Sleep(100 * time.Millisecond)
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return b.Connections() == 1 })
	send(t, b.URL(), 1)
	<-handled
	if err := end(); err != nil {
		t.Error(err)
	}
}

// Goroutines and connections are where they were after Run.
func TestNothingIsLeft(t *testing.T) {
	b := start(t)
	send(t, b.URL(), 50)
	waitFor(t, func() bool { return b.Connections() == 1 })
	goroutines := runtime.NumGoroutine()
	c := &cegoamqp.Consumer{Connect: connectTo(b.URL(), 10), Concurrency: 10, Delivery: dispatch.Delivery{Wait: time.Millisecond, Handler: handler(func(*cloudevents.Event) error { return nil })}}
	end, _ := begin(t, c)
	waitFor(t, func() bool { return b.Len(orders) == 0 })
	if err := end(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return b.Connections() == 1 && runtime.NumGoroutine() <= goroutines })
}

// A receiver of the program stays open, and Run can be called again.
func TestRunAgain(t *testing.T) {
	b := start(t)
	send(t, b.URL(), 5)
	receiver := newReceiver(t, dial(t, b.URL()), orders, 10)
	handled := 0
	for handled < 5 {
		ctx, cancel := context.WithCancel(context.Background())
		c := &cegoamqp.Consumer{Links: cegoamqp.Links{Receiver: receiver}, Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error {
			handled++
			cancel()
			return nil
		})}}
		if err := c.Run(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
	}
	waitFor(t, func() bool { return b.Len(orders) == 0 })
}

// A mistake in the configuration is told before the first message.
func TestValidate(t *testing.T) {
	b := start(t)
	links := cegoamqp.Links{Receiver: newReceiver(t, dial(t, b.URL()), orders, 1)}
	itself := cegoamqp.Links{Receiver: links.Receiver, DeadLetter: newSender(t, dial(t, b.URL()), orders)}
	ok := dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { return nil })}
	for reason, c := range map[string]*cegoamqp.Consumer{
		"no receiver":                     {Delivery: ok},
		"no handler":                      {Links: links},
		"bad extension":                   {Links: links, Delivery: ok, Decoder: ceamqp.Decoder{Extensions: []spec.Attribute{{Name: "orderId"}}}},
		"no callback":                     {Links: links, Delivery: ok, Invalid: dispatch.SkipInvalid},
		"no dead letter":                  {Links: links, Delivery: ok, Invalid: dispatch.DeadLetterOnInvalid},
		"own dead letter":                 {Links: itself, Delivery: ok},
		"connects to its own dead letter": {Connect: func(context.Context) (cegoamqp.Links, error) { return itself, nil }, Delivery: ok},
		"credit of the client":            {Links: links, Delivery: ok, Credit: 5},
	} {
		if err := c.Run(context.Background()); err == nil {
			t.Errorf("%s: no error", reason)
		}
	}
	c := &cegoamqp.Consumer{Links: links, Delivery: ok, Invalid: dispatch.DeadLetterOnInvalid, BrokerDeadLetter: true}
	if err := c.Validate(); err != nil {
		t.Errorf("the broker has a dead letter: %v", err)
	}
}

// A policy that does not exist is told by its number.
func TestRetryPolicyString(t *testing.T) {
	for p, want := range map[cegoamqp.RetryPolicy]string{
		cegoamqp.RetryInPlace: "in place", cegoamqp.RetryReleased: "released", cegoamqp.RetryModified: "modified", 9: "RetryPolicy(9)",
	} {
		if got := p.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
