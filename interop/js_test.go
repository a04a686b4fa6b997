package interop_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/seed763dd41b/cloudevents"
)

// The HTTP binding of the JavaScript SDK does not write batches, and has nothing
// for responses.
var jsChannels = []channel{
	{javaScript, reads, cloudevents.BinaryMode, false},
	{javaScript, reads, cloudevents.StructuredMode, false},
	{javaScript, reads, cloudevents.BatchMode, false},
	{javaScript, writes, cloudevents.BinaryMode, false},
	{javaScript, writes, cloudevents.StructuredMode, false},
}

func TestJavaScript(t *testing.T) {
	address := startJS(t)
	for _, channel := range jsChannels {
		for _, c := range channel.cells() {
			t.Run(c.name(), func(t *testing.T) {
				if c.direction == reads {
					c.check(t, ask(t, c.request(t, address+"/receive")))
				} else {
					c.check(t, c.jsWrites(t, address+"/send"))
				}
			})
		}
	}
}

// jsWrites has peer.js send the event of a cell to a receiver of this module.
func (c cell) jsWrites(t *testing.T, address string) outcome {
	r := newReceiver(t, func(req *http.Request) outcome { return c.readMessage(t, req.Header, req.Body) })
	body, err := json.Marshal(map[string]any{"url": r.URL, "mode": c.mode.String(), "event": toJS(&c.event)})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if said := ask(t, req); said.err != "" {
		return said
	}
	return <-r.got
}
