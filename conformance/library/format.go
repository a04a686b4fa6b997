package library

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/format"
	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
	"github.com/seed763dd41b/cloudevents/spec"
)

// formats has a row for each protocol whose messages are documents.
var formats = map[conformance.Protocol]format.Formatter{
	conformance.JSON:        format.JSON{},
	conformance.Protobuf:    ceprotobuf.Format{},
	conformance.Avro:        ceavro.Format{},
	conformance.AvroCompact: ceavro.Compact{},
	conformance.XML:         cexml.Format{},
	conformance.CBOR:        cecbor.Format{},
}

// documentDoor returns the function that decodes a document. Formats without batches skip
// those.
func documentDoor(f format.Formatter, body []byte, batch bool, exts []spec.Attribute) func() ([]cloudevents.Event, error) {
	return func() ([]cloudevents.Event, error) {
		if !batch {
			return one(f.DecodeStructuredModeMessage(body, "", exts...))
		}
		if b, ok := f.(format.Batch); ok {
			return b.DecodeBatchModeMessage(body, "", exts...)
		}
		return nil, conformance.ErrSkipped
	}
}

// document encodes events as a document.
func document(f format.Formatter, es []cloudevents.Event, mode cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
	m := conformance.Message{Protocol: p}
	var err error
	if mode != cloudevents.BatchMode {
		m.Body, err = f.EncodeStructuredModeMessage(nil, &es[0])
	} else if b, ok := f.(format.Batch); ok {
		m.Body, err = b.EncodeBatchModeMessage(nil, es)
	} else {
		err = conformance.ErrSkipped
	}
	return m, err
}
