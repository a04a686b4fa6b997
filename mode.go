package cloudevents

import "strconv"

// Mode is a content mode: how an event is laid out in a message of a protocol
// (spec.md#message). The zero Mode is BinaryMode.
type Mode uint8

const (
	// BinaryMode has the data as the message's body and the attributes as its
	// metadata.
	BinaryMode Mode = iota
	// StructuredMode has the whole event in the body, in an event format.
	StructuredMode
	// BatchMode has any number of events in the body, in an event format.
	BatchMode
)

// String returns "binary", "structured" or "batch".
func (m Mode) String() string {
	switch m {
	case BinaryMode:
		return "binary"
	case StructuredMode:
		return "structured"
	case BatchMode:
		return "batch"
	}
	return "Mode(" + strconv.Itoa(int(m)) + ")"
}
