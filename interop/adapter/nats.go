package main

import (
	"bytes"
	"context"
	"maps"
	"slices"

	sdknats "github.com/cloudevents/sdk-go/protocol/nats/v2"
	sdkjetstream "github.com/cloudevents/sdk-go/protocol/nats_jetstream/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/nats-io/nats.go"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
)

func readNATS(parts []conformance.Part) (*event.Event, error) {
	return binding.ToEvent(context.Background(), sdknats.NewMessage(natsMessage(parts)))
}

func readJetStream(parts []conformance.Part) (*event.Event, error) {
	return binding.ToEvent(context.Background(), sdkjetstream.NewMessage(natsMessage(parts)))
}

// natsMessage returns the message of the client.
func natsMessage(parts []conformance.Part) *nats.Msg {
	m := nats.Msg{Data: []byte{}} // the client has no nil
	for _, p := range parts {
		switch p.Kind {
		case "data":
			m.Data = p.Value
		case "header":
			if m.Header == nil {
				m.Header = nats.Header{}
			}
			values := m.Header[p.Name]
			if p.Value != nil { // otherwise it is a name without values
				values = append(values, string(p.Value))
			}
			m.Header[p.Name] = values
		}
	}
	return &m
}

// writeNATS writes structured mode, the only one of the binding.
func writeNATS(m binding.Message, mode cloudevents.Mode) ([]conformance.Part, error) {
	if mode != cloudevents.StructuredMode {
		return nil, conformance.ErrSkipped
	}
	var data bytes.Buffer
	err := sdknats.WriteMsg(modeContext(mode), m, &data)
	return natsParts(nil, data.Bytes()), err
}

func writeJetStream(m binding.Message, mode cloudevents.Mode) ([]conformance.Part, error) {
	var data bytes.Buffer
	header, err := sdkjetstream.WriteMsg(modeContext(mode), m, &data)
	return natsParts(header, data.Bytes()), err
}

func natsParts(header nats.Header, data []byte) (parts []conformance.Part) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			parts = append(parts, conformance.Part{Kind: "header", Name: name, Value: []byte(value)})
		}
	}
	return append(parts, conformance.Part{Kind: "data", Value: append([]byte{}, data...)})
}
