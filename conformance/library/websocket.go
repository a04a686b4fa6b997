package library

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/spec"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

func decodeWebSocket(parts []conformance.Part, exts []spec.Attribute) (cloudevents.Event, error) {
	m := cews.Message{Payload: content(parts, "payload")}
	for _, frame := range []cews.Frame{cews.Text, cews.Binary} {
		if string(content(parts, "frame")) == frame.String() {
			m.Frame = frame
		}
	}
	return cews.ToCloudEvent(&m, string(content(parts, "subprotocol")), nil, exts...)
}

// encodeWebSocket writes the format that all implementations have.
func encodeWebSocket(e *cloudevents.Event, mode cloudevents.Mode) ([]conformance.Part, error) {
	if mode != cloudevents.StructuredMode {
		return nil, conformance.ErrSkipped // the binding has no other
	}
	m, err := cews.ToMessage(e, cews.SubprotocolJSON, nil)
	if err != nil {
		return nil, err
	}
	return []conformance.Part{
		{Kind: "subprotocol", Value: []byte(cews.SubprotocolJSON)},
		{Kind: "frame", Value: []byte(m.Frame.String())},
		{Kind: "payload", Value: m.Payload},
	}, nil
}
