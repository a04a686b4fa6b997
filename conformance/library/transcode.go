package conformance

import (
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// transcode passes a message on in another mode, as a gateway does.
func transcode(m Message, batch bool, mode cloudevents.Mode) (Message, error) {
	var es []cloudevents.Event
	var err error
	switch {
	case batch && m.Protocol == JSON:
		es, err = format.JSON{}.DecodeBatchModeMessage(m.Body, "")
	case batch:
		es, err = cehttp.DecodeMessageBatch(m.Header, m.Body, nil)
	case m.Protocol == JSON:
		es, err = one(format.JSON{}.DecodeStructuredModeMessage(m.Body, ""))
	default:
		es, err = one(cehttp.DecodeMessage(m.Header, m.Body, nil))
	}
	if err != nil {
		return Message{}, err
	}
	out := Message{Protocol: Request, Header: http.Header{}}
	if mode == cloudevents.BatchMode {
		out.Body, err = cehttp.EncodeMessageBatch(out.Header, es, nil)
	} else {
		out.Body, err = cehttp.EncodeMessage(out.Header, &es[0], mode, nil)
	}
	return out, err
}
