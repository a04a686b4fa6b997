package cemqtt_test

import (
	"github.com/seed763dd41b/cloudevents/conformance"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
)

// message returns the message of a case.
func message(c conformance.Message) (m cemqtt.Message) {
	if c.Protocol == conformance.MQTT311 {
		m.Version = cemqtt.V311
	}
	for _, p := range c.Parts {
		switch p.Kind {
		case "content-type":
			m.ContentType = string(p.Value)
		case "property":
			m.UserProperties = append(m.UserProperties, cemqtt.UserProperty{Name: p.Name, Value: string(p.Value)})
		case "payload":
			m.Payload = p.Value
		}
	}
	return m
}
