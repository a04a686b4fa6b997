// Command conformance-adapter-go lets "ce conformance --adapter" test this library. To test
// another one, replace what is between a message and an event, a protocol at a time. What
// the library does not have returns conformance.ErrSkipped, or is nil in the Codec.
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	"github.com/seed763dd41b/cloudevents/spec"
)

func main() {
	codec := conformance.Codec{Check: library.Codec().Check, Decode: decode, Encode: encode, Transcode: transcode}
	if err := codec.Serve("cloudevents for Go", os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func decode(m conformance.Message, batch bool, exts []spec.Attribute) ([]conformance.Event, error) {
	var err error
	es := make([]cloudevents.Event, 1)
	switch {
	case m.Protocol == conformance.Kafka: // its messages are parts, as those of all bindings but HTTP
		var record cekafka.Message
		for _, p := range m.Parts {
			switch p.Kind {
			case "key":
				record.Key = p.Value
			case "header":
				record.Headers = append(record.Headers, cekafka.Header{Name: p.Name, Value: p.Value})
			case "value":
				record.Value = p.Value
			}
		}
		es[0], err = cekafka.ToCloudEvent(&record, nil, exts...)
	case m.Protocol != conformance.Request && m.Protocol != conformance.Response:
		return library.Codec().Decode(m, batch, exts) // documents and the other bindings, in the same way
	case batch:
		es, err = cehttp.DecodeMessageBatch(m.Header, m.Body, nil, exts...)
	default:
		es[0], err = cehttp.DecodeMessage(m.Header, m.Body, nil, exts...)
	}
	neutral := []conformance.Event{}
	for i := range es {
		neutral = append(neutral, conformance.FromEvent(&es[i]))
	}
	return neutral, err
}

func encode(neutral []conformance.Event, mode cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
	m := conformance.Message{Protocol: p, Header: http.Header{}}
	es, err := conformance.ToEvents(neutral)
	switch {
	case err != nil:
	case p == conformance.Kafka && mode != cloudevents.BatchMode:
		var record cekafka.Message
		record, err = cekafka.ToMessage(&es[0], mode, nil)
		for _, h := range record.Headers {
			m.Parts = append(m.Parts, conformance.Part{Kind: "header", Name: h.Name, Value: h.Value})
		}
		m.Parts = append(m.Parts, conformance.Part{Kind: "value", Value: record.Value})
	case p != conformance.Request && p != conformance.Response:
		return library.Codec().Encode(neutral, mode, p)
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
