package amqp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/Azure/go-amqp"
	sdkamqp "github.com/cloudevents/sdk-go/protocol/amqp/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/bench"
)

// prefix is the only one that sdk-go knows.
const prefix = "cloudEvents:"

// Pairs returns all pairs of this module. In binary mode the time of the events has whole
// milliseconds, so that both sides write it as a timestamp of AMQP.
func Pairs() []bench.Pair {
	items := bench.Pick(bench.Items(), "small", "64 KiB")
	var received ceamqp.Message
	b := bench.Binding[*amqp.Message, *amqp.Message]{
		Name:    "AMQP structured",
		Mode:    cloudevents.StructuredMode,
		Message: func(x *bench.Item) *amqp.Message { return message("application/cloudevents+json", x.JSON) },
		Decode: func(a *amqp.Message) (cloudevents.Event, error) {
			fromClient(&received, a)
			return ceamqp.ToCloudEvent(&received, nil)
		},
		Encode: encode(cloudevents.StructuredMode),
		SDKDecode: func(a *amqp.Message) (*event.Event, error) {
			return binding.ToEvent(context.Background(), sdkamqp.NewMessage(a, nil))
		},
		SDKDecoder: "sdk-go amqp, ToEvent",
		SDKEncode:  sdkEncode(cloudevents.StructuredMode),
		SDKEncoder: "sdk-go amqp, WriteMessage",
		Arrive:     func(a *amqp.Message) *amqp.Message { return a },
	}
	structured := b.Pairs(items)

	for i := range items {
		items[i].Event.Time = items[i].Event.Time.Truncate(time.Millisecond)
	}
	b.Name, b.Mode = "AMQP binary", cloudevents.BinaryMode
	b.Message = binaryMessage
	b.Encode, b.SDKEncode = encode(cloudevents.BinaryMode), sdkEncode(cloudevents.BinaryMode)
	b.DecodeAlone = func(a *amqp.Message) func() error {
		var m ceamqp.Message
		fromClient(&m, a)
		return func() error {
			_, err := ceamqp.ToCloudEvent(&m, nil)
			return err
		}
	}
	b.EncodeAlone = func(e *cloudevents.Event) func() error {
		enc := ceamqp.Encoder{Colon: true}
		return func() error {
			_, err := enc.ToMessage(e)
			return err
		}
	}
	b.DecodeLimit = func(a *amqp.Message) func() {
		return func() {
			for name, v := range a.ApplicationProperties {
				kept.name, kept.value = name, fromValue(v)
			}
		}
	}
	b.EncodeLimit = func(e *cloudevents.Event) func() {
		enc := ceamqp.Encoder{Colon: true}
		m, err := enc.ToMessage(e)
		if err != nil {
			panic(err)
		}
		return func() { kept.message = toClient(&m) }
	}
	return append(b.Pairs(items), structured...)
}

// kept holds what a limit has made, so that the compiler does not remove it.
var kept struct {
	name    string
	value   ceamqp.Value
	message *amqp.Message
}

func encode(mode cloudevents.Mode) func(*cloudevents.Event) (*amqp.Message, error) {
	enc := ceamqp.Encoder{Mode: mode, Colon: true}
	return func(e *cloudevents.Event) (*amqp.Message, error) {
		m, err := enc.ToMessage(e)
		if err != nil {
			return nil, err
		}
		return toClient(&m), nil
	}
}

func sdkEncode(mode cloudevents.Mode) func(*event.Event) (*amqp.Message, error) {
	ctx := bench.SDKMode(mode)
	return func(s *event.Event) (*amqp.Message, error) {
		var a amqp.Message
		err := sdkamqp.WriteMessage(ctx, binding.ToMessage(s), &a)
		return &a, err
	}
}

func message(contentType string, body []byte) *amqp.Message {
	return &amqp.Message{
		Properties: &amqp.MessageProperties{ContentType: &contentType},
		Data:       [][]byte{body},
	}
}

// binaryMessage returns a message in binary mode, with the types of section 3.1.3.2.
func binaryMessage(x *bench.Item) *amqp.Message {
	a := message(x.Event.DataContentType, x.Event.Data)
	a.ApplicationProperties = map[string]any{prefix + "time": x.Event.Time}
	for name, values := range x.Header {
		if name = strings.ToLower(name); name != "content-type" && name != "ce-time" {
			a.ApplicationProperties[prefix+strings.TrimPrefix(name, "ce-")] = values[0]
		}
	}
	a.ApplicationProperties[prefix+"sampledrate"] = int64(25)
	return a
}

// fromClient is the function that a user of go-amqp writes, for a loop that uses one Message
// again and again. With go-amqp 1.x it is CopyFromMessage of the module amqp/goamqp.
func fromClient(m *ceamqp.Message, a *amqp.Message) {
	properties := m.ApplicationProperties[:0]
	clear(m.ApplicationProperties)
	if cap(properties) < len(a.ApplicationProperties) {
		properties = make([]ceamqp.Property, 0, len(a.ApplicationProperties))
	}
	for name, v := range a.ApplicationProperties {
		properties = append(properties, ceamqp.Property{Name: name, Value: fromValue(v)})
	}
	*m = ceamqp.Message{ApplicationProperties: properties, Data: a.Data}
	if a.Properties != nil && a.Properties.ContentType != nil {
		m.ContentType = *a.Properties.ContentType
	}
}

// toClient is the function in the other direction.
func toClient(m *ceamqp.Message) *amqp.Message {
	a := &amqp.Message{Data: m.Data, Properties: new(amqp.MessageProperties)}
	if m.ContentType != "" {
		a.Properties.ContentType = &m.ContentType
	}
	if len(m.ApplicationProperties) > 0 {
		a.ApplicationProperties = make(map[string]any, len(m.ApplicationProperties))
		for i := range m.ApplicationProperties {
			p := &m.ApplicationProperties[i]
			a.ApplicationProperties[p.Name] = toValue(p.Value)
		}
	}
	return a
}

// fromValue knows the types that events of this package have.
func fromValue(v any) ceamqp.Value {
	switch v := v.(type) {
	case string:
		return ceamqp.StringValue(v)
	case int64:
		return ceamqp.LongValue(v)
	case time.Time:
		return ceamqp.TimestampValue(v.UnixMilli())
	case bool:
		return ceamqp.BooleanValue(v)
	case []byte:
		return ceamqp.BinaryValue(v)
	}
	return ceamqp.OtherValue(fmt.Sprintf("%T", v))
}

func toValue(v ceamqp.Value) any {
	switch v.Kind() {
	case ceamqp.KindString:
		return v.String()
	case ceamqp.KindLong:
		return v.Int()
	case ceamqp.KindTimestamp:
		return time.UnixMilli(v.Int()).UTC()
	case ceamqp.KindBoolean:
		return v.Boolean()
	case ceamqp.KindBinary:
		return v.Bytes()
	}
	panic("bench: no event of this package has such a property")
}
