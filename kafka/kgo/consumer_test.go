package cekgo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Every event is handled though a third of the attempts fail, in the order of each key, and
// the committed place is behind the last.
func TestConsumerLosesNothing(t *testing.T) {
	for _, concurrency := range []int{1, 4} {
		t.Run(fmt.Sprint("concurrency ", concurrency), func(t *testing.T) {
			addrs := start(t, 3)
			const n = 3000
			send(t, addrs, 0, n)
			var mu sync.Mutex
			handled := map[string][]string{} // by key
			total := 0
			done := make(chan struct{})
			c := &cekgo.Consumer{Concurrency: concurrency, Delivery: dispatch.Delivery{Wait: -1, Attempts: -1, Handler: handler(func(e *cloudevents.Event) error {
				mu.Lock()
				defer mu.Unlock()
				if rand.IntN(3) == 0 {
					return errors.New("not now")
				}
				key, _ := e.Get("partitionkey")
				handled[key.String()] = append(handled[key.String()], e.ID)
				if total++; total == n {
					close(done)
				}
				return nil
			})}}
			join(t, addrs, c)
			if err := runUntil(t, c, done); err != nil {
				t.Fatal(err)
			}
			for key, ids := range handled {
				for i, id := range ids {
					if want := fmt.Sprintf("%d%s", i, key); id != want && "0"+id != want {
						t.Fatalf("event %d of key %s is %s", i, key, id)
					}
				}
			}
			if at, end := committed(t, addrs); at != end || end != n {
				t.Errorf("committed %d of %d", at, end)
			}
		})
	}
}

// A refused event goes to the dead letter as it was, with the reason.
func TestDeadLetter(t *testing.T) {
	addrs := start(t, 1)
	send(t, addrs, 0, 3)
	done := make(chan struct{})
	var logged bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelWarn}))
	c := &cekgo.Consumer{DeadLetter: letters, KnativeErrors: true, Delivery: dispatch.Delivery{Attempts: 2, Wait: -1, Logger: logger, Handler: handler(func(e *cloudevents.Event) error {
		switch e.ID {
		case "0":
			return dispatch.Permanent(errors.New("no such customer"))
		case "1":
			return errors.New("down")
		}
		close(done)
		return nil
	})}}
	var causes []string
	c.Delivery.Observer.DeadLettered = func(_ context.Context, cause error) { causes = append(causes, cause.Error()) }
	join(t, addrs, c)
	if err := runUntil(t, c, done); err != nil {
		t.Fatal(err)
	}
	if want := []string{"no such customer", "down"}; !slices.Equal(causes, want) {
		t.Errorf("the Observer has seen %q", causes)
	}
	sent, dead := read(t, addrs, topic, 3), read(t, addrs, letters, 2)
	for i, r := range dead {
		record := fmt.Sprintf(`"msg":"message written to the dead letter","place":"record %d of partition 0 of topic %s","deadletter":"record %d of partition %d of topic %s"`,
			i, topic, r.Offset, r.Partition, letters)
		if strings.Count(logged.String(), record) != 1 {
			t.Errorf("no record %s in\n%s", record, &logged)
		}
	}
	for i, want := range []map[string]string{
		{dispatch.DeadLetterReason: "no such customer", dispatch.DeadLetterAttempts: "1", cekgo.HeaderOffset: "0", "ce_knativeerrorcode": "422"},
		{dispatch.DeadLetterReason: "down", dispatch.DeadLetterAttempts: "2", cekgo.HeaderOffset: "1", "ce_knativeerrorcode": "500", cekgo.HeaderTopic: topic, cekgo.HeaderPartition: "0"},
	} {
		r := dead[i]
		if !bytes.Equal(r.Key, sent[i].Key) || !bytes.Equal(r.Value, sent[i].Value) {
			t.Errorf("record %d is not as it was", i)
		}
		headers := map[string]string{}
		for _, h := range r.Headers {
			headers[h.Key] = string(h.Value)
		}
		for _, h := range sent[i].Headers {
			if headers[h.Key] != string(h.Value) {
				t.Errorf("header %s is lost", h.Key)
			}
		}
		for name, value := range want {
			if headers[name] != value {
				t.Errorf("%s is %q, want %q", name, headers[name], value)
			}
		}
	}
	if at, end := committed(t, addrs); at != 3 || end != 3 {
		t.Errorf("committed %d of %d", at, end)
	}
}

