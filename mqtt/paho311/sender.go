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

// Sender publishes events on a topic with QoS 1, in the JSON event format. A Sender is
// safe for concurrent use as long as its fields do not change.
//
//	sender := &cepaho311.Sender{Client: client, Topic: "orders"}
//	err := sender.Send(ctx, &event)
type Sender struct {
	// Client publishes the events. The Sender does not close it.
	Client mqtt.Client

	// Topic is the topic of the messages. It must have no wildcards. Validate and Send
	// refuse a malformed topic, because a broker closes the connection at one.
	Topic string

	// Encoder encodes the events. Its Version and Mode are ignored: the Sender writes
	// structured mode for MQTT 3.1.1. With Retain, the broker keeps the event as the
	// retained message of the topic.
	Encoder cemqtt.Encoder

	// MaxPayload limits the payload, in bytes. 0 is 268,000,000, about the limit of MQTT,
	// and -1 is no limit. Set it below the limit of the broker: a broker closes the
	// connection at a larger packet, and the client sends the packet again on each new
	// connection.
	MaxPayload int

	// Observer is called for each event that is sent. Its Header is not called, because a
	// message of MQTT 3.1.1 has no headers.
	Observer dispatch.SendObserver
}

const (
	defaultMaxPayload = 268_000_000
	atLeastOnce       = 1 // the QoS of what is published and subscribed to
)

var (
	errNoSenderClient = errors.New("cepaho311: the Sender has no Client")
	errNoTopic        = errors.New("cepaho311: the Sender has no Topic")

	// ErrTooLarge is the error about a payload larger than Sender.MaxPayload. A
	// [SendError] wraps it.
	ErrTooLarge = errors.New("the payload is larger than Sender.MaxPayload")
)

// Validate returns an error if there is no Client, or if Topic is empty or malformed.
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

// Send publishes an event, and returns once the broker has acknowledged it, whether or
// not anyone listens. While the client reconnects, Send waits until ctx ends. After an
// error the event may still arrive, because the client keeps it. The error is that of the
// Encoder, or a [*SendError].
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
	if err := wait(ctx, s.Client.Publish(s.Topic, atLeastOnce, s.Encoder.Retain, payload)); err != nil {
		return &SendError{Index: -1, Topic: s.Topic, Err: err}
	}
	return nil
}

// SendBatch publishes each event as a message of its own, in order, and returns once all
// are acknowledged or have failed. If an event cannot be encoded or is too large, nothing
// is published, and the error is a [*cloudevents.BatchError] about it. Otherwise the
// error joins a [*SendError] for each event that was not published.
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
		tokens = append(tokens, s.Client.Publish(s.Topic, atLeastOnce, s.Encoder.Retain, payload))
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
	if most := limit.Of(s.MaxPayload, defaultMaxPayload); len(m.Payload) > most {
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

// SendError is the error about an event that the broker did not acknowledge. The broker
// may have the event nevertheless. When a handler returns a SendError, dispatch.Judge
// makes it a retry if it is Retryable, and otherwise a refusal.
type SendError struct {
	// Index is the position of the event in its batch. It is -1 if the event was sent by
	// Send.
	Index int

	// Topic is the topic of the message.
	Topic string

	// Err is the error of the client.
	Err error
}

// Error returns the topic, the index and the cause.
func (e *SendError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("cepaho311: topic %q: %v", excerpt.Of(e.Topic), e.Err)
	}
	return fmt.Sprintf("cepaho311: topic %q: event %d: %v", excerpt.Of(e.Topic), e.Index, e.Err)
}

// Unwrap returns e.Err.
func (e *SendError) Unwrap() error { return e.Err }

// Retryable reports whether the event may be sent again. It is false if the event is too
// large.
func (e *SendError) Retryable() bool { return !errors.Is(e.Err, ErrTooLarge) }
