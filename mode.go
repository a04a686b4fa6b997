package cloudevents

import "strconv"

// Mode is a content mode: how a message of a protocol carries an event (spec.md#message).
// The zero Mode is BinaryMode.
type Mode uint8

const (
	// BinaryMode puts the data into the body of the message and the attributes into
	// its metadata.
	BinaryMode Mode = iota
	// StructuredMode puts the whole event into the body, in an event format.
	StructuredMode
	// BatchMode puts any number of events into the body, in an event format.
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
