package cenatsgo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/extension"
	"github.com/seed763dd41b/cloudevents/internal/grace"
	"github.com/seed763dd41b/cloudevents/internal/pause"
	cenats "github.com/seed763dd41b/cloudevents/nats"
)

// Consumer passes the events of a JetStream consumer to a handler, and acknowledges the
// messages that were handled.
//
//	durable, err := stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
//		Durable: "billing", AckPolicy: jetstream.AckExplicitPolicy,
//	})
//	consumer := &cenatsgo.Consumer{Consumer: durable, Delivery: dispatch.Delivery{Handler: mux.HandleEvent}}
//	err = consumer.Run(ctx)
//
// A Consumer must not be changed or copied while it runs.
type Consumer struct {
	// Consumer reads the messages. Its AckPolicy must be explicit. Its MaxDeliver should
	// be -1, and must not be less than Delivery.Attempts unless InOrder is set: an event that
	// the server stops delivering is neither handled nor in the dead letter. Its AckWait
	// should be longer than the handlers need for all prefetched messages.
	Consumer jetstream.Consumer

	// Delivery has the handler and the limits of its attempts. The server counts the
	// attempts, as deliveries of the message, unless InOrder is set.
	Delivery dispatch.Delivery

	// Decoder decodes the events. The zero value is strict.
	Decoder cenats.Decoder

	// Concurrency is the number of events that are handled at the same time. 0 is 1.
	Concurrency int

	// InOrder keeps a message where it is until it is handled, instead of having it
	// delivered again later. With a Concurrency of 1 and no other member on the same
	// JetStream consumer, events are then handled in the order of the stream. By default
	// later events pass one that is retried.
	InOrder bool

	// Prefetch is the number of messages that the client holds ready. 0 is 64. A message
	// that waits longer than AckWait is delivered twice, so slow handlers need fewer.
	Prefetch int

	// DeadLetter is the subject for messages that are refused or run out of attempts. The
	// Consumer must not read it. [DeadLetterMsg] says what is published. If it is empty, a
	// message that runs out of attempts ends Run, and one that is refused is only
	// terminated: the server publishes an advisory, and a stream keeps the message unless
	// its retention is that of a work queue.
	DeadLetter string

	// JetStream publishes the dead letters. It is required with DeadLetter.
	JetStream jetstream.JetStream

	// KnativeErrors adds the extensions knativeerrordest, knativeerrorcode and
	// knativeerrordata to dead letters in binary mode, as Knative does. By default no
	// extensions are added.
	KnativeErrors bool

	// Invalid says what happens to a message that holds no valid event. By default it
	// ends Run with a [*dispatch.UndeliverableError].
	Invalid dispatch.InvalidPolicy

	// Skipped is called for each message that dispatch.SkipInvalid skips. It is required
	// with that policy.
	Skipped func(ctx context.Context, m jetstream.Msg, err error)

	// Grace is the time that running handlers have to finish when Run ends. Then their
	// contexts end, and they have one more second. 0 is 20 s, -1 is no time.
	Grace time.Duration
}

const (
	defaultPrefetch = 64
	defaultAckWait  = 30 * time.Second // of the server
	checkTimeout    = 5 * time.Second
)

var (
	errNoConsumer      = errors.New("cenatsgo: the Consumer has no JetStream consumer")
	errNotExplicit     = errors.New("cenatsgo: the AckPolicy of the JetStream consumer must be explicit")
	errNoSkipped       = errors.New("cenatsgo: SkipInvalid needs the callback Skipped")
	errNeedsDeadLetter = errors.New("cenatsgo: DeadLetterOnInvalid needs the subject DeadLetter")
	errNoJetStream     = errors.New("cenatsgo: DeadLetter needs JetStream")
	errItself          = errors.New("the JetStream consumer reads it: its messages would come again without end")
	errMaxDeliver      = errors.New("cenatsgo: the MaxDeliver of the JetStream consumer is less than Delivery.Attempts: an event would be lost before its attempts are used up. Make it -1")
)

// Validate returns the error with which Run would refuse to start, or nil.
func (c *Consumer) Validate() error {
	switch {
	case c.Consumer == nil:
		return errNoConsumer
	case c.Invalid == dispatch.SkipInvalid && c.Skipped == nil:
		return errNoSkipped
	case c.Invalid == dispatch.DeadLetterOnInvalid && c.DeadLetter == "":
		return errNeedsDeadLetter
	case c.DeadLetter != "" && c.JetStream == nil:
		return errNoJetStream
	case hasWildcard(c.DeadLetter):
		return c.aboutDeadLetter(errWildcard)
	}
	if about := c.Consumer.CachedInfo(); about != nil {
		if err := c.check(&about.Config); err != nil {
			return err
		}
	}
	if err := extension.Check(c.Decoder.Extensions); err != nil {
		return fmt.Errorf("cenatsgo: Decoder: %w", err)
	}
	return c.Delivery.Validate()
}