// Without a dead letter, a refused event stops the consumer and stays.
func TestUndeliverable(t *testing.T) {
	addrs := start(t, 1)
	send(t, addrs, 0, 3)
	refused := errors.New("no")
	c := &cekgo.Consumer{Delivery: dispatch.Delivery{Handler: handler(func(e *cloudevents.Event) error {
		if e.ID == "1" {
			return dispatch.Permanent(refused)
		}
		return nil
	})}}
	join(t, addrs, c)
	err := runUntil(t, c, nil)
	var undeliverable *dispatch.UndeliverableError
	if !errors.As(err, &undeliverable) || undeliverable.Place != "record 1 of partition 0 of topic orders" || undeliverable.Attempts != 1 || !errors.Is(err, refused) || !errors.Is(err, dispatch.ErrNoDeadLetter) {
		t.Errorf("error: %v", err)
	}
	if at, _ := committed(t, addrs); at != 1 {
		t.Errorf("committed %d", at)
	}
}

// Each policy does with a record that is no event what it says.
func TestInvalid(t *testing.T) {
	for _, policy := range []dispatch.InvalidPolicy{dispatch.StopOnInvalid, dispatch.DeadLetterOnInvalid, dispatch.SkipInvalid} {
		t.Run(policy.String(), func(t *testing.T) {
			addrs := start(t, 1)
			producer := newClient(t, addrs)
			junk := &kgo.Record{Topic: topic, Value: []byte("junk")}
			if err := producer.ProduceSync(context.Background(), junk).FirstErr(); err != nil {
				t.Fatal(err)
			}
			send(t, addrs, 0, 1)
			done := make(chan struct{})
			skipped := 0
			c := &cekgo.Consumer{
				DeadLetter: letters, Invalid: policy,
				Skipped:  func(context.Context, *kgo.Record, error) { skipped++ },
				Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { close(done); return nil })},
			}
			join(t, addrs, c)
			err := runUntil(t, c, done)
			at, _ := committed(t, addrs)
			switch policy {
			case dispatch.StopOnInvalid:
				if !errors.Is(err, cloudevents.ErrNotCloudEvent) || at != 0 {
					t.Errorf("committed %d: %v", at, err)
				}
				return
			case dispatch.DeadLetterOnInvalid:
				if r := read(t, addrs, letters, 1)[0]; string(r.Value) != "junk" {
					t.Errorf("dead letter %q", r.Value)
				}
			case dispatch.SkipInvalid:
				if skipped != 1 {
					t.Errorf("%d skipped", skipped)
				}
			}
			if err != nil || at != 2 {
				t.Errorf("committed %d: %v", at, err)
			}
		})
	}
}

// A dead letter that cannot be written leaves the record where it is.
func TestDeadLetterFails(t *testing.T) {
	addrs := start(t, 1)
	send(t, addrs, 0, 1)
	c := &cekgo.Consumer{DeadLetter: "no/such/topic", Delivery: dispatch.Delivery{Logger: slog.New(slog.DiscardHandler), Handler: handler(func(*cloudevents.Event) error {
		return dispatch.Permanent(errors.New("no"))
	})}}

	c.Client = newClient(t, addrs, append(c.Options(), kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.UnknownTopicRetries(1))...)
	err := runUntil(t, c, nil)
	var undeliverable *dispatch.UndeliverableError
	if !errors.As(err, &undeliverable) {
		t.Errorf("error: %v", err)
	}
	if at, _ := committed(t, addrs); at != 0 {
		t.Errorf("committed %d", at)
	}
}

