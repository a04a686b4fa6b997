package cepaho311

import (
	mqtt "github.com/eclipse/paho.mqtt.golang"

	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
)

// FromMessage returns the parts of a message that can carry an event: its payload, which is
// shared with m. In the other direction, the Payload of a cemqtt.Message is what mqtt.Client
// publishes.
func FromMessage(m mqtt.Message) cemqtt.Message {
	return cemqtt.Message{Version: cemqtt.V311, Payload: m.Payload()}
}
