package cecoderws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/pause"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// Sender sends events on a connection. It opens the connection when there is something to send,
// and opens another one when it has broken.
//
//	sender := &cecoderws.Sender{URL: "wss://example.com/events"}
//	err := sender.Send(ctx, &event)
//	err = sender.Close()
//
// After it has written events it asks the other end with a ping whether they have been
// read; a [Receiver] answers once they were handled. An event that was not confirmed when
// a connection breaks is sent again on the next one, and may arrive twice. The package
// documentation says more about delivery.
//
// A Sender is safe for concurrent use as long as its fields do not change. Only one of its
// methods sends at a time: for more, use several Senders. It must not be copied after its first
// use.
type Sender struct {
	// URL is the address of the server, with the scheme ws or wss.
	URL string

	// Format encodes the events, and decodes what comes back. Of a format.Set, the member that
	// the server chooses does. nil is format.JSON{}.
	Format format.Formatter

	// DialOptions are the options of the client, such as headers of the handshake. nil are the
	// defaults. The default of its Subprotocols are those of the Format.
	DialOptions *websocket.DialOptions

	// Unconfirmed does not ask the other end: an event is sent once it is written to the
	// connection. Events on their way when the connection breaks are lost. [Sender.Flush]
	// tells of that.
	Unconfirmed bool

	// Attempts limits how often an event is tried. 0 is 10, -1 is no limit.
	Attempts int

	// Wait is the longest wait before the second attempt. A wait is a random part of the
	// longest one, at least half of it, and the longest one doubles with each attempt. 0 is
	// 100 ms, -1 is no wait.
	Wait time.Duration

	// MaxWait is the longest wait between two attempts. 0 is 30 s.
	MaxWait time.Duration

	// Timeout limits one attempt, with the handshake and the time that a Receiver needs to
	// handle what is confirmed at once: 256 events of a batch. 0 is 2 min, -1 is no limit.
	Timeout time.Duration

	// PingInterval is the time between pings, with which proxies and servers keep the
	// connection. 0 is 30 s, -1 is no ping.
	PingInterval time.Duration

	// Received is called for each event that the other end sends, such as the reply of a
	// handler, one after the other; or with an error for a message in which there is no valid
	// event. It must not call the Sender, which waits for it. nil drops them.
	Received func(e *cloudevents.Event, err error)

	// MaxBytes limits the size of a message that is received. 0 is DefaultMaxBytes, -1 is no
	// limit.
	MaxBytes int64

	// Logger receives a record of the level Warn when a connection breaks. nil is
	// slog.Default().
	Logger *slog.Logger

	// Observer has functions that are called for what is sent. Its Header is not called: a
	// message of a WebSocket has no headers.
	Observer dispatch.SendObserver

	once sync.Once
	turn chan struct{} // has room for one, which is the caller that may use link and lost
	link *link
	lost error // why events that were not confirmed are lost; Flush returns it
}

const (
	defaultSendTimeout  = 2 * time.Minute
	defaultPingInterval = 30 * time.Second
	window              = 256 // events that are confirmed at once
)

var errNoURL = errors.New("cecoderws: the Sender has no URL")

// Validate reports a Sender that cannot send.
func (s *Sender) Validate() error {
	if s.URL == "" {
		return errNoURL
	}
	return nil
}

// Send sends an event. It returns once the other end has read it, which a [Receiver] does after
// the handler has returned, or once it is written if the Sender is Unconfirmed. The error is that
// of the encoder, or a [*SendError]. If ctx ends first, the connection is closed, and whether the
// event has arrived is not known.
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

// SendBatch sends events, each as a message of its own. It returns once all are confirmed, as
// Send does, or have failed. Nothing is sent if an event cannot be encoded. The error is a
// [*cloudevents.BatchError] about that event; or it joins a [*SendError] for each event that was
// not confirmed. An event that the other end refuses does not keep those behind it.
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

// Flush asks the other end whether all events have been read that were sent before. It is for a
// Sender that is Unconfirmed. It returns a [*SendError] if events may be lost since the last time.
func (s *Sender) Flush(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return s.failed(-1, err)
	}
	defer s.end()
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

// Close closes the connection, with status 1000. A later Send opens a new one. The other end has
// 5 s to answer; without an answer, Close returns an error, and events of a Sender that is
// Unconfirmed may be lost.
func (s *Sender) Close() error {
	if err := s.begin(context.Background()); err != nil {
		return err
	}
	defer s.end()
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

// begin waits for the turn of the caller.
func (s *Sender) begin(ctx context.Context) error {
	s.once.Do(func() { s.turn = make(chan struct{}, 1) })
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Sender) end() { <-s.turn }

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
	if err := s.begin(ctx); err != nil {
		return all(0, err), nil
	}
	defer s.end()
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
	if s.link != nil && s.link.hasEnded() {
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
