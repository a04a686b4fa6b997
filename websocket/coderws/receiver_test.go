package cecoderws_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/spec"
	cews "github.com/seed763dd41b/cloudevents/websocket"
	cecoderws "github.com/seed763dd41b/cloudevents/websocket/coderws"
)

// What a handler returns decides what becomes of the connection.
func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		name   string
		result func() (*cloudevents.Event, error)
		status websocket.StatusCode // -1 if the connection goes on
		reason string
	}{
		{"done", func() (*cloudevents.Event, error) { return nil, nil }, -1, ""},
		{"deferred", func() (*cloudevents.Event, error) { return nil, &dispatch.Deferred{ID: "job"} }, -1, ""},
		{"refused", func() (*cloudevents.Event, error) { return nil, dispatch.Permanent(errors.New("secret")) }, 1008, "event refused"},
		{"refused with a text", func() (*cloudevents.Event, error) {
			return nil, &dispatch.Error{Message: strings.Repeat("é", 100), Err: errors.New("secret")}
		}, 1008, "event refused: " + strings.Repeat("é", 54)},
		{"failed", func() (*cloudevents.Event, error) { return nil, errors.New("secret") }, 1011, "event not handled"},
		{"panics", func() (*cloudevents.Event, error) { panic("secret") }, 1011, "event not handled"},
		{"try again later", func() (*cloudevents.Event, error) { return nil, dispatch.Retryable(errors.New("secret"), 0) }, 1013, "event not handled"},
		{"illegal reply", func() (*cloudevents.Event, error) { return &cloudevents.Event{}, nil }, 1011, "the reply is not valid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var calls atomic.Int32
			rc := &cecoderws.Receiver{Delivery: dispatch.Delivery{Attempts: 2, Wait: -1, Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
				calls.Add(1)
				return c.result()
			}}}
			conn := dial(t, serve(t, rc))
			read := make(chan error, 1)
			go func() {
				_, _, err := conn.Read(context.Background())
				read <- err
			}()
			write(t, conn, event(1))
			if c.status == -1 {
				if err := conn.Ping(within(t)); err != nil || calls.Load() != 1 {
					t.Errorf("%d calls: %v", calls.Load(), err)
				}
				return
			}
			var closed websocket.CloseError
			if err := <-read; !errors.As(err, &closed) || closed.Code != c.status || closed.Reason != c.reason {
				t.Errorf("closed with %v %q", closed.Code, closed.Reason)
			}
			if retried := c.status == 1011 && c.name != "illegal reply" || c.status == 1013; (calls.Load() == 2) != retried {
				t.Errorf("%d calls", calls.Load())
			}
		})
	}
}

// The reply of a handler comes back on the connection.
func TestReply(t *testing.T) {
	rc := &cecoderws.Receiver{Delivery: dispatch.Delivery{Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		if conn, ok := cecoderws.ConnFrom(ctx); !ok || conn.Subprotocol() != cews.SubprotocolJSON {
			t.Error("no connection")
		}
		if r, ok := cecoderws.RequestFrom(ctx); !ok || r.URL.Path != "/orders" {
			t.Error("no request")
		}
		return &cloudevents.Event{ID: "re:" + e.ID, Source: "/stock", Type: "t"}, nil
	}}}
	s := sender(t, serve(t, rc)+"/orders")
	got := make(chan string, 3)
	s.Received = func(e *cloudevents.Event, err error) {
		if err != nil {
			t.Error(err)
			return
		}
		got <- e.ID
	}
	if err := s.SendBatch(within(t), events(3)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"re:0", "re:1", "re:2"} {
		if id := <-got; id != want {
			t.Errorf("%s, want %s", id, want)
		}
	}
}

