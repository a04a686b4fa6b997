package brokers_test

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	sdknats "github.com/cloudevents/sdk-go/protocol/nats/v2"
	sdkjetstream "github.com/cloudevents/sdk-go/protocol/nats_jetstream/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/nats-io/nats-server/v2/server"
	natsio "github.com/nats-io/nats.go"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	"github.com/seed763dd41b/cloudevents/interop/brokers/sdkgo"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
	"github.com/seed763dd41b/cloudevents/spec"
)

const natsDeadline = time.Minute

// natsServer is a server in this process, with a subject to and a subject from the peer.
type natsServer struct {
	url        string
	conn       *natsio.Conn
	subscribed *natsio.Subscription // to the subject from
}

func startNATS(t *testing.T) *natsServer {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(natsDeadline) {
		t.Fatal("the server does not start")
	}
	n := &natsServer{url: s.ClientURL()}
	if n.conn, err = natsio.Connect(n.url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.conn.Close)
	if n.subscribed, err = n.conn.SubscribeSync("from"); err != nil {
		t.Fatal(err)
	}
	return n
}

func (n *natsServer) send(t *testing.T, e *cloudevents.Event, mode cloudevents.Mode) {
	t.Helper()
	m, err := cenats.ToMessage(e, mode, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.conn.PublishMsg(cenatsgo.ToMsg("to", &m)); err != nil {
		t.Fatal(err)
	}
}

func (n *natsServer) receive(t *testing.T) peertest.Outcome {
	t.Helper()
	m := cenatsgo.FromMsg(next(t, n.subscribed))
	return peertest.Got(cenats.ToCloudEvent(&m, nil))
}

func next(t *testing.T, s *natsio.Subscription) *natsio.Msg {
	t.Helper()
	msg, err := s.NextMsg(natsDeadline)
	if err != nil {
		t.Fatal(err)
	}
	return msg
}

// natsByHand returns the message that the document asks for.
func natsByHand(e *cloudevents.Event, mode cloudevents.Mode) *peertest.Wire {
	if mode == cloudevents.StructuredMode {
		return &peertest.Wire{
			Headers: []peertest.WireHeader{{Name: "Content-Type", Value: "application/cloudevents+json"}},
			Value:   peertest.JSONByHand(e),
		}
	}
	w := &peertest.Wire{Value: e.Data}
	for name, v := range e.All() {
		w.Headers = append(w.Headers, peertest.WireHeader{Name: "ce-" + name, Value: percentByHand(v.String())})
	}
	return w
}

// percentByHand is section 3.1.3.2 of the document.
func percentByHand(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c > '~' || c == '"' || c == '%' {
			b.WriteString("%" + strings.ToUpper(string("0123456789abcdef"[c>>4])+string("0123456789abcdef"[c&15])))
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// fromNATSByHand is the inverse of natsByHand.
func fromNATSByHand(w *peertest.Wire) peertest.Outcome {
	var e conformance.Event
	if len(w.Value) > 0 {
		e.Data = w.Value
	}
	for _, h := range w.Headers {
		if strings.EqualFold(h.Name, "Content-Type") && strings.HasPrefix(h.Value, "application/cloudevents") {
			return peertest.FromJSONByHand(w.Value)
		}
		if name, ok := strings.CutPrefix(strings.ToLower(h.Name), "ce-"); ok {
			text, err := url.PathUnescape(h.Value)
			if err != nil {
				return peertest.Failed(err)
			}
			e.Attributes = append(e.Attributes, conformance.Attribute{Name: name, Type: spec.String, Text: text})
		}
	}
	return peertest.Outcome{Event: e}
}

func TestNATSSDKGo(t *testing.T) {
	n := startNATS(t)
	to, err := n.conn.SubscribeSync("to")
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range slices.Concat(peertest.Both(sdkGoNATS, cloudevents.StructuredMode), peertest.Old(sdkGoNATS, cloudevents.StructuredMode)) {
		nats().Exchange(t, ch, func(t *testing.T, e *cloudevents.Event) peertest.Outcome {
			if ch.Direction == peertest.Reads {
				n.send(t, e, ch.Mode)
				return sdkgo.Outcome(binding.ToEvent(t.Context(), sdknats.NewMessage(next(t, to))))
			}
			s, err := sdkgo.Build(e)
			if err != nil {
				return peertest.Failed(err)
			}
			var b bytes.Buffer
			if err := sdknats.WriteMsg(sdkgo.Mode(t.Context(), ch.Mode), binding.ToMessage(&s), &b); err != nil {
				return peertest.Failed(err)
			}
			if err := n.conn.Publish("from", b.Bytes()); err != nil {
				t.Fatal(err)
			}
			return n.receive(t)
		})
	}
}

func TestNATSSDKGoJetStream(t *testing.T) {
	n := startNATS(t)
	js, err := n.conn.JetStream()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.AddStream(&natsio.StreamConfig{Name: "EVENTS", Subjects: []string{"to", "from"}}); err != nil {
		t.Fatal(err)
	}
	to, err := js.SubscribeSync("to")
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range slices.Concat(peertest.Both(sdkGoJetStream, modes()...), peertest.Old(sdkGoJetStream, modes()...)) {
		nats().Exchange(t, ch, func(t *testing.T, e *cloudevents.Event) peertest.Outcome {
			if ch.Direction == peertest.Reads {
				n.send(t, e, ch.Mode)
				return sdkgo.Outcome(binding.ToEvent(t.Context(), sdkjetstream.NewMessage(next(t, to))))
			}
			s, err := sdkgo.Build(e)
			if err != nil {
				return peertest.Failed(err)
			}
			var b bytes.Buffer
			header, err := sdkjetstream.WriteMsg(sdkgo.Mode(t.Context(), ch.Mode), binding.ToMessage(&s), &b)
			if err != nil {
				return peertest.Failed(err)
			}
			if _, err := js.PublishMsg(&natsio.Msg{Subject: "from", Header: header, Data: b.Bytes()}); err != nil {
				t.Fatal(err)
			}
			return n.receive(t)
		})
	}
}

func TestNATSNode(t *testing.T) {
	n := startNATS(t)
	js := peertest.StartJS(t, "js", "peer.js", "nats", n.url, "to")
	exchangeJS(t, js, nats(), natsNode, "", jsExchange{send: n.send, receive: n.receive, byHand: natsByHand, fromHand: fromNATSByHand})
}
