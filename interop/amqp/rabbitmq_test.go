package amqp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/internal/brokertest"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
)

// TestRabbitMQ has RabbitMQ carry messages of this module, and messages made by hand. It takes
// a while to start, so that the test runs only if the variable CI_RABBITMQ is 1.
func TestRabbitMQ(t *testing.T) {
	url, _ := brokertest.RabbitMQ(t)
	_, address, _ := strings.Cut(url, "@")
	login := amqp.ConnSASLPlain("guest", "guest")
	c := connect(t, address, "/queue/ce", "/queue/ce", login)
	for _, ch := range carried() {
		table().Exchange(t, ch, func(t *testing.T, e *cloudevents.Event) peertest.Outcome {
			c.send(t, e, ceamqp.Encoder{Mode: ch.Mode, Colon: strings.Contains(ch.Peer, "Colon")})
			return c.receive(t, ceamqp.Decoder{})
		})
	}
	t.Run("native types", func(t *testing.T) { carriesTypes(t, c) })
	t.Run("bodies", func(t *testing.T) { carriesBodies(t, c) })
}

// carriesTypes checks that each type that an attribute may have arrives as it was sent. An int
// or a long from -128 to -1, which clients send in one byte, does not: RabbitMQ 3.10 hands it
// over with 256 more.
func carriesTypes(t *testing.T, c *client) {
	changed := map[string]any{"small int": int32(249), "small long": int64(249)}
	for name, v := range map[string]any{
		"boolean": true, "ubyte": uint8(7), "ushort": uint16(7), "uint": uint32(7), "ulong": uint64(7),
		"byte": int8(-7), "short": int16(-7), "int": int32(-300), "long": int64(-300), "small int": int32(-7), "small long": int64(-7),
		"positive int": int32(200), "positive long": int64(7),
		"timestamp": time.Date(2024, 2, 29, 12, 30, 45, 678e6, time.UTC),
		"binary":    []byte{0, 0xff}, "string": "€", "null": nil,
	} {
		for _, separator := range []string{"_", ":"} {
			m := amqp.Message{Data: [][]byte{[]byte("hi")}, ApplicationProperties: map[string]any{"tenant": "a", "cloudEvents" + separator + "x": v}}
			for name, text := range map[string]string{"specversion": "1.0", "id": "1", "source": "/s", "type": "t"} {
				m.ApplicationProperties["cloudEvents"+separator+name] = text
			}
			c.publish(t, &m)
			got := c.next(t)
			want := fmt.Sprintf("%T %v", v, v)
			if v, ok := changed[name]; ok {
				want = fmt.Sprintf("%T %v", v, v)
			}
			if arrived := fmt.Sprintf("%T %v", got.ApplicationProperties["cloudEvents"+separator+"x"], got.ApplicationProperties["cloudEvents"+separator+"x"]); arrived != want {
				t.Errorf("a %s arrives as %s, want %s", name, arrived, want)
			}
			e, err := ceamqp.ToCloudEvent(fromClient(got), nil)
			if err != nil || string(e.Data) != "hi" || (v == nil) != (len(e.Extensions) == 0) {
				t.Errorf("a %s is decoded as %v: %v", name, e.Extensions, err)
			}
		}
	}
}

// carriesBodies checks what becomes of bodies. RabbitMQ 3.10 reverses data sections, so that
// an encoder must write one.
func carriesBodies(t *testing.T, c *client) {
	sections := func(texts ...string) (all [][]byte) {
		for _, text := range texts {
			all = append(all, []byte(text))
		}
		return all
	}
	for _, b := range []struct {
		name string
		sent amqp.Message
		data [][]byte
	}{
		{"no body", amqp.Message{}, sections("")},
		{"an empty data section", amqp.Message{Data: sections("")}, sections("")},
		{"a data section", amqp.Message{Data: sections("a")}, sections("a")},
		{"two data sections", amqp.Message{Data: sections("a", "b")}, sections("b", "a")},
		{"a value", amqp.Message{Value: "text"}, nil},
	} {
		b.sent.ApplicationProperties = map[string]any{
			"cloudEvents_specversion": "1.0", "cloudEvents_id": "1", "cloudEvents_source": "/s", "cloudEvents_type": "t",
		}
		c.publish(t, &b.sent)
		got := c.next(t)
		if !slices.EqualFunc(got.Data, b.data, func(a, b []byte) bool { return string(a) == string(b) }) || got.Value != b.sent.Value {
			t.Errorf("%s arrives as data %q and value %v", b.name, got.Data, got.Value)
		}
		e, err := (&ceamqp.Decoder{ValueBody: true}).ToCloudEvent(fromClient(got))
		want := string(slices.Concat(b.data...))
		if b.data == nil {
			want = "text"
		}
		if err != nil || string(e.Data) != want || want == "" && e.Data != nil {
			t.Errorf("%s is decoded as %q: %v", b.name, e.Data, err)
		}
	}
}
