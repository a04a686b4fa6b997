package library

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	"github.com/seed763dd41b/cloudevents/spec"
)

func decodeKafka(parts []conformance.Part, exts []spec.Attribute) (cloudevents.Event, error) {
	m := cekafka.Message{Key: content(parts, "key"), Value: content(parts, "value")}
	for _, p := range parts {
		if p.Kind == "header" {
			m.Headers = append(m.Headers, cekafka.Header{Name: p.Name, Value: p.Value})
		}
	}
	return cekafka.ToCloudEvent(&m, nil, exts...)
}

func encodeKafka(e *cloudevents.Event, mode cloudevents.Mode) (parts []conformance.Part, err error) {
	m, err := cekafka.ToMessage(e, mode, nil)
	if err != nil {
		return nil, err
	}
	if m.Key != nil {
		parts = append(parts, conformance.Part{Kind: "key", Value: m.Key})
	}
	for _, h := range m.Headers {
		parts = append(parts, conformance.Part{Kind: "header", Name: h.Name, Value: h.Value})
	}
	return append(parts, conformance.Part{Kind: "value", Value: m.Value}), nil
}
