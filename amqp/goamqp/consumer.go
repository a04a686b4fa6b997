package cegoamqp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/Azure/go-amqp"

	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/extension"
	"github.com/seed763dd41b/cloudevents/internal/grace"
	"github.com/seed763dd41b/cloudevents/internal/pause"
)

// Consumer passes the events of a link to a handler, and settles each message by the
// outcome.
//
//	consumer := &cegoamqp.Consumer{
//		Connect: func(ctx context.Context) (links cegoamqp.Links, err error) {
//			if links.Conn, err = amqp.Dial(ctx, "amqp://localhost", nil); err != nil {
//				return links, err
//			}
//			session, err := links.Conn.NewSession(ctx, nil)
//			if err != nil {
//				return links, err
//			}
//			links.Receiver, err = session.NewReceiver(ctx, "orders", &amqp.ReceiverOptions{Credit: 16})
//			return links, err
//		},
//		Delivery: dispatch.Delivery{Handler: mux.HandleEvent},
//	}
//	err := consumer.Run(ctx)
//
// A Consumer must not be changed or copied while it runs.
type Consumer struct {
	// Links are the links of a Consumer without Connect. When one ends, Run returns its
	// error, because go-amqp does not reopen it. The Consumer does not close the links,
	// and messages that the client has ready stay with them.
	Links Links

	// Connect makes the links, at the start and whenever they were lost. The Consumer
	// closes them, even those that are returned with an error. An error of the first call
	// ends Run. A later error is logged, and Connect is called again after a wait that
	// grows to Delivery.MaxWait, unless dispatch.Judge refuses the error, as it does with
	// one of dispatch.Permanent: that ends Run.
	Connect func(ctx context.Context) (Links, error)

	// Delivery has the handler and the limits of its attempts.
	Delivery dispatch.Delivery

	// Decoder decodes the events. The zero value is strict.
	Decoder ceamqp.Decoder

	// Concurrency is the number of events that are handled at the same time. 0 is 1. It
	// cannot exceed the credit of the link, which is 1 unless the Receiver or Credit sets
	// another.
	Concurrency int

	// Credit is the number of messages for which the Consumer issues credit. It issues
	// more once all of them were passed to handlers. The Receiver must be made with a
	// Credit of -1 then. 0 leaves the credit to the client. RabbitMQ before 4.0 needs
	// this setting, or a Credit of 1 in the Receiver; the package documentation says why.
	Credit uint32

	// Retry says where a message waits for its next attempt. By default it stays in
	// place.
	Retry RetryPolicy

	// BrokerDeadLetter says that the broker sets rejected messages aside. A message that
	// runs out of attempts, and an invalid one with dispatch.DeadLetterOnInvalid, is then
	// rejected even if there is no DeadLetter link. By default such a message needs that
	// link, because most queues drop what is rejected.
	BrokerDeadLetter bool

	// KnativeErrors adds the extensions knativeerrordest, knativeerrorcode and
	// knativeerrordata to dead letters in binary mode, as Knative does. By default no
	// extensions are added.
	KnativeErrors bool

	// Invalid says what happens to a message that holds no valid event. By default it
	// ends Run with a [*dispatch.UndeliverableError].
	Invalid dispatch.InvalidPolicy

	// Skipped is called for each message that dispatch.SkipInvalid skips. It is required
	// with that policy.
	Skipped func(ctx context.Context, m *amqp.Message, err error)

	// Grace is the time that running handlers have to finish when Run ends. Then their
	// contexts end, and they have one more second. 0 is 20 s, -1 is no time.
	Grace time.Duration
}

// Links are the links that a [Consumer] reads from and writes to.
type Links struct {
	// Receiver reads the messages. Its Credit is the number of messages that the broker
	// may send before they are settled. With a Credit of 1, or a Concurrency of 1 and no
	// other receiver, events are handled in the order of the queue. The broker must not
	// send messages settled, because it forgets those before they are handled.
	Receiver *amqp.Receiver

	// DeadLetter writes the messages that are refused or run out of attempts.
	// [DeadLetterMessage] says what is written. Its SettlementMode must not be settled:
	// the original is rejected after the broker has accepted the dead letter. Its address
	// must not be that of the Receiver. If it is nil, a message that runs out of attempts
	// ends Run, and one that is refused is only rejected.
	DeadLetter *amqp.Sender

	// Conn is the connection of the links, which is closed with them. It may be nil.
	Conn *amqp.Conn
}

