package cenatsgo_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Every event is handled though a third of the attempts fail; with InOrder, in the order of the
// stream.
func TestConsumerLosesNothing(t *testing.T) {
	for _, c := range []struct {
		name        string
		concurrency int
		inOrder     bool
	}{{"delivered again", 8, false}, {"in order", 1, true}} {
		t.Run(c.name, func(t *testing.T) {
			_, js := connect(t, start(t))
			durable := streams(t, js)
			const n = 2000
			send(t, js, n)
			var mu sync.Mutex
			var ids []string
			consumer := &cenatsgo.Consumer{Consumer: durable, Concurrency: c.concurrency, InOrder: c.inOrder, Delivery: dispatch.Delivery{
				Wait: time.Millisecond, MaxWait: 5 * time.Millisecond, Attempts: -1,
				Handler: handler(func(e *cloudevents.Event) error {
					if rand.IntN(3) == 0 {
						return errors.New("not now")
					}
					mu.Lock()
					defer mu.Unlock()
					ids = append(ids, e.ID)
					return nil
				}),
			}}
			end, _ := begin(t, consumer)
			waitFor(t, func() bool { return pending(t, js, durable) == 0 })
			if err := end(); err != nil {
				t.Fatal(err)
			}
			if c.inOrder {
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

// A message that is refused, or whose attempts are used up, goes to the dead letter as it was.
func TestDeadLetter(t *testing.T) {
	_, js := connect(t, start(t))
	durable := streams(t, js)
	send(t, js, 3)
	c := &cenatsgo.Consumer{Consumer: durable, JetStream: js, DeadLetter: letters, KnativeErrors: true, Delivery: dispatch.Delivery{Attempts: 2, Wait: -1, Handler: handler(func(e *cloudevents.Event) error {
		switch e.ID {
		case "0":
			return dispatch.Permanent(errors.New("no such customer"))
		case "1":
			return errors.New("down\r\nnow")
		}
		return nil
	})}}
	end, _ := begin(t, c)
	waitFor(t, func() bool { return pending(t, js, durable) == 0 && count(t, js, "DEAD") == 2 })
	if err := end(); err != nil {
		t.Fatal(err)
	}
	dead, err := js.Stream(context.Background(), "DEAD")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		m, err := dead.GetMsg(context.Background(), uint64(i+1))
		if err != nil {
			t.Fatal(err)
		}
		h := m.Header
		id := h["ce-id"]
		want := map[string][3]string{"0": {"no such customer", "1", "422"}, "1": {"down  now", "2", "500"}}[id[0]]
		if h.Get("ce-knativeerrorcode") != want[2] || h.Get("ce-knativeerrordest") != "nats:"+subject || h.Get("ce-knativeerrordata") == "" {
			t.Errorf("%v", h)
		}
		if h.Get(dispatch.DeadLetterReason) != want[0] || h.Get(dispatch.DeadLetterAttempts) != want[1] || h.Get(cenatsgo.HeaderSubject) != subject ||
			h.Get(cenatsgo.HeaderStream) != "ORDERS" || h.Get(cenatsgo.HeaderSequence) == "" || h.Get("ce-subject") != "Gr%C3%BC%C3%9Fe" || string(m.Data) != `{"n":`+id[0]+`}` {
			t.Errorf("%v %s", h, m.Data)
		}
	}
}

// Without a dead letter, a refused message is terminated, and one whose attempts are used up
// stops the consumer.
func TestWithoutDeadLetter(t *testing.T) {
	for _, c := range []struct {
		name  string
		err   error
		stops bool
	}{{"refused", dispatch.Permanent(errors.New("no")), false}, {"used up", errors.New("down"), true}} {
		t.Run(c.name, func(t *testing.T) {
			_, js := connect(t, start(t))
			durable := streams(t, js)
			send(t, js, 1)
			consumer := &cenatsgo.Consumer{Consumer: durable, Delivery: dispatch.Delivery{Attempts: 2, Wait: -1, Handler: handler(func(*cloudevents.Event) error { return c.err })}}
			end, ended := begin(t, consumer)
			if c.stops {
				var undeliverable *dispatch.UndeliverableError
				if err := <-ended; !errors.As(err, &undeliverable) || undeliverable.Attempts != 2 || !errors.Is(err, c.err) || !errors.Is(err, dispatch.ErrNoDeadLetter) {
					t.Errorf("error: %v", err)
				}
				if pending(t, js, durable) != 1 {
					t.Error("the message is gone")
				}
				return
			}
			waitFor(t, func() bool { return pending(t, js, durable) == 0 })
			if err := end(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A dead letter that no stream takes stops the consumer, and the message comes again.
func TestDeadLetterFails(t *testing.T) {
	_, js := connect(t, start(t))
	durable := streams(t, js)
	send(t, js, 1)
	c := &cenatsgo.Consumer{Consumer: durable, JetStream: js, DeadLetter: "no.stream", Delivery: dispatch.Delivery{
		Handler: handler(func(*cloudevents.Event) error { return dispatch.Permanent(errors.New("no")) }),
	}}
	_, ended := begin(t, c)
	var undeliverable *dispatch.UndeliverableError
	if err := <-ended; !errors.As(err, &undeliverable) || !errors.Is(err, jetstream.ErrNoStreamResponse) || !strings.Contains(err.Error(), `the dead letter was not written: cenatsgo: subject "no.stream"`) {
		t.Errorf("error: %v", err)
	}
	handled := make(chan string, 1)
	end, _ := begin(t, &cenatsgo.Consumer{Consumer: durable, Delivery: dispatch.Delivery{Handler: handler(func(e *cloudevents.Event) error {
		handled <- e.ID
		return nil
	})}})
	if id := <-handled; id != "0" {
		t.Errorf("event %s", id)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

// Each policy does with a message that is no event what it says.
func TestInvalid(t *testing.T) {
	for _, policy := range []dispatch.InvalidPolicy{dispatch.StopOnInvalid, dispatch.DeadLetterOnInvalid, dispatch.SkipInvalid} {
		t.Run(policy.String(), func(t *testing.T) {
			conn, js := connect(t, start(t))
			durable := streams(t, js)
			if err := conn.PublishMsg(&nats.Msg{Subject: subject, Data: []byte("junk")}); err != nil {
				t.Fatal(err)
			}
			if err := conn.Flush(); err != nil {
				t.Fatal(err)
			}
			send(t, js, 1)
			skipped := make(chan struct{}, 1)
			c := &cenatsgo.Consumer{
				Consumer: durable, JetStream: js, DeadLetter: letters, Invalid: policy,
				Skipped:  func(context.Context, jetstream.Msg, error) { skipped <- struct{}{} },
				Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { return nil })},
			}
			end, ended := begin(t, c)
			if policy == dispatch.StopOnInvalid {
				if err := <-ended; !errors.Is(err, cloudevents.ErrNotCloudEvent) {
					t.Errorf("error: %v", err)
				}
				return
			}
			if policy == dispatch.SkipInvalid {
				<-skipped
			}
			waitFor(t, func() bool { return pending(t, js, durable) == 0 })
			if policy == dispatch.DeadLetterOnInvalid && count(t, js, "DEAD") != 1 {
				t.Error("no dead letter")
			}
			if err := end(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A handler may take longer than the AckWait of the JetStream consumer.
func TestSlowHandler(t *testing.T) {
	_, js := connect(t, start(t))
	durable := streams(t, js)
	config := durable.CachedInfo().Config
	config.AckWait = 4 * time.Second
	durable, err := js.UpdateConsumer(t.Context(), "ORDERS", config)
	if err != nil {
		t.Fatal(err)
	}
	send(t, js, 1)
	calls := 0
	c := &cenatsgo.Consumer{Consumer: durable, Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error {
		calls++
		time.Sleep(9 * time.Second)
		return nil
	})}}
	end, _ := begin(t, c)
	waitFor(t, func() bool { return pending(t, js, durable) == 0 })
	if err := end(); err != nil || calls != 1 {
		t.Errorf("%d calls: %v", calls, err)
	}
}

// Run waits for the handler that is under way, or says that it did not.
func TestShutdown(t *testing.T) {
	for _, c := range []struct {
		name  string
		grace time.Duration
		left  bool
	}{{"finishes in time", time.Minute, false}, {"does not finish", -1, true}} {
		t.Run(c.name, func(t *testing.T) {
			_, js := connect(t, start(t))
			durable := streams(t, js)
			send(t, js, 2)
			begun, finish := make(chan struct{}), make(chan struct{})
			consumer := &cenatsgo.Consumer{Consumer: durable, Grace: c.grace, Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error {
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
			if c.left {
				close(finish)
			}
		})
	}
}

// A mistake in the configuration is told before the first message.
func TestValidate(t *testing.T) {
	_, js := connect(t, start(t))
	durable := streams(t, js)
	none, err := js.CreateOrUpdateConsumer(context.Background(), "ORDERS", jetstream.ConsumerConfig{Durable: "none", AckPolicy: jetstream.AckNonePolicy})
	if err != nil {
		t.Fatal(err)
	}
	create := func(config jetstream.ConsumerConfig) jetstream.Consumer {
		config.AckPolicy = jetstream.AckExplicitPolicy
		c, err := js.CreateOrUpdateConsumer(t.Context(), "ORDERS", config)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	filtered := create(jetstream.ConsumerConfig{Durable: "filtered", FilterSubjects: []string{"orders.placed", "orders.paid.>", "orders.*.a"}})
	few := create(jetstream.ConsumerConfig{Durable: "few", MaxDeliver: 9})
	ok := dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { return nil })}
	for reason, c := range map[string]*cenatsgo.Consumer{
		"no consumer":    {Delivery: ok},
		"not explicit":   {Consumer: none, Delivery: ok},
		"no handler":     {Consumer: durable},
		"bad extension":  {Consumer: durable, Delivery: ok, Decoder: cenats.Decoder{Extensions: []spec.Attribute{{Name: "orderId"}}}},
		"no callback":    {Consumer: durable, Delivery: ok, Invalid: dispatch.SkipInvalid},
		"no dead letter": {Consumer: durable, Delivery: ok, Invalid: dispatch.DeadLetterOnInvalid},
		"no JetStream":   {Consumer: durable, Delivery: ok, DeadLetter: letters},
		"wildcard":       {Consumer: durable, Delivery: ok, JetStream: js, DeadLetter: "dead.>"},
		"own stream":     {Consumer: durable, Delivery: ok, JetStream: js, DeadLetter: "orders.dead"},
		"own filter":     {Consumer: filtered, Delivery: ok, JetStream: js, DeadLetter: "orders.paid.dead"},
		"few deliveries": {Consumer: few, Delivery: ok},
	} {
		if err := c.Run(context.Background()); err == nil {
			t.Errorf("%s: no error", reason)
		}
	}
	for reason, c := range map[string]*cenatsgo.Consumer{
		"another stream":    {Consumer: durable, Delivery: ok, JetStream: js, DeadLetter: letters},
		"not in the filter": {Consumer: filtered, Delivery: ok, JetStream: js, DeadLetter: "orders.dead"},
		"in order":          {Consumer: few, Delivery: ok, InOrder: true},
		"fewer attempts":    {Consumer: few, Delivery: dispatch.Delivery{Handler: ok.Handler, Attempts: 9}},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.Run(ctx); err != nil {
			t.Errorf("%s: %v", reason, err)
		}
	}
}
