package cepaho311

import (
	mqtt "github.com/eclipse/paho.mqtt.golang"

	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
)

// FromMessage returns the payload of m as a Message, which shares it. The inverse needs
// no function: publish the Payload of a cemqtt.Message.
func FromMessage(m mqtt.Message) cemqtt.Message {
	return cemqtt.Message{Version: cemqtt.V311, Payload: m.Payload()}
}
