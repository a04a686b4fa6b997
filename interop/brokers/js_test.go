package brokers_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
)

// jsExchange is what a broker does for js/peer.js: it sends events of this module to the
// topic that the peer reads, and receives those of the peer.
type jsExchange struct {
	send     func(t *testing.T, e *cloudevents.Event, mode cloudevents.Mode)
	receive  func(t *testing.T) peertest.Outcome
	byHand   func(e *cloudevents.Event, mode cloudevents.Mode) *peertest.Wire
	fromHand func(w *peertest.Wire) peertest.Outcome
}

// exchangeJS exchanges the cases with a client, whose messages are made by hand, and with the
// JavaScript SDK over that client, if sdk is its name.
func exchangeJS(t *testing.T, js *peertest.Process, b *peertest.Binding, client, sdk string, x jsExchange) {
	for _, ch := range b.Channels {
		if ch.Peer != client && ch.Peer != sdk {
			continue
		}
		b.Exchange(t, ch, func(t *testing.T, e *cloudevents.Event) peertest.Outcome {
			if ch.Direction == peertest.Reads {
				x.send(t, e, ch.Mode)
				a := js.Ask(t, peertest.Request{Op: "take", SDK: ch.Peer == sdk})
				if ch.Peer == sdk || a.Error != "" {
					return a.Outcome()
				}
				return x.fromHand(a.Wire)
			}
			r := peertest.Request{Op: "put", To: "from", SDK: ch.Peer == sdk, Mode: ch.Mode.String()}
			if r.SDK {
				n := conformance.FromEvent(e)
				r.Event = &n
			} else {
				r.Wire = x.byHand(e, ch.Mode)
			}
			if a := js.Ask(t, r); a.Error != "" {
				return a.Outcome()
			}
			return x.receive(t)
		})
	}
}
