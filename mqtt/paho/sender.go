package cepaho

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/internal/mqtttopic"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
)

// Publisher publishes a packet, and returns once it is acknowledged.
// *autopaho.ConnectionManager and *paho.Client implement it.
type Publisher interface {
	Publish(ctx context.Context, p *paho.Publish) (*paho.PublishResponse, error)
}

// Sender publishes events on a topic with QoS 1. A Sender is safe for concurrent use as
// long as its fields do not change.
//
//	sender := &cepaho.Sender{Client: manager, Topic: "orders"}
//	err := sender.Send(ctx, &event)
type Sender struct {
	// Client publishes the events. The Sender does not close it.
	Client Publisher

	// Topic is the topic of the messages. It must have no wildcards. Validate and Send
	// refuse a malformed topic, because a broker closes the connection at one.
	Topic string

	// Encoder encodes the events. The zero value writes binary mode. With Retain, the
	// broker keeps the event as the retained message of the topic.
	Encoder cemqtt.Encoder

	// Expiry sends the time until the extension expirytime as the Message Expiry
	// Interval, in seconds, rounded up. The broker drops the event after that time. An
	// event whose expirytime has passed is not sent; the error wraps [ErrExpired]. By
	// default events do not expire.
	Expiry bool

	// MaxPayload limits the payload, in bytes. 0 is 268,000,000, about the limit of MQTT,
	// and -1 is no limit. Set it below the limit of the broker: a broker closes the
	// connection at a larger packet, and the client sends the packet again on each new
	// connection.
	MaxPayload int

	// Observer is called for each event that is sent. Its Header adds user properties to
	// the message in structured mode. It is not called in binary mode, where every user
	// property is an attribute.
	Observer dispatch.SendObserver
}

const (
	defaultMaxPayload = 268_000_000
	expiryTime        = "expirytime"
	atLeastOnce       = 1 // the QoS of what is published and subscribed to
)

var (
	errNoSenderClient = errors.New("cepaho: the Sender has no Client")
	errNoTopic        = errors.New("cepaho: the Sender has no Topic")

	errExpiryTime = errors.New("expirytime is no timestamp")

	// ErrExpired is the error about an event whose expirytime has passed. A [SendError]
	// wraps it.
	ErrExpired = errors.New("the event has expired")

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
		return fmt.Errorf("cepaho: Topic: %w", err)
	}
	return nil
}

// Send publishes an event, and returns once the broker has acknowledged it, whether or
// not anyone listens. It waits at most for the PacketTimeout of the client, and fails at
// once if there is no connection. After another error the event may still arrive, because
// the client keeps it in the session. The error is that of the Encoder, or a
// [*SendError].
func (s *Sender) Send(ctx context.Context, e *cloudevents.Event) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return s.Observer.Send(ctx, e, s.send)
}

func (s *Sender) send(ctx context.Context, e *cloudevents.Event) error {
	p, err := s.packet(ctx, e)
	if err != nil {
		return err
	}
	return publish(ctx, s.Client, p)
}

// SendBatch publishes each event as a message of its own, and returns once all are
// acknowledged or have failed. It waits for each acknowledgement before it publishes the
// next event, which keeps the order; concurrent calls of Send are faster and keep none.
// If an event cannot be encoded, is too large or has expired, nothing is published, and
// the error is a [*cloudevents.BatchError] about it. Otherwise the error joins a
// [*SendError] for each event that was not published.
func (s *Sender) SendBatch(ctx context.Context, es []cloudevents.Event) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return s.Observer.SendBatch(ctx, es, s.sendBatch)
}

func (s *Sender) sendBatch(ctx context.Context, es []cloudevents.Event) ([]error, error) {
	ps := make([]*paho.Publish, len(es))
	for i := range es {
		p, err := s.packet(ctx, &es[i])
		if err != nil {
			return nil, &cloudevents.BatchError{Index: i, Err: at(i, err)}
		}
		ps[i] = p
	}
	errs := make([]error, len(es))
	for i, p := range ps {
		if err := ctx.Err(); err != nil {
			errs[i] = &SendError{Index: i, Topic: p.Topic, Err: err}
			continue
		}
		errs[i] = at(i, publish(ctx, s.Client, p))
	}
	return errs, nil
}