// check reports the configuration of a JetStream consumer that does not fit this Consumer.
func (c *Consumer) check(config *jetstream.ConsumerConfig) error {
	reads := func(filter string) bool { return matches(filter, c.DeadLetter) }
	switch {
	case config.AckPolicy != jetstream.AckExplicitPolicy:
		return errNotExplicit
	case !c.InOrder && config.MaxDeliver > 0 && config.MaxDeliver < c.Delivery.MaxAttempts():
		return errMaxDeliver
	case c.DeadLetter != "" && (config.FilterSubject != "" && reads(config.FilterSubject) || slices.ContainsFunc(config.FilterSubjects, reads)):
		return c.aboutDeadLetter(errItself)
	}
	return nil
}

func (c *Consumer) aboutDeadLetter(err error) error {
	return fmt.Errorf("cenatsgo: DeadLetter %q: %w", excerpt.Of(c.DeadLetter), err)
}

// checkStream reports a dead letter in the stream of a JetStream consumer that reads all of it. A
// server that does not say is asked by the first dead letter.
func (c *Consumer) checkStream(ctx context.Context) error {
	about := c.Consumer.CachedInfo()
	if c.DeadLetter == "" || about == nil || about.Config.FilterSubject != "" || len(about.Config.FilterSubjects) > 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	if name, err := c.JetStream.StreamNameBySubject(ctx, c.DeadLetter); err == nil && name == about.Stream {
		return c.aboutDeadLetter(errItself)
	}
	return nil
}

// matches reports whether a subject filter takes a subject.
func matches(filter, subject string) bool {
	for more := true; more; {
		var want, token string
		var left bool
		want, filter, more = strings.Cut(filter, ".")
		token, subject, left = strings.Cut(subject, ".")
		switch {
		case want == ">":
			return true
		case want != "*" && want != token, more != left:
			return false
		}
	}
	return true
}

// Run passes events to the handler until ctx ends or an error stops it. When ctx ends, no
// further handlers are called, and running ones have the time Grace to finish. Run
// returns nil if all handlers have finished, and otherwise a [*dispatch.UnfinishedError].
//
// The error that stops it is that of [Consumer.Validate], a
// [*dispatch.UndeliverableError] for a message that could be neither handled nor written
// to the dead letter, or an error of the client that does not go away by itself, for
// example because the JetStream consumer was deleted.
func (c *Consumer) Run(ctx context.Context) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if err := c.checkStream(ctx); err != nil {
		return err
	}
	prefetch := c.Prefetch
	if prefetch <= 0 {
		prefetch = defaultPrefetch
	}
	messages, err := c.open(prefetch)
	if err != nil {
		return fmt.Errorf("cenatsgo: %w", err)
	}
	handling, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	r := &run{consumer: c, once: c.Delivery, ctx: handling, messages: messages, stopping: make(chan struct{}), failed: make(chan error, 1), workers: make([]worker, max(c.Concurrency, 1))}
	r.once.Attempts = 1
	var workers sync.WaitGroup
	for i := range r.workers {
		workers.Go(func() { r.work(ctx, &r.workers[i]) })
	}
	idle := make(chan struct{})
	go func() {
		workers.Wait()
		close(idle)
	}()
	extended := make(chan struct{})
	go func() {
		defer close(extended)
		r.extend(idle)
	}()

	select {
	case <-ctx.Done():
	case err = <-r.failed:
	}
	close(r.stopping)
	r.stop()
	left := r.end(c.Grace, cancel, idle)
	if left == 0 {
		<-extended
	}
	if err == nil && left > 0 {
		err = &dispatch.UnfinishedError{Events: left}
	}
	return err
}

// run is a call of Run.
type run struct {
	consumer *Consumer
	once     dispatch.Delivery // that of the consumer, with a single attempt
	ctx      context.Context   // of the handlers
	stopping chan struct{}     // closed when no more events are to be handled
	failed   chan error        // has room for one

	reading  sync.Mutex // one worker reads at a time
	failures int        // of reading, since there was a message

	mu       sync.Mutex
	messages jetstream.MessagesContext // the worker that reads may look at it without mu
	stopped  bool

	workers []worker
}

