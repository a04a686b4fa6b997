package cews

import (
	"strconv"

	"github.com/seed763dd41b/cloudevents"
)

const sectionSubprotocols = "websockets-protocol-binding.md#15-cloudevents-subprotocols"

// Message is a message of a WebSocket connection.
type Message struct {
	// Frame is the type of the frame. The zero value is no type, and no subprotocol takes it.
	Frame Frame

	// Payload is the content of the message, without the framing of WebSocket.
	Payload []byte
}

// Frame is the type of a WebSocket frame. Its values are the opcodes of RFC 6455, section
// 5.2, as in coder/websocket and gorilla/websocket.
type Frame uint8

const (
	// Text is a frame with UTF-8 text.
	Text Frame = 1

	// Binary is a frame with bytes.
	Binary Frame = 2
)

// String returns "text", "binary", or "opcode" and a number.
func (f Frame) String() string {
	switch f {
	case Text:
		return "text"
	case Binary:
		return "binary"
	}
	return "opcode " + strconv.Itoa(int(f))
}

// IsCloudEvent reports whether a message on a connection with that subprotocol is declared
// to be an event: the subprotocol is one of section 1.5, the frame has its type, and the
// payload is no JSON array, which would be a batch. It does not look further into the payload.
// [ToCloudEvent] does.
func IsCloudEvent(m *Message, subprotocol string) bool {
	mode, ok := ModeOf(m, subprotocol)
	return ok && mode != cloudevents.BatchMode
}

// ModeOf returns the content mode of a message on a connection with that subprotocol, and
// whether it has one: the subprotocol has to be one of section 1.5, and the frame has to be
// of its type. The mode is structured, or batch if the payload is a JSON array, which
// decoders refuse.
func ModeOf(m *Message, subprotocol string) (mode cloudevents.Mode, ok bool) {
	row := find(subprotocol)
	switch {
	case m == nil || row == nil || m.Frame != row.frame:
		return cloudevents.BinaryMode, false
	case row.name == SubprotocolJSON && isArray(m.Payload):
		return cloudevents.BatchMode, true
	}
	return cloudevents.StructuredMode, true
}
