package conformance

import (
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Case is one case: a message and what it decodes to, events and the message that
// they encode to, or a canonical string and the verdict about it.
type Case struct {
	Name    string // path below testdata, without ending: "http/decode/percent-euro"
	Comment string // why

	Text *Text // of a canonical table; the other fields are then empty

	Decode     bool // from Message to Events; otherwise the other way
	Batch      bool // Events is a batch; otherwise it has one element
	Mode       cloudevents.Mode
	Message    Message
	Extensions []spec.Attribute // declared by the caller of a decode
	Events     []Event
	Absent     []string // attributes that the case is about because they are not there
	Refused    *Reason  // instead of Events (decode) or Message (encode)
}

// Text is a line of a table of canonical strings.
type Text struct {
	Kind      string // name of the table: "timestamp", "media-type", …
	Text      string
	Canonical string // how it is written back
	Refused   *Reason
}

// Message is an HTTP message, or a JSON document that is its Body.
type Message struct {
	Protocol Protocol
	Header   http.Header // keys as they are spelled in the case
	Body     []byte
}

// Protocol says what a [Message] is.
type Protocol string

const (
	Request  Protocol = "request"
	Response Protocol = "response"
	JSON     Protocol = "json"
)

// Event is an event in neutral form. Attributes are in the order of the
// specification, then extensions; Data is nil if there is none.
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

// Reason says why something is refused. Empty fields are not compared.
type Reason struct {
	Rule      string // a word of the table in testdata/README.md
	Attribute string
	Section   string
	Index     int // in a batch; -1: not compared
	Offset    int // in a document; -1: not compared
}
