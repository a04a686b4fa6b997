package main

import (
	"context"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/all"
	cews "github.com/seed763dd41b/cloudevents/websocket"
	cecoderws "github.com/seed763dd41b/cloudevents/websocket/coderws"
)

// wsTarget sends events on a connection, in the JSON format.
type wsTarget struct{ sender *cecoderws.Sender }

func newWSTarget(b *bridge, s secret) *wsTarget {
	return &wsTarget{&cecoderws.Sender{
		URL: b.settings.target.url, DialOptions: &websocket.DialOptions{HTTPHeader: s.header()},
		Attempts: 1, Timeout: b.settings.timeout, Logger: b.logger, // the source waits and asks again
		Observer: b.telemetry.sending,
	}}
}

func (t *wsTarget) send(ctx context.Context, e *cloudevents.Event, _ layout) error {
	return t.sender.Send(ctx, e)
}

func (t *wsTarget) close() { _ = t.sender.Close() }

// wsSource accepts connections.
type wsSource struct {
	door     *door
	receiver *cecoderws.Receiver
}

func newWSSource(b *bridge, s secret) (*wsSource, error) {
	d, err := newDoor(b, s)
	if err != nil {
		return nil, err
	}
	delivery := b.delivery()
	delivery.Handler = b.passFrom(func(context.Context) layout { return jsonLayout })
	return &wsSource{d, &cecoderws.Receiver{
		Decoder:  cews.Decoder{Format: all.Formats()},
		Delivery: delivery, Invalid: policies[b.settings.invalid], Skipped: func(context.Context, *cews.Message, error) {},
	}}, nil
}

func (s *wsSource) run(ctx context.Context) error {
	err := s.door.serve(ctx, s.receiver)
	within, cancel := context.WithTimeout(context.Background(), s.door.grace)
	defer cancel()
	if left := s.receiver.Shutdown(within); err == nil {
		err = left
	}
	return err
}
