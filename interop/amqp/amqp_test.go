package amqp_test

import (
	"context"
	"encoding/base64"
	"flag"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/Azure/go-amqp"
	sdkamqp "github.com/cloudevents/sdk-go/protocol/amqp/v2"
	"github.com/cloudevents/sdk-go/v2/binding"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/internal/brokertest"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	"github.com/seed763dd41b/cloudevents/interop/brokers/sdkgo"
	"github.com/seed763dd41b/cloudevents/spec"
)

var update = flag.Bool("update", false, "rewrite the table of docs/interop.md")

const deadline = time.Minute

func TestDocument(t *testing.T) {
	b := table()
	b.Check(t)
	b.Document(t, "../../docs/interop.md", *update)
}

// client is this module's side of the broker, or sdk-go's.
type client struct {
	sender   *amqp.Sender
	receiver *amqp.Receiver
}

// startBroker starts the C broker of Proton, and returns its address.
func startBroker(t *testing.T) string {
	url, _ := brokertest.Proton(t)
	return strings.TrimPrefix(url, "amqp://")
}

func connect(t *testing.T, address, sendTo, receiveFrom string, login amqp.ConnOption) *client {
	t.Helper()
	conn, err := amqp.Dial("amqp://"+address, login)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	session, err := conn.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	var c client
	if c.receiver, err = session.NewReceiver(amqp.LinkSourceAddress(receiveFrom), amqp.LinkCredit(1)); err != nil {
		t.Fatal(err)
	}
	if c.sender, err = session.NewSender(amqp.LinkTargetAddress(sendTo)); err != nil {
		t.Fatal(err)
	}
	return &c
}

func (c *client) publish(t *testing.T, m *amqp.Message) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	if err := c.sender.Send(ctx, m); err != nil {
		t.Fatal(err)
	}
}

func (c *client) next(t *testing.T) *amqp.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	m, err := c.receiver.Receive(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.receiver.AcceptMessage(ctx, m); err != nil {
		t.Fatal(err)
	}
	return m
}

func (c *client) send(t *testing.T, e *cloudevents.Event, enc ceamqp.Encoder) {
	t.Helper()
	m, err := enc.ToMessage(e)
	if err != nil {
		t.Fatal(err)
	}
	c.publish(t, toClient(&m))
}

func (c *client) receive(t *testing.T, d ceamqp.Decoder) peertest.Outcome {
	t.Helper()
	return peertest.Got(d.ToCloudEvent(fromClient(c.next(t))))
}

// toClient returns the message of the client.
func toClient(m *ceamqp.Message) *amqp.Message {
	out := &amqp.Message{Data: m.Data, Properties: &amqp.MessageProperties{}, ApplicationProperties: map[string]any{}}
	if m.ContentType != "" {
		out.Properties.ContentType = &m.ContentType
	}
	for _, p := range m.ApplicationProperties {
		switch v := p.Value; v.Kind() {
		case ceamqp.KindBoolean:
			out.ApplicationProperties[p.Name] = v.Boolean()
		case ceamqp.KindLong:
			out.ApplicationProperties[p.Name] = v.Int()
		case ceamqp.KindTimestamp:
			out.ApplicationProperties[p.Name] = time.UnixMilli(v.Int()).UTC()
		case ceamqp.KindBinary:
			out.ApplicationProperties[p.Name] = v.Bytes()
		default:
			out.ApplicationProperties[p.Name] = v.String()
		}
	}
	return out
}

// fromClient is the inverse of toClient.
func fromClient(m *amqp.Message) *ceamqp.Message {
	out := &ceamqp.Message{Data: m.Data}
	if m.Properties != nil && m.Properties.ContentType != nil {
		out.ContentType = *m.Properties.ContentType
	}
	if m.Value != nil {
		out.Value = value(m.Value)
	}
	for name, v := range m.ApplicationProperties {
		out.ApplicationProperties = append(out.ApplicationProperties, ceamqp.Property{Name: name, Value: value(v)})
	}
	return out
}

func value(v any) ceamqp.Value {
	switch v := v.(type) {
	case string:
		return ceamqp.StringValue(v)
	case bool:
		return ceamqp.BooleanValue(v)
	case int64:
		return ceamqp.LongValue(v)
	case int32:
		return ceamqp.IntValue(v)
	case int16:
		return ceamqp.ShortValue(v)
	case int8:
		return ceamqp.ByteValue(v)
	case uint64:
		return ceamqp.UlongValue(v)
	case uint32:
		return ceamqp.UintValue(v)
	case uint16:
		return ceamqp.UshortValue(v)
	case uint8:
		return ceamqp.UbyteValue(v)
	case nil:
		return ceamqp.Value{}
	case []byte:
		return ceamqp.BinaryValue(v)
	case time.Time:
		return ceamqp.TimestampValue(v.UnixMilli())
	}
	return ceamqp.OtherValue("a value of another Go type")
}

