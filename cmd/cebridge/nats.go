package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
)

// dialNATS connects to a server, and goes on connecting when it is away.
func dialNATS(e endpoint, s secret) (*nats.Conn, jetstream.JetStream, error) {
	opts := []nats.Option{nats.Name("cebridge"), nats.MaxReconnects(-1)}
	switch {
	case s.token != "":
		opts = append(opts, nats.Token(s.token))
	case s.user != "":
		opts = append(opts, nats.UserInfo(s.user, s.password))
	}
	conn, err := nats.Connect("nats://"+e.host, opts...)
	if err != nil {
		return nil, nil, err
	}
	js, err := jetstream.New(conn)
	if err != nil {
		conn.Close()
	}
	return conn, js, err
}

// place returns the stream and the subject of an endpoint.
func (e endpoint) place() (stream, subject string, err error) {
	stream, subject, ok := strings.Cut(e.path, "/")
	if !ok || stream == "" || subject == "" {
		return "", "", errors.New("the path of NATS is /stream/subject")
	}
	return stream, subject, nil
}

// natsTarget publishes events to JetStream.
type natsTarget struct {
	conn    *nats.Conn
	senders [2]*cenatsgo.Sender // by mode
}

func newNATSTarget(ctx context.Context, b *bridge, s secret) (*natsTarget, error) {
	stream, subject, err := b.settings.target.place()
	if err != nil {
		return nil, err
	}
	conn, js, err := dialNATS(b.settings.target, s)
	if err != nil {
		return nil, err
	}
	if _, err := js.Stream(ctx, stream); err != nil {
		conn.Close()
		return nil, err
	}
	t := &natsTarget{conn: conn}
	for _, m := range modes {
		t.senders[m] = &cenatsgo.Sender{JetStream: js, Subject: subject, Encoder: cenats.Encoder{Mode: m}, Observer: b.telemetry.sending}
	}
	return t, nil
}

func (t *natsTarget) send(ctx context.Context, e *cloudevents.Event, mode cloudevents.Mode) error {
	return t.senders[mode].Send(ctx, e)
}

func (t *natsTarget) close() { t.conn.Close() }

// natsSource reads events with a durable consumer.
type natsSource struct {
	conn     *nats.Conn
	consumer *cenatsgo.Consumer
}

func newNATSSource(b *bridge, s secret) (*natsSource, error) {
	stream, subject, err := b.settings.source.place()
	if err != nil {
		return nil, err
	}
	conn, js, err := dialNATS(b.settings.source, s)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	durable, err := js.CreateOrUpdateConsumer(ctx, stream, jetstream.ConsumerConfig{
		Durable: b.settings.group, FilterSubject: subject, AckPolicy: jetstream.AckExplicitPolicy, MaxDeliver: -1,
	})
	if err != nil {
		conn.Close()
		return nil, err
	}
	delivery := b.delivery()
	delivery.Handler = func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		return b.pass(withMode(ctx, modeOfMessage(ctx)), e)
	}
	c := &cenatsgo.Consumer{
		Consumer: durable, Delivery: delivery, Concurrency: b.settings.concurrency, InOrder: b.settings.concurrency == 1, Grace: b.settings.grace,
		DeadLetter: b.settings.deadLetter, JetStream: js, Invalid: policies[b.settings.invalid],
		Skipped: func(context.Context, jetstream.Msg, error) {},
	}
	b.lag = func() int64 {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		info, err := durable.Info(ctx)
		if err != nil {
			return 0
		}
		return int64(info.NumPending) + int64(info.NumAckPending)
	}
	return &natsSource{conn, c}, nil
}

func (s *natsSource) run(ctx context.Context) error {
	defer s.conn.Close()
	return s.consumer.Run(ctx)
}

func modeOfMessage(ctx context.Context) cloudevents.Mode {
	m, _ := cenatsgo.MessageFrom(ctx)
	hasVersion := false
	for name, values := range m.Headers() {
		switch {
		case strings.EqualFold(name, "Content-Type") && len(values) > 0:
			if mode := format.ModeOf(values[0]); mode != cloudevents.BinaryMode {
				return mode
			}
		case strings.EqualFold(name, "ce-specversion"):
			hasVersion = true
		}
	}
	if hasVersion {
		return cloudevents.BinaryMode
	}
	return cloudevents.StructuredMode
}
