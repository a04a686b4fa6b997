package brokers_test

import (
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	"github.com/seed763dd41b/cloudevents/interop/brokers/sdkgo"
	"github.com/seed763dd41b/cloudevents/spec"
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
			peertest.Both(sdkGoNATS, cloudevents.StructuredMode), peertest.Old(sdkGoNATS, cloudevents.StructuredMode),
			peertest.Both(sdkGoJetStream, modes()...), peertest.Old(sdkGoJetStream, modes()...),
			peertest.Both(natsNode, modes()...),
		),
		Deviations: natsRows,
	}
}

var natsRows = slices.Concat(sdkgo.Writes(sdkGoNATS), sdkgo.WritesOld(sdkGoNATS), jetStreamWrites(), sdkgo.WritesOld(sdkGoJetStream), []peertest.Deviation{
	{Peer: sdkGoJetStream, Direction: peertest.Reads, Modes: only(cloudevents.BinaryMode), Cases: []string{"text-unicode", "text-edge-spaces", "text-percent", "text-quotes"},
		Happens: "Percent-encoding is not decoded: `Euro%20%E2%82%AC` is read as it is.",
		Section: natsValues, Change: peertest.Rewrite(percentByHand, texts...)},
	{Peer: sdkGoJetStream, Direction: peertest.Writes, Modes: only(cloudevents.BinaryMode), Cases: []string{"extension-types"},
		Happens: "A URI or URI-reference as an extension is written as Go prints its struct.",
		Section: "spec.md#type-system", Change: peertest.All(
			peertest.Set("auri", spec.String, "{{https   example.com /a d b=c   false false}}"),
			peertest.Set("aurireference", spec.String, "{{    ../a/b  c   false false}}"))},
	{Peer: sdkGoJetStream, Direction: peertest.Writes, Modes: only(cloudevents.BinaryMode), Cases: []string{"extension-binary"},
		Happens: "A Binary extension is written as Go prints a slice of numbers.",
		Section: "spec.md#type-system", Change: peertest.Set("abinary", spec.String, "[0 255 16 128]")},
	{Peer: sdkGoJetStream, Direction: peertest.Writes, Modes: only(cloudevents.BinaryMode), Cases: []string{"text-edge-spaces"},
		Happens: "Spaces at both ends of an extension are not encoded, so that the client cuts them off.",
		Section: natsValues, Change: peertest.Rewrite(strings.TrimSpace, "note")},
	{Peer: sdkGoJetStream, Direction: peertest.Writes, Modes: only(cloudevents.BinaryMode), Cases: []string{"text-percent"},
		Happens: "Percent signs are not encoded: `%41` is sent as it is and stands for `A`.",
		Section: natsValues, Change: peertest.Rewrite(func(s string) string { return strings.ReplaceAll(s, "%41", "A") }, texts...)},
	{Peer: sdkGoJetStream, Direction: peertest.Writes, Modes: only(cloudevents.BinaryMode), Cases: []string{"text-quotes"},
		Happens: "Double quotes are not encoded: `say:\"hi\\there\"` is sent as it is and stands for `say:hithere`.",
		Section: natsValues, Change: peertest.Rewrite(func(string) string { return "say:hithere" }, texts...)},
})

const natsValues = "nats-protocol-binding.md#3132-nats-header-values"

var texts = []string{spec.ID, spec.EventType, spec.Subject, "note"}

// jetStreamWrites are the rows of sdk-go, but that binary mode keeps the offset of a time.
func jetStreamWrites() []peertest.Deviation {
	rows := sdkgo.Writes(sdkGoJetStream)
	for i := range rows {
		if slices.Equal(rows[i].Cases, []string{"time-offset"}) {
			rows[i].Modes = only(cloudevents.StructuredMode)
		}
	}
	return rows
}
