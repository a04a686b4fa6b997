package cenatsgo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	cenats "github.com/seed763dd41b/cloudevents/nats"
)

// Sender publishes events on a subject: to JetStream, which acknowledges them, or to core
// NATS, which does not. A Sender is safe for concurrent use as long as its fields do not
// change.
//
//	sender := &cenatsgo.Sender{JetStream: js, Subject: "orders.placed"}
//	err := sender.Send(ctx, &event)
type Sender struct {
	// JetStream publishes the events. If it is nil, Conn publishes them to core NATS.
	JetStream jetstream.JetStream

	// Conn publishes the events if there is no JetStream. The Sender flushes it, and does
	// not close it.
	Conn *nats.Conn

	// Subject is the subject of the messages. It must have no wildcards.
	Subject string

	// Encoder encodes the events. The zero value writes binary mode.
	Encoder cenats.Encoder

	// NoMessageID leaves out the header Nats-Msg-Id. By default it is cenats.MessageID,
	// so that JetStream drops an event that was published before within the duplicate
	// window of the stream.
	NoMessageID bool

	// Observer is called for each event that is sent. Its Header adds headers to the
	// message.
	Observer dispatch.SendObserver
}

var (
	errNoClient  = errors.New("cenatsgo: the Sender has neither JetStream nor Conn")
	errNoSubject = errors.New("cenatsgo: the Sender has no Subject")
	errWildcard  = errors.New("* and > are for subscriptions")
)

// Validate returns an error if there is neither a JetStream nor a Conn, or if Subject is
// empty or has wildcards.
func (s *Sender) Validate() error {
	switch {
	case s.JetStream == nil && s.Conn == nil:
		return errNoClient
	case s.Subject == "":
		return errNoSubject
	case hasWildcard(s.Subject):
		return fmt.Errorf("cenatsgo: Subject %q: %w", excerpt.Of(s.Subject), errWildcard)
	}
	return nil
}

// hasWildcard reports whether a subject is one for subscriptions. A server takes a message on it,
// and streams keep that under its literal name.
func hasWildcard(subject string) bool {
	for token := range strings.SplitSeq(subject, ".") {
		if token == "*" || token == ">" {
			return true
		}
	}
	return false
}

// Send publishes an event, and returns once JetStream has acknowledged it; a duplicate is
// not an error. With core NATS it returns once the server has read the message, whether
// or not anyone listens, and waits at most 10 s if ctx has no deadline. The error is that
// of the Encoder, or a [*SendError].
func (s *Sender) Send(ctx context.Context, e *cloudevents.Event) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return s.Observer.Send(ctx, e, s.send)
}

func (s *Sender) send(ctx context.Context, e *cloudevents.Event) error {
	m, err := s.msg(ctx, e)
	if err != nil {
		return err
	}
	if s.JetStream != nil {
		_, err = s.JetStream.PublishMsg(ctx, m)
	} else if err = s.Conn.PublishMsg(m); err == nil {
		err = s.flush(ctx)
	}
	if err != nil {
		return &SendError{Index: -1, Subject: s.Subject, Err: unpublished(s.conn(), err)}
	}
	return nil
}

// conn returns the connection of the Sender, or nil if that is not known.
func (s *Sender) conn() *nats.Conn {
	if s.JetStream != nil {
		return s.JetStream.Conn()
	}
	return s.Conn
}

// unpublished returns the error of a publication with what a stranger does not see in it: that no
// stream has the subject, or that the connection is lost.
func unpublished(conn *nats.Conn, err error) error {
	switch {
	case errors.Is(err, jetstream.ErrNoStreamResponse):
		return fmt.Errorf("%w: there is no stream with this subject", err)
	case conn == nil, !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, nats.ErrTimeout):
		return err
	}
	switch status := conn.Status(); {
	case status == nats.CONNECTED:
		return err
	case conn.LastError() != nil:
		return fmt.Errorf("%w; the connection is %s: %v", err, status, conn.LastError())
	default:
		return fmt.Errorf("%w; the connection is %s", err, status)
	}
}

// SendBatch publishes each event as a message of its own, and returns once all are
// acknowledged or have failed. If an event cannot be encoded, nothing is published, and
// the error is a [*cloudevents.BatchError] about it. Otherwise the error joins a
// [*SendError] for each event that was not published.
func (s *Sender) SendBatch(ctx context.Context, es []cloudevents.Event) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return s.Observer.SendBatch(ctx, es, s.sendBatch)
}

