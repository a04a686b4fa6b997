package cecoderws_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/format"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	cews "github.com/seed763dd41b/cloudevents/websocket"
	cecoderws "github.com/seed763dd41b/cloudevents/websocket/coderws"
)

// The parts of a message are those of the client, and shared.
func TestConversion(t *testing.T) {
	payload := []byte("{}")
	for kind, frame := range map[websocket.MessageType]cews.Frame{websocket.MessageText: cews.Text, websocket.MessageBinary: cews.Binary} {
		m := cecoderws.FromMessage(kind, payload)
		if m.Frame != frame || &m.Payload[0] != &payload[0] {
			t.Errorf("%v: %v", kind, m.Frame)
		}
		if k, p := cecoderws.ToMessage(&m); k != kind || &p[0] != &payload[0] {
			t.Errorf("%v: %v", kind, k)
		}
	}
}

// accepting serves Accept, and tells what it has returned.
func accepting(t *testing.T, f format.Formatter) (url string, accepted <-chan error) {
	t.Helper()
	results := make(chan error, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := cecoderws.Accept(w, r, f, nil)
		results <- err
		if err == nil {
			_, _, _ = conn.Read(r.Context())
			_ = conn.CloseNow()
		}
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http"), results
}

// Both ends agree on the first format of the server that the client offers, or on nothing.
func TestHandshake(t *testing.T) {
	both := format.Set{ceprotobuf.Format{}, format.JSON{}}
	for _, c := range []struct {
		name           string
		client, server format.Formatter
		offered        []string
		want           string // "" is 400
	}{
		{"JSON", nil, nil, nil, "cloudevents.json"},
		{"the order of the server", format.Set{format.JSON{}, ceprotobuf.Format{}}, both, nil, "cloudevents.proto"},
		{"the one that fits", nil, both, nil, "cloudevents.json"},
		{"the spelling of the client", nil, nil, []string{"mqtt", "CloudEvents.JSON"}, "CloudEvents.JSON"},
		{"none fits", ceprotobuf.Format{}, nil, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			url, accepted := accepting(t, c.server)
			conn, err := cecoderws.Dial(within(t), url, c.client, &websocket.DialOptions{Subprotocols: c.offered})
			if c.want == "" {
				var refused *cecoderws.HandshakeError
				var subprotocol *cews.SubprotocolError
				if !errors.As(err, &refused) || refused.StatusCode() != 400 || !errors.As(<-accepted, &subprotocol) {
					t.Errorf("error: %v", err)
				}
				return
			}
			if err != nil || <-accepted != nil || conn.Subprotocol() != c.want {
				t.Fatalf("%v, %v", conn, err)
			}
			_ = conn.Close(websocket.StatusNormalClosure, "")
		})
	}
}

// A server that finishes the handshake without a choice is left, with status 1002.
func TestServerWithoutSubprotocol(t *testing.T) {
	status := make(chan websocket.StatusCode, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		_, _, err = conn.Read(r.Context())
		status <- websocket.CloseStatus(err)
	}))
	defer s.Close()
	_, err := cecoderws.Dial(within(t), s.URL, nil, nil)
	var subprotocol *cews.SubprotocolError
	if !errors.As(err, &subprotocol) || <-status != websocket.StatusProtocolError {
		t.Errorf("error: %v", err)
	}
}

// No error has what may be secret in a URL.
func TestSecrets(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	host := strings.TrimPrefix(s.URL, "http://")
	defer s.Close()
	for _, url := range []string{"ws://user:hush@" + host + "/hush-path?token=hush", "ws://user:hush@127.0.0.1:1/hush-path?token=hush", "gopher://hush", "ws://hush\x00"} {
		_, err := cecoderws.Dial(within(t), url, nil, nil)
		if err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%v", err)
		}
		e := event(1)
		sender := cecoderws.Sender{URL: url, Attempts: 1}
		if err := sender.Send(within(t), &e); err == nil || strings.Contains(err.Error(), "hush@") || strings.Contains(err.Error(), "=hush") || strings.Contains(err.Error(), "hush-path") {
			t.Errorf("%v", err)
		}
	}
}

// A message may have 1 MiB, both ways, and no more.
func TestMaxBytes(t *testing.T) {
	for _, c := range []struct {
		name string
		size int
		max  int64
		ok   bool
	}{
		{"more than the client takes", 100 << 10, 0, true},
		{"more than the default", 1 << 20, 0, false},
		{"more than a limit of one's own", 2000, 1000, false},
		{"no limit", 2 << 20, -1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := event(1)
			e.Data = []byte(`"` + strings.Repeat("x", c.size) + `"`)
			var got collector
			rc := &cecoderws.Receiver{MaxBytes: c.max, Delivery: dispatch.Delivery{Handler: handler(got.handle)}}
			err := sender(t, serve(t, rc)).Send(within(t), &e)
			if (err == nil) != c.ok || (len(got.all()) == 1) != c.ok {
				t.Fatalf("error: %v", err)
			}
			var failed *cecoderws.SendError
			if !c.ok && (!errors.As(err, &failed) || failed.Retryable() || websocket.CloseStatus(err) != websocket.StatusMessageTooBig) {
				t.Errorf("error: %v", err)
			}
		})
	}
}
