package cecoderws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/mutex"
	"github.com/seed763dd41b/cloudevents/internal/pause"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// Sender sends events on a connection. It opens the connection for the first event, and a
// new one whenever it has broken.
//
//	sender := &cecoderws.Sender{URL: "wss://example.com/events"}
//	err := sender.Send(ctx, &event)
//	err = sender.Close()
//
// After writing events, a Sender sends a ping and waits for the pong. A [Receiver]
// answers after the events were handled. An event that was not confirmed when the
// connection broke is sent again on the next one, and may arrive twice. The package
// documentation says more about delivery.
//
// A Sender is safe for concurrent use as long as its fields do not change, but sends one
// event or batch at a time: use several Senders for more. It must not be copied after its
// first use.
type Sender struct {
	// URL is the address of the server, with the scheme ws or wss.
	URL string

	// Format encodes the events and decodes those that are received. nil is
	// format.JSON{}. If it is a format.Set, the server chooses the member.
	Format format.Formatter

	// DialOptions are options of the client, such as headers of the handshake. nil is the
	// client's defaults. If it has no Subprotocols, they are those of the Format.
	DialOptions *websocket.DialOptions

	// Unconfirmed sends no pings: an event counts as sent once it is written to the
	// connection. Events are lost if the connection breaks before they arrive;
	// [Sender.Flush] reports that. By default each event is confirmed.
	Unconfirmed bool

	// Attempts limits how often an event is sent. 0 is 10, -1 is no limit.
	Attempts int

	// Wait is the wait before the second attempt. It doubles with each further attempt,
	// up to MaxWait. Each wait is shortened at random, to half of it at least. 0 is 100
	// ms, -1 is no wait.
	Wait time.Duration

	// MaxWait is the longest wait between two attempts. 0 is 30 s.
	MaxWait time.Duration

	// Timeout limits one attempt. It includes the handshake, and the time that a Receiver
	// needs to handle the events that are confirmed together, up to 256 of a batch. 0 is
	// 2 min, -1 is no limit.
	Timeout time.Duration

	// PingInterval is the time between the pings that keep an unused connection open. 0
	// is 30 s, -1 is no pings.
	PingInterval time.Duration

	// Received is called for each event that the other end sends, such as the reply of a
	// handler, and with an error for each message that holds no valid event. The calls
	// come one after the other. It must not call the Sender, which waits for it. If it is
	// nil, such events are dropped.
	Received func(e *cloudevents.Event, err error)

	// MaxBytes limits the size of a message that is read. 0 is DefaultMaxBytes, -1 is no
	// limit.
	MaxBytes int64

	// Logger receives a record at level Warn when a connection breaks. nil is
	// slog.Default().
	Logger *slog.Logger

	// Observer is called for each event that is sent. Its Header is not called, because a
	// message of a WebSocket has no headers.
	Observer dispatch.SendObserver

	mu   mutex.Mutex // guards link and lost
	link *link
	lost error // why events that were not confirmed are lost; Flush returns it
}

const (
	defaultSendTimeout  = 2 * time.Minute
	defaultPingInterval = 30 * time.Second
	window              = 256 // events that are confirmed at once
)

var errNoURL = errors.New("cecoderws: the Sender has no URL")

// Validate returns an error if there is no URL.
func (s *Sender) Validate() error {
	if s.URL == "" {
		return errNoURL
	}
	return nil
}

// Send sends an event, and returns once the other end has confirmed it, or once it is
// written if the Sender is Unconfirmed. A [Receiver] confirms an event after the handler
// has returned. The error is that of the encoder, or a [*SendError]. If ctx ends first,
// the connection is closed, and the event may have arrived nevertheless.
func (s *Sender) Send(ctx context.Context, e *cloudevents.Event) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return s.Observer.Send(ctx, e, s.sendOne)
}

func (s *Sender) sendOne(ctx context.Context, e *cloudevents.Event) error {
	errs, err := s.send(ctx, 1, func(int) *cloudevents.Event { return e })
	switch {
	case err != nil:
		return errors.Unwrap(err)
	case errs != nil:
		return s.failed(-1, errs[0])
	}
	return nil
}

// SendBatch sends each event as a message of its own, and returns once all are confirmed
// or have failed. An event that the other end refuses does not stop those after it. If an
// event cannot be encoded, nothing is sent, and the error is a [*cloudevents.BatchError]
// about it. Otherwise the error joins a [*SendError] for each event that was not
// confirmed.
func (s *Sender) SendBatch(ctx context.Context, es []cloudevents.Event) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return s.Observer.SendBatch(ctx, es, s.sendBatch)
}

func (s *Sender) sendBatch(ctx context.Context, es []cloudevents.Event) ([]error, error) {
	errs, err := s.send(ctx, len(es), func(i int) *cloudevents.Event { return &es[i] })
	if err != nil {
		return nil, err
	}
	for i, err := range errs {
		if err != nil {
			errs[i] = s.failed(i, err)
		}
	}
	return errs, nil
}

// Flush waits until the other end has read all events that were sent before. It is for a
// Sender that is Unconfirmed. It returns a [*SendError] if events may have been lost
// since the last Flush.
func (s *Sender) Flush(ctx context.Context) error {
	if err := s.mu.Lock(ctx); err != nil {
		return s.failed(-1, err)
	}
	defer s.mu.Unlock()
	err := s.lost
	if l := s.link; err == nil && l != nil && l.unconfirmed {
		if err = l.confirm(ctx); err != nil {
			s.drop()
		}
	}
	if s.lost = nil; err != nil {
		return s.failed(-1, err)
	}
	return nil
}

