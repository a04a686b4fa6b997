package cepaho

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/extension"
	"github.com/seed763dd41b/cloudevents/internal/mqtttopic"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	"github.com/seed763dd41b/cloudevents/mqtt/internal/lanes"
)

// Consumer passes the events of a session to a handler, and acknowledges the messages
// that were handled.
//
//	consumer := &cepaho.Consumer{Topics: []string{"orders/#"}, Delivery: dispatch.Delivery{Handler: mux.HandleEvent}}
//	config := autopaho.ClientConfig{ServerUrls: urls, KeepAlive: 30, SessionExpiryInterval: 86400,
//		ClientConfig: paho.ClientConfig{ClientID: "billing-1"}}
//	consumer.Configure(&config)
//	manager, err := autopaho.NewConnection(context.Background(), config)
//	consumer.Client = manager
//	err = consumer.Run(ctx)
//	err = manager.Disconnect(ctx)
//
// A Consumer must not be changed after [Consumer.Configure] was called, except for
// Client, and must not be copied. It belongs to one ConnectionManager, and runs once.
type Consumer struct {
	// Client is the connection. It must be made with a configuration that was passed to
	// Configure. The context that it is made with must not be the one that ends Run,
	// because the last messages could not be acknowledged then. The Consumer does not
	// close it. Disconnect it after Run has returned: until then the broker does not
	// deliver unacknowledged messages again.
	Client *autopaho.ConnectionManager

	// Topics are the topic filters to subscribe to on each connection, with QoS 1, such
	// as orders/# or $share/billing/orders/#. If there are none, the program subscribes
	// itself. The Consumer ignores messages that an earlier callback of the client has
	// handled.
	Topics []string

	// Delivery has the handler and the limits of its attempts.
	Delivery dispatch.Delivery

	// Decoder decodes the events. The zero value is strict.
	Decoder cemqtt.Decoder

	// Concurrency is the number of events that are handled at the same time. 0 is 1,
	// which keeps the order of arrival. With more, only events of the same topic are
	// handled in order.
	Concurrency int

	// DeadLetter is the topic for messages that are refused or run out of attempts. None of
	// Topics may match it. [DeadLetterPublish] says what is published. If it is empty, such a
	// message ends Run.
	DeadLetter string

	// KnativeErrors adds the extensions knativeerrordest, knativeerrorcode and
	// knativeerrordata to dead letters in binary mode, as Knative does. By default no
	// extensions are added.
	KnativeErrors bool

	// Invalid says what happens to a message that holds no valid event. By default it
	// ends Run with a [*dispatch.UndeliverableError].
	Invalid dispatch.InvalidPolicy

	// Skipped is called for each message that dispatch.SkipInvalid skips. It is required
	// with that policy.
	Skipped func(ctx context.Context, p *paho.Publish, err error)

	// ReceiveMaximum is the number of messages of QoS 1 and 2 that the broker may send
	// before they are acknowledged. 0 is 256. A ConnectPacketBuilder that sets its own is
	// respected.
	ReceiveMaximum uint16

	// QueueLimit limits the messages of QoS 0 that wait for the handler. 0 is 1024. The
	// broker does not wait when the queue is full: further messages are dropped, with a
	// log record for each.
	QueueLimit int

	// Grace is the time that running handlers have to finish when Run ends. Then their
	// contexts end, and they have one more second. 0 is 20 s, -1 is no time.
	Grace time.Duration

	queue    lanes.Queue[*task]
	misfit   error         // of the configuration
	failed   chan error    // has room for one; made by Configure
	ackAfter time.Duration // until the client sends acknowledgements
	largest  atomic.Uint32 // packet that the broker takes, in bytes; 0 is any

	quit context.Context    // ends when no more events are to be handled; made by Configure
	stop context.CancelFunc // of quit
	ctx  context.Context    // of the handlers; made by Run
}

// task is a message.
type task struct {
	publish *paho.Publish
	client  *paho.Client // that has received it
}

const (
	defaultReceiveMaximum = 256

	// defaultAckInterval is shorter than that of the client, 50 ms: a broker that lets few
	// messages be under way would wait most of the time.
	defaultAckInterval = 5 * time.Millisecond

	flushMargin = 50 * time.Millisecond // for a busy machine
)

var (
	errNotConfigured   = errors.New("cepaho: the Client was not made with a configuration that was passed to Configure")
	errNoClient        = errors.New("cepaho: the Consumer has no Client")
	errNoClientID      = errors.New("cepaho: without a ClientID each connection has a new session, which loses unacknowledged messages")
	errNoSession       = errors.New("cepaho: without a SessionExpiryInterval the session ends with the connection, which loses unacknowledged messages")
	errCleanStart      = errors.New("cepaho: CleanStartOnInitialConnection loses the messages that were unacknowledged when the program ended")
	errNoSkipped       = errors.New("cepaho: SkipInvalid needs the callback Skipped")
	errNeedsDeadLetter = errors.New("cepaho: DeadLetterOnInvalid needs the topic DeadLetter")
	errRunning         = errors.New("cepaho: the Consumer is running or has run already")
	errEnded           = errors.New("cepaho: the connection has ended")
)

