package cepaho

import (
	"github.com/eclipse/paho.golang/paho"

	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
)

// FromPublish returns the Content Type, user properties and payload of p as a Message.
// The payload is shared with p.
func FromPublish(p *paho.Publish) cemqtt.Message {
	m := cemqtt.Message{Payload: p.Payload}
	if p.Properties == nil {
		return m
	}
	m.ContentType = p.Properties.ContentType
	if user := p.Properties.User; len(user) > 0 {
		m.UserProperties = make([]cemqtt.UserProperty, len(user))
		for i, u := range user {
			m.UserProperties[i] = cemqtt.UserProperty{Name: u.Key, Value: u.Value}
		}
	}
	return m
}

// ToPublish returns a PUBLISH packet of QoS 1 on a topic with the Content Type, user
// properties and payload of m. The payload is shared with m.
func ToPublish(topic string, m *cemqtt.Message) *paho.Publish {
	p := &paho.Publish{Topic: topic, QoS: atLeastOnce}
	CopyToPublish(p, m)
	return p
}

// CopyToPublish sets the Content Type, user properties and payload of p to those of m.
// The payload is shared with m. The other fields of p are kept.
func CopyToPublish(p *paho.Publish, m *cemqtt.Message) {
	p.Payload = m.Payload
	if p.Properties == nil {
		p.Properties = new(paho.PublishProperties)
	}
	p.Properties.ContentType, p.Properties.User = m.ContentType, nil
	if len(m.UserProperties) > 0 {
		p.Properties.User = make(paho.UserProperties, len(m.UserProperties))
		for i, u := range m.UserProperties {
			p.Properties.User[i] = paho.UserProperty{Key: u.Name, Value: u.Value}
		}
	}
}
