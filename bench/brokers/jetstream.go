package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents/bench/measure"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
)

const (
	streamName = "ORDERS"
	subject    = "ORDERS.placed"
	batch      = 1000 // events that are published at once
)

func jetStreamRows() []row {
	return []row{
		{"JetStream, SendBatch", "nats.go", jetStream(false, (*stream).sendBatch), jetStream(false, (*stream).publishAsync), true},
		{"JetStream, Send one by one", "nats.go", jetStream(false, (*stream).send), jetStream(false, (*stream).publish), true},
		{"JetStream, Send one by one", "sdk-go", jetStream(false, (*stream).send), jetStream(false, (*stream).sdkSend), false},
		{"JetStream, Send from 64 goroutines", "sdk-go", jetStream(false, (*stream).sendTogether), jetStream(false, (*stream).sdkSendTogether), false},
		{"JetStream, Consumer", "nats.go", jetStream(true, (*stream).consume), jetStream(true, (*stream).next), true},
		{"JetStream, Consumer", "sdk-go", jetStream(true, (*stream).consume), jetStream(true, (*stream).sdkReceive), false},
	}
}

// stream is a stream on a new server.
type stream struct {
	conn   *nats.Conn
	js     jetstream.JetStream
	stream jetstream.Stream
}

// jetStream returns a side that runs on a server of its own, with the events in the stream if it
// is to be filled.
func jetStream(fill bool, side func(*stream, *measure.Watch) error) func(*measure.Watch) error {
	return func(w *measure.Watch) (err error) {
		dir, err := os.MkdirTemp("", "jetstream")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
		if err != nil {
			return err
		}
		srv.Start()
		defer func() { srv.Shutdown(); srv.WaitForShutdown() }()
		if !srv.ReadyForConnections(10 * time.Second) {
			return errors.New("the server does not start")
		}
		var s stream
		if s.conn, err = nats.Connect(srv.ClientURL()); err != nil {
			return err
		}
		defer s.conn.Close()
		if s.js, err = jetstream.New(s.conn); err != nil {
			return err
		}
		s.stream, err = s.js.CreateStream(context.Background(), jetstream.StreamConfig{Name: streamName, Subjects: []string{streamName + ".>"}})
		if err != nil {
			return err
		}
		if fill {
			if err := s.fill(); err != nil {
				return err
			}
		}
		return side(&s, w)
	}
}

func (s *stream) sender() *cenatsgo.Sender {
	return &cenatsgo.Sender{JetStream: s.js, Subject: subject}
}

func (s *stream) fill() error {
	sender, es := s.sender(), ourEvents()
	for len(es) > 0 {
		n := min(len(es), batch)
		if err := sender.SendBatch(context.Background(), es[:n]); err != nil {
			return err
		}
		es = es[n:]
	}
	return nil
}

// msg makes the message of an order. Its fields need no escapes.
func (o *order) msg() *nats.Msg {
	return &nats.Msg{Subject: subject, Data: o.Data, Header: nats.Header{
		"ce-" + version: {"1.0"}, "ce-" + id: {o.ID}, "ce-" + source: {o.Source}, "ce-" + kind: {o.Type},
		"ce-" + at: {o.Time.Format(time.RFC3339Nano)}, "ce-" + partitionKey: {o.PartitionKey}, "ce-datacontenttype": {o.ContentType},
		jetstream.MsgIDHeader: {o.Source + "|" + o.ID},
	}}
}

// orderOfMsg reads the order of a message.
func orderOfMsg(m jetstream.Msg) (o order, err error) {
	for key, values := range m.Headers() {
		name, ok := strings.CutPrefix(key, "ce-")
		switch {
		case !ok:
		case name == "datacontenttype":
			o.ContentType = values[0]
		default:
			if err := o.set(name, values[0]); err != nil {
				return o, err
			}
		}
	}
	o.Data = m.Data()
	return o, nil
}

func (s *stream) publishAsync(w *measure.Watch) error {
	all := orders()
	w.Start()
	defer w.Stop()
	futures := make([]jetstream.PubAckFuture, batch)
	for len(all) > 0 {
		n := min(len(all), batch)
		for i := range all[:n] {
			f, err := s.js.PublishMsgAsync(all[i].msg())
			if err != nil {
				return err
			}
			futures[i] = f
		}
		for _, f := range futures[:n] {
			select {
			case <-f.Ok():
			case err := <-f.Err():
				return err
			}
		}
		all = all[n:]
	}
	return nil
}

func (s *stream) sendBatch(w *measure.Watch) error {
	sender, es := s.sender(), ourEvents()
	w.Start()
	defer w.Stop()
	for len(es) > 0 {
		n := min(len(es), batch)
		if err := sender.SendBatch(context.Background(), es[:n]); err != nil {
			return err
		}
		es = es[n:]
	}
	return nil
}

func oneByOne(send func(int) error) error {
	for i := range *events {
		if err := send(i); err != nil {
			return err
		}
	}
	return nil
}

func (s *stream) publish(w *measure.Watch) error {
	all := orders()
	w.Start()
	defer w.Stop()
	return oneByOne(func(i int) error {
		_, err := s.js.PublishMsg(context.Background(), all[i].msg())
		return err
	})
}

func (s *stream) send(w *measure.Watch) error {
	sender, es := s.sender(), ourEvents()
	w.Start()
	defer w.Stop()
	return oneByOne(func(i int) error { return sender.Send(context.Background(), &es[i]) })
}

func (s *stream) sendTogether(w *measure.Watch) error {
	sender, es := s.sender(), ourEvents()
	w.Start()
	defer w.Stop()
	return together(func(i int) error { return sender.Send(context.Background(), &es[i]) })
}

func (s *stream) consumer() (jetstream.Consumer, error) {
	return s.stream.CreateConsumer(context.Background(), jetstream.ConsumerConfig{Durable: "billing", AckPolicy: jetstream.AckExplicitPolicy, MaxDeliver: -1})
}

func (s *stream) next(w *measure.Watch) error {
	w.Start()
	defer w.Stop()
	c, err := s.consumer()
	if err != nil {
		return err
	}
	messages, err := c.Messages(jetstream.PullMaxMessages(64)) // as many as ours
	if err != nil {
		return err
	}
	defer messages.Stop()
	h := newCounter().handler()
	for n := 0; n < *events; n++ {
		m, err := messages.Next()
		for errors.Is(err, jetstream.ErrNoHeartbeat) { // on a machine that is too busy
			m, err = messages.Next()
		}
		if err != nil {
			return err
		}
		o, err := orderOfMsg(m)
		if err == nil {
			err = h(context.Background(), &o)
		}
		if err != nil {
			return err
		}
		if err := m.Ack(); err != nil {
			return err
		}
	}
	return s.conn.Flush()
}

func (s *stream) consume(w *measure.Watch) error {
	w.Start()
	defer w.Stop()
	c, err := s.consumer()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	consumer := &cenatsgo.Consumer{Consumer: c, Delivery: newCounter().delivery(cancel)}
	if err := consumer.Run(ctx); err != nil {
		return err
	}
	return s.conn.Flush()
}