// open begins to read messages.
func (c *Consumer) open(prefetch int) (jetstream.MessagesContext, error) {
	return c.Consumer.Messages(jetstream.PullMaxMessages(prefetch))
}

// stop reads no more messages.
func (r *run) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
	r.messages.Stop()
}

// next returns the next message.
func (r *run) next(ctx context.Context) (jetstream.Msg, error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	for {
		m, err := r.messages.Next() // only reopen changes it
		switch {
		case err == nil:
			r.failures = 0
			return m, nil
		case errors.Is(err, jetstream.ErrNoHeartbeat), errors.Is(err, jetstream.ErrMsgIteratorClosed), pause.IsClosed(r.stopping), ctx.Err() != nil:
			return nil, err
		case !r.reopen(ctx, err):
			return nil, err
		}
	}
}

// reopen reads on after an error with which the client has ended, and reports whether that is
// possible. The client takes a message without data for one of the server if it has a header
// Status, and anyone who may publish can write that the JetStream consumer was deleted. The server
// knows whether it was. The client then drops what it has ready, which would come again together
// with that message: from here on it has one message at a time.
func (r *run) reopen(ctx context.Context, cause error) bool {
	c := r.consumer
	if _, err := c.Consumer.Info(ctx); err != nil {
		return false
	}
	r.failures++
	c.logger().LogAttrs(r.ctx, slog.LevelWarn, "reading has ended though the JetStream consumer is there: is there a message with a header Status?",
		eventlog.Error(cause), slog.Int("failures", r.failures))
	pause.For(ctx, r.stopping, c.Delivery.Backoff(r.failures, 0))
	messages, err := c.open(1)
	if err != nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.messages = messages; r.stopped {
		messages.Stop()
	}
	return true
}

// worker has the message that it handles.
type worker struct {
	current atomic.Pointer[delivery] // nil if there is none
	seen    *delivery                // by the last call of grow
}

// grow returns the message if it has been there since the last call, and else nil. One goroutine
// calls it.
func (w *worker) grow() (slow jetstream.Msg) {
	d := w.current.Load()
	if d != nil && d == w.seen {
		slow = d.message
	}
	w.seen = d
	return slow
}

func (w *worker) isBusy() bool { return w.current.Load() != nil }

// work handles messages, one after the other, until it is stopped or the client cannot go on.
func (r *run) work(ctx context.Context, w *worker) {
	for {
		m, err := r.next(ctx)
		switch {
		case pause.IsClosed(r.stopping), ctx.Err() != nil:
			if err == nil {
				_ = m.Nak() // so that another member gets it at once
			}
			return
		case errors.Is(err, jetstream.ErrNoHeartbeat): // the server is away for a while
			r.consumer.logger().LogAttrs(r.ctx, slog.LevelWarn, "no heartbeat from the server", eventlog.Error(err))
		case err != nil:
			r.fail(fmt.Errorf("cenatsgo: %w", err))
			return
		default:
			d := &delivery{Context: r.ctx, message: m}
			w.current.Store(d)
			r.handle(d)
			w.current.Store(nil)
		}
	}
}

// extend asks the server for more time for the messages whose handlers take long, until all
// handlers have returned or their contexts have ended: a message whose handler never returns
// comes again.
func (r *run) extend(idle <-chan struct{}) {
	wait := defaultAckWait
	if info := r.consumer.Consumer.CachedInfo(); info != nil && info.Config.AckWait > 0 {
		wait = info.Config.AckWait
	}
	ticker := time.NewTicker(wait / 3)
	defer ticker.Stop()
	for {
		select {
		case <-idle:
			return
		case <-r.ctx.Done():
			return
		case <-ticker.C:
		}
		for i := range r.workers {
			if m := r.workers[i].grow(); m != nil {
				_ = m.InProgress() // the next one is as good
			}
		}
	}
}

// fail ends Run with an error.
func (r *run) fail(err error) {
	select {
	case r.failed <- err:
	default: // there is one already
	}
}

// end waits for the workers, and returns how many have not ended.
func (r *run) end(limit time.Duration, cancel context.CancelFunc, idle <-chan struct{}) (left int) {
	if grace.Wait(idle, limit, cancel) {
		return 0
	}
	for i := range r.workers {
		if r.workers[i].isBusy() {
			left++
		}
	}
	return left
}

func (c *Consumer) logger() *slog.Logger { return eventlog.Default(c.Delivery.Logger) }
