package interop_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/seed763dd41b/cloudevents"
)

func channels() []channel { return slices.Concat(sdkGoChannels, jsChannels) }

// TestWireCases checks that this module reads the messages that peers are measured by.
func TestWireCases(t *testing.T) {
	for _, m := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode, cloudevents.BatchMode} {
		for _, c := range (channel{"this module", reads, m, false}).cells() {
			t.Run(c.name(), func(t *testing.T) {
				r := newReceiver(t, func(req *http.Request) outcome { return c.readMessage(t, req.Header, req.Body) })
				got := r.deliver(t, c.request(t, r.URL))
				got.header = nil // the messages in wireCases are not written by a peer
				c.check(t, got)
			})
		}
	}
}
