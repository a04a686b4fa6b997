package main

import (
	"context"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
)

// dialAMQP opens a connection and a session.
func dialAMQP(ctx context.Context, e endpoint, s secret) (*amqp.Conn, *amqp.Session, error) {
	options := &amqp.ConnOptions{ContainerID: "cebridge-" + cloudevents.NewID()}
	if s.user != "" {
		options.SASLType = amqp.SASLTypePlain(s.user, s.password)
	}
	conn, err := amqp.Dial(ctx, e.scheme+"://"+e.host, options)
	if err != nil {
		return nil, nil, err
	}
	session, err := conn.NewSession(ctx, nil)
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	return conn, session, nil
}

// amqpTarget sends events on links, which are made again when they are lost.
type amqpTarget struct{ senders map[layout]*cegoamqp.Sender }

func newAMQPTarget(ctx context.Context, b *bridge, s secret) (*amqpTarget, error) {
	e := b.settings.target
	connect := func(ctx context.Context) (*amqp.Conn, *amqp.Sender, error) {
		conn, session, err := dialAMQP(ctx, e, s)
		if err != nil {
			return nil, nil, err
		}
		link, err := session.NewSender(ctx, e.path, &amqp.SenderOptions{TargetDurability: e.durability()})
		return conn, link, err
	}
	conn, _, err := connect(ctx) // so that mistakes are told at once
	if conn != nil {
		conn.Close()
	}
	if err != nil {
		return nil, err
	}
	return &amqpTarget{eachLayout(func(m cloudevents.Mode, f format.Formatter) *cegoamqp.Sender {
		return &cegoamqp.Sender{
			Connect: connect, Attempts: 1, Encoder: ceamqp.Encoder{Mode: m, Format: f}, Logger: b.logger, // the source waits and asks again
			Observer: b.telemetry.sending,
		}
	})}, nil
}

func (t *amqpTarget) send(ctx context.Context, e *cloudevents.Event, l layout) error {
	return t.senders[l].Send(ctx, e)
}

func (t *amqpTarget) close() {
	for _, s := range t.senders {
		_ = s.Close()
	}
}

// amqpSource reads events from an address.
type amqpSource struct{ consumer *cegoamqp.Consumer }

func newAMQPSource(ctx context.Context, b *bridge, s secret) (*amqpSource, error) {
	e := b.settings.source
	connect := func(ctx context.Context) (links cegoamqp.Links, err error) {
		ctx, cancel := context.WithTimeout(ctx, openTimeout)
		defer cancel()
		var session *amqp.Session
		if links.Conn, session, err = dialAMQP(ctx, e, s); err != nil {
			return links, err
		}
		if b.settings.deadLetter != "" {
			links.DeadLetter, err = session.NewSender(ctx, b.settings.deadLetter, &amqp.SenderOptions{TargetDurability: e.durability()})
			if err != nil {
				return links, err
			}
		}
		links.Receiver, err = session.NewReceiver(ctx, e.path, &amqp.ReceiverOptions{Credit: -1, SourceDurability: e.durability()})
		return links, err
	}
	links, err := connect(ctx) // so that mistakes are told at once
	if links.Conn != nil {
		links.Conn.Close()
	}
	if err != nil {
		return nil, err
	}
	delivery := b.delivery()
	delivery.Handler = b.passFrom(amqpLayout)
	return &amqpSource{&cegoamqp.Consumer{
		Delivery: delivery, Decoder: ceamqp.Decoder{Format: all.Formats(), JSONEvents: true}, Concurrency: b.settings.atATime(), Credit: amqpCredit, Grace: b.settings.grace,
		Invalid: policies[b.settings.invalid], Skipped: func(context.Context, *amqp.Message, error) {}, Connect: connect,
	}}, nil
}

// amqpCredit is the number of messages that a broker may have sent ahead.
const amqpCredit = 64

func (s *amqpSource) run(ctx context.Context) error { return s.consumer.Run(ctx) }

// amqpLayout returns the layout of the message that carried an event.
func amqpLayout(ctx context.Context) layout {
	msg, _ := cegoamqp.MessageFrom(ctx)
	m := cegoamqp.FromMessage(msg)
	mode, declared := ceamqp.ModeOf(&m)
	return messageLayout(mode, declared, m.ContentType)
}

// durability returns what the query asks for.
func (e endpoint) durability() amqp.Durability {
	if e.has("durable") {
		return amqp.DurabilityUnsettledState
	}
	return amqp.DurabilityNone
}
