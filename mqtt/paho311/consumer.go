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

// Consumer hands the events of a session to a handler, and acknowledges what was handled.
//
//	consumer := &cepaho311.Consumer{Topics: []string{"orders/#"}, Delivery: dispatch.Delivery{Handler: mux.HandleEvent}}
//	options := mqtt.NewClientOptions().AddBroker("tcp://localhost:1883").SetClientID("billing-1")
//	consumer.Configure(options)
//	consumer.Client = mqtt.NewClient(options)
//	token := consumer.Client.Connect() // wait for it
//	err := consumer.Run(ctx)
//	consumer.Client.Disconnect(250)
//
// A Consumer must not be changed or copied after [Consumer.Configure] was called, except that
// Client is set. It belongs to one Client, and runs once.
type Consumer struct {
	// Client is the connection. It must have been made with options that were given to
	// Configure. The Consumer does not end it. It should be ended after Run, and not before:
	// until then the broker takes the messages that are not acknowledged for being handled.
	Client mqtt.Client

	// Topics are the topic filters to subscribe to at each connection, with QoS 1, such as
	// orders/#. At each, the broker sends their retained messages. If there are none, the
	// program subscribes. Messages for which the program has a callback of its own are not the
	// Consumer's, and the program has to acknowledge them.
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
	// None of Topics may take it. The letter is the payload. Why it is there is in the log alone,
	// because MQTT 3.1.1 has no properties. If it is empty, such a message ends Run.
	DeadLetter string

	// Invalid says what to do with a message in which there is no valid event. The default
	// ends Run with the error.
	Invalid dispatch.InvalidPolicy

	// Skipped is called for each message that SkipInvalid skips. It must be set then.
	Skipped func(ctx context.Context, m mqtt.Message, err error)

	// QueueLimit is the number of messages of QoS 0 that wait for the handler. The broker does
	// not wait with them: more of them are dropped, with a log record for each. 0 is 1024.
	QueueLimit int

	// Grace is the time that the handlers under way have to finish once Run is to end. 0 is
	// 20 s, -1 is no time: their contexts end at once.
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
	errNotConfigured = errors.New("cepaho311: the Client was not made with options that were given to Configure")
	errNoClient      = errors.New("cepaho311: there is no Client")
	errNoClientID    = errors.New("cepaho311: without a client ID each connection has a new session, and loses what was under way")
	errNoReconnect   = errors.New("cepaho311: without AutoReconnect the Consumer waits for ever once the connection is lost")
	errNoSkipped     = errors.New("cepaho311: SkipInvalid needs the callback Skipped")
	errNoDeadTopic   = errors.New("cepaho311: DeadLetterOnInvalid needs the topic DeadLetter")
	errRunning       = errors.New("cepaho311: the Consumer runs already, or has run")
)

// Configure prepares the options of the client, and has to be called after all else is set in
// them: it asks for a session that lasts and for messages in their order, turns the client's own
// acknowledgement off, takes the messages as DefaultPublishHandler, and adds to the callback
// OnConnect.
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
		return fmt.Errorf("cepaho311: Decoder: %w", err)
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
// that can neither be handled nor set aside, and that the broker refuses a subscription. A
// connection that is lost is none: the client makes a new one.
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

// subscribeTimeout is the time that the broker has to answer a subscription.
const subscribeTimeout = 20 * time.Second

func (c *Consumer) subscribeOnce(client mqtt.Client) error {
	for _, topic := range c.Topics {
		token := client.Subscribe(topic, 1, nil)
		limited, cancel := context.WithTimeout(c.quit, subscribeTimeout)
		err := wait(limited, token)
		cancel()
		if err != nil {
			return err
		}
		if t, ok := token.(*mqtt.SubscribeToken); ok {
			for _, granted := range t.Result() { // of one
				switch granted {
				case 1:
				case 0, 0x80:
					c.fail(fmt.Errorf("cepaho311: the broker does not grant QoS 1 for the subscription to %q: return code 0x%02x", excerpt.Shorten(topic, 64), granted))
				default: // mochi has those of MQTT 5, such as that the packet identifier is in use
					return fmt.Errorf("subscription to %q: return code 0x%02x", excerpt.Shorten(topic, 64), granted)
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
