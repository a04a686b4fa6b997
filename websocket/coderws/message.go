package cecoderws

import (
	"github.com/coder/websocket"

	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// FromMessage returns what a connection has read as a Message, which shares the payload.
func FromMessage(kind websocket.MessageType, payload []byte) cews.Message {
	return cews.Message{Frame: cews.Frame(kind), Payload: payload}
}

// ToMessage returns the arguments for the method Write of a connection. The payload is
// that of m.
func ToMessage(m *cews.Message) (kind websocket.MessageType, payload []byte) {
	return websocket.MessageType(m.Frame), m.Payload
}
