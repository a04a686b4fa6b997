package cegoamqp

import (
	"context"
	"errors"
	"fmt"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// Sender sends events on a link, and waits for what the broker says of each. A Sender is safe
// for concurrent use as long as its fields do not change.
//
//	link, err := session.NewSender(ctx, "orders", nil)
//	sender := &cegoamqp.Sender{Sender: link}
//	err = sender.Send(ctx, &event)
//
// go-amqp does not open a link again. After a [*amqp.LinkError], [*amqp.SessionError] or
// [*amqp.ConnError], make a Sender of a new link.
type Sender struct {
	// Sender is the link. Its SettlementMode must not be settled, because such a link has no
	// outcomes. The Sender does not close it.
	Sender *amqp.Sender

	// Encoder encodes the events. The zero value writes binary mode.
	Encoder ceamqp.Encoder

	// Transient leaves out the durable flag of a message. By default it is set, which asks
	// the broker to keep the message when it is started again.
	Transient bool

	// MessageID returns the message-id of an event: a uint64, an amqp.UUID, a []byte or a
	// string, or nil for none. Some brokers drop a message whose id they had before. The
	// default sets none.
	MessageID func(e *cloudevents.Event) any

	// Observer has functions that are called for what is sent. Its Header adds application properties.
	Observer dispatch.SendObserver
}

var errNoSender = errors.New("cegoamqp: the Sender has no Sender")

// Validate reports a Sender that cannot send.
func (s *Sender) Validate() error {
	if s.Sender == nil {
		return errNoSender
	}
	return nil
}

// Send sends an event, and returns once the broker has accepted it. The error is that of the
// Encoder, or a [*SendError].
func (s *Sender) Send(ctx context.Context, e *cloudevents.Event) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return s.Observer.Send(ctx, e, s.send)
}

func (s *Sender) send(ctx context.Context, e *cloudevents.Event) error {
	m, err := s.message(ctx, e)
	if err != nil {
		return err
	}
	return send(ctx, s.Sender, m)
}

// send sends a message, and waits for its outcome.
func send(ctx context.Context, link *amqp.Sender, m *amqp.Message) error {
	receipt, err := link.SendWithReceipt(ctx, m, nil)
	if err != nil {
		return &SendError{Index: -1, Address: link.Address(), Err: unsent(ctx, err)}
	}
	return outcome(ctx, link, &receipt, -1)
}

// unsent adds the error of ctx, which go-amqp leaves out if it waited for credit.
func unsent(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

// SendBatch sends events, each as a message of its own, and returns once all are accepted or
// have failed. It does not wait for one before it sends the next. Nothing is sent if an event
// cannot be encoded. The error is a [*cloudevents.BatchError] about that event; or it joins a
// [*SendError] for each event that was not accepted.
func (s *Sender) SendBatch(ctx context.Context, es []cloudevents.Event) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return s.Observer.SendBatch(ctx, es, s.sendBatch)
}

func (s *Sender) sendBatch(ctx context.Context, es []cloudevents.Event) ([]error, error) {
	ms := make([]*amqp.Message, len(es))
	for i := range es {
		m, err := s.message(ctx, &es[i])
		if err != nil {
			return nil, &cloudevents.BatchError{Index: i, Err: err}
		}
		ms[i] = m
	}
	receipts := make([]amqp.SendReceipt, len(ms))
	errs := make([]error, len(ms))
	for i, m := range ms {
		var err error
		if receipts[i], err = s.Sender.SendWithReceipt(ctx, m, nil); err != nil {
			errs[i] = &SendError{Index: i, Address: s.Sender.Address(), Err: unsent(ctx, err)}
		}
	}
	for i := range receipts {
		if errs[i] == nil {
			errs[i] = outcome(ctx, s.Sender, &receipts[i], i)
		}
	}
	return errs, nil
}

