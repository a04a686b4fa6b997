package brokers_test

import (
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	"github.com/seed763dd41b/cloudevents/spec"
)

const (
	mqttjs    = "mqtt.js 5.16.0"
	mqttjs311 = "mqtt.js 5.16.0 with MQTT 3.1.1"
	mosquitto = "mosquitto_pub and mosquitto_sub"
	pahoMochi = "paho.golang 0.23.0 over mochi 2.7.9"
)

func mqtt() *peertest.Binding {
	return &peertest.Binding{
		Name: "MQTT",
		Intro: `Over mosquitto, and over mochi in the process of the tests; this module with paho.golang. The
JavaScript SDK runs on mqtt.js. The messages of the other peers are made and read by hand,
as the document says. No MQTT binding of sdk-go can be had.`,
		Channels: slices.Concat(
			peertest.Both(javaScript, modes()...), peertest.Both(mqttjs, modes()...), peertest.Both(mqttjs311, cloudevents.StructuredMode),
			peertest.Both(mosquitto, modes()...), peertest.Both(pahoMochi, modes()...),
		),
		Deviations: mqttRows,
	}
}

var mqttRows = slices.Concat([]peertest.Deviation{
	{Peer: javaScript, Direction: peertest.Reads, Modes: only(cloudevents.BinaryMode), Where: "events with a content type",
		Applies: func(e *cloudevents.Event) bool { return e.DataContentType != "" },
		Happens: "The Content Type is not read, so that datacontenttype is lost. Encoder.CopyDataContentType writes the user property that is read instead.",
		Section: "mqtt-protocol-binding.md#311-mqtt-publish-content-type", Change: peertest.Drop(spec.DataContentType)},
	{Peer: javaScript, Direction: peertest.Reads, Cases: []string{"minimal"}, Permitted: true,
		Happens: "An event without time gets the current time.",
		Section: "spec.md#time", Change: peertest.TimeMadeUp},
	{Peer: javaScript, Direction: peertest.Writes, Modes: only(cloudevents.BinaryMode), Cases: []string{"extension-binary"},
		Happens: "A Buffer as an extension becomes text with U+0000, and the broker closes the connection.",
		Section: "spec.md#type-system", Fails: "the broker closed the connection"},
}, jsJSON(peertest.Reads, cloudevents.StructuredMode), jsWrites("mqtt-protocol-binding.md#312-event-data-encoding"))