// RetryPolicy says where a message waits for its next attempt. The zero value is
// RetryInPlace.
type RetryPolicy uint8

const (
	// RetryInPlace keeps the message and calls the handler again after the wait.
	RetryInPlace RetryPolicy = iota

	// RetryReleased settles the message as released after the wait. Few brokers count the
	// deliveries of such a message, and Delivery.Attempts has no effect with the others.
	RetryReleased

	// RetryModified settles the message as modified with delivery-failed after the wait.
	// Brokers count these deliveries. RabbitMQ before 4.0 does not support it and ends
	// the session.
	RetryModified
)

// String returns "in place", "released" or "modified".
func (p RetryPolicy) String() string {
	switch p {
	case RetryInPlace:
		return "in place"
	case RetryReleased:
		return "released"
	case RetryModified:
		return "modified"
	}
	return "RetryPolicy(" + strconv.Itoa(int(p)) + ")"
}

const (
	settleTimeout = 10 * time.Second
	closeTimeout  = 2 * time.Second // RabbitMQ 3.10 does not answer to a detach

	deadLetterTimeout = 30 * time.Second
)

var (
	errNoReceiver      = errors.New("cegoamqp: the Consumer has neither Connect nor a Receiver")
	errNoSkipped       = errors.New("cegoamqp: SkipInvalid needs the callback Skipped")
	errNeedsDeadLetter = errors.New("cegoamqp: DeadLetterOnInvalid needs DeadLetter or BrokerDeadLetter")
	errNotConnected    = errors.New("cegoamqp: Connect has returned no Receiver")
	errItself          = errors.New("cegoamqp: DeadLetter has the address of the Receiver: its messages would be read again without end")
)

// Validate returns the error with which Run would refuse to start, or nil.
func (c *Consumer) Validate() error {
	switch {
	case c.Connect == nil && c.Links.Receiver == nil:
		return errNoReceiver
	case c.Invalid == dispatch.SkipInvalid && c.Skipped == nil:
		return errNoSkipped
	}
	if c.Connect == nil {
		if err := c.check(&c.Links); err != nil {
			return err
		}
	}
	if err := extension.Check(c.Decoder.Extensions); err != nil {
		return fmt.Errorf("cegoamqp: Decoder: %w", err)
	}
	return c.Delivery.Validate()
}

// check reports links that do not fit this Consumer.
func (c *Consumer) check(links *Links) error {
	switch {
	case links.DeadLetter == nil && c.Invalid == dispatch.DeadLetterOnInvalid && !c.BrokerDeadLetter:
		return errNeedsDeadLetter
	case links.DeadLetter != nil && links.DeadLetter.Address() == links.Receiver.Address():
		return errItself
	}
	return nil
}

// Run passes events to the handler until ctx ends or an error stops it. When ctx ends, no
// further handlers are called, and running ones have the time Grace to finish. Run
// returns nil if all handlers have finished, and otherwise a [*dispatch.UnfinishedError].
//
// The error that stops it is that of [Consumer.Validate], a
// [*dispatch.UndeliverableError] for a message that could be neither handled nor written
// to the dead letter, or an error of Connect. Without Connect it may be the error of a
// link, which wraps an [*amqp.LinkError], [*amqp.SessionError] or [*amqp.ConnError].
func (c *Consumer) Run(ctx context.Context) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if c.Connect == nil {
		_, err := c.serve(ctx, &c.Links)
		return err
	}
	links, err := c.connect(ctx)
	if err != nil {
		return err
	}
	for failures := 0; ; {
		had, err := c.serve(ctx, &links)
		c.close(ctx, &links)
		var lost *lostError
		if !errors.As(err, &lost) {
			return err
		}
		if had { // or the same thing happens again and again
			failures = 0
		}
		for {
			failures++
			c.logger().LogAttrs(ctx, slog.LevelWarn, "link lost", eventlog.Error(err), slog.Int("failures", failures))
			if !pause.For(ctx, nil, c.Delivery.Backoff(failures, 0)) {
				return nil
			}
			if links, err = c.connect(ctx); err == nil {
				break
			}
			if ctx.Err() != nil {
				return nil
			}
			if dispatch.Judge(ctx, nil, err).Verdict == dispatch.VerdictRefused {
				return err
			}
		}
	}
}