// Close closes the connection with status 1000. A later Send opens a new one. The other
// end has 5 s to answer. Without an answer Close returns an error, and events of a Sender
// that is Unconfirmed may be lost.
func (s *Sender) Close() error {
	if err := s.mu.Lock(context.Background()); err != nil {
		return err
	}
	defer s.mu.Unlock()
	l := s.link
	if s.link = nil; l == nil {
		return nil
	}
	err := l.conn.Close(websocket.StatusNormalClosure, "")
	l.background.Wait()
	if err != nil {
		return fmt.Errorf("cecoderws: %w", err)
	}
	return nil
}

// send sends n events. errs has an error for each that failed, and is nil if none did. err is
// about an event that cannot be encoded.
func (s *Sender) send(ctx context.Context, n int, event func(int) *cloudevents.Event) (errs []error, err error) {
	all := func(from int, err error) []error {
		if errs == nil {
			errs = make([]error, n)
		}
		for i := from; i < n; i++ {
			errs[i] = err
		}
		return errs
	}
	if err := s.mu.Lock(ctx); err != nil {
		return all(0, err), nil
	}
	defer s.mu.Unlock()
	retry := dispatch.Delivery{Attempts: s.Attempts, Wait: s.Wait, MaxWait: s.MaxWait}
	var messages []cews.Message
	subprotocol := ""
	next, attempts := 0, 0
	single := 0 // events before this one are confirmed one by one, because one of them is refused
	for next < n {
		size := min(n-next, window)
		if next < single || s.Unconfirmed { // what was written must not be written again then
			size = 1
		}
		failed := s.attempt(ctx, func(attempt context.Context, l *link) error {
			if agreed := l.conn.Subprotocol(); messages == nil || agreed != subprotocol {
				messages, err = l.encode(n, event)
				if subprotocol = agreed; err != nil {
					return err
				}
			}
			return l.write(attempt, messages[next:next+size], !s.Unconfirmed)
		})
		attempts++
		var about *cloudevents.BatchError
		var dial *dialError
		isDial := errors.As(failed, &dial)
		// Of an Unconfirmed event, the status may be about an earlier one.
		refused := failed != nil && !isRetryable(failed) && (isDial || !s.Unconfirmed)
		switch {
		case failed == nil:
			next += size
			attempts = 0
		case errors.As(failed, &about):
			if next == 0 {
				return nil, failed
			}
			return all(next, failed), nil
		case refused && !isDial && size > 1:
			single, attempts = next+size, 0
		case refused && !isDial:
			if errs == nil {
				errs = make([]error, n)
			}
			errs[next] = failed
			next++
			attempts = 0
		case refused, attempts >= retry.MaxAttempts(), ctx.Err() != nil:
			return all(next, failed), nil
		default:
			if !pause.For(ctx, nil, retry.Backoff(attempts, 0)) {
				return all(next, failed), nil
			}
		}
	}
	return errs, nil
}

// attempt calls write with a connection. If it fails, the connection is given up, unless the
// error is about the encoding of an event.
func (s *Sender) attempt(ctx context.Context, write func(context.Context, *link) error) error {
	timeout := s.Timeout
	if timeout == 0 {
		timeout = defaultSendTimeout
	}
	if timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		ctx = limited
	}
	if s.link != nil && pause.IsClosed(s.link.ended) {
		s.drop()
	}
	if s.link == nil {
		l, err := s.dial(ctx)
		if err != nil {
			return &dialError{err}
		}
		s.link = l
	}
	err := write(ctx, s.link)
	var about *cloudevents.BatchError
	if err != nil && !errors.As(err, &about) {
		s.drop()
	}
	return err
}

// dialError is about a connection that cannot be opened, and thus about all events.
type dialError struct{ err error }

func (e *dialError) Error() string { return e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

// drop gives a connection up.
func (s *Sender) drop() {
	l := s.link
	s.link = nil
	_ = l.conn.CloseNow()
	l.background.Wait()
	if l.unconfirmed && s.Unconfirmed && s.lost == nil {
		s.lost = fmt.Errorf("the connection has ended, and events may be lost: %w", l.err)
	}
}

func (s *Sender) dial(ctx context.Context) (*link, error) {
	conn, err := Dial(ctx, s.URL, s.Format, s.DialOptions)
	if err != nil {
		return nil, err
	}
	if s.MaxBytes != 0 {
		conn.SetReadLimit(s.MaxBytes)
	}
	l := &link{sender: s, conn: conn, ended: make(chan struct{})}
	l.background.Go(l.read)
	interval := s.PingInterval
	if interval == 0 {
		interval = defaultPingInterval
	}
	if interval > 0 {
		l.background.Go(func() { l.ping(interval) })
	}
	return l, nil
}

func (s *Sender) logger() *slog.Logger { return eventlog.Default(s.Logger) }

// target returns the URL without what may be secret in it.
func (s *Sender) target() string {
	u, err := url.Parse(s.URL)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

func (s *Sender) failed(index int, err error) error {
	return &SendError{Index: index, URL: s.target(), Err: err}
}
