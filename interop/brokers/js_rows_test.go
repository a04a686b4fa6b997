package brokers_test

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	"github.com/seed763dd41b/cloudevents/spec"
)

// jsWrites are the rows of all bindings about events that are built with the JavaScript SDK.
func jsWrites(dataSection string) []peertest.Deviation {
	return append(jsJSON(peertest.Writes), []peertest.Deviation{
		{Peer: javaScript, Direction: peertest.Writes, Cases: []string{"minimal"}, Permitted: true,
			Happens: "An event without time gets the current time.",
			Section: "spec.md#time", Change: peertest.TimeMadeUp},
		{Peer: javaScript, Direction: peertest.Writes, Modes: only(cloudevents.StructuredMode), Cases: []string{"extension-binary"},
			Happens: "A Buffer as an extension is written as a JSON object. This module refuses it.",
			Section: "json-format.md#22-type-system-mapping", Fails: "the JSON type is object"},
		{Peer: javaScript, Direction: peertest.Writes, Modes: only(cloudevents.BinaryMode), Cases: []string{"extension-timestamp"},
			Happens: "A Date as an extension is written as JavaScript prints it.",
			Section: "spec.md#type-system", Change: peertest.Set("atimestamp", spec.String, jsDate)},
		{Peer: javaScript, Direction: peertest.Writes, Modes: only(cloudevents.StructuredMode), Cases: []string{"extension-timestamp"}, Permitted: true,
			Happens: "A Date as an extension is written with three digits of a fraction.",
			Section: "spec.md#type-system", Change: peertest.Set("atimestamp", spec.String, "2024-02-29T12:30:45.000Z")},
		{Peer: javaScript, Direction: peertest.Writes, Modes: only(cloudevents.BinaryMode), Cases: []string{"json-string"},
			Happens: "Data that is a JSON string is handed to the client as it is, without quotes.",
			Section: dataSection, Change: peertest.Data([]byte(`a "text" ü`))},
		{Peer: javaScript, Direction: peertest.Writes, Modes: only(cloudevents.StructuredMode), Cases: []string{"time-offset", "time-nanoseconds"}, Permitted: true,
			Happens: "Times are written in UTC and in milliseconds.",
			Section: "spec.md#time", Change: peertest.TimeInMilliseconds},
	}...)
}

const jsDate = "Thu Feb 29 2024 12:30:45 GMT+0000 (Coordinated Universal Time)"

// jsJSON are the rows about JSON data, which JavaScript parses.
func jsJSON(d peertest.Direction, modes ...cloudevents.Mode) []peertest.Deviation {
	return []peertest.Deviation{
		{Peer: javaScript, Direction: d, Modes: modes, Cases: []string{"json-digits"}, Permitted: true,
			Happens: "Numbers in JSON data are doubles.",
			Section: "json-format.md#312-payload-deserialization", Change: peertest.Data([]byte(`{"n":12345678901234567000}`))},
		{Peer: javaScript, Direction: d, Modes: modes, Cases: []string{"json-spelling"}, Permitted: true,
			Happens: "JSON data is parsed and printed: the same JSON value in other bytes.",
			Section: "json-format.md#312-payload-deserialization", Change: peertest.Data([]byte(`{"html":"<b>&</b>"}`))},
	}
}
