package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
)

// dialNATS connects to a server, and goes on connecting when it is away.
func dialNATS(b *bridge, e endpoint, s secret) (*nats.Conn, jetstream.JetStream, error) {
	opts := []nats.Option{
		nats.Name("cebridge"), nats.MaxReconnects(-1),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				b.logger.Warn("nats: disconnected", "error", err.Error())
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { b.logger.Info("nats: connected again") }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { b.logger.Warn("nats", "error", err.Error()) }),
	}
	switch {
	case s.token != "":
		opts = append(opts, nats.Token(s.token))
	case s.user != "":
		opts = append(opts, nats.UserInfo(s.user, s.password))
	}
	if e.has("tls") {
		opts = append(opts, nats.Secure())
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

// natsTarget publishes events to JetStream.
type natsTarget struct {
	conn    *nats.Conn
	senders map[layout]*cenatsgo.Sender
	letters map[layout]*cenatsgo.Sender // for dead letters that are sent again

	headerFrom func(ctx context.Context, name string) string // of the source; nil if it has no dead letters
}

func newNATSTarget(ctx context.Context, b *bridge, s secret) (*natsTarget, error) {
	stream, subject, err := b.settings.target.place()
	if err != nil {
		return nil, err
	}
	conn, js, err := dialNATS(b, b.settings.target, s)
	if err != nil {
		return nil, err
	}
	if err := checkSubject(ctx, js, stream, subject); err != nil {
		conn.Close()
		return nil, err
	}
	senders := func(noMessageID bool) map[layout]*cenatsgo.Sender {
		return eachLayout(func(m cloudevents.Mode, f format.Formatter) *cenatsgo.Sender {
			return &cenatsgo.Sender{
				JetStream: js, Subject: subject, Encoder: cenats.Encoder{Mode: m, Format: f}, NoMessageID: noMessageID, Observer: b.telemetry.sending,
			}
		})
	}
	return &natsTarget{conn, senders(false), senders(true), headersFrom[b.settings.source.scheme]}, nil
}

// checkSubject finds out that a stream does not take what is published on a subject: another
// stream may, or none. The error is then errNoSubject.
func checkSubject(ctx context.Context, js jetstream.JetStream, stream, subject string) error {
	s, err := js.Stream(ctx, stream)
	if err != nil {
		return err
	}
	subjects := s.CachedInfo().Config.Subjects
	if !slices.ContainsFunc(subjects, func(pattern string) bool { return subjectsMeet(pattern, subject) }) {
		return fmt.Errorf("the stream %s %w %s: its subjects are %q", stream, errNoSubject, subject, subjects)
	}
	return nil
}

var errNoSubject = errors.New("has no subject")

// subjectsMeet reports whether a subject is in both, either of which may have * and >.
func subjectsMeet(a, b string) bool {
	for {
		var x, y string
		var moreA, moreB bool
		x, a, moreA = strings.Cut(a, ".")
		y, b, moreB = strings.Cut(b, ".")
		switch {
		case x == ">" || y == ">":
			return true
		case x != y && x != "*" && y != "*", moreA != moreB:
			return false
		case !moreA:
			return true
		}
	}
}

// send publishes an event. One that comes from a dead letter may be in the stream already: within
// the duplicate window, JetStream would drop it as a duplicate of itself.
func (t *natsTarget) send(ctx context.Context, e *cloudevents.Event, l layout) error {
	if t.headerFrom != nil && t.headerFrom(ctx, dispatch.DeadLetterReason) != "" {
		return t.letters[l].Send(ctx, e)
	}
	return t.senders[l].Send(ctx, e)
}

func (t *natsTarget) close() { t.conn.Close() }

// natsSource reads events with a durable consumer.
type natsSource struct {
	conn     *nats.Conn
	consumer *cenatsgo.Consumer
}

func newNATSSource(ctx context.Context, b *bridge, s secret) (*natsSource, error) {
	stream, subject, err := b.settings.source.place()
	if err != nil {
		return nil, err
	}
	conn, js, err := dialNATS(b, b.settings.source, s)
	if err != nil {
		return nil, err
	}
	if b.settings.deadLetter != "" {
		_, err = js.StreamNameBySubject(ctx, b.settings.deadLetter)
		if errors.Is(err, jetstream.ErrStreamNotFound) { // other errors are of users that may not ask
			conn.Close()
			return nil, fmt.Errorf("-dead-letter: no stream has the subject %s", b.settings.deadLetter)
		}
	}
	if err := checkSubject(ctx, js, stream, subject); errors.Is(err, errNoSubject) {
		b.logger.Warn("nats: the subject is in none that the stream takes", "error", err.Error()) // it may have had it, or has other sources
	}
	durable, err := openDurable(ctx, js, stream, subject, b.settings.group)
	if err != nil {
		conn.Close()
		return nil, err
	}
	delivery := b.delivery()
	delivery.Handler = b.passFrom(natsLayout)
	c := &cenatsgo.Consumer{
		Consumer: durable, Delivery: delivery, Decoder: cenats.Decoder{Format: all.Formats(), JSONEvents: true}, Concurrency: b.settings.atATime(), InOrder: b.settings.atATime() == 1, Grace: b.settings.grace,
		DeadLetter: b.settings.deadLetter, JetStream: js, Invalid: policies[b.settings.invalid],
		Skipped: func(context.Context, jetstream.Msg, error) {},
	}
	b.lag = func(ctx context.Context) (int64, error) {
		info, err := durable.Info(ctx)
		if err != nil {
			return 0, err
		}
		return int64(info.NumPending) + int64(info.NumAckPending), nil
	}
	return &natsSource{conn, c}, nil
}

// openDurable returns the durable consumer of that name, and makes it if there is none. It
// does not change one that has another filter: that may be of another bridge.
func openDurable(ctx context.Context, js jetstream.JetStream, stream, subject, name string) (jetstream.Consumer, error) {
	durable, err := js.Consumer(ctx, stream, name)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		return js.CreateConsumer(ctx, stream, jetstream.ConsumerConfig{
			Durable: name, FilterSubject: subject, AckPolicy: jetstream.AckExplicitPolicy, MaxDeliver: -1,
		})
	}
	if err != nil {
		return nil, err
	}
	if has := durable.CachedInfo().Config.FilterSubject; has != subject {
		return nil, fmt.Errorf("the consumer %s of the stream %s reads %q and not %q: set another -group", name, stream, has, subject)
	}
	return durable, nil
}

func (s *natsSource) run(ctx context.Context) error {
	defer s.conn.Close()
	return s.consumer.Run(ctx)
}

// natsLayout returns the layout of the message that carried an event.
func natsLayout(ctx context.Context) layout {
	msg, _ := cenatsgo.MessageFrom(ctx)
	m := cenatsgo.FromJetStream(msg)
	mode, declared := cenats.ModeOf(&m)
	return messageLayout(mode, declared, cenatsgo.HeaderFrom(ctx, "Content-Type"))
}
