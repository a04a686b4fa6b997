package cegoamqp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/mutex"
	"github.com/seed763dd41b/cloudevents/internal/pause"
)

// Sender sends events on a link and waits for the outcome of each. With Connect it lives
// as long as the program, even if the broker restarts:
//
//	sender := &cegoamqp.Sender{
//		Connect: func(ctx context.Context) (conn *amqp.Conn, link *amqp.Sender, err error) {
//			if conn, err = amqp.Dial(ctx, "amqp://localhost", nil); err != nil {
//				return nil, nil, err
//			}
//			session, err := conn.NewSession(ctx, nil)
//			if err != nil {
//				return conn, nil, err
//			}
//			link, err = session.NewSender(ctx, "orders", nil)
//			return conn, link, err
//		},
//	}
//	err := sender.Send(ctx, &event)
//	err = sender.Close()
//
// A Sender is safe for concurrent use as long as its fields do not change. It must not be
// copied after its first use.
type Sender struct {
	// Sender is the link of a Sender without Connect. When it ends, every Send fails,
	// because go-amqp does not reopen it. Its SettlementMode must not be settled, because
	// such a link has no outcomes. The Sender does not close it.
	Sender *amqp.Sender

	// Connect makes the link, for the first event and whenever the link was lost. The
	// Sender closes the connection, even one that is returned with an error. Return a nil
	// connection if it has other users: then the Sender closes only the link. Connect is
	// never called twice at the same time. An error that dispatch.Judge refuses, such as
	// one of dispatch.Permanent, is not retried.
	Connect func(ctx context.Context) (*amqp.Conn, *amqp.Sender, error)

	// Attempts limits how often an event is sent when links are lost or cannot be made. 0
	// is 10, -1 is no limit. Without Connect there is one attempt. An event that was on
	// its way when its link was lost may arrive twice. One that the broker rejects,
	// releases or modifies is not sent again.
	Attempts int

	// Wait is the wait before the second attempt. It doubles with each further attempt,
	// up to MaxWait. Each wait is shortened at random, to half of it at least. 0 is 100
	// ms, -1 is no wait.
	Wait time.Duration

	// MaxWait is the longest wait between two attempts. 0 is 30 s.
	MaxWait time.Duration

	// Encoder encodes the events. The zero value writes binary mode.
	Encoder ceamqp.Encoder

	// Transient leaves out the durable flag of messages. By default it is set, and asks
	// the broker to keep the message over a restart.
	Transient bool

	// MessageID returns the message-id for an event: a uint64, an amqp.UUID, a []byte, a
	// string, or nil for none. Some brokers drop a message whose id they have seen
	// before. By default messages have no id.
	MessageID func(e *cloudevents.Event) any

	// Observer is called for each event that is sent. Its Header adds application
	// properties to the message.
	Observer dispatch.SendObserver

	// Logger receives a record at level Warn when a link is lost. nil is slog.Default().
	Logger *slog.Logger

	mu      mutex.Mutex
	current *outlet // that Connect has made; mu guards it
}

// outlet is a link to send on.
type outlet struct {
	conn *amqp.Conn // or nil
	link *amqp.Sender
}

var (
	errNoSender = errors.New("cegoamqp: the Sender has neither Connect nor a Sender")
	errNoLink   = errors.New("the callback Connect has returned no Sender") // in a SendError
)

// Validate returns an error if there is neither a Sender nor a Connect.
func (s *Sender) Validate() error {
	if s.Sender == nil && s.Connect == nil {
		return errNoSender
	}
	return nil
}

// Send sends an event, and returns once the broker has accepted it. The error is that of
// the Encoder, or a [*SendError].
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
	if err := s.deliver(ctx, []*amqp.Message{m})[0]; err != nil {
		err.Index = -1
		return err
	}
	return nil
}

// SendBatch sends each event as a message of its own, and returns once all are accepted
// or have failed. It does not wait for one outcome before it sends the next event. If an
// event cannot be encoded, nothing is sent, and the error is a [*cloudevents.BatchError]
// about it. Otherwise the error joins a [*SendError] for each event that was not
// accepted.
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
	errs := make([]error, len(ms))
	for i, err := range s.deliver(ctx, ms) {
		if err != nil {
			err.Index = i
			errs[i] = err
		}
	}
	return errs, nil
}