// Configure prepares the configuration of the connection. Call it after all else is set
// there. It enables manual acknowledgement, sets the Receive Maximum, requests problem
// information, and sets a SendAcksInterval of 5 ms if there is none. It adds to the
// callbacks OnPublishReceived, OnConnectionUp and OnConnectionDown, and keeps those that
// are set.
func (c *Consumer) Configure(cfg *autopaho.ClientConfig) {
	switch {
	case cfg.ClientID == "":
		c.misfit = errNoClientID
	case cfg.SessionExpiryInterval == 0:
		c.misfit = errNoSession
	case cfg.CleanStartOnInitialConnection:
		c.misfit = errCleanStart
	default:
		c.misfit = c.badTopic()
	}
	c.failed = make(chan error, 1)
	c.quit, c.stop = context.WithCancel(context.Background())
	c.queue.Init(c.Concurrency, c.QueueLimit)

	cfg.EnableManualAcknowledgment = true
	if cfg.SendAcksInterval <= 0 {
		cfg.SendAcksInterval = defaultAckInterval
	}
	c.ackAfter = cfg.SendAcksInterval
	c.connect(cfg)
}

// badTopic returns why Topics or DeadLetter are malformed, or nil.
func (c *Consumer) badTopic() error {
	if err := mqtttopic.OfConsumer(c.Topics, c.DeadLetter); err != nil {
		return fmt.Errorf("cepaho: %w", err)
	}
	return nil
}

// Validate returns the error with which Run would refuse to start, or nil.
func (c *Consumer) Validate() error {
	switch {
	case c.Client == nil:
		return errNoClient
	case c.failed == nil:
		return errNotConfigured
	case c.misfit != nil:
		return c.misfit
	case c.Invalid == dispatch.SkipInvalid && c.Skipped == nil:
		return errNoSkipped
	case c.Invalid == dispatch.DeadLetterOnInvalid && c.DeadLetter == "":
		return errNeedsDeadLetter
	}
	if err := extension.Check(c.Decoder.Extensions); err != nil {
		return fmt.Errorf("cepaho: Decoder: %w", err)
	}
	return c.Delivery.Validate()
}

// Run passes events to the handler until ctx ends or an error stops it. When ctx ends, no
// further handlers are called, and running ones have the time Grace to finish. Messages
// that are settled by then are acknowledged, and none after that. Run returns nil if all
// handlers have finished, and otherwise a [*dispatch.UnfinishedError].
//
// The error that stops it is that of [Consumer.Validate], a
// [*dispatch.UndeliverableError] for a message that could be neither handled nor written
// to the dead letter, or one that says that the broker has refused a subscription or that
// Client was disconnected. A lost connection is not an error, because the client
// reconnects.
func (c *Consumer) Run(ctx context.Context) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if !c.queue.Begin() {
		return errRunning
	}
	handling, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	c.ctx = handling
	c.queue.Run(ctx, c.quit.Done(), c.handle, c.acknowledge)
	var err error
	select {
	case <-ctx.Done():
	case err = <-c.failed:
	case <-c.Client.Done():
		if ctx.Err() == nil {
			err = errEnded
		}
	}
	c.stop()
	if left := c.queue.End(c.Grace, cancel); err == nil && left > 0 {
		err = &dispatch.UnfinishedError{Events: left}
	}
	c.flush()
	return err
}

// flush gives the client the time to send the last acknowledgements, which it does now and then
// and without telling. One that is not sent makes a message come again.
func (c *Consumer) flush() {
	timer := time.NewTimer(2*c.ackAfter + flushMargin)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.Client.Done():
	}
}

// acknowledge tells the client that a message is settled. The client acknowledges it after those
// that came before it. If the connection is another by now, the message comes again.
func (c *Consumer) acknowledge(t *task) {
	if t.publish.QoS == 0 {
		return
	}
	switch err := t.client.Ack(t.publish); {
	case errors.Is(err, paho.ErrManualAcknowledgmentDisabled):
		c.fail(errNotConfigured)
	case err != nil:
		c.logger().LogAttrs(c.ctx, slog.LevelWarn, "message not acknowledged",
			slog.String("topic", eventlog.Cut(t.publish.Topic)), slog.Int("packet", int(t.publish.PacketID)), eventlog.Error(err))
	}
}

// fail ends Run with an error.
func (c *Consumer) fail(err error) {
	select {
	case c.failed <- err:
	default: // there is one already
	}
}

func (c *Consumer) logger() *slog.Logger { return eventlog.Default(c.Delivery.Logger) }
