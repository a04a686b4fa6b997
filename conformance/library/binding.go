package library

import (
	"fmt"
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	"github.com/seed763dd41b/cloudevents/spec"
)

// binding is a binding other than HTTP, whose messages carry one event.
type binding struct {
	decode func(parts []conformance.Part, exts []spec.Attribute) (cloudevents.Event, error)
	encode func(e *cloudevents.Event, mode cloudevents.Mode) ([]conformance.Part, error)
}

// bindings has a row for each protocol but HTTP.
var bindings = map[conformance.Protocol]binding{
	conformance.Kafka:     {decodeKafka, encodeKafka},
	conformance.NATS:      {decodeNATS, encodeNATS},
	conformance.MQTT:      mqtt(cemqtt.V5),
	conformance.MQTT311:   mqtt(cemqtt.V311),
	conformance.AMQP:      {decodeAMQP, encodeAMQP},
	conformance.WebSocket: {decodeWebSocket, encodeWebSocket},
}

// message encodes an event as a message of a protocol.
func (b binding) message(es []cloudevents.Event, mode cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
	if len(es) != 1 {
		return conformance.Message{}, fmt.Errorf("%w: %s has no batch", cloudevents.ErrContentMode, p)
	}
	parts, err := b.encode(&es[0], mode)
	if err != nil {
		return conformance.Message{}, err
	}
	return conformance.Message{Protocol: p, Parts: parts}, nil
}

// part returns a part of that kind without a name, or nil.
func part(parts []conformance.Part, kind string) *conformance.Part {
	i := slices.IndexFunc(parts, func(p conformance.Part) bool { return p.Kind == kind })
	if i < 0 {
		return nil
	}
	return &parts[i]
}

// content returns the value of a part, or nil if there is none.
func content(parts []conformance.Part, kind string) []byte {
	if p := part(parts, kind); p != nil {
		return p.Value
	}
	return nil
}
