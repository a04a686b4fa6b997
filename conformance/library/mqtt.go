package library

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	"github.com/seed763dd41b/cloudevents/spec"
)

// mqtt returns the binding for a version of MQTT.
func mqtt(version cemqtt.Version) binding {
	return binding{
		decode: func(parts []conformance.Part, exts []spec.Attribute) (cloudevents.Event, error) {
			m := cemqtt.Message{Version: version, ContentType: string(content(parts, "content-type")), Payload: content(parts, "payload")}
			for _, p := range parts {
				if p.Kind == "property" {
					m.UserProperties = append(m.UserProperties, cemqtt.UserProperty{Name: p.Name, Value: string(p.Value)})
				}
			}
			return cemqtt.ToCloudEvent(&m, nil, exts...)
		},
		encode: func(e *cloudevents.Event, mode cloudevents.Mode) (parts []conformance.Part, err error) {
			m := cemqtt.Message{Version: version}
			if err := cemqtt.CopyToMessage(&m, e, mode, nil); err != nil {
				return nil, err
			}
			if m.ContentType != "" {
				parts = append(parts, conformance.Part{Kind: "content-type", Value: []byte(m.ContentType)})
			}
			for _, p := range m.UserProperties {
				parts = append(parts, conformance.Part{Kind: "property", Name: p.Name, Value: []byte(p.Value)})
			}
			return append(parts, conformance.Part{Kind: "payload", Value: append([]byte{}, m.Payload...)}), nil
		},
	}
}
