package main

import (
	"context"
	"errors"

	"github.com/IBM/sarama"
	kafkasarama "github.com/cloudevents/sdk-go/protocol/kafka_sarama/v2"
	sdkjetstream "github.com/cloudevents/sdk-go/protocol/nats_jetstream/v2"
	"github.com/cloudevents/sdk-go/v2/client"
	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/protocol"
	"github.com/nats-io/nats.go"

	"github.com/seed763dd41b/cloudevents/bench/measure"
)

// config is what sdk-go's users start from, with the acknowledgements of franz-go.
func config() *sarama.Config {
	c := sarama.NewConfig()
	c.Version = sarama.V2_8_0_0
	c.Producer.RequiredAcks = sarama.WaitForAll
	c.Consumer.Offsets.Initial = sarama.OffsetOldest
	return c
}

func (c cluster) sdkSend(w *measure.Watch) (err error) {
	sender, err := kafkasarama.NewSender(c.ListenAddrs(), config(), topic)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sender.Close(context.Background())) }()
	return sdkSend(w, sender, together)
}

// sdkSend sends the events with the client of sdk-go.
func sdkSend(w *measure.Watch, sender protocol.Sender, all func(send func(int) error) error) error {
	c, err := client.New(sender)
	if err != nil {
		return err
	}
	es, err := sdkEvents()
	if err != nil {
		return err
	}
	w.Start()
	defer w.Stop()
	return all(func(i int) error {
		if result := c.Send(context.Background(), es[i]); !protocol.IsACK(result) {
			return result
		}
		return nil
	})
}

func (c cluster) sdkReceive(w *measure.Watch) error {
	w.Start()
	defer w.Stop()
	consumer, err := kafkasarama.NewConsumer(c.ListenAddrs(), config(), group, topic)
	if err != nil {
		return err
	}
	return sdkReceive(consumer)
}

// sdkReceive receives the events with the client of sdk-go, and closes the consumer.
func sdkReceive(consumer interface {
	protocol.Receiver
	protocol.Closer
}) error {
	c, err := client.New(consumer)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	count := newCounter()
	ended := make(chan error, 1)
	go func() {
		ended <- c.StartReceiver(ctx, func(e event.Event) error {
			if len(e.Data()) != size {
				return errNoOrder
			}
			count.add()
			return nil
		})
	}()
	select {
	case <-count.all:
		cancel()
		err = <-ended
	case err = <-ended:
		if err == nil {
			err = errors.New("the receiver of sdk-go has ended")
		}
	}
	return errors.Join(err, consumer.Close(context.Background()))
}

func (s *stream) sdkSend(w *measure.Watch) error {
	sender, err := sdkjetstream.NewSenderFromConn(s.conn, streamName, subject, nil)
	if err != nil {
		return err
	}
	return sdkSend(w, sender, oneByOne)
}

func (s *stream) sdkSendTogether(w *measure.Watch) error {
	sender, err := sdkjetstream.NewSenderFromConn(s.conn, streamName, subject, nil)
	if err != nil {
		return err
	}
	return sdkSend(w, sender, together)
}

func (s *stream) sdkReceive(w *measure.Watch) error {
	w.Start()
	defer w.Stop()
	consumer, err := sdkjetstream.NewConsumerFromConn(s.conn, streamName, subject, nil,
		[]nats.SubOpt{nats.Durable("sdk"), nats.AckExplicit(), nats.DeliverAll()})
	if err != nil {
		return err
	}
	return sdkReceive(consumer)
}
