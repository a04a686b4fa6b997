package conformance

import (
	"net/http"
	"slices"

	"github.com/seed763dd41b/cloudevents"
)

// Message is a message of one of the protocols.
type Message struct {
	Protocol Protocol
	// Header has the header fields of a request or a response, with the keys as they
	// are spelled. It is nil in a document.
	Header http.Header
	// Body is the body of the message, or the document.
	Body []byte
}

// Protocol says what a [Message] is.
type Protocol string

const (
	// Request is an HTTP request.
	Request Protocol = "request"
	// Response is an HTTP response.
	Response Protocol = "response"
	// JSON is a document in the JSON event format or the JSON batch format.
	JSON Protocol = "json"
)

// protocol is what this package knows about the messages of a Protocol.
type protocol struct {
	name Protocol
	// dir is the directory of testdata with the cases that encode to this protocol and
	// do not say so. A protocol that has no such directory has "".
	dir   string
	modes []cloudevents.Mode
	// parse reads the section of a case. decode is false for a golden message, which may
	// be an excerpt.
	parse func(content string, decode bool) (Message, error)
	// golden is the inverse of parse for the messages of encode cases.
	golden func(m *Message) string
	// mode returns the content mode that the message states. It is nil for documents,
	// which do not state one.
	mode func(m *Message) cloudevents.Mode
	// check reports what is illegal about a message in binary mode although decoders
	// accept it. It may be nil.
	check func(m *Message) error
}

// protocols has a row for each Protocol. The first row also serves a Message without a
// Protocol.
//
// Another binding is another row. If its messages have more than headers and a body,
// such as a key or typed properties, Message gets a field for it, which is nil in the
// messages of the other rows.
var protocols = [...]protocol{
	{
		name: Request, dir: "http", modes: allModes,
		parse:  func(s string, decode bool) (Message, error) { return parseHTTP(Request, s, decode) },
		golden: goldenHTTP, mode: modeOfHTTP, check: checkHTTP,
	},
	{
		name: Response, modes: allModes,
		parse:  func(s string, decode bool) (Message, error) { return parseHTTP(Response, s, decode) },
		golden: goldenHTTP, mode: modeOfHTTP, check: checkHTTP,
	},
	{
		name: JSON, dir: "json", modes: allModes[1:],
		parse:  func(s string, _ bool) (Message, error) { return Message{Protocol: JSON, Body: []byte(s)}, nil },
		golden: func(m *Message) string { return string(m.Body) },
	},
}

var allModes = []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode, cloudevents.BatchMode}

// find returns the row of p.
func (p Protocol) find() (*protocol, bool) {
	i := slices.IndexFunc(protocols[:], func(row protocol) bool { return row.name == p })
	if i < 0 {
		return &protocols[0], false
	}
	return &protocols[i], true
}

// Golden returns m as the section of a case that encodes has it. Of an HTTP message
// that is the header fields of the event, in lower case and sorted, an empty line and
// the body; of a document it is the document.
func (m Message) Golden() string {
	p, _ := m.Protocol.find()
	return p.golden(&m)
}

// mode returns the content mode that m states, and false if it does not state one.
func (m *Message) mode() (cloudevents.Mode, bool) {
	p, _ := m.Protocol.find()
	if p.mode == nil {
		return 0, false
	}
	return p.mode(m), true
}

// claims reports whether m states that mode.
func (m *Message) claims(mode cloudevents.Mode) bool {
	stated, ok := m.mode()
	return ok && stated == mode
}