// Run waits for a handler that is under way, up to Grace, and says what it left.
func TestShutdown(t *testing.T) {
	for _, c := range []struct {
		reason    string
		grace     time.Duration
		obeys     bool
		committed int64
		left      int
	}{
		{"finishes in time", time.Minute, false, 1, 0},
		{"is canceled, and obeys", -1, true, 0, 0},
		{"is canceled, and does not obey", -1, false, 0, 1},
	} {
		t.Run(c.reason, func(t *testing.T) {
			addrs := start(t, 1)
			send(t, addrs, 0, 2)
			begun, finish := make(chan struct{}), make(chan struct{})
			consumer := &cekgo.Consumer{Grace: c.grace, Delivery: dispatch.Delivery{Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
				close(begun) // panics if a second event begins
				if c.obeys {
					<-ctx.Done()
					return nil, ctx.Err()
				}
				<-finish
				return nil, nil
			}}}
			join(t, addrs, consumer)
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() { ended <- consumer.Run(ctx) }()
			<-begun
			cancel()
			if c.grace > 0 {
				close(finish)
			}
			err := <-ended
			var unfinished *dispatch.UnfinishedError
			if errors.As(err, &unfinished) != (c.left > 0) || unfinished != nil && unfinished.Events != c.left || unfinished == nil && err != nil {
				t.Errorf("error: %v", err)
			}
			if at, _ := committed(t, addrs); at != c.committed {
				t.Errorf("committed %d, want %d", at, c.committed)
			}
			if c.left > 0 {
				close(finish)
			}
		})
	}
}

// Two members share the partitions, one leaves in the middle: nothing is lost.
func TestRebalance(t *testing.T) {
	addrs := start(t, 4)
	const n = 4000
	send(t, addrs, 0, n)
	var mu sync.Mutex
	seen := map[string]bool{}
	half, done := make(chan struct{}), make(chan struct{})
	h := handler(func(e *cloudevents.Event) error {
		mu.Lock()
		defer mu.Unlock()
		if !seen[e.ID] {
			seen[e.ID] = true
			switch len(seen) {
			case n / 2:
				close(half)
			case n:
				close(done)
			}
		}
		return nil
	})
	first, second := &cekgo.Consumer{Delivery: dispatch.Delivery{Handler: h}}, &cekgo.Consumer{Delivery: dispatch.Delivery{Handler: h}}
	join(t, addrs, first)
	join(t, addrs, second)
	var running sync.WaitGroup
	running.Go(func() {
		if err := runUntil(t, first, half); err != nil {
			t.Error(err)
		}
		first.Client.CloseAllowingRebalance()
	})
	running.Go(func() {
		if err := runUntil(t, second, done); err != nil {
			t.Error(err)
		}
	})
	running.Wait()
	if at, end := committed(t, addrs); at != end || end != n || len(seen) != n {
		t.Errorf("committed %d of %d, handled %d", at, end, len(seen))
	}
}

// A member whose events wait for another attempt gives its partitions away when another one
// joins: that one handles them, and nothing was committed before.
func TestRebalanceDuringRetry(t *testing.T) {
	addrs := start(t, 4)
	const n = 40
	send(t, addrs, 0, n)
	failing := make(chan struct{}, n)
	first := &cekgo.Consumer{Delivery: dispatch.Delivery{
		Attempts: -1, Wait: time.Hour, MaxWait: time.Hour, Logger: slog.New(slog.DiscardHandler),
		Handler: handler(func(*cloudevents.Event) error {
			failing <- struct{}{}
			return errors.New("down")
		}),
	}}
	var mu sync.Mutex
	seen := map[string]bool{}
	some, all := make(chan struct{}), make(chan struct{})
	second := &cekgo.Consumer{Delivery: dispatch.Delivery{Handler: handler(func(e *cloudevents.Event) error {
		mu.Lock()
		defer mu.Unlock()
		if !seen[e.ID] {
			seen[e.ID] = true
			switch len(seen) {
			case 1:
				close(some)
			case n:
				close(all)
			}
		}
		return nil
	})}}
	join(t, addrs, first)
	var running sync.WaitGroup
	running.Go(func() {
		if err := runUntil(t, first, some); err != nil {
			t.Error(err)
		}
		first.Client.CloseAllowingRebalance()
	})
	<-failing
	if at, _ := committed(t, addrs); at > 0 {
		t.Errorf("committed %d of what has failed", at)
	}
	join(t, addrs, second)
	if err := runUntil(t, second, all); err != nil {
		t.Error(err)
	}
	running.Wait()
	if at, end := committed(t, addrs); at != n || end != n {
		t.Errorf("committed %d of %d", at, end)
	}
}

