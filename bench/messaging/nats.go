package messaging

import (
	"bytes"
	"context"
	"strings"

	sdknats "github.com/cloudevents/sdk-go/protocol/nats/v2"
	sdkjetstream "github.com/cloudevents/sdk-go/protocol/nats_jetstream/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/nats-io/nats.go"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/bench"
	cenats "github.com/seed763dd41b/cloudevents/nats"
)

// natsPairs measure both libraries with the messages of nats.go. sdk-go has a module for NATS
// without JetStream, which knows structured mode alone, and one for JetStream. Ours is the
// same for both.
func natsPairs(items []bench.Item) []bench.Pair {
	b := bench.Binding[*nats.Msg, *nats.Msg]{
		Name:    "JetStream binary",
		Message: natsMessage,
		Decode: func(m *nats.Msg) (cloudevents.Event, error) {
			return cenats.ToCloudEvent(&cenats.Message{Header: m.Header, Data: m.Data}, nil)
		},
		Encode: natsEncode(cloudevents.BinaryMode),
		SDKDecode: func(m *nats.Msg) (*event.Event, error) {
			return binding.ToEvent(context.Background(), sdkjetstream.NewMessage(m))
		},
		SDKDecoder: "sdk-go nats_jetstream, ToEvent",
		SDKEncode:  jetStreamSDKEncode(cloudevents.BinaryMode),
		SDKEncoder: "sdk-go nats_jetstream, WriteMsg",
		DecodeLimit: func(m *nats.Msg) func() {
			return func() {
				for name, values := range m.Header {
					kept.name, kept.value = name, values[0]
				}
			}
		},
		Arrive: func(m *nats.Msg) *nats.Msg { return m },
	}
	pairs := b.Pairs(items)

	b.Name, b.Mode, b.DecodeLimit = "JetStream structured", cloudevents.StructuredMode, nil
	b.Message = func(x *bench.Item) *nats.Msg {
		return &nats.Msg{
			Subject: "orders", Data: x.JSON,
			Header: nats.Header{"Content-Type": {"application/cloudevents+json"}},
		}
	}
	b.Encode = natsEncode(cloudevents.StructuredMode)
	b.SDKEncode = jetStreamSDKEncode(cloudevents.StructuredMode)
	pairs = append(pairs, b.Pairs(items)...)

	b.Name = "NATS structured"
	b.SDKDecode = func(m *nats.Msg) (*event.Event, error) {
		return binding.ToEvent(context.Background(), sdknats.NewMessage(m))
	}
	b.SDKDecoder = "sdk-go nats, ToEvent"
	b.SDKEncode = func(s *event.Event) (*nats.Msg, error) {
		var data bytes.Buffer
		err := sdknats.WriteMsg(context.Background(), binding.ToMessage(s), &data)
		return &nats.Msg{Subject: "orders", Data: data.Bytes()}, err
	}
	b.SDKEncoder = "sdk-go nats, WriteMsg"
	return append(pairs, b.Pairs(items)...)
}

func natsEncode(mode cloudevents.Mode) func(*cloudevents.Event) (*nats.Msg, error) {
	return func(e *cloudevents.Event) (*nats.Msg, error) {
		m, err := cenats.ToMessage(e, mode, nil)
		return &nats.Msg{Subject: "orders", Header: m.Header, Data: m.Data}, err
	}
}

// jetStreamSDKEncode does what the sender of sdk-go does.
func jetStreamSDKEncode(mode cloudevents.Mode) func(*event.Event) (*nats.Msg, error) {
	ctx := bench.SDKMode(mode)
	return func(s *event.Event) (*nats.Msg, error) {
		var data bytes.Buffer
		header, err := sdkjetstream.WriteMsg(ctx, binding.ToMessage(s), &data)
		return &nats.Msg{Subject: "orders", Header: header, Data: data.Bytes()}, err
	}
}

// natsMessage returns a message in binary mode. No attribute of the items needs an escape.
func natsMessage(x *bench.Item) *nats.Msg {
	m := &nats.Msg{Subject: "orders", Header: nats.Header{}, Data: x.Event.Data}
	for name, values := range x.Header {
		if name == "Content-Type" {
			name = "ce-datacontenttype"
		}
		m.Header[strings.ToLower(name)] = values
	}
	return m
}