// Close closes the connection that Connect has made. A later Send makes a new one.
func (s *Sender) Close() error {
	if err := s.mu.Lock(context.Background()); err != nil {
		return err
	}
	o := s.current
	s.current = nil
	s.mu.Unlock()
	if o == nil {
		return nil
	}
	if err := o.close(); err != nil && !isLost(err) {
		return fmt.Errorf("cegoamqp: %w", err)
	}
	return nil
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

// deliver sends messages, and sends those again whose link was lost. It returns an error for
// each that was not accepted.
func (s *Sender) deliver(ctx context.Context, ms []*amqp.Message) []*SendError {
	errs := make([]*SendError, len(ms))
	left := make([]int, len(ms)) // the messages that are to be sent
	for i := range ms {
		left[i] = i
	}
	retry := dispatch.Delivery{Attempts: s.Attempts, Wait: s.Wait, MaxWait: s.MaxWait}
	for attempt := 1; len(left) > 0; attempt++ {
		if o, err := s.open(ctx); err != nil {
			for _, i := range left {
				errs[i] = &SendError{Err: err, unconnected: true}
			}
		} else {
			s.attempt(ctx, o, ms, left, errs)
			if cause := firstLost(errs, left); cause != nil {
				s.drop(ctx, o, cause)
			}
		}
		if left = s.again(left, errs); len(left) == 0 || attempt >= retry.MaxAttempts() {
			break
		}
		if !pause.For(ctx, nil, retry.Backoff(attempt, 0)) {
			break
		}
	}
	return errs
}

// attempt sends the messages that are left on a link, and waits for their outcomes.
func (s *Sender) attempt(ctx context.Context, o *outlet, ms []*amqp.Message, left []int, errs []*SendError) {
	receipts := make([]amqp.SendReceipt, len(left))
	for n, i := range left {
		receipts[n], errs[i] = post(ctx, o.link, ms[i])
	}
	for n, i := range left {
		if errs[i] == nil {
			errs[i] = outcome(ctx, o.link, &receipts[n])
		}
	}
}

// again returns those of the messages that are to be sent on another link.
func (s *Sender) again(left []int, errs []*SendError) (lost []int) {
	if s.Connect == nil {
		return nil
	}
	for _, i := range left {
		if e := errs[i]; e != nil && (e.unconnected || isLost(e.Err)) && e.Retryable() {
			lost = append(lost, i)
		}
	}
	return lost
}

// firstLost returns the first error of the messages that are left with which a link has ended, or
// nil.
func firstLost(errs []*SendError, left []int) error {
	for _, i := range left {
		if errs[i] != nil && isLost(errs[i].Err) {
			return errs[i].Err
		}
	}
	return nil
}

// open returns the link to send on.
func (s *Sender) open(ctx context.Context) (*outlet, error) {
	if s.Connect == nil {
		return &outlet{link: s.Sender}, nil
	}
	if err := s.mu.Lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	if s.current != nil {
		return s.current, nil
	}
	conn, link, err := s.Connect(ctx)
	o := &outlet{conn, link}
	if err == nil && link == nil {
		err = dispatch.Permanent(errNoLink)
	}
	if err != nil {
		_ = o.close()
		return nil, err
	}
	s.current = o
	return o, nil
}

// drop gives up a link that was lost. Other callers that use it find out for themselves.
func (s *Sender) drop(ctx context.Context, o *outlet, cause error) {
	if s.Connect == nil || s.mu.Lock(context.WithoutCancel(ctx)) != nil {
		return
	}
	is := s.current == o
	if is {
		s.current = nil
	}
	s.mu.Unlock()
	if is {
		eventlog.Default(s.Logger).LogAttrs(ctx, slog.LevelWarn, "link lost", slog.String("address", o.link.Address()), eventlog.Error(cause))
		_ = o.close()
	}
}

func (o *outlet) close() error {
	if o.conn != nil {
		return o.conn.Close() // and with it the link
	}
	if o.link == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	return o.link.Close(ctx)
}