// message returns the message of an event.
func (s *Sender) message(ctx context.Context, e *cloudevents.Event) (*amqp.Message, error) {
	m, err := s.Encoder.ToMessage(e)
	if err != nil {
		return nil, err
	}
	out, err := ToMessage(&m)
	if err != nil {
		return nil, err
	}
	if !s.Transient {
		out.Header = &amqp.MessageHeader{Durable: true, Priority: defaultPriority}
	}
	if s.MessageID != nil {
		if out.Properties == nil {
			out.Properties = new(amqp.MessageProperties)
		}
		out.Properties.MessageID = s.MessageID(e)
	}
	if add := s.Observer.Header; add != nil {
		add(ctx, func(name, value string) {
			if _, own := out.ApplicationProperties[name]; own {
				return
			}
			if out.ApplicationProperties == nil {
				out.ApplicationProperties = map[string]any{}
			}
			out.ApplicationProperties[name] = value
		})
	}
	return out, nil
}

// defaultPriority is what AMQP takes for an absent priority.
const defaultPriority = 4

// outcome waits for what the broker says of a message. The result is nil if that is accepted.
func outcome(ctx context.Context, link *amqp.Sender, receipt *amqp.SendReceipt, index int) error {
	state, err := receipt.Wait(ctx)
	if err == nil {
		switch state := state.(type) {
		case *amqp.StateAccepted:
			return nil
		case *amqp.StateRejected:
			err = errRejected
			if state.Error != nil {
				err = fmt.Errorf("%w: %w", errRejected, state.Error)
			}
		case *amqp.StateReleased:
			err = errReleased
		case *amqp.StateModified:
			err = errModified
		default:
			err = fmt.Errorf("the broker answers with the state %T", state)
		}
	}
	return &SendError{Index: index, Address: link.Address(), Outcome: state, Err: err}
}

var (
	errRejected = errors.New("the broker has rejected the message")
	errReleased = errors.New("the broker has released the message")
	errModified = errors.New("the broker has released the message as modified")
)

// SendError is about an event that the broker does not have, or of which that is not known. A
// handler that returns it asks for a retry, or refuses its event, as dispatch.Judge says.
type SendError struct {
	// Index is the place of the event in its batch. It is -1 in Send.
	Index int

	// Address is where the event was to go.
	Address string

	// Outcome is what the broker said: an [*amqp.StateRejected], [*amqp.StateReleased] or
	// [*amqp.StateModified]. It is nil if the broker said nothing.
	Outcome amqp.DeliveryState

	// Err is the error of the client, or one about the outcome. It wraps the [*amqp.Error]
	// that the broker gave.
	Err error
}

// Error returns address, index and cause.
func (e *SendError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("cegoamqp: address %.64q: %v", e.Address, e.Err)
	}
	return fmt.Sprintf("cegoamqp: address %.64q: event %d: %v", e.Address, e.Index, e.Err)
}

// Unwrap returns e.Err.
func (e *SendError) Unwrap() error { return e.Err }

// Retryable reports whether the event may be sent again. It may after released, modified and a
// lost link. It may not after rejected, or if the message is too large or malformed. A broker that
// rejects for want of room or because of its own failure is asked again.
func (e *SendError) Retryable() bool {
	var reason *amqp.Error
	hasReason := errors.As(e.Err, &reason)
	switch state := e.Outcome.(type) {
	case *amqp.StateRejected:
		return hasReason && isPassing(reason.Condition)
	case *amqp.StateModified:
		return !state.UndeliverableHere
	}
	return !hasReason || !isLasting(reason.Condition)
}

// isPassing reports whether a condition with which a message was rejected can pass.
func isPassing(c amqp.ErrCond) bool {
	switch c {
	case amqp.ErrCondResourceLimitExceeded, amqp.ErrCondResourceLocked, amqp.ErrCondInternalError, amqp.ErrCondTransferLimitExceeded:
		return true
	}
	return false
}

// isLasting reports whether a condition that has ended a link is about the message.
func isLasting(c amqp.ErrCond) bool {
	switch c {
	case amqp.ErrCondMessageSizeExceeded, amqp.ErrCondDecodeError, amqp.ErrCondInvalidField, amqp.ErrCondNotAllowed,
		amqp.ErrCondNotImplemented, amqp.ErrCondPreconditionFailed, amqp.ErrCondFrameSizeTooSmall:
		return true
	}
	return false
}
