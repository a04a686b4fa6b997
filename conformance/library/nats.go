package library

import (
	"maps"
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	"github.com/seed763dd41b/cloudevents/spec"
)

func decodeNATS(parts []conformance.Part, exts []spec.Attribute) (cloudevents.Event, error) {
	m := cenats.Message{Data: content(parts, "data")}
	for _, p := range parts {
		if p.Kind != "header" {
			continue
		}
		if m.Header == nil {
			m.Header = map[string][]string{}
		}
		values := m.Header[p.Name]
		if p.Value != nil { // otherwise it is a name without values
			values = append(values, string(p.Value))
		}
		m.Header[p.Name] = values
	}
	return cenats.ToCloudEvent(&m, nil, exts...)
}

func encodeNATS(e *cloudevents.Event, mode cloudevents.Mode) (parts []conformance.Part, err error) {
	m, err := cenats.ToMessage(e, mode, nil)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(m.Header)) {
		for _, value := range m.Header[name] {
			parts = append(parts, conformance.Part{Kind: "header", Name: name, Value: []byte(value)})
		}
	}
	return append(parts, conformance.Part{Kind: "data", Value: append([]byte{}, m.Data...)}), nil
}
