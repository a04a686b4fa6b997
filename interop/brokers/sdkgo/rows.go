package sdkgo

import (
	"strings"

	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	"github.com/seed763dd41b/cloudevents/spec"
)

// WritesOld returns the row of all bindings about events of version 0.3.
func WritesOld(peer string) []peertest.Deviation {
	return []peertest.Deviation{{
		Peer: peertest.OldPeer(peer), Direction: peertest.Writes, Cases: []string{"v03-binary-data"},
		Happens: "`SetData` has no bytes without a codec for their type in version 0.3: the event cannot be built.",
		Section: "v0.3/spec.md#datacontentencoding", Fails: "unsupported content type",
	}}
}

// Writes returns the rows of all bindings about events that are built with sdk-go.
func Writes(peer string) []peertest.Deviation {
	return []peertest.Deviation{
		{Peer: peer, Direction: peertest.Writes, Cases: []string{"text-edge-spaces"},
			Happens: "Spaces at both ends of id, type and subject are cut off by the setters.",
			Section: "spec.md#type-system", Change: peertest.Rewrite(strings.TrimSpace, spec.ID, spec.EventType, spec.Subject)},
		{Peer: peer, Direction: peertest.Writes, Cases: []string{"time-offset"}, Permitted: true,
			Happens: "Times are sent in UTC: the offset is lost.",
			Section: "spec.md#time", Change: peertest.TimeInUTC},
		{Peer: peer, Direction: peertest.Writes, Cases: []string{"json-spelling"}, Permitted: true,
			Happens: "JSON data from `SetData` is compacted, and `<`, `>` and `&` are escaped: the same JSON value in other bytes.",
			Section: "json-format.md#311-payload-serialization", Change: peertest.Data([]byte(`{"html":"\u003cb\u003e\u0026\u003c/b\u003e"}`))},
	}
}
