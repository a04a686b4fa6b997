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
	// are spelled. It is nil in all other messages.
	Header http.Header
	// Body is the body of a request or a response, or the document.
	Body []byte
	// Parts are the parts of a message of another protocol than HTTP, in their order, such
	// as the key, the headers and the value of a Kafka record. They are nil in all other
	// messages.
	Parts []Part
}

// Part is a part of a [Message].
type Part struct {
	// Kind says which part it is: "header" or "payload", for example. The README of
	// testdata has the kinds of each protocol.
	Kind string
	// Name is the name of a header or a property. Other parts have none.
	Name string
	// Type is the type of a typed property or body of AMQP, such as "long". Other parts have
	// none.
	Type string
	// Value is the content, or the text of a typed value. nil is null.
	Value []byte
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
	// Protobuf is a document in the Protobuf event format or the Protobuf batch format.
	Protobuf Protocol = "protobuf"
	// Avro is a document in the Avro event format.
	Avro Protocol = "avro"
	// AvroCompact is a document in the Avro compact event format.
	AvroCompact Protocol = "avro-compact"
	// XML is a document in the XML event format or the XML batch format.
	XML Protocol = "xml"
	// CBOR is a document in the CBOR event format, which is a draft.
	CBOR Protocol = "cbor"
	// Kafka is a Kafka record.
	Kafka Protocol = "kafka"
	// NATS is a NATS message.
	NATS Protocol = "nats"
	// MQTT is a PUBLISH packet of MQTT 5.
	MQTT Protocol = "mqtt"
	// MQTT311 is a PUBLISH packet of MQTT 3.1.1.
	MQTT311 Protocol = "mqtt311"
	// AMQP is an AMQP 1.0 message.
	AMQP Protocol = "amqp"
	// WebSocket is a message of a WebSocket connection.
	WebSocket Protocol = "websocket"
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
	parse func(p *protocol, content string, decode bool) (Message, error)
	// golden is the inverse of parse for the messages of encode cases.
	golden func(p *protocol, m *Message) string
	// mode returns the content mode that the message states. It is nil for documents,
	// which do not state one.
	mode func(m *Message) cloudevents.Mode
	// check reports what is illegal about a message in binary mode although decoders
	// accept it. It may be nil.
	check func(m *Message) error
	// parts are the kinds of the parts of a message. It is nil for HTTP and for documents.
	parts []kindOfPart
	// keepsEmpty says that empty data in binary mode is not the same as no data.
	keepsEmpty bool
	// hasDataType says that binary mode has datacontenttype apart from the content type of
	// the message, so that data of every type can be sent in it.
	hasDataType bool
	// format is what the format of a document keeps of an event. It is that of JSON for all
	// other messages, whose structured mode is JSON.
	format formatRules
}

// protocols has a row for each Protocol. The first row also serves a Message without a
// Protocol.
//
// Another binding is another row. A message that is not of HTTP is a list of parts. Another
// format is another row, too: its messages are documents, and its rules are in
// document.go.
var protocols = [...]protocol{
	{
		name: Request, dir: "http", modes: allModes,
		parse:  parseHTTP,
		golden: goldenHTTP, mode: modeOfHTTP, check: checkHTTP,
	},
	{
		name: Response, modes: allModes,
		parse:  parseHTTP,
		golden: goldenHTTP, mode: modeOfHTTP, check: checkHTTP,
	},
	{
		name: JSON, dir: "json", modes: allModes[1:],
		parse:  parseDocument,
		golden: goldenDocument,
	},
	{
		name: Protobuf, dir: "protobuf", modes: allModes[1:],
		parse:  parseDocument,
		golden: goldenDocument,
		format: formatRules{arrives: arrivesInProtobuf, carries: carriedByProtobuf},
	},
	{
		name: Avro, dir: "avro", modes: singleModes[1:],
		parse:  parseDocument,
		golden: goldenDocument,
		format: formatRules{arrives: unchanged},
	},
	{
		name: AvroCompact, dir: "avro-compact", modes: singleModes[1:],
		parse:  parseDocument,
		golden: goldenDocument,
		format: formatRules{arrives: arrivesInAvroCompact, carries: carriedByAvroCompact},
	},
	{
		name: XML, dir: "xml", modes: allModes[1:],
		parse:  parseDocument,
		golden: goldenDocument,
		format: formatRules{arrives: unchanged, carries: carriedByXML},
	},
	{
		name: CBOR, dir: "cbor", modes: allModes[1:2],
		parse:  parseDocument,
		golden: goldenDocument,
		format: formatRules{arrives: arrivesInCBOR, carries: carriedByCBOR},
	},
	{
		name: Kafka, dir: "kafka", modes: singleModes, keepsEmpty: true,
		parse:  parseParts,
		golden: goldenParts, mode: modeOfParts("header", "content-type"),
		parts: []kindOfPart{{kind: "key"}, {kind: "header", isNamed: true}, {kind: "value"}},
	},
	{
		name: NATS, dir: "nats", modes: singleModes, hasDataType: true,
		parse:  parseParts,
		golden: goldenParts, mode: modeOfParts("header", "content-type"), check: checkEncoded,
		parts: []kindOfPart{{kind: "header", isNamed: true}, {kind: "data"}},
	},
	{
		name: MQTT, dir: "mqtt", modes: singleModes,
		parse:  parseParts,
		golden: goldenParts, mode: modeOfParts("content-type", ""),
		parts: []kindOfPart{{kind: "content-type"}, {kind: "property", isNamed: true}, {kind: "payload"}},
	},
	{
		name: MQTT311, modes: singleModes[1:],
		parse:  parseParts,
		golden: goldenParts,
		parts:  []kindOfPart{{kind: "payload"}},
	},
	{
		name: AMQP, dir: "amqp", modes: singleModes,
		parse:  parseParts,
		golden: goldenParts, mode: modeOfParts("content-type", ""),
		parts: []kindOfPart{
			{kind: "content-type"}, {kind: "property", isNamed: true, isTyped: true},
			{kind: "data"}, {kind: "value", isTyped: true}, {kind: "sequence"},
		},
	},
	{
		name: WebSocket, dir: "websocket", modes: singleModes[1:],
		parse:  parseParts,
		golden: goldenParts,
		parts:  []kindOfPart{{kind: "subprotocol"}, {kind: "frame"}, {kind: "payload"}},
	},
}

var singleModes = []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode}

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
// the body; of a document it is the document; of all others it is a line for each part.
func (m Message) Golden() string {
	p, _ := m.Protocol.find()
	return p.golden(p, &m)
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
