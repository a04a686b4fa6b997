package cepaho311

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/extension"
	"github.com/seed763dd41b/cloudevents/internal/mqtttopic"
	"github.com/seed763dd41b/cloudevents/internal/pause"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	"github.com/seed763dd41b/cloudevents/mqtt/internal/lanes"
)

// Consumer passes the events of a session to a handler, and acknowledges the messages
// that were handled.
//
//	consumer := &cepaho311.Consumer{Topics: []string{"orders/#"}, Delivery: dispatch.Delivery{Handler: mux.HandleEvent}}
//	options := mqtt.NewClientOptions().AddBroker("tcp://localhost:1883").SetClientID("billing-1")
//	consumer.Configure(options)
//	consumer.Client = mqtt.NewClient(options)
//	token := consumer.Client.Connect() // wait for it
//	err := consumer.Run(ctx)
//	consumer.Client.Disconnect(250)
//
// A Consumer must not be changed after [Consumer.Configure] was called, except for
// Client, and must not be copied. It belongs to one Client, and runs once.
type Consumer struct {
	// Client is the connection. It must be made with options that were passed to
	// Configure. The Consumer does not close it. Disconnect it after Run has returned,
	// and not before: until then the broker does not deliver unacknowledged messages
	// again.
	Client mqtt.Client

	// Topics are the topic filters to subscribe to on each connection, with QoS 1, such
	// as orders/#. The broker sends their retained messages each time. If there are none,
	// the program subscribes itself. Messages for which the program has a callback of its
	// own do not reach the Consumer, and the program must acknowledge them.
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
	// Topics may match it. Only the payload is published, because MQTT 3.1.1 has no
	// properties; the reason is in the log. If it is empty, such a message ends Run.
	DeadLetter string

	// Invalid says what happens to a message that holds no valid event. By default it
	// ends Run with a [*dispatch.UndeliverableError].
	Invalid dispatch.InvalidPolicy

	// Skipped is called for each message that dispatch.SkipInvalid skips. It is required
	// with that policy.
	Skipped func(ctx context.Context, m mqtt.Message, err error)

	// QueueLimit limits the messages of QoS 0 that wait for the handler. 0 is 1024. The
	// broker does not wait when the queue is full: further messages are dropped, with a
	// log record for each.
	QueueLimit int

	// Grace is the time that running handlers have to finish when Run ends. Then their
	// contexts end, and they have one more second. 0 is 20 s, -1 is no time.
	Grace time.Duration

	queue  lanes.Queue[*message]
	acks   acks
	misfit error      // of the options
	failed chan error // has room for one; made by Configure

	quit context.Context    // ends when no more events are to be handled; made by Configure
	stop context.CancelFunc // of quit
	ctx  context.Context    // of the handlers; made by Run
}

var (
	errNotConfigured   = errors.New("cepaho311: the Client was not made with options that were passed to Configure")
	errNoClient        = errors.New("cepaho311: the Consumer has no Client")
	errNoClientID      = errors.New("cepaho311: without a client ID each connection has a new session, which loses unacknowledged messages")
	errNoReconnect     = errors.New("cepaho311: without AutoReconnect the Consumer waits forever after the connection is lost")
	errNoSkipped       = errors.New("cepaho311: SkipInvalid needs the callback Skipped")
	errNeedsDeadLetter = errors.New("cepaho311: DeadLetterOnInvalid needs the topic DeadLetter")
	errRunning         = errors.New("cepaho311: the Consumer is running or has run already")
)

// Configure prepares the options of the client. Call it after all else is set there. It
// asks for a persistent session and for messages in order, disables the automatic
// acknowledgement, sets the DefaultPublishHandler, and adds to the callback OnConnect.
func (c *Consumer) Configure(o *mqtt.ClientOptions) {
	switch {
	case o.ClientID == "":
		c.misfit = errNoClientID
	case !o.AutoReconnect:
		c.misfit = errNoReconnect
	default:
		c.misfit = c.badTopic()
	}
	c.failed = make(chan error, 1)
	c.quit, c.stop = context.WithCancel(context.Background())
	c.queue.Init(c.Concurrency, c.QueueLimit)
	up := o.OnConnect
	o.SetCleanSession(false).SetOrderMatters(true).SetAutoAckDisabled(true).SetDefaultPublishHandler(c.received)
	o.SetOnConnectHandler(func(client mqtt.Client) {
		if up != nil {
			up(client)
		}
		c.subscribe(client)
	})
}

// badTopic returns why Topics or DeadLetter are malformed, or nil.
func (c *Consumer) badTopic() error {
	if err := mqtttopic.OfConsumer(c.Topics, c.DeadLetter); err != nil {
		return fmt.Errorf("cepaho311: %w", err)
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
		return fmt.Errorf("cepaho311: Decoder: %w", err)
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
// to the dead letter, or one that says that the broker has refused a subscription. A lost
// connection is not an error, because the client reconnects.
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
	c.queue.Run(ctx, c.quit.Done(), c.handle, c.acks.settle)
	var err error
	select {
	case <-ctx.Done():
	case err = <-c.failed:
	}
	c.stop()
	if left := c.queue.End(c.Grace, cancel); err == nil && left > 0 {
		err = &dispatch.UnfinishedError{Events: left}
	}
	c.acks.close()
	return err
}

// subscribe subscribes, and ends Run if the broker refuses. It ends with the connection: the
// client calls it at the next one.
func (c *Consumer) subscribe(client mqtt.Client) {
	for attempt := 1; c.misfit == nil && len(c.Topics) > 0; attempt++ {
		err := c.subscribeOnce(client)
		if err == nil || c.quit.Err() != nil || !client.IsConnectionOpen() {
			return
		}
		c.logger().LogAttrs(context.Background(), slog.LevelWarn, "subscription failed", eventlog.Error(err))
		if !pause.For(c.quit, nil, c.Delivery.Backoff(attempt, 0)) {
			return
		}
	}
}

// Return codes of a SUBACK with which a subscription does not have QoS 1 (MQTT 3.1.1, section
// 3.9.3).
const (
	grantedQoS0  = 0x00
	grantFailure = 0x80
)

// subscribeTimeout is the time that the broker has to answer a subscription.
const subscribeTimeout = 20 * time.Second

func (c *Consumer) subscribeOnce(client mqtt.Client) error {
	for _, topic := range c.Topics {
		token := client.Subscribe(topic, atLeastOnce, nil)
		limited, cancel := context.WithTimeout(c.quit, subscribeTimeout)
		err := wait(limited, token)
		cancel()
		if err != nil {
			return err
		}
		if t, ok := token.(*mqtt.SubscribeToken); ok {
			for _, granted := range t.Result() { // of one
				switch granted {
				case atLeastOnce:
				case grantedQoS0, grantFailure:
					c.fail(fmt.Errorf("cepaho311: the broker does not grant QoS 1 for the subscription to %q: return code 0x%02x", excerpt.Of(topic), granted))
				default: // mochi has those of MQTT 5, such as that the packet identifier is in use
					return fmt.Errorf("subscription to %q: return code 0x%02x", excerpt.Of(topic), granted)
				}
			}
		}
	}
	return nil
}

// received is called by the client for each message, and does not wait.
func (c *Consumer) received(_ mqtt.Client, m mqtt.Message) {
	own := &message{Message: m}
	c.acks.add(own) // before a lane can settle it
	if !c.queue.Add(m.Topic(), m.Qos(), own) {
		c.logger().LogAttrs(context.Background(), slog.LevelWarn, "message of QoS 0 dropped: too many wait", slog.String("topic", eventlog.Cut(m.Topic())))
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
