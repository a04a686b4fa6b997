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

// Consumer hands the events of a session to a handler, and acknowledges what was handled.
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
// A Consumer must not be changed or copied after [Consumer.Configure] was called. It belongs to
// one ConnectionManager, and runs once.
type Consumer struct {
	// Client is the connection. It must have been made with a configuration that was given to
	// Configure. The Consumer does not end it. It should be ended after Run: until then the
	// broker takes the messages that are not acknowledged for being handled. Its context must
	// not be the one that ends Run, or nothing can be acknowledged at the end.
	Client *autopaho.ConnectionManager

	// Topics are the topic filters to subscribe to at each connection, with QoS 1, such as
	// orders/# or $share/billing/orders/#. If there are none, the program subscribes. Messages
	// that a callback before that of the Consumer has handled are not the Consumer's.
	Topics []string

	// Delivery has the handler, and says how often and how long it is tried.
	Delivery dispatch.Delivery

	// Decoder decodes the events. The zero value is strict.
	Decoder cemqtt.Decoder

	// Concurrency is the number of events that are handled at the same time. 0 is 1, which
	// keeps the order in which they come. With more, only events of the same topic are handled
	// in their order.
	Concurrency int

	// DeadLetter is the topic for messages that are refused, or whose attempts are used up.
	// None of Topics may take it. See [DeadLetterPublish] for what is published. If it is empty,
	// such a message ends Run.
	DeadLetter string

	// KnativeErrors adds the extensions knativeerrordest, knativeerrorcode and
	// knativeerrordata to dead letters in binary mode, as the delivery of Knative does.
	// The default adds nothing to the event.
	KnativeErrors bool

	// Invalid says what to do with a message in which there is no valid event. The default
	// ends Run with the error.
	Invalid dispatch.InvalidPolicy

	// Skipped is called for each message that SkipInvalid skips. It must be set then.
	Skipped func(ctx context.Context, p *paho.Publish, err error)

	// ReceiveMaximum is the number of messages of QoS 1 and 2 that the broker sends before they
	// are acknowledged. 0 is 256. A ConnectPacketBuilder that sets its own is followed.
	ReceiveMaximum uint16

	// QueueLimit is the number of messages of QoS 0 that wait for the handler. The broker does
	// not wait with them: more of them are dropped, with a log record for each. 0 is 1024.
	QueueLimit int

	// Grace is the time that the handlers under way have to finish once Run is to end. 0 is
	// 20 s, -1 is no time: their contexts end at once.
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
	errNotConfigured = errors.New("cepaho: the Client was not made with a configuration that was given to Configure")
	errNoClient      = errors.New("cepaho: there is no Client")
	errNoClientID    = errors.New("cepaho: without a ClientID each connection has a new session, and loses what was under way")
	errNoSession     = errors.New("cepaho: without a SessionExpiryInterval the session ends with the connection, and what was under way is lost")
	errCleanStart    = errors.New("cepaho: CleanStartOnInitialConnection loses what was under way when the program ended")
	errNoSkipped     = errors.New("cepaho: SkipInvalid needs the callback Skipped")
	errNoDeadTopic   = errors.New("cepaho: DeadLetterOnInvalid needs the topic DeadLetter")
	errRunning       = errors.New("cepaho: the Consumer runs already, or has run")
	errEnded         = errors.New("cepaho: the connection has ended")
)

// Configure prepares the configuration of the connection, and has to be called after all
// else is set in it. It turns manual acknowledgement on, sets the Receive Maximum and, if
// there is none, a SendAcksInterval of 5 ms, and requests problem information. It adds to the
// callbacks OnPublishReceived, OnConnectionUp and OnConnectionDown; those that are there are
// kept.
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

// Validate reports settings with which Run would not begin.
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
		return errNoDeadTopic
	}
	if err := extension.Check(c.Decoder.Extensions); err != nil {
		return fmt.Errorf("cepaho: Decoder: %w", err)
	}
	return c.Delivery.Validate()
}

// Run hands events to the handler until ctx ends, or until something happens that must not be
// passed over in silence. When ctx ends, no more events are handed out, and the handlers under
// way have the time Grace to finish. A message that is settled by then is acknowledged, and
// none after that. Run returns nil if all have finished, and else a
// [*dispatch.UnfinishedError].
//
// Other errors are that of [Consumer.Validate], a [*dispatch.UndeliverableError] about a message
// that can neither be handled nor set aside, that the broker refuses a subscription, and that the
// connection was ended. A connection that is lost is none: the client makes a new one.
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
