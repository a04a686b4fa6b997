package amqp_test

import (
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	"github.com/seed763dd41b/cloudevents/interop/brokers/sdkgo"
	"github.com/seed763dd41b/cloudevents/spec"
)

const (
	sdkGo  = "sdk-go amqp 2.15.2"
	rhea   = "rhea 3.0.5"
	proton = "Qpid Proton for Python"

	rabbitMQ = "RabbitMQ 3.10.8"
)

func modes() []cloudevents.Mode {
	return []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode}
}

// colon is sdk-go as a reader of messages with Encoder.Colon.
func colon() peertest.Channel {
	return peertest.Channel{Peer: sdkGo + " with Encoder.Colon", Direction: peertest.Reads, Mode: cloudevents.BinaryMode}
}

// carried are the channels on which this module sends events to itself, over RabbitMQ.
func carried() []peertest.Channel {
	return []peertest.Channel{
		{Peer: rabbitMQ, Direction: peertest.Carries, Mode: cloudevents.BinaryMode},
		{Peer: rabbitMQ, Direction: peertest.Carries, Mode: cloudevents.StructuredMode},
		{Peer: rabbitMQ + " with Encoder.Colon", Direction: peertest.Carries, Mode: cloudevents.BinaryMode},
		{Peer: peertest.OldPeer(rabbitMQ), Direction: peertest.Carries, Mode: cloudevents.BinaryMode, Version: spec.V03},
		{Peer: peertest.OldPeer(rabbitMQ), Direction: peertest.Carries, Mode: cloudevents.StructuredMode, Version: spec.V03},
	}
}

func table() *peertest.Binding {
	return &peertest.Binding{
		Name: "AMQP",
		Intro: `Over the C broker of Qpid Proton; this module and sdk-go with go-amqp 0.17.0, which sdk-go
needs. The messages of rhea and of Proton are made and read by hand, as the document says,
in native types. sdk-go reads binary mode with Encoder.Colon alone.

RabbitMQ carries events from this module to itself. It keeps native types and values, but an
int or a long from -128 to -1 arrives with 256 more: Encoder.Text is a way around that. It
hands several data sections over in reverse order, and adds an empty data section to a
message without a body. TestRabbitMQ checks that, too, if CI_RABBITMQ is 1.`,
		Channels: slices.Concat(
			peertest.Both(sdkGo, modes()...), []peertest.Channel{colon()}, peertest.Old(sdkGo, modes()...),
			peertest.Both(rhea, modes()...), peertest.Both(proton, modes()...), carried(),
		),
		NativeTypes: []spec.Type{spec.Boolean, spec.Integer, spec.Binary, spec.Timestamp},
		Deviations:  rows,
	}
}

var rows = slices.Concat(sdkgo.Writes(sdkGo), sdkgo.WritesOld(sdkGo), []peertest.Deviation{
	{Peer: sdkGo, Direction: peertest.Reads, Modes: []cloudevents.Mode{cloudevents.BinaryMode}, Where: "all",
		Applies: func(*cloudevents.Event) bool { return true },
		Happens: "The prefix `cloudEvents_`, which is the preferred one, is not known: the message is no event.",
		Section: names, Fails: "unknown Message encoding"},
	{Peer: sdkGo, Direction: peertest.Writes, Modes: []cloudevents.Mode{cloudevents.BinaryMode}, Cases: []string{"time-nanoseconds"},
		Happens: "A time is sent as a native timestamp, which has milliseconds alone.",
		Section: "amqp-protocol-binding.md#3132-amqp-application-property-values", Change: peertest.TimeInMilliseconds},
	{Peer: colon().Peer, Direction: peertest.Reads, Cases: []string{"text-edge-spaces"},
		Happens: "Spaces at both ends of id, type and subject are cut off.",
		Section: "spec.md#type-system", Change: peertest.Rewrite(strings.TrimSpace, spec.ID, spec.EventType, spec.Subject)},
	{Peer: proton, Direction: peertest.Reads, Modes: []cloudevents.Mode{cloudevents.BinaryMode}, Where: "events without a content type",
		Applies: func(e *cloudevents.Event) bool { return e.DataContentType == "" },
		Happens: "An absent content-type is read as the text `None`.",
		Section: "amqp-protocol-binding.md#311-amqp-content-type", Change: peertest.Set(spec.DataContentType, spec.String, "None")},
})

const names = "amqp-protocol-binding.md#3131-amqp-application-property-names"
