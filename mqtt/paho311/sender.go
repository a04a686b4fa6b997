package cepaho311

import (
	"context"
	"errors"
	"fmt"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/internal/mqtttopic"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
)

// Sender publishes events on a topic with QoS 1, in the JSON event format. A Sender is safe for
// concurrent use as long as its fields do not change.
//
//	sender := &cepaho311.Sender{Client: client, Topic: "orders"}
//	err := sender.Send(ctx, &event)
type Sender struct {
	// Client publishes the events. The Sender does not close it.
	Client mqtt.Client

	// Topic is the topic of the events, without wildcards. A broker ends the connection at a
	// malformed one, so that Validate and Send refuse it.
	Topic string

	// Encoder encodes the events, in structured mode for MQTT 3.1.1 whatever its Version and
	// Mode say. With its Retain the broker keeps the event as the retained message of the
	// topic.
	Encoder cemqtt.Encoder

	// MaxPayload limits the payload, in bytes. A broker ends the connection at a packet that
	// is too large for it, and the client sends that again at the next connection, for ever.
	// Set it to less than the broker takes. 0 is 268,000,000, about what MQTT can carry, -1
	// is no limit.
	MaxPayload int

	// Observer has functions that are called for what is sent. Its Header is not called: a
	// message of MQTT 3.1.1 has no headers.
	Observer dispatch.SendObserver
}

const maxPayload = 268_000_000

var (
	errNoSenderClient = errors.New("cepaho311: the Sender has no Client")
	errNoTopic        = errors.New("cepaho311: the Sender has no Topic")

	// ErrTooLarge is about a payload larger than Sender.MaxPayload. A [SendError] wraps it.
	ErrTooLarge = errors.New("the payload is larger than Sender.MaxPayload")
)

// Validate reports a Sender that cannot send: without a Client, or with a malformed Topic.
func (s *Sender) Validate() error {
	switch {
	case s.Client == nil:
		return errNoSenderClient
	case s.Topic == "":
		return errNoTopic
	}
	if err := mqtttopic.Name(s.Topic); err != nil {
		return fmt.Errorf("cepaho311: Topic: %w", err)
	}
	return nil
}

// Send publishes an event, and returns once the broker has acknowledged it, whether or not
// anybody listens. While the client makes a new connection, Send waits for it until ctx ends. An
// event of which that is not known may arrive later nevertheless, since the client keeps it. The
// error is that of the Encoder, or a [*SendError].
func (s *Sender) Send(ctx context.Context, e *cloudevents.Event) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return s.Observer.Send(ctx, e, s.send)
}

func (s *Sender) send(ctx context.Context, e *cloudevents.Event) error {
	payload, err := s.payload(e)
	if err != nil {
		return s.fail(-1, err)
	}
	if err := wait(ctx, s.Client.Publish(s.Topic, 1, s.Encoder.Retain, payload)); err != nil {
		return &SendError{Index: -1, Topic: s.Topic, Err: err}
	}
	return nil
}

// SendBatch publishes events, each as a message of its own and in their order, and returns once
// all are acknowledged or have failed. Nothing is published if an event cannot be encoded. The
// error is a [*cloudevents.BatchError] about that event; or it joins a [*SendError] for each event
// that was not published.
func (s *Sender) SendBatch(ctx context.Context, es []cloudevents.Event) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return s.Observer.SendBatch(ctx, es, s.sendBatch)
}

func (s *Sender) sendBatch(ctx context.Context, es []cloudevents.Event) ([]error, error) {
	payloads := make([][]byte, len(es))
	for i := range es {
		payload, err := s.payload(&es[i])
		if err != nil {
			return nil, &cloudevents.BatchError{Index: i, Err: s.fail(i, err)}
		}
		payloads[i] = payload
	}
	tokens := make([]mqtt.Token, 0, len(es))
	for _, payload := range payloads {
		if ctx.Err() != nil {
			break
		}
		tokens = append(tokens, s.Client.Publish(s.Topic, 1, s.Encoder.Retain, payload))
	}
	errs := make([]error, len(es))
	for i := range es {
		err := ctx.Err()
		if i < len(tokens) {
			err = wait(ctx, tokens[i])
		}
		if err != nil {
			errs[i] = &SendError{Index: i, Topic: s.Topic, Err: err}
		}
	}
	return errs, nil
}

func (s *Sender) payload(e *cloudevents.Event) ([]byte, error) {
	enc := s.Encoder
	enc.Version, enc.Mode = cemqtt.V311, cloudevents.StructuredMode
	m, err := enc.ToMessage(e)
	if err != nil {
		return nil, err
	}
	if most := limit.Of(s.MaxPayload, maxPayload); len(m.Payload) > most {
		return nil, fmt.Errorf("%w: %d of %d bytes", ErrTooLarge, len(m.Payload), most)
	}
	return m.Payload, nil
}

// fail makes a *SendError of the error about a payload that is too large.
func (s *Sender) fail(index int, err error) error {
	if errors.Is(err, ErrTooLarge) {
		return &SendError{Index: index, Topic: s.Topic, Err: err}
	}
	return err
}

// wait waits until a token is complete. One that is complete counts even if ctx has ended.
func wait(ctx context.Context, t mqtt.Token) error {
	select {
	case <-t.Done():
		return t.Error()
	default:
	}
	select {
	case <-t.Done():
		return t.Error()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SendError is about an event that the broker does not have, or of which that is not known. A
// handler that returns it asks for a retry, or refuses its event, as dispatch.Judge says.
type SendError struct {
	// Index is the place of the event in its batch. It is -1 in Send.
	Index int

	// Topic is where the event was to go.
	Topic string

	// Err is the error of the client.
	Err error
}

// Error returns topic, index and cause.
func (e *SendError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("cepaho311: topic %q: %v", excerpt.Shorten(e.Topic, 64), e.Err)
	}
	return fmt.Sprintf("cepaho311: topic %q: event %d: %v", excerpt.Shorten(e.Topic, 64), e.Index, e.Err)
}

// Unwrap returns e.Err.
func (e *SendError) Unwrap() error { return e.Err }

// Retryable reports whether the event may be sent again: unless it is too large.
func (e *SendError) Retryable() bool { return !errors.Is(e.Err, ErrTooLarge) }
