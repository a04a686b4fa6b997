package brokers_test

import (
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
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

var mqttRows = []peertest.Deviation{}
