package formats_test

import (
	"encoding/json"
	"encoding/xml"
	"slices"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	"github.com/seed763dd41b/cloudevents/interop/brokers/sdkgo"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

const (
	protobufJS = "protobufjs 8.8.1"
	protocName = "protoc"
	sdkGo      = "sdk-go protobuf 2.16.2"
	avsc       = "avsc 5.7.9"
	pythonAvro = "avro for Python"
	cborX      = "cbor-x 1.6.9"
	cbor2      = "cbor2 for Python"
	xmldom     = "xmldom 0.9.12"
)

func tables() []*peertest.Binding {
	return []*peertest.Binding{protobufTable(), avroTable(), compactTable(), cborTable(), xmlTable()}
}

func protobufTable() *peertest.Binding {
	return &peertest.Binding{
		Name: "Protobuf",
		Intro: `Documents of the Protobuf format. protoc and protobufjs read and write the messages of a
schema; what an event is in them is written by hand, as the document says.`,
		Channels:    channels(protocName, protobufJS, sdkGo),
		EmptyData:   true,
		FormatTypes: []spec.Type{spec.Boolean, spec.Integer, spec.Binary, spec.URI, spec.URIReference, spec.Timestamp},
		Deviations: slices.Concat(
			inUTC(protobufTime, protocName, protobufJS), sdkgo.Writes(sdkGo), sdkGoProtobuf,
		),
	}
}

func avroTable() *peertest.Binding {
	return &peertest.Binding{
		Name: "Avro",
		Intro: `Documents of the Avro format. The libraries read and write the record of its schema; what
an event is in it is written by hand, as the document says.`,
		Channels:    channels(avsc, pythonAvro),
		EmptyData:   true,
		FormatTypes: []spec.Type{spec.Boolean, spec.Integer, spec.Binary},
		Deviations:  append(booleans("avro-format.md#21-type-system-mapping"), avroJSON...),
	}
}

func compactTable() *peertest.Binding {
	return &peertest.Binding{
		Name:        "Avro compact",
		Intro:       `The same for the Avro compact format, which is a draft.`,
		Channels:    channels(avsc, pythonAvro),
		EmptyData:   true,
		FormatTypes: []spec.Type{spec.Boolean, spec.Integer, spec.Binary, spec.Timestamp},
		Deviations:  slices.Concat(booleans(compactTime), inUTC(compactTime, avsc, pythonAvro), inMicroseconds(compactTime, avsc, pythonAvro)),
	}
}

func cborTable() *peertest.Binding {
	return &peertest.Binding{
		Name: "CBOR",
		Intro: `Documents of the CBOR format, which is a draft, as maps of the libraries. A Timestamp is what
a user of the library has for it: Date in JavaScript and datetime in Python.`,
		Channels:    channels(cborX, cbor2),
		EmptyData:   true,
		FormatTypes: []spec.Type{spec.Boolean, spec.Integer, spec.Binary, spec.URI, spec.Timestamp},
		Deviations:  append(dates, inMicroseconds(cborTime, cbor2)...),
	}
}

func xmlTable() *peertest.Binding {
	return &peertest.Binding{
		Name: "XML",
		Intro: `Documents of the XML format, which is a draft, as trees of @xmldom/xmldom. What an event is in
them is written by hand, as the document says.`,
		Channels:    channels(xmldom),
		EmptyData:   true,
		FormatTypes: []spec.Type{spec.Boolean, spec.Integer, spec.Binary, spec.URI, spec.URIReference, spec.Timestamp},
		Deviations:  xmldomRows,
	}
}

// Sections that rows cite.
const (
	protobufTime = "protobuf-format.md#21-type-system"
	protobufData = "protobuf-format.md#3-data"
	compactTime  = "avro-compact-format.md#21-type-system-mapping"
	cborTime     = "cbor-format.md#22-type-system-mapping"
)

// inUTC are the rows of a format whose Timestamps have no offset.
func inUTC(section string, peers ...string) (rows []peertest.Deviation) {
	for _, ch := range channels(peers...) {
		rows = append(rows, peertest.Deviation{Peer: ch.Peer, Direction: ch.Direction, Cases: []string{"time-offset"}, Permitted: true,
			Happens: "A Timestamp of the format has no offset.",
			Section: section, Change: peertest.TimeInUTC})
	}
	return rows
}

// inMicroseconds are the rows of a format or a library whose Timestamps have six digits of
// a fraction.
func inMicroseconds(section string, peers ...string) (rows []peertest.Deviation) {
	happens := "A Timestamp of the format has microseconds."
	if section == cborTime {
		happens = "A datetime has microseconds."
	}
	for _, ch := range channels(peers...) {
		rows = append(rows, peertest.Deviation{Peer: ch.Peer, Direction: ch.Direction, Cases: []string{"time-nanoseconds"}, Permitted: true,
			Happens: happens, Section: section, Change: peertest.Rewrite(func(s string) string {
				t, err := validation.ParseTimestamp(s)
				if err != nil {
					return s
				}
				return t.Truncate(time.Microsecond).Format(time.RFC3339Nano)
			}, spec.Time)})
	}
	return rows
}

// booleans are the rows about Booleans of avro for Python.
func booleans(section string) []peertest.Deviation {
	return []peertest.Deviation{{Peer: pythonAvro, Direction: peertest.Writes, Cases: []string{"extension-types", "extension-zero"},
		Happens: "A bool is written as an int, which is the Integer 0 or 1. A declared Boolean is read as one.",
		Section: section, Change: func(e *conformance.Event) {
			for i, a := range e.Attributes {
				if a.Type == spec.Boolean {
					e.Attributes[i].Type, e.Attributes[i].Text = spec.Integer, map[string]string{"true": "1", "false": "0"}[a.Text]
				}
			}
		}}}
}

var sdkGoProtobuf = []peertest.Deviation{
	{Peer: sdkGo, Direction: peertest.Reads, Cases: []string{"time-offset"}, Permitted: true,
		Happens: "A Timestamp of the format has no offset.",
		Section: protobufTime, Change: peertest.TimeInUTC},
	{Peer: sdkGo, Direction: peertest.Reads, Cases: []string{"text-edge-spaces"},
		Happens: "Spaces at both ends of id, type and subject are cut off by the setters.",
		Section: "spec.md#type-system", Change: peertest.Rewrite(strings.TrimSpace, spec.ID, spec.EventType, spec.Subject)},
	{Peer: sdkGo, Direction: peertest.Reads, Where: "JSON data",
		Applies: func(e *cloudevents.Event) bool { return e.DataContentType == "application/json" },
		Happens: "JSON in text_data is encoded as a JSON string.",
		Section: protobufData, Change: func(e *conformance.Event) { e.Data, _ = json.Marshal(string(e.Data)) }},
	{Peer: sdkGo, Direction: peertest.Reads, Cases: []string{"xml"},
		Happens: "XML in text_data is encoded as the text of an XML element.",
		Section: protobufData, Change: func(e *conformance.Event) { e.Data, _ = xml.Marshal(string(e.Data)) }},
	{Peer: sdkGo, Direction: peertest.Writes, Where: "events without data",
		Applies: func(e *cloudevents.Event) bool { return e.Data == nil },
		Happens: "No data is written as binary_data of no bytes.",
		Section: protobufData, Change: peertest.Data([]byte{})},
}

var avroJSON = []peertest.Deviation{
	{Peer: avsc, Direction: peertest.Writes, Cases: []string{"json-digits"}, Permitted: true,
		Happens: "A number in JSON data is a double of the format.",
		Section: "avro-format.md#3-data", Change: peertest.Data([]byte(`{"n":12345678901234567000}`))},
	{Peer: avsc, Direction: peertest.Writes, Cases: []string{"json-spelling"}, Permitted: true,
		Happens: "JSON data is a map of the format: the same JSON value in other bytes.",
		Section: "avro-format.md#3-data", Change: peertest.Data([]byte(`{"html":"<b>&</b>"}`))},
	{Peer: pythonAvro, Direction: peertest.Reads, Cases: []string{"json-zero"}, Permitted: true,
		Happens: "A double is printed with a fraction: the same JSON value in other bytes.",
		Section: "avro-format.md#3-data", Change: peertest.Data([]byte(`0.0`))},
}

// dates are the rows about Date, which cbor-x has for a Timestamp, with tag 0 and tag 1.
var dates = []peertest.Deviation{
	{Peer: cborX, Direction: peertest.Reads, Cases: []string{"time-offset", "time-nanoseconds"}, Permitted: true,
		Happens: "A Date has no offset, and milliseconds.",
		Section: cborTime, Change: peertest.TimeInMilliseconds},
	{Peer: cborX, Direction: peertest.Writes, Cases: []string{"time-offset", "time-nanoseconds"}, Permitted: true,
		Happens: "A Date has no offset, and milliseconds. It is written as a floating-point number of seconds with tag 1, which this module reads.",
		Section: cborTime, Change: peertest.TimeInMilliseconds},
}

var xmldomRows = []peertest.Deviation{
	{Peer: xmldom, Direction: peertest.Reads, Cases: []string{"plain-text"},
		Happens: "U+2028 is taken for a line break, as in XML 1.1.",
		Section: "xml-format.md#32-text-data", Change: peertest.Data([]byte("a\r\n\t\"b\" \\ € 😀\n"))},
	{Peer: xmldom, Direction: peertest.Writes, Cases: []string{"plain-text"},
		Happens: "A carriage return is written as it is, and lost when it is read.",
		Section: "xml-format.md#32-text-data", Change: peertest.Data([]byte("a\n\t\"b\" \\ € 😀\u2028"))},
	{Peer: xmldom, Direction: peertest.Writes, Cases: []string{"xml"},
		Happens: "An element without a namespace is written in the namespace of the event.",
		Section: "xml-format.md#33-xml-element-data", Change: peertest.Data([]byte(`<a xmlns="http://cloudevents.io/xmlformat/V1" b="c">ü &amp; d</a>`))},
}
