package library

import (
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// transcode writes the events of a message as a request in another mode, as a gateway
// does.
func (f messages) transcode(m conformance.Message, batch bool, mode cloudevents.Mode) (conformance.Message, error) {
	es, err := f.doors(m, batch, nil)[0]()
	if err != nil {
		return conformance.Message{}, err
	}
	out := conformance.Message{Protocol: conformance.Request, Header: http.Header{}}
	if mode == cloudevents.BatchMode {
		out.Body, err = cehttp.EncodeMessageBatch(out.Header, es, nil)
	} else {
		out.Body, err = cehttp.EncodeMessage(out.Header, &es[0], mode, nil)
	}
	return out, err
}