// Each policy does with a message that is no event what it says.
func TestInvalid(t *testing.T) {
	for _, policy := range []dispatch.InvalidPolicy{dispatch.StopOnInvalid, dispatch.DeadLetterOnInvalid, dispatch.SkipInvalid} {
		t.Run(policy.String(), func(t *testing.T) {
			var got collector
			seen := make(chan string, 2)
			rc := &cecoderws.Receiver{
				Invalid: policy, Delivery: dispatch.Delivery{Handler: handler(got.handle)},
				Skipped: func(_ context.Context, m *cews.Message, err error) { seen <- "skipped " + string(m.Payload) },
				DeadLetter: func(_ context.Context, m *cews.Message, err error, attempts int) error {
					seen <- "set aside " + string(m.Payload)
					return nil
				},
			}
			conn := dial(t, serve(t, rc))
			read := make(chan error, 1)
			go func() {
				_, _, err := conn.Read(context.Background())
				read <- err
			}()
			if err := conn.Write(within(t), websocket.MessageText, []byte("junk")); err != nil {
				t.Fatal(err)
			}
			if policy == dispatch.StopOnInvalid {
				if err := <-read; websocket.CloseStatus(err) != 1007 {
					t.Errorf("closed with %v", err)
				}
				return
			}
			write(t, conn, event(1))
			if err := conn.Ping(within(t)); err != nil || len(got.all()) != 1 {
				t.Errorf("%v: %v", got.all(), err)
			}
			want := map[dispatch.InvalidPolicy]string{dispatch.DeadLetterOnInvalid: "set aside junk", dispatch.SkipInvalid: "skipped junk"}[policy]
			if s := <-seen; s != want {
				t.Errorf("%s, want %s", s, want)
			}
		})
	}
}

// With a dead letter, the connection goes on after a failure; unless the dead letter fails, too.
func TestDeadLetter(t *testing.T) {
	for _, broken := range []bool{false, true} {
		var got collector
		var letters []string
		rc := &cecoderws.Receiver{
			Delivery: dispatch.Delivery{Attempts: 3, Wait: -1, Handler: handler(func(e *cloudevents.Event) error {
				switch e.ID {
				case "0":
					return dispatch.Permanent(errors.New("no such customer"))
				case "1":
					return errors.New("down")
				}
				return got.handle(e)
			})},
			DeadLetter: func(_ context.Context, m *cews.Message, cause error, attempts int) error {
				if broken {
					return errors.New("disk full")
				}
				e, err := cews.ToCloudEvent(m, cews.SubprotocolJSON, nil)
				letters = append(letters, e.ID+" "+cause.Error()+" "+string(rune('0'+attempts)))
				return err
			},
		}
		s := sender(t, serve(t, rc))
		s.Attempts = 2
		err := s.SendBatch(within(t), events(3))
		if broken {
			var failed *cecoderws.SendError
			if !errors.As(err, &failed) || !failed.Retryable() || websocket.CloseStatus(err) != 1011 {
				t.Errorf("error: %v", err)
			}
			continue
		}
		if err != nil || strings.Join(letters, ", ") != "0 no such customer 1, 1 down 3" || len(got.all()) != 1 {
			t.Errorf("%q, %v: %v", letters, got.all(), err)
		}
	}
}

// There are no more connections than the limit, and no connection to a Receiver that cannot
// work.
func TestConnectionLimit(t *testing.T) {
	var got collector
	rc := &cecoderws.Receiver{MaxConnections: 2, Delivery: dispatch.Delivery{Handler: handler(got.handle)}}
	url := serve(t, rc)
	first := dial(t, url)
	dial(t, url)
	_, err := cecoderws.Dial(within(t), url, nil, nil)
	var refused *cecoderws.HandshakeError
	if !errors.As(err, &refused) || refused.Status != 503 {
		t.Errorf("error: %v", err)
	}
	if err := first.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		conn, err := cecoderws.Dial(within(t), url, nil, nil)
		if err == nil {
			_ = conn.Close(websocket.StatusNormalClosure, "")
		}
		return err == nil
	})

	_, err = cecoderws.Dial(within(t), serve(t, &cecoderws.Receiver{}), nil, nil)
	if !errors.As(err, &refused) || refused.Status != 500 {
		t.Errorf("no handler: %v", err)
	}
}

