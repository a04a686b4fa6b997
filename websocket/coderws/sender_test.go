package cecoderws_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
	cecoderws "github.com/seed763dd41b/cloudevents/websocket/coderws"
)

// When Send returns, the handler of the Receiver has.
func TestSendIsConfirmed(t *testing.T) {
	var got collector
	s := sender(t, serve(t, &cecoderws.Receiver{Delivery: dispatch.Delivery{Handler: handler(func(e *cloudevents.Event) error {
		time.Sleep(time.Millisecond)
		return got.handle(e)
	})}}))
	for i := range 20 {
		e := event(i)
		if err := s.Send(within(t), &e); err != nil || len(got.all()) != i+1 {
			t.Fatalf("%d events: %v", len(got.all()), err)
		}
	}
}

// Many may send at the same time.
func TestSendConcurrently(t *testing.T) {
	for _, unconfirmed := range []bool{false, true} {
		var got collector
		s := sender(t, serve(t, &cecoderws.Receiver{Delivery: dispatch.Delivery{Handler: handler(got.handle)}}))
		s.Unconfirmed = unconfirmed
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				e := event(i)
				if err := s.Send(within(t), &e); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if err := s.Flush(within(t)); err != nil || len(got.all()) != 20 {
			t.Errorf("%d events: %v", len(got.all()), err)
		}
	}
}

// Of a batch, the events that are refused are told, and all others are handled.
func TestBatchWithRefused(t *testing.T) {
	const n = 600
	handled := map[string]int{}
	s := sender(t, serve(t, &cecoderws.Receiver{Delivery: dispatch.Delivery{Handler: handler(func(e *cloudevents.Event) error {
		if e.ID == "10" || e.ID == "300" {
			return dispatch.Permanent(errors.New("no"))
		}
		handled[e.ID]++
		return nil
	})}}))
	err := s.SendBatch(within(t), events(n))
	joined, _ := err.(interface{ Unwrap() []error })
	if joined == nil || len(joined.Unwrap()) != 2 {
		t.Fatalf("error: %v", err)
	}
	for i, err := range joined.Unwrap() {
		var failed *cecoderws.SendError
		if !errors.As(err, &failed) || failed.Index != []int{10, 300}[i] || failed.Retryable() || websocket.CloseStatus(err) != 1008 {
			t.Errorf("error: %v", err)
		}
		if r := dispatch.Judge(context.Background(), nil, err); r.Verdict != dispatch.VerdictRefused {
			t.Errorf("a handler that returns it: %s", r.Verdict)
		}
	}
	if len(handled) != n-2 {
		t.Errorf("%d events", len(handled))
	}
}

// restartable serves at the same address again and again.
type restartable struct {
	t    *testing.T
	addr string
	stop func()
}

