package cecoderws_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cews "github.com/seed763dd41b/cloudevents/websocket"
	cecoderws "github.com/seed763dd41b/cloudevents/websocket/coderws"
)

func event(i int) cloudevents.Event {
	return cloudevents.Event{ID: fmt.Sprint(i), Source: "/orders", Type: "com.example.order.placed", Subject: "Grüße", DataContentType: "application/json", Data: fmt.Appendf(nil, `{"n":%d}`, i)}
}

func events(n int) []cloudevents.Event {
	es := make([]cloudevents.Event, n)
	for i := range es {
		es[i] = event(i)
	}
	return es
}

func handler(f func(e *cloudevents.Event) error) dispatch.Handler {
	return func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) { return nil, f(e) }
}

// collector is a handler that keeps the ids of what it has handled.
type collector struct {
	mu  sync.Mutex
	ids []string
}

func (c *collector) handle(e *cloudevents.Event) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids = append(c.ids, e.ID)
	return nil
}

func (c *collector) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.ids...)
}

// serve serves a Receiver and returns its URL. At the end nothing of it is left.
func serve(t testing.TB, rc *cecoderws.Receiver) string {
	t.Helper()
	if rc.Delivery.Logger == nil {
		rc.Delivery.Logger = slog.New(slog.DiscardHandler)
	}
	s := httptest.NewServer(rc)
	t.Cleanup(func() {
		s.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := rc.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

func sender(t testing.TB, url string) *cecoderws.Sender {
	t.Helper()
	s := &cecoderws.Sender{URL: url, Wait: time.Millisecond, MaxWait: 20 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// dial opens a bare connection, as another program would.
func dial(t testing.TB, url string, subprotocols ...string) *websocket.Conn {
	t.Helper()
	if subprotocols == nil {
		subprotocols = []string{cews.SubprotocolJSON}
	}
	conn, _, err := websocket.Dial(within(t), url, &websocket.DialOptions{Subprotocols: subprotocols})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

// write writes an event on a bare connection.
func write(t testing.TB, conn *websocket.Conn, e cloudevents.Event) {
	t.Helper()
	m, err := cews.ToMessage(&e, cews.SubprotocolJSON, nil)
	if err != nil {
		t.Fatal(err)
	}
	kind, payload := cecoderws.ToMessage(&m)
	if err := conn.Write(within(t), kind, payload); err != nil {
		t.Fatal(err)
	}
}

// within returns a context that ends if a test hangs.
func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func waitFor(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come to pass")
		}
	}
}
