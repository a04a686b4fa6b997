package conformance

import (
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Case is one test case. It is a message and the events that it decodes to, or events
// and the message that they encode to, or a text and the verdict about it.
type Case struct {
	// Name is the path below testdata without the ending, such as
	// "http/decode/percent-euro".
	Name string
	// Comment says why the case exists.
	Comment string

	// Text is a line of a table of canonical strings. It is nil in all other cases; the
	// fields below are zero in a case that has it.
	Text *Text

	// Decode reports whether the case goes from Message to Events. Otherwise it goes
	// from Events to Message.
	Decode bool
	// Batch reports whether Events is a batch. Otherwise it has one element.
	Batch bool
	// Mode is the content mode to encode to.
	Mode cloudevents.Mode
	// Message is decoded, or is what must be encoded.
	Message Message
	// Extensions are the attributes that the caller of a decoder declares.
	Extensions []spec.Attribute
	// Events are encoded, or are what must be decoded.
	Events []Event
	// Absent has the names of attributes whose absence is the subject of the case.
	Absent []string
	// Refused is the reason for which Message or Events must be refused. It is nil if
	// they must be accepted.
	Refused *Reason
}

// Protocol returns the protocol of the message of a case. It is "" for a line of a table. A
// case that an encoder must refuse has no message; its protocol is that of its directory.
func (c *Case) Protocol() Protocol {
	if c.Message.Protocol != "" || c.Text != nil {
		return c.Message.Protocol
	}
	dir, _, _ := strings.Cut(c.Name, "/")
	for i := range protocols {
		if protocols[i].dir == dir && dir != "" {
			return protocols[i].name
		}
	}
	return JSON
}

// Text is a line of a table of canonical strings.
type Text struct {
	// Kind is the name of the table, such as "timestamp" or "media-type".
	Kind string
	// Text is checked.
	Text string
	// Canonical is how the value is written back.
	Canonical string
	// Refused is the reason for which Text must be refused. It is nil if it is legal.
	Refused *Reason
}

// Event is an event in neutral form. Attributes are in the order of the
// specification, followed by extensions. Data is nil if there is none.
type Event struct {
	Attributes []Attribute
	Data       []byte
}

// Attribute is an attribute with its canonical string.
type Attribute struct {
	Name string
	Type spec.Type
	Text string
}

// Reason says why something is refused. A case leaves the fields empty that do not
// matter; they are not compared.
type Reason struct {
	// Rule is a word of the table in testdata/README.md. It is always compared.
	Rule string
	// Attribute is the name of the attribute.
	Attribute string
	// Section is the section of the specification.
	Section string
	// Index is the place in a batch, counted from 0. -1 is not compared.
	Index int
	// Offset is the byte offset in a document. -1 is not compared.
	Offset int
}