func (r *restartable) start(rc *cecoderws.Receiver) {
	r.t.Helper()
	if r.addr == "" {
		r.addr = freeport.Address(r.t)
	}
	l, err := net.Listen("tcp", r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	server := &http.Server{Handler: rc}
	done := make(chan struct{})
	go func() { _ = server.Serve(l); close(done) }()
	r.stop = func() {
		_ = server.Close()
		<-done
		if err := rc.Shutdown(within(r.t)); err != nil {
			r.t.Error(err)
		}
	}
}

// A Sender waits for a server that is started again.
func TestReconnect(t *testing.T) {
	var got collector
	receiver := func() *cecoderws.Receiver {
		return &cecoderws.Receiver{Delivery: dispatch.Delivery{Logger: slog.New(slog.DiscardHandler), Handler: handler(got.handle)}}
	}
	server := restartable{t: t}
	server.start(receiver())
	s := sender(t, "ws://"+server.addr)
	s.Attempts = -1
	first, second := event(1), event(2)
	if err := s.Send(within(t), &first); err != nil {
		t.Fatal(err)
	}
	server.stop()
	sent := make(chan error, 1)
	go func() { sent <- s.Send(context.Background(), &second) }()
	time.Sleep(20 * time.Millisecond)
	server.start(receiver())
	defer server.stop()
	if err := <-sent; err != nil || strings.Join(got.all(), "") != "12" {
		t.Errorf("%v: %v", got.all(), err)
	}
}

// Flush tells that events may be lost, once.
func TestUnconfirmedLoss(t *testing.T) {
	begun := make(chan struct{}, 1)
	rc := &cecoderws.Receiver{Delivery: dispatch.Delivery{Handler: handler(func(e *cloudevents.Event) error {
		if e.ID == "0" {
			begun <- struct{}{}
			return dispatch.Permanent(errors.New("no"))
		}
		return nil
	})}}
	s := sender(t, serve(t, rc))
	s.Unconfirmed = true
	e, next := event(0), event(1)
	if err := s.Send(within(t), &e); err != nil {
		t.Fatal(err)
	}
	<-begun
	var failed *cecoderws.SendError
	if err := s.Flush(within(t)); !errors.As(err, &failed) || websocket.CloseStatus(err) != 1008 {
		t.Errorf("Flush: %v", err)
	}
	if err := s.Send(within(t), &next); err != nil {
		t.Error(err)
	}
	if err := s.Flush(within(t)); err != nil {
		t.Errorf("Flush again: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Flush(within(t)); err != nil {
		t.Errorf("Flush without a connection: %v", err)
	}
}

// A peer that does not read is not waited for without end.
func TestTimeout(t *testing.T) {
	release := make(chan struct{})
	var calls atomic.Int32
	s := sender(t, serve(t, &cecoderws.Receiver{Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error {
		calls.Add(1)
		<-release
		return nil
	})}}))
	defer close(release)
	s.Timeout, s.Attempts = time.Second, 2
	e := event(1)
	var failed *cecoderws.SendError
	if err := s.Send(within(t), &e); !errors.As(err, &failed) || !errors.Is(err, context.DeadlineExceeded) || !failed.Retryable() {
		t.Errorf("error: %v", err)
	}
	waitFor(t, func() bool { return calls.Load() == 2 })
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if err := s.Send(ctx, &e); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error: %v", err)
	}
}

// A Sender keeps its connection with pings.
func TestPings(t *testing.T) {
	pings := make(chan struct{}, 1)
	rc := &cecoderws.Receiver{
		Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { return nil })},
		AcceptOptions: &websocket.AcceptOptions{OnPingReceived: func(context.Context, []byte) bool {
			select {
			case pings <- struct{}{}:
			default:
			}
			return true
		}},
	}
	s := sender(t, serve(t, rc))
	s.Unconfirmed, s.PingInterval = true, time.Millisecond
	e := event(1)
	if err := s.Send(within(t), &e); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		<-pings
	}
}

// The errors of a Sender say which event it is, and whether to send it again.
func TestSendErrors(t *testing.T) {
	valid, invalid := event(1), cloudevents.Event{}
	none := cecoderws.Sender{}
	if none.Send(within(t), &valid) == nil || none.SendBatch(within(t), events(1)) == nil || none.Validate() == nil {
		t.Error("no URL: no error")
	}
	var got collector
	s := sender(t, serve(t, &cecoderws.Receiver{Delivery: dispatch.Delivery{Handler: handler(got.handle)}}))
	var failed *cecoderws.SendError
	if err := s.Send(within(t), &invalid); err == nil || errors.As(err, &failed) {
		t.Errorf("an invalid event: %v", err)
	}
	var batch *cloudevents.BatchError
	if err := s.SendBatch(within(t), []cloudevents.Event{valid, invalid}); !errors.As(err, &batch) || batch.Index != 1 || len(got.all()) != 0 {
		t.Errorf("error: %v", err)
	}
	if err := s.SendBatch(within(t), nil); err != nil {
		t.Error(err)
	}
	away := sender(t, "ws://127.0.0.1:1/x?token=hush")
	away.Attempts = 2
	err := away.SendBatch(within(t), events(2))
	joined, _ := err.(interface{ Unwrap() []error })
	if joined == nil || len(joined.Unwrap()) != 2 || !errors.As(err, &failed) || !failed.Retryable() || failed.URL != "ws://127.0.0.1:1" {
		t.Errorf("error: %v", err)
	}
	missing := sender(t, strings.Replace(serve(t, &cecoderws.Receiver{}), "ws://", "http://", 1)) // is answered with 500
	missing.Attempts = 1
	var refused *cecoderws.HandshakeError
	if err := missing.Send(within(t), &valid); !errors.As(err, &refused) || refused.Status != 500 {
		t.Errorf("error: %v", err)
	}
}