// A mistake in the configuration is told before the first record.
func TestValidate(t *testing.T) {
	addrs := start(t, 1)
	ok := dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { return nil })}
	with := func(c *cekgo.Consumer, opts ...kgo.Opt) *cekgo.Consumer {
		c.Client = newClient(t, addrs, opts...)
		return c
	}
	var options cekgo.Consumer
	member := append(options.Options(), kgo.ConsumerGroup(group))
	own := append(slices.Clip(member), kgo.ConsumeTopics(topic))
	like := append(slices.Clip(member), kgo.ConsumeTopics("^"+topic), kgo.ConsumeRegex())
	for reason, c := range map[string]*cekgo.Consumer{
		"no client":         {Delivery: ok},
		"no group":          with(&cekgo.Consumer{Delivery: ok}),
		"commits by itself": with(&cekgo.Consumer{Delivery: ok}, kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic)),
		"no handler":        with(&cekgo.Consumer{}, own...),
		"no callback":       with(&cekgo.Consumer{Delivery: ok, Invalid: dispatch.SkipInvalid}, own...),
		"no topic":          with(&cekgo.Consumer{Delivery: ok, Invalid: dispatch.DeadLetterOnInvalid}, own...),
		"no topics":         with(&cekgo.Consumer{Delivery: ok}, member...),
		"own dead letter":   with(&cekgo.Consumer{Delivery: ok, DeadLetter: topic}, own...),
		"like dead letter":  with(&cekgo.Consumer{Delivery: ok, DeadLetter: topic + "-dead"}, like...),
		"bad extension":     with(&cekgo.Consumer{Delivery: ok, Decoder: cekafka.Decoder{Extensions: []spec.Attribute{{Name: "orderId"}}}}, own...),
	} {
		if err := c.Run(context.Background()); err == nil {
			t.Errorf("%s: no error", reason)
		}
	}
	for reason, c := range map[string]*cekgo.Consumer{
		"fits":        with(&cekgo.Consumer{Delivery: ok, DeadLetter: letters}, own...),
		"another":     with(&cekgo.Consumer{Delivery: ok, DeadLetter: "dead"}, like...),
		"is excluded": with(&cekgo.Consumer{Delivery: ok, DeadLetter: topic + "-dead"}, append(slices.Clip(like), kgo.ConsumeExcludeTopics("dead$"))...),
	} {
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", reason, err)
		}
	}
	later := with(&cekgo.Consumer{Delivery: ok}, member...)
	if later.Client.AddConsumeTopics(topic); later.Validate() != nil {
		t.Errorf("topics were added: %v", later.Validate())
	}
}

// BenchmarkConsumer handles the records of a topic, without an Observer and with one. The broker
// and the client are in the same process, and are measured with it.
func BenchmarkConsumer(b *testing.B) {
	for _, observed := range []bool{false, true} {
		name := "no Observer"
		if observed {
			name = "Observer"
		}
		b.Run(name, func(b *testing.B) {
			addrs := start(b, 1)
			send(b, addrs, 0, b.N)
			left, calls := b.N, 0
			ctx, stop := context.WithCancel(b.Context())
			c := &cekgo.Consumer{Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error {
				if left--; left == 0 {
					stop()
				}
				return nil
			})}}
			if observed {
				c.Delivery.Observer = dispatch.Observer{
					Started:  func(context.Context) { calls++ },
					Handling: func(ctx context.Context, _ *cloudevents.Event) context.Context { calls++; return ctx },
					Handled:  func(context.Context, dispatch.Outcome) { calls++ },
				}
			}
			join(b, addrs, c)
			b.ReportAllocs()
			b.ResetTimer()
			if err := c.Run(ctx); err != nil {
				b.Fatal(err)
			}
			if want := 3 * b.N; left != 0 || observed && calls != want {
				b.Errorf("%d events are left, %d calls of the Observer, want %d", left, calls, want)
			}
		})
	}
}
