package cegoamqp_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// linkTo returns a Connect that sends to orders.
func linkTo(url string) func(context.Context) (*amqp.Conn, *amqp.Sender, error) {
	return func(ctx context.Context) (*amqp.Conn, *amqp.Sender, error) {
		conn, err := amqp.Dial(ctx, url, options(url))
		if err != nil {
			return nil, nil, err
		}
		session, err := conn.NewSession(ctx, nil)
		if err != nil {
			return conn, nil, err
		}
		link, err := session.NewSender(ctx, orders, nil)
		return conn, link, err
	}
}

var quiet = slog.New(slog.DiscardHandler)

// A Sender survives that its broker is started again between two events, and while many are on
// their way. Goroutines and connections are where they were after Close.
func TestSenderConnectsAgain(t *testing.T) {
	b := start(t)
	goroutines := runtime.NumGoroutine()
	s := &cegoamqp.Sender{Connect: linkTo(b.URL()), Attempts: -1, MaxWait: 20 * time.Millisecond, Logger: quiet}
	ctx := context.Background()
	restart := func() {
		b.Stop()
		if err := b.Start(); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2 {
		e := event(i)
		if err := s.Send(ctx, &e); err != nil {
			t.Fatal(err)
		}
		restart()
	}
	const n = 1000
	var senders sync.WaitGroup
	var sent atomic.Int32
	for w := range 4 {
		senders.Go(func() {
			for i := w; i < n; i += 4 {
				e := event(i)
				var err error
				if i%40 == 3 {
					err = s.SendBatch(ctx, []cloudevents.Event{e, e})
				} else {
					err = s.Send(ctx, &e)
				}
				if err != nil {
					t.Error(err)
				}
				sent.Add(1)
			}
		})
	}
	for i := range 3 {
		waitFor(t, func() bool { return sent.Load() > int32(i+1)*n/5 })
		restart()
	}
	senders.Wait()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	waitFor(t, func() bool { return b.Connections() == 0 && runtime.NumGoroutine() <= goroutines })
	if got := distinct(drain(t, b.URL(), orders)); got != n {
		t.Errorf("%d of %d events", got, n)
	}
	if err := s.Close(); err != nil {
		t.Errorf("the second Close: %v", err)
	}
}

// A lost link is one record of the log, with the address and the cause.
func TestSenderLogsLostLink(t *testing.T) {
	b := start(t)
	var log bytes.Buffer
	s := &cegoamqp.Sender{Connect: linkTo(b.URL()), MaxWait: time.Millisecond, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	e := event(1)
	if err := s.Send(t.Context(), &e); err != nil {
		t.Fatal(err)
	}
	b.Stop()
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Send(t.Context(), &e), s.Close()); err != nil {
		t.Fatal(err)
	}
	if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, `msg="link lost" address=orders error=`) {
		t.Errorf("log: %s", text)
	}
}

// What Connect says for good is not asked again, and what it has opened is closed.
func TestSenderConnectFails(t *testing.T) {
	b := start(t)
	e := event(1)
	for _, c := range []struct {
		reason    string
		connect   func(context.Context) (*amqp.Conn, *amqp.Sender, error)
		calls     int32
		retryable bool
	}{
		{"nobody listens", func(ctx context.Context) (*amqp.Conn, *amqp.Sender, error) {
			_, err := (&net.Dialer{}).DialContext(ctx, "tcp", "127.0.0.1:1")
			return nil, nil, err
		}, 3, true},
		{"no such user", func(context.Context) (*amqp.Conn, *amqp.Sender, error) {
			return nil, nil, dispatch.Permanent(errors.New("no such user"))
		}, 1, false},
		{"an error beside the connection", func(ctx context.Context) (*amqp.Conn, *amqp.Sender, error) {
			conn, link, _ := linkTo(b.URL())(ctx)
			return conn, link, errors.New("not now")
		}, 3, true},
		{"no link", func(ctx context.Context) (*amqp.Conn, *amqp.Sender, error) {
			conn, _, err := linkTo(b.URL())(ctx)
			return conn, nil, err
		}, 1, false},
	} {
		var calls atomic.Int32
		s := &cegoamqp.Sender{Attempts: 3, Wait: -1, Logger: quiet, Connect: func(ctx context.Context) (*amqp.Conn, *amqp.Sender, error) {
			calls.Add(1)
			return c.connect(ctx)
		}}
		var failed *cegoamqp.SendError
		if err := s.Send(context.Background(), &e); !errors.As(err, &failed) || failed.Retryable() != c.retryable || failed.Index != -1 || calls.Load() != c.calls || strings.Count(err.Error(), "cegoamqp") != 1 {
			t.Errorf("%s: %d calls: %v", c.reason, calls.Load(), err)
		}
		waitFor(t, func() bool { return b.Connections() == 0 })
	}
	past, cancel := context.WithCancel(context.Background())
	cancel()
	s := &cegoamqp.Sender{Attempts: -1, Connect: func(ctx context.Context) (*amqp.Conn, *amqp.Sender, error) { return nil, nil, ctx.Err() }}
	if err := s.Send(past, &e); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
}

// Links of a connection that has other users are made again on it, and the connection stays.
func TestSenderSharesConnection(t *testing.T) {
	b := start(t)
	session := dial(t, b.URL())
	s := &cegoamqp.Sender{Wait: -1, Logger: quiet, Connect: func(ctx context.Context) (*amqp.Conn, *amqp.Sender, error) {
		link, err := session.NewSender(ctx, orders, nil)
		return nil, link, err
	}}
	for i := range 3 {
		e := event(i)
		if err := s.Send(context.Background(), &e); err != nil {
			t.Fatal(err)
		}
		b.Detach(orders, "amqp:internal-error")
	}
	if err := s.Close(); err != nil || b.Len(orders) != 3 || b.Connections() != 1 {
		t.Errorf("%d events, %d connections: %v", b.Len(orders), b.Connections(), err)
	}
}