// connect makes links.
func (c *Consumer) connect(ctx context.Context) (Links, error) {
	links, err := c.Connect(ctx)
	switch {
	case err != nil:
		err = fmt.Errorf("cegoamqp: %w", err)
	case links.Receiver == nil:
		err = dispatch.Permanent(errNotConnected)
	default:
		if misfit := c.check(&links); misfit != nil {
			err = dispatch.Permanent(misfit)
		}
	}
	if err != nil {
		c.close(ctx, &links)
	}
	return links, err
}

// close closes links that Connect has made. The broker has what was not settled.
func (c *Consumer) close(ctx context.Context, links *Links) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	if links.Receiver != nil {
		_ = links.Receiver.Close(ctx) // waits until the broker has read what was settled
	}
	if links.DeadLetter != nil {
		_ = links.DeadLetter.Close(ctx)
	}
	if links.Conn != nil {
		_ = links.Conn.Close()
	}
}

// lostError says that a link has ended.
type lostError struct{ err error }

func (e *lostError) Error() string { return "cegoamqp: " + e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// serve handles the messages of one receiver, and reports whether there was any.
func (c *Consumer) serve(ctx context.Context, links *Links) (had bool, err error) {
	handling, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	reading, stop := context.WithCancel(ctx)
	defer stop()
	r := &run{consumer: c, links: links, ctx: handling, stopping: make(chan struct{}), failed: make(chan error, 1), next: make(chan *amqp.Message)}
	var workers sync.WaitGroup
	for range max(c.Concurrency, 1) {
		workers.Go(r.work)
	}
	idle := make(chan struct{})
	go func() {
		workers.Wait()
		close(idle)
	}()
	read := make(chan error, 1)
	go func() { read <- r.read(reading) }()

	select {
	case <-ctx.Done():
	case err = <-r.failed:
	case err = <-read:
		read <- nil
	}
	r.stop()
	stop()
	<-read
	var lost *lostError
	if errors.As(err, &lost) { // what is being handled comes again: not beside itself
		select {
		case <-idle:
		case <-ctx.Done():
		}
	}
	left := r.end(c.Grace, cancel, idle)
	if err != nil && lost == nil {
		return r.had, err
	}
	if failed := r.failure(); failed != nil {
		err = failed
	} else if left > 0 {
		err = &dispatch.UnfinishedError{Events: left}
	} else if ctx.Err() != nil {
		err = nil
	}
	return r.had, err
}

// run is the work on one receiver.
type run struct {
	consumer *Consumer
	links    *Links
	ctx      context.Context // of the handlers
	once     sync.Once
	stopping chan struct{} // closed when no more events are to be handled
	failed   chan error    // has room for one
	next     chan *amqp.Message
	had      bool // there was a message; of read

	mu      sync.Mutex
	running int
}

// read gives messages to the workers until it is stopped, or the link ends.
func (r *run) read(ctx context.Context) error {
	for credit := uint32(0); ; credit-- {
		if credit == 0 && r.consumer.Credit > 0 {
			if err := r.links.Receiver.IssueCredit(r.consumer.Credit); err != nil {
				return fmt.Errorf("cegoamqp: Consumer.Credit needs a Receiver with a Credit of -1: %w", err)
			}
			credit = r.consumer.Credit
		}
		m, err := r.links.Receiver.Receive(ctx, nil)
		switch {
		case err != nil && ctx.Err() != nil:
			return nil
		case err != nil:
			return &lostError{err}
		}
		r.had = true
		select {
		case r.next <- m:
		case <-r.stopping:
			r.settle(m, "released", r.release(m)) // so that another receiver gets it at once
			return nil
		}
	}
}

func (r *run) work() {
	for !pause.IsClosed(r.stopping) {
		select {
		case <-r.stopping:
			return
		case m := <-r.next:
			r.count(1)
			r.handle(m)
			r.count(-1)
		}
	}
}

func (r *run) count(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running += n
}

// stop lets no more events be handled.
func (r *run) stop() { r.once.Do(func() { close(r.stopping) }) }

// fail ends Run with an error.
func (r *run) fail(err error) {
	r.stop()
	select {
	case r.failed <- err:
	default: // there is one already
	}
}

// failure returns the error with which Run is to end, if it was not returned before.
func (r *run) failure() error {
	select {
	case err := <-r.failed:
		return err
	default:
		return nil
	}
}

// end waits for the workers, and returns how many have not ended.
func (r *run) end(limit time.Duration, cancel context.CancelFunc, idle <-chan struct{}) int {
	if grace.Wait(idle, limit, cancel) {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.running
}

func (c *Consumer) logger() *slog.Logger { return eventlog.Default(c.Delivery.Logger) }