// at returns err, and says in a SendError which event of a batch it is about.
func at(index int, err error) error {
	var failed *SendError
	if errors.As(err, &failed) {
		failed.Index = index
	}
	return err
}

// packet returns the PUBLISH packet of an event.
func (s *Sender) packet(ctx context.Context, e *cloudevents.Event) (*paho.Publish, error) {
	m, err := s.Encoder.ToMessage(e)
	if err != nil {
		return nil, err
	}
	if most := limit.Of(s.MaxPayload, defaultMaxPayload); len(m.Payload) > most {
		return nil, s.fail(fmt.Errorf("%w: %d of %d bytes", ErrTooLarge, len(m.Payload), most))
	}
	p := ToPublish(s.Topic, &m)
	p.Retain = s.Encoder.Retain
	if add := s.Observer.Header; add != nil && s.Encoder.Mode == cloudevents.StructuredMode {
		add(ctx, func(name, value string) { p.Properties.User.Add(name, value) })
	}
	if s.Expiry {
		if p.Properties.MessageExpiry, err = expiry(e, time.Now()); err != nil {
			return nil, s.fail(err)
		}
	}
	return p, nil
}

// fail returns the SendError about an event that is not sent.
func (s *Sender) fail(err error) error { return &SendError{Index: -1, Topic: s.Topic, Err: err} }

// expiry returns the seconds until an event expires, or nil.
func expiry(e *cloudevents.Event, now time.Time) (*uint32, error) {
	v, ok := e.Get(expiryTime)
	if !ok {
		return nil, nil
	}
	at, err := v.Time()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errExpiryTime, err)
	}
	left := at.Sub(now)
	if left <= 0 {
		return nil, ErrExpired
	}
	seconds := uint32(min(math.Ceil(left.Seconds()), math.MaxUint32))
	return &seconds, nil
}

// publish publishes a packet. The error is a *SendError.
func publish(ctx context.Context, client Publisher, p *paho.Publish) error {
	r, err := client.Publish(ctx, p)
	code := byte(0)
	if r != nil && r.ReasonCode >= reasonFailure {
		code = r.ReasonCode
		text := "refused"
		if r.Properties != nil && r.Properties.ReasonString != "" {
			text = r.Properties.ReasonString
		}
		err = fmt.Errorf("reason code 0x%02x: %q", code, excerpt.Of(text))
	}
	if err != nil {
		return &SendError{Index: -1, Topic: p.Topic, ReasonCode: code, Err: err}
	}
	return nil
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

	// ReasonCode is the reason code of the broker (MQTT 5, section 2.4). It is 0 if the
	// broker did not refuse the message.
	ReasonCode byte

	// Err is the error of the client.
	Err error
}

// Error returns the topic, the index and the cause.
func (e *SendError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("cepaho: topic %q: %v", excerpt.Of(e.Topic), e.Err)
	}
	return fmt.Sprintf("cepaho: topic %q: event %d: %v", excerpt.Of(e.Topic), e.Index, e.Err)
}

// Unwrap returns e.Err.
func (e *SendError) Unwrap() error { return e.Err }

// Retryable reports whether the event may be sent again. It is false if the event is too
// large or expired, if the client finds the packet invalid, or if the broker refuses it
// for its sender, its topic or its payload.
func (e *SendError) Retryable() bool {
	switch e.ReasonCode {
	case reasonNotAuthorized, reasonTopicNameInvalid, reasonPacketTooLarge, reasonPayloadFormatInvalid:
		return false
	}
	for _, final := range []error{ErrTooLarge, errLargePacket, ErrExpired, errExpiryTime, paho.ErrInvalidArguments} {
		if errors.Is(e.Err, final) {
			return false
		}
	}
	return true
}