func (s *Sender) sendBatch(ctx context.Context, es []cloudevents.Event) ([]error, error) {
	ms := make([]*nats.Msg, len(es))
	for i := range es {
		m, err := s.msg(ctx, &es[i])
		if err != nil {
			return nil, &cloudevents.BatchError{Index: i, Err: err}
		}
		ms[i] = m
	}
	if s.JetStream == nil {
		return s.publishCore(ctx, ms), nil
	}
	futures := make([]jetstream.PubAckFuture, len(ms))
	errs := make([]error, len(ms))
	for i, m := range ms {
		f, err := s.JetStream.PublishMsgAsync(m)
		if err != nil {
			errs[i] = err
		}
		futures[i] = f
	}
	for i, f := range futures {
		if f == nil {
			continue
		}
		select {
		case <-f.Ok():
		case errs[i] = <-f.Err():
		case <-ctx.Done():
			errs[i] = ctx.Err()
		}
	}
	return s.failed(errs), nil
}

func (s *Sender) publishCore(ctx context.Context, ms []*nats.Msg) []error {
	errs := make([]error, len(ms))
	for i, m := range ms {
		errs[i] = s.Conn.PublishMsg(m)
	}
	if err := s.flush(ctx); err != nil {
		for i := range errs {
			errs[i] = errors.Join(errs[i], err)
		}
	}
	return s.failed(errs)
}

// flush waits until the server has what was published: 10 s, unless ctx says otherwise.
func (s *Sender) flush(ctx context.Context) error {
	if _, ok := ctx.Deadline(); !ok { // which the client asks for
		limited, cancel := context.WithTimeout(ctx, flushTimeout)
		defer cancel()
		ctx = limited
	}
	return s.Conn.FlushWithContext(ctx)
}

const flushTimeout = 10 * time.Second

// failed makes SendErrors of the errors about the events of a batch.
func (s *Sender) failed(errs []error) []error {
	for i, err := range errs {
		if err != nil {
			errs[i] = &SendError{Index: i, Subject: s.Subject, Err: unpublished(s.conn(), err)}
		}
	}
	return errs
}

func (s *Sender) msg(ctx context.Context, e *cloudevents.Event) (*nats.Msg, error) {
	m, err := s.Encoder.ToMessage(e)
	if err != nil {
		return nil, err
	}
	if id := cenats.MessageID(e); s.JetStream != nil && !s.NoMessageID && id != "" {
		if m.Header == nil {
			m.Header = nats.Header{}
		}
		m.Header[jetstream.MsgIDHeader] = []string{id}
	}
	if add := s.Observer.Header; add != nil {
		if m.Header == nil {
			m.Header = nats.Header{}
		}
		own := maps.Clone(m.Header)
		add(ctx, func(name, value string) {
			if !hasName(own, name) {
				m.Header[name] = []string{value}
			}
		})
	}
	return ToMsg(s.Subject, &m), nil
}

// hasName reports whether h has a header of that name, whatever its case.
func hasName(h nats.Header, name string) bool {
	for own := range h {
		if strings.EqualFold(own, name) {
			return true
		}
	}
	return false
}

// SendError is the error about an event that the server did not acknowledge. The server
// may have the event nevertheless. When a handler returns a SendError, dispatch.Judge
// makes it a retry if it is Retryable, and otherwise a refusal.
type SendError struct {
	// Index is the position of the event in its batch. It is -1 if the event was sent by
	// Send.
	Index int

	// Subject is the subject of the message.
	Subject string

	// Err is the error of the client.
	Err error
}

// Error returns the subject, the index and the cause.
func (e *SendError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("cenatsgo: subject %q: %v", excerpt.Of(e.Subject), e.Err)
	}
	return fmt.Sprintf("cenatsgo: subject %q: event %d: %v", excerpt.Of(e.Subject), e.Index, e.Err)
}

// Unwrap returns e.Err.
func (e *SendError) Unwrap() error { return e.Err }

// Retryable reports whether the event may be sent again. It is false if the message is
// too large or its subject is malformed.
func (e *SendError) Retryable() bool {
	return !errors.Is(e.Err, nats.ErrMaxPayload) && !errors.Is(e.Err, nats.ErrBadSubject)
}
