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

// Publisher publishes a packet, and returns once it is acknowledged. It is an
// *autopaho.ConnectionManager or a *paho.Client.
type Publisher interface {
	Publish(ctx context.Context, p *paho.Publish) (*paho.PublishResponse, error)
}

// Sender publishes events on a topic with QoS 1. A Sender is safe for concurrent use as long as
// its fields do not change.
//
//	sender := &cepaho.Sender{Client: manager, Topic: "orders"}
//	err := sender.Send(ctx, &event)
type Sender struct {
	// Client publishes the events. The Sender does not close it.
	Client Publisher

	// Topic is the topic of the events, without wildcards. A broker ends the connection at a
	// malformed one, so that Validate and Send refuse it.
	Topic string

	// Encoder encodes the events. The zero value writes binary mode. With its Retain the
	// broker keeps the event as the retained message of the topic.
	Encoder cemqtt.Encoder

	// Expiry makes the extension expirytime the Message Expiry Interval, in seconds and
	// rounded up: the broker drops the event after it. An event whose expirytime has passed
	// is not sent: see [ErrExpired]. The default lets events stay with the broker.
	Expiry bool

	// MaxPayload limits the payload, in bytes. A broker ends the connection at a packet that
	// is too large for it, and the client sends that again at the next connection, for ever.
	// Set it to less than the broker takes. 0 is 268,000,000, about what MQTT can carry, -1
	// is no limit.
	MaxPayload int

	// Observer has functions that are called for what is sent. Its Header adds user
	// properties in structured mode, and is not called in binary mode.
	Observer dispatch.SendObserver
}

const (
	maxPayload = 268_000_000
	expiryTime = "expirytime"
)

var (
	errNoSenderClient = errors.New("cepaho: the Sender has no Client")
	errNoTopic        = errors.New("cepaho: the Sender has no Topic")

	errExpiryTime = errors.New("expirytime is no timestamp")

	// ErrExpired is about an event whose expirytime has passed. A [SendError] wraps it.
	ErrExpired = errors.New("the event has expired")

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
		return fmt.Errorf("cepaho: Topic: %w", err)
	}
	return nil
}

// Send publishes an event, and returns once the broker has acknowledged it, whether or not
// anybody listens. It waits no longer than the PacketTimeout of the client. Without a connection
// it returns at once. An event of which that is not known may arrive later nevertheless, since
// the client keeps it in the session. The error is that of the Encoder, or a [*SendError].
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

// SendBatch publishes events, each as a message of its own, one after the other and in their
// order: it waits for each acknowledgement before it goes on. Several calls at the same time
// are faster, and keep no order. Nothing is published if an event cannot be encoded, is too
// large or has expired. The error is a [*cloudevents.BatchError] about that event; or it
// joins a [*SendError] for each event that was not published.
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
	if most := limit.Of(s.MaxPayload, maxPayload); len(m.Payload) > most {
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
	if r != nil && r.ReasonCode >= 0x80 {
		code = r.ReasonCode
		text := "refused"
		if r.Properties != nil && r.Properties.ReasonString != "" {
			text = r.Properties.ReasonString
		}
		err = fmt.Errorf("reason code 0x%02x: %q", code, excerpt.Shorten(text, 64))
	}
	if err != nil {
		return &SendError{Index: -1, Topic: p.Topic, ReasonCode: code, Err: err}
	}
	return nil
}

// SendError is about an event that the broker does not have, or of which that is not known. A
// handler that returns it asks for a retry, or refuses its event, as dispatch.Judge says.
type SendError struct {
	// Index is the place of the event in its batch. It is -1 in Send.
	Index int

	// Topic is where the event was to go.
	Topic string

	// ReasonCode is that of the broker (MQTT 5, section 2.4). It is 0 if the broker did not
	// answer.
	ReasonCode byte

	// Err is the error of the client.
	Err error
}

// Error returns topic, index and cause.
func (e *SendError) Error() string {
	if e.Index >= 0 {
		return fmt.Sprintf("cepaho: topic %q: event %d: %v", excerpt.Shorten(e.Topic, 64), e.Index, e.Err)
	}
	return fmt.Sprintf("cepaho: topic %q: %v", excerpt.Shorten(e.Topic, 64), e.Err)
}

// Unwrap returns e.Err.
func (e *SendError) Unwrap() error { return e.Err }

// Retryable reports whether the event may be sent again: unless it is too large or expired, the
// client calls its packet wrong, or the broker refuses it for its sender, topic or payload.
func (e *SendError) Retryable() bool {
	switch e.ReasonCode {
	case 0x87, 0x90, 0x95, 0x99: // not authorized, topic name, packet too large, payload format
		return false
	}
	for _, final := range []error{ErrTooLarge, errLargePacket, ErrExpired, errExpiryTime, paho.ErrInvalidArguments} {
		if errors.Is(e.Err, final) {
			return false
		}
	}
	return true
}
