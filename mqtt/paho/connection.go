package cepaho

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"

	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/pause"
)

// connect adds the Consumer to the callbacks of a connection.
func (c *Consumer) connect(cfg *autopaho.ClientConfig) {
	build := cfg.ConnectPacketBuilder
	cfg.ConnectPacketBuilder = func(p *paho.Connect, u *url.URL) (*paho.Connect, error) {
		if build != nil {
			built, err := build(p, u)
			if err != nil {
				return nil, err
			}
			p = built
		}
		c.amend(p)
		return p, nil
	}
	up := cfg.OnConnectionUp
	cfg.OnConnectionUp = func(m *autopaho.ConnectionManager, ack *paho.Connack) {
		if up != nil {
			up(m, ack)
		}
		c.up(m, ack)
	}
	down := cfg.OnConnectionDown
	cfg.OnConnectionDown = func() bool {
		c.queue.Hold()
		return down == nil || down()
	}
	cfg.OnPublishReceived = append(cfg.OnPublishReceived[:len(cfg.OnPublishReceived):len(cfg.OnPublishReceived)], c.received)
}

// amend sets the Receive Maximum. It asks for problem information, which package autopaho
// refuses: there are brokers, such as mochi 2.7, that then leave out the user properties of
// messages, and with them the attributes of events.
func (c *Consumer) amend(p *paho.Connect) {
	if p.Properties == nil {
		p.Properties = new(paho.ConnectProperties)
	}
	p.Properties.RequestProblemInfo = true
	if p.Properties.ReceiveMaximum != nil {
		return
	}
	most := c.ReceiveMaximum
	if most == 0 {
		most = defaultReceiveMaximum
	}
	p.Properties.ReceiveMaximum = &most
}

// up is called when there is a connection. Messages that wait and came by the one before come
// again, unless the broker has lost the session. They are handled then, because nobody else
// has them.
func (c *Consumer) up(m *autopaho.ConnectionManager, ack *paho.Connack) {
	largest := uint32(0)
	if p := ack.Properties; p != nil && p.MaximumPacketSize != nil {
		largest = *p.MaximumPacketSize
	}
	c.largest.Store(largest)
	again := c.queue.Resume(ack.SessionPresent)
	if again && !ack.SessionPresent {
		c.logger().LogAttrs(context.Background(), slog.LevelWarn, "the broker has lost the session, and what it had not delivered")
	}
	if len(c.Topics) > 0 {
		go c.subscribe(m)
	}
}

// retainedOnce asks for retained messages at the first subscription of a session alone (MQTT 5,
// section 3.8.3.1).
const retainedOnce = 1

// subscribe subscribes, and ends Run if the broker refuses. It ends with the connection: up is
// called at the next one.
func (c *Consumer) subscribe(m *autopaho.ConnectionManager) {
	s := &paho.Subscribe{}
	for _, topic := range c.Topics {
		s.Subscriptions = append(s.Subscriptions, paho.SubscribeOptions{Topic: topic, QoS: atLeastOnce, RetainHandling: retainedOnce})
	}
	for attempt := 1; c.misfit == nil && c.quit.Err() == nil; attempt++ {
		ack, err := m.Subscribe(c.quit, s)
		switch {
		case err == nil && !slices.Contains(ack.Reasons, reasonGrantedQoS0):
			return
		case ack != nil && c.refused(ack.Reasons):
			return
		case errors.Is(err, paho.ErrInvalidArguments):
			c.fail(fmt.Errorf("cepaho: %w", err))
			return
		case errors.Is(err, autopaho.ConnectionDownError), errors.Is(err, paho.ErrConnectionLost), c.quit.Err() != nil:
			return
		}
		c.logger().LogAttrs(context.Background(), slog.LevelWarn, "subscription failed", eventlog.Error(err))
		if !pause.For(c.quit, m.Done(), c.Delivery.Backoff(attempt, 0)) {
			return
		}
	}
}

// refused ends Run if the broker has refused a subscription for good.
func (c *Consumer) refused(reasons []byte) bool {
	for i, reason := range reasons {
		switch reason {
		case reasonGrantedQoS0, reasonNotAuthorized, reasonTopicFilterInvalid,
			reasonSharedNotSupported, reasonIdentifiersNotSupported, reasonWildcardsNotSupported:
			if i < len(c.Topics) {
				c.fail(fmt.Errorf("cepaho: the broker does not grant QoS 1 for the subscription to %q: reason code 0x%02x", excerpt.Of(c.Topics[i]), reason))
				return true
			}
		}
	}
	return false
}

// received is called by the client for each message, and does not wait.
func (c *Consumer) received(r paho.PublishReceived) (handled bool, err error) {
	if r.AlreadyHandled {
		return false, nil
	}
	if !c.queue.Add(r.Packet.Topic, r.Packet.QoS, &task{r.Packet, r.Client}) {
		c.logger().LogAttrs(context.Background(), slog.LevelWarn, "message of QoS 0 dropped: too many wait", slog.String("topic", eventlog.Cut(r.Packet.Topic)))
	}
	return true, nil
}
