// Command conformance-adapter-go lets "ce conformance --adapter" test this library. To test
// another one, put its functions into the Codec. A function that it does not have is nil.
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

func main() {
	codec := conformance.Codec{Check: library.Codec().Check, Decode: decode, Encode: encode, Transcode: transcode}
	if err := codec.Serve("cloudevents for Go", os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// known reports whether this adapter serves a protocol: HTTP, and documents.
func known(p conformance.Protocol) bool {
	return p == conformance.Request || p == conformance.Response || p == conformance.JSON
}

func decode(m conformance.Message, batch bool, exts []spec.Attribute) (neutral []conformance.Event, err error) {
	if !known(m.Protocol) {
		return nil, conformance.ErrSkipped
	}
	header, es := m.Header, make([]cloudevents.Event, 1)
	if m.Protocol == conformance.JSON {
		header = http.Header{"Content-Type": {map[bool]string{false: spec.MediaTypeJSON, true: spec.BatchMediaTypeJSON}[batch]}}
	}
	switch {
	case header == nil:
		err = conformance.ErrSkipped // a message of another protocol
	case batch:
		es, err = cehttp.DecodeMessageBatch(header, m.Body, nil, exts...)
	default:
		es[0], err = cehttp.DecodeMessage(header, m.Body, nil, exts...)
	}
	for i := range es {
		neutral = append(neutral, conformance.FromEvent(&es[i]))
	}
	return neutral, err
}

func encode(neutral []conformance.Event, mode cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
	if !known(p) {
		return conformance.Message{}, conformance.ErrSkipped
	}
	m := conformance.Message{Protocol: p, Header: http.Header{}}
	es, err := conformance.ToEvents(neutral)
	switch {
	case err != nil:
	case p != conformance.Request && p != conformance.Response && p != conformance.JSON:
		err = conformance.ErrSkipped
	case mode == cloudevents.BatchMode:
		m.Body, err = cehttp.EncodeMessageBatch(m.Header, es, nil)
	default:
		m.Body, err = cehttp.EncodeMessage(m.Header, &es[0], mode, nil)
	}
	return m, err
}

func transcode(m conformance.Message, batch bool, mode cloudevents.Mode) (conformance.Message, error) {
	neutral, err := decode(m, batch, nil)
	if err != nil {
		return m, err
	}
	return encode(neutral, mode, conformance.Request)
}
