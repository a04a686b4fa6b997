package main

import (
	"context"
	"errors"
	"sync"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/format"
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

// amqpTarget sends events on a link, and opens another one when it was lost.
type amqpTarget struct {
	endpoint endpoint
	secret   secret
	sending  dispatch.SendObserver

	mu   sync.Mutex
	conn *amqp.Conn
	link *amqp.Sender
}

func newAMQPTarget(ctx context.Context, b *bridge, s secret) (*amqpTarget, error) {
	t := &amqpTarget{endpoint: b.settings.target, secret: s, sending: b.telemetry.sending}
	_, err := t.open(ctx)
	return t, err
}

// open returns the link.
func (t *amqpTarget) open(ctx context.Context) (*amqp.Sender, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.link != nil {
		return t.link, nil
	}
	conn, session, err := dialAMQP(ctx, t.endpoint, t.secret)
	if err != nil {
		return nil, err
	}
	link, err := session.NewSender(ctx, t.endpoint.path, nil)
	if err != nil {
		conn.Close()
		return nil, err
	}
	t.conn, t.link = conn, link
	return link, nil
}

// drop forgets a link that does not work any more.
func (t *amqpTarget) drop(link *amqp.Sender) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.link == link {
		t.conn.Close()
		t.conn, t.link = nil, nil
	}
}

func (t *amqpTarget) send(ctx context.Context, e *cloudevents.Event, mode cloudevents.Mode) error {
	link, err := t.open(ctx)
	if err != nil {
		return dispatch.Retryable(err, 0)
	}
	s := cegoamqp.Sender{Sender: link, Encoder: ceamqp.Encoder{Mode: mode}, Observer: t.sending}
	err = s.Send(ctx, e)
	var failed *cegoamqp.SendError
	if errors.As(err, &failed) && failed.Outcome == nil {
		t.drop(link)
	}
	return err
}

func (t *amqpTarget) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.conn != nil {
		t.conn.Close()
	}
}

// amqpSource reads events from an address.
type amqpSource struct{ consumer *cegoamqp.Consumer }

func newAMQPSource(b *bridge, s secret) (*amqpSource, error) {
	delivery := b.delivery()
	delivery.Handler = func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		m, _ := cegoamqp.MessageFrom(ctx)
		mode := cloudevents.BinaryMode
		if m.Properties != nil && m.Properties.ContentType != nil {
			mode = format.ModeOf(*m.Properties.ContentType)
		}
		return b.pass(withMode(ctx, mode), e)
	}
	return &amqpSource{&cegoamqp.Consumer{
		Delivery: delivery, Concurrency: b.settings.concurrency, Grace: b.settings.grace, Invalid: policies[b.settings.invalid],
		Skipped: func(context.Context, *amqp.Message, error) {},
		Connect: func(ctx context.Context) (links cegoamqp.Links, err error) {
			var session *amqp.Session
			if links.Conn, session, err = dialAMQP(ctx, b.settings.source, s); err != nil {
				return links, err
			}
			if links.Receiver, err = session.NewReceiver(ctx, b.settings.source.path, &amqp.ReceiverOptions{Credit: int32(b.settings.concurrency)}); err != nil {
				return links, err
			}
			if b.settings.deadLetter != "" {
				links.DeadLetter, err = session.NewSender(ctx, b.settings.deadLetter, nil)
			}
			return links, err
		},
	}}, nil
}

func (s *amqpSource) run(ctx context.Context) error { return s.consumer.Run(ctx) }
