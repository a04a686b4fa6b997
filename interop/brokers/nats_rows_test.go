package brokers_test

import (
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
)

const (
	sdkGoNATS      = "sdk-go nats 2.16.2"
	sdkGoJetStream = "sdk-go nats_jetstream 2.16.2"
	natsNode       = "nats.js 3.4.0"
)

func nats() *peertest.Binding {
	return &peertest.Binding{
		Name: "NATS",
		Intro: `Over nats-server 2.15.3 in the process of the tests; this module with nats.go. The messages
of nats.js are made and read by hand, as the document says. The core binding of sdk-go has
structured mode alone.`,
		Channels: slices.Concat(
			peertest.Both(sdkGoNATS, cloudevents.StructuredMode), peertest.Both(sdkGoJetStream, modes()...),
			peertest.Both(natsNode, modes()...),
		),
		Deviations: natsRows,
	}
}

var natsRows = []peertest.Deviation{}