// A connection whose other end does not answer a ping is closed.
func TestSilent(t *testing.T) {
	var log lockedBuffer
	rc := &cecoderws.Receiver{IdleTimeout: 500 * time.Millisecond, Delivery: dispatch.Delivery{
		Handler: handler(func(*cloudevents.Event) error { return nil }), Logger: slog.New(slog.NewTextHandler(&log, nil)),
	}}
	conn := shake(t, serve(t, rc))
	var got []byte
	for !bytes.HasSuffix(got, []byte("\x88\x11\x03\xe9no sign of life")) { // status 1001
		piece := make([]byte, 1000)
		n, err := conn.Read(piece)
		if got = append(got, piece[:n]...); err != nil {
			t.Fatalf("%q: %v", got, err)
		}
	}
	if !bytes.Contains(got, []byte("\x89\x011")) {
		t.Errorf("no ping: %q", got)
	}
	_ = conn.Close()
	waitFor(t, func() bool { return strings.Contains(log.String(), "no sign of life for 500ms") })
}

// shake opens a connection of which the test writes and reads the bytes.
func shake(t *testing.T, url string) net.Conn {
	t.Helper()
	host := url[strings.LastIndexByte(url, '/')+1:]
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: "+host+"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: cloudevents.json\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// A connection whose other end answers pings and sends nothing is kept.
func TestKept(t *testing.T) {
	rc := &cecoderws.Receiver{IdleTimeout: 4 * time.Second, Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { return nil })}}
	pings := make(chan struct{}, 10)
	conn, err := cecoderws.Dial(within(t), serve(t, rc), nil, &websocket.DialOptions{OnPingReceived: func(context.Context, []byte) bool {
		pings <- struct{}{}
		return true
	}})
	if err != nil {
		t.Fatal(err)
	}
	conn.CloseRead(context.Background())
	for range 3 {
		<-pings
	}
	if err := conn.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// Shutdown waits for the handler that is under way, or says that it did not. It reads no more.
func TestShutdown(t *testing.T) {
	for _, c := range []struct {
		name     string
		finishes bool
	}{{"finishes in time", true}, {"does not finish", false}} {
		t.Run(c.name, func(t *testing.T) {
			begun, finish := make(chan struct{}), make(chan struct{})
			rc := &cecoderws.Receiver{Delivery: dispatch.Delivery{Logger: slog.New(slog.DiscardHandler), Handler: handler(func(*cloudevents.Event) error {
				close(begun) // panics if a second event begins
				<-finish
				return nil
			})}}
			s := httptest.NewServer(rc)
			defer s.Close()
			idle := dial(t, s.URL)
			idleClosed := make(chan error, 1)
			go func() {
				_, _, err := idle.Read(context.Background())
				idleClosed <- err
			}()
			busy := dial(t, s.URL)
			write(t, busy, event(1))
			write(t, busy, event(2))
			<-begun
			busy.CloseRead(context.Background())
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			if !c.finishes {
				cancel()
			}
			done := make(chan error, 1)
			go func() { done <- rc.Shutdown(ctx) }()
			if err := <-idleClosed; websocket.CloseStatus(err) != websocket.StatusGoingAway {
				t.Errorf("closed with %v", err)
			}
			if c.finishes {
				close(finish)
			}
			err := <-done
			var unfinished *dispatch.UnfinishedError
			if errors.As(err, &unfinished) == c.finishes || c.finishes && err != nil || !c.finishes && unfinished.Events != 1 {
				t.Errorf("error: %v", err)
			}
			if !c.finishes {
				close(finish)
			}
			if err := rc.Shutdown(context.Background()); err != nil {
				t.Errorf("again: %v", err)
			}
			var refused *cecoderws.HandshakeError
			if _, err := cecoderws.Dial(within(t), s.URL, nil, nil); !errors.As(err, &refused) || refused.Status != 503 {
				t.Errorf("a connection afterwards: %v", err)
			}
		})
	}
}