// byHand returns the message that the document asks for, in native types.
func byHand(e *cloudevents.Event, mode cloudevents.Mode) *peertest.Wire {
	if mode == cloudevents.StructuredMode {
		return &peertest.Wire{ContentType: "application/cloudevents+json; charset=utf-8", Value: peertest.JSONByHand(e), Body: "data"}
	}
	w := &peertest.Wire{ContentType: e.DataContentType, Value: e.Data, Body: "data"}
	if w.Value == nil {
		w.Value = []byte{}
	}
	for name, v := range e.All() {
		h := peertest.WireHeader{Name: "cloudEvents_" + name, Type: "string", Value: v.String()}
		switch v.Type() {
		case spec.Boolean:
			h.Type = "boolean"
		case spec.Integer:
			h.Type = "long"
		case spec.Binary:
			h.Type = "binary"
		case spec.Timestamp:
			if t, _ := v.Time(); t.Location() == time.UTC && t.Nanosecond()%1e6 == 0 {
				h.Type, h.Value = "timestamp", strconv.FormatInt(t.UnixMilli(), 10)
			}
		}
		if name != spec.DataContentType {
			w.Headers = append(w.Headers, h)
		}
	}
	return w
}

// fromHand is the inverse of byHand.
func fromHand(w *peertest.Wire) peertest.Outcome {
	if w.Body != "data" {
		return peertest.Outcome{Err: "the body is " + w.Body}
	}
	if strings.HasPrefix(w.ContentType, "application/cloudevents") {
		return peertest.FromJSONByHand(w.Value)
	}
	var e conformance.Event
	if len(w.Value) > 0 {
		e.Data = w.Value
	}
	if w.ContentType != "" {
		e.Attributes = append(e.Attributes, conformance.Attribute{Name: spec.DataContentType, Type: spec.String, Text: w.ContentType})
	}
	for _, h := range w.Headers {
		name, ok := strings.CutPrefix(h.Name, "cloudEvents_")
		if !ok {
			continue
		}
		a := conformance.Attribute{Name: name, Type: spec.String, Text: h.Value}
		switch h.Type {
		case "boolean":
			a.Type = spec.Boolean
		case "long", "number":
			a.Type = spec.Integer
		case "binary":
			a.Type = spec.Binary
			if _, err := base64.StdEncoding.DecodeString(h.Value); err != nil {
				return peertest.Failed(err)
			}
		case "timestamp":
			ms, err := strconv.ParseInt(h.Value, 10, 64)
			if err != nil {
				return peertest.Failed(err)
			}
			a.Type, a.Text = spec.Timestamp, time.UnixMilli(ms).UTC().Format(time.RFC3339Nano)
		}
		e.Attributes = append(e.Attributes, a)
	}
	return peertest.Outcome{Event: e}
}

func TestSDKGo(t *testing.T) {
	address := startBroker(t)
	ours, peer := connect(t, address, "to", "from", amqp.ConnSASLAnonymous()), connect(t, address, "from", "to", amqp.ConnSASLAnonymous())
	for _, ch := range slices.Concat(peertest.Both(sdkGo, modes()...), []peertest.Channel{colon()}, peertest.Old(sdkGo, modes()...)) {
		table().Exchange(t, ch, func(t *testing.T, e *cloudevents.Event) peertest.Outcome {
			if ch.Direction == peertest.Reads {
				ours.send(t, e, ceamqp.Encoder{Mode: ch.Mode, Colon: ch == colon()})
				return sdkgo.Outcome(binding.ToEvent(t.Context(), sdkamqp.NewMessage(peer.next(t), peer.receiver)))
			}
			s, err := sdkgo.Build(e)
			if err != nil {
				return peertest.Failed(err)
			}
			m := amqp.Message{}
			if err := sdkamqp.WriteMessage(sdkgo.Mode(t.Context(), ch.Mode), binding.ToMessage(&s), &m); err != nil {
				return peertest.Failed(err)
			}
			peer.publish(t, &m)
			return ours.receive(t, ceamqp.Decoder{})
		})
	}
}

func TestRhea(t *testing.T) {
	address := startBroker(t)
	exchange(t, address, rhea, peertest.StartJS(t, "../brokers/js", "peer.js", "amqp", address, "to"))
}

func TestProton(t *testing.T) {
	python := "/usr/bin/python3" // which sees the packages of the system
	if exec.Command(python, "-c", "import proton").Run() != nil {
		peertest.Missing(t, "Proton for Python")
	}
	address := startBroker(t)
	exchange(t, address, proton, peertest.Start(t, ".", python, "peer.py", address, "to"))
}

// exchange exchanges the cases with a client whose messages are made by hand.
func exchange(t *testing.T, address, name string, peer *peertest.Process) {
	ours := connect(t, address, "to", "from", amqp.ConnSASLAnonymous())
	for _, ch := range peertest.Both(name, modes()...) {
		table().Exchange(t, ch, func(t *testing.T, e *cloudevents.Event) peertest.Outcome {
			if ch.Direction == peertest.Reads {
				ours.send(t, e, ceamqp.Encoder{Mode: ch.Mode})
				a := peer.Ask(t, peertest.Request{Op: "take"})
				if a.Error != "" {
					return a.Outcome()
				}
				return fromHand(a.Wire)
			}
			if a := peer.Ask(t, peertest.Request{Op: "put", To: "from", Wire: byHand(e, ch.Mode)}); a.Error != "" {
				return a.Outcome()
			}
			return ours.receive(t, ceamqp.Decoder{})
		})
	}
}
