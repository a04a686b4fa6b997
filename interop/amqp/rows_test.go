package amqp_test

import (
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	"github.com/seed763dd41b/cloudevents/spec"
)

const (
	sdkGo  = "sdk-go amqp 2.15.2"
	rhea   = "rhea 3.0.5"
	proton = "Qpid Proton for Python"
)

func modes() []cloudevents.Mode {
	return []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode}
}

// colon is sdk-go as a reader of messages with Encoder.Colon.
func colon() peertest.Channel {
	return peertest.Channel{Peer: sdkGo + " with Encoder.Colon", Direction: peertest.Reads, Mode: cloudevents.BinaryMode}
}

func table() *peertest.Binding {
	return &peertest.Binding{
		Name: "AMQP",
		Intro: `Over the C broker of Qpid Proton; this module and sdk-go with go-amqp 0.17.0, which sdk-go
needs. The messages of rhea and of Proton are made and read by hand, as the document says,
in native types. sdk-go reads binary mode with Encoder.Colon alone.`,
		Channels: slices.Concat(
			peertest.Both(sdkGo, modes()...), []peertest.Channel{colon()},
			peertest.Both(rhea, modes()...), peertest.Both(proton, modes()...),
		),
		NativeTypes: []spec.Type{spec.Boolean, spec.Integer, spec.Binary, spec.Timestamp},
		Deviations:  rows,
	}
}

var rows = []peertest.Deviation{}