// An event whose next attempt is due when the Receiver shuts down is not confirmed.
func TestShutdownDuringWait(t *testing.T) {
	tried := make(chan struct{}, 1)
	rc := &cecoderws.Receiver{Delivery: dispatch.Delivery{Wait: time.Hour, MaxWait: time.Hour, Handler: handler(func(*cloudevents.Event) error {
		tried <- struct{}{}
		return errors.New("not now")
	})}}
	s := sender(t, serve(t, rc))
	s.Attempts = 1
	sent := make(chan error, 1)
	e := event(1)
	go func() { sent <- s.Send(context.Background(), &e) }()
	<-tried
	if err := rc.Shutdown(within(t)); err != nil {
		t.Error(err)
	}
	var failed *cecoderws.SendError
	if err := <-sent; !errors.As(err, &failed) || !failed.Retryable() || websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("error: %v", err)
	}
}

// A client receives the events that a server pushes.
func TestServeConn(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := cecoderws.Accept(w, r, nil, nil)
		if err != nil {
			t.Error(err)
			return
		}
		for i := range 3 {
			write(t, conn, event(i))
		}
		if r.URL.Path == "/broken" {
			_ = conn.CloseNow()
			return
		}
		if r.URL.Path == "/open" {
			_, _, _ = conn.Read(context.Background())
		}
		_ = conn.Close(websocket.StatusNormalClosure, "")
	}))
	defer s.Close()
	for path, ok := range map[string]bool{"/closed": true, "/open": true, "/broken": false} {
		t.Run(path, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			conn, err := cecoderws.Dial(ctx, s.URL+path, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got collector
			rc := &cecoderws.Receiver{Delivery: dispatch.Delivery{Handler: handler(func(e *cloudevents.Event) error {
				if e.ID == "2" && path == "/open" {
					cancel()
				}
				return got.handle(e)
			})}}
			if err := rc.ServeConn(ctx, conn); (err == nil) != ok {
				t.Errorf("error: %v", err)
			}
			if strings.Join(got.all(), "") != "012" {
				t.Errorf("handled %v", got.all())
			}
		})
	}
}

// A mistake in the configuration is told before the first message.
func TestValidate(t *testing.T) {
	ok := dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { return nil })}
	for reason, rc := range map[string]*cecoderws.Receiver{
		"no handler":     {},
		"bad extension":  {Delivery: ok, Decoder: cews.Decoder{Extensions: []spec.Attribute{{Name: "orderId"}}}},
		"no callback":    {Delivery: ok, Invalid: dispatch.SkipInvalid},
		"no dead letter": {Delivery: ok, Invalid: dispatch.DeadLetterOnInvalid},
	} {
		if rc.Validate() == nil || rc.ServeConn(context.Background(), nil) == nil {
			t.Errorf("%s: no error", reason)
		}
	}
	if err := (&cecoderws.Receiver{Delivery: ok}).Validate(); err != nil {
		t.Error(err)
	}
}

// Nothing is left of connections, however they ended.
func TestGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	var got collector
	rc := &cecoderws.Receiver{Delivery: dispatch.Delivery{Logger: slog.New(slog.DiscardHandler), Handler: handler(got.handle)}}
	s := httptest.NewServer(rc)
	var senders []*cecoderws.Sender
	for i := range 20 {
		sender := &cecoderws.Sender{URL: s.URL, Unconfirmed: i%2 == 0, DialOptions: &websocket.DialOptions{HTTPClient: s.Client()}}
		senders = append(senders, sender)
		if err := sender.SendBatch(within(t), events(10)); err != nil {
			t.Fatal(err)
		}
		if err := sender.Flush(within(t)); err != nil { // Shutdown reads no more
			t.Fatal(err)
		}
	}
	for _, sender := range senders[:10] { // those of the others are closed by the Receiver
		if err := sender.Close(); err != nil {
			t.Error(err)
		}
	}
	rude := shake(t, s.URL)
	_, _ = io.WriteString(rude, "\xff\xff\xff")
	_ = rude.Close()
	if err := rc.Shutdown(within(t)); err != nil {
		t.Error(err)
	}
	for _, sender := range senders[10:] {
		_ = sender.Close()
	}
	if n := len(got.all()); n != 200 {
		t.Errorf("%d events", n)
	}
	s.Client().CloseIdleConnections()
	s.Close()
	waitFor(t, func() bool { return runtime.NumGoroutine() <= before })
}
