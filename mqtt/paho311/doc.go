// Package cepaho311 carries events with the client github.com/eclipse/paho.mqtt.golang, for
// MQTT 3.1.1. Package cepaho, in a module of its own, is for MQTT 5, and better wherever the
// broker has it: MQTT 3.1.1 has no properties and no reason codes.
//
// [FromMessage] converts a message of the client to the Message of package cemqtt. A program that
// has a loop of its own needs no more:
//
//	m := cepaho311.FromMessage(message)
//	e, err := cemqtt.ToCloudEvent(&m, nil)
//
// [Consumer] is a loop that hands events to a handler and loses none. [Sender] publishes events,
// in the JSON event format, the only one that MQTT 3.1.1 has. Both use a client that the program
// makes, and hide nothing of it.
//
// # Delivery
//
// The Consumer delivers each event of QoS 1 and 2 at least once. It acknowledges a
// message after it was handled, deferred or written to the dead letter, in the order in
// which the messages came. A message that is not acknowledged when the connection ends
// comes again at the next one with the same client ID. A message can come again although
// it was handled, and does so at each loss of the connection: a handler has to be
// idempotent, or stand behind dispatch.Deduplicate.
//
// A message whose handler asks for a retry stays where it is, and its handler is called again
// after a wait. One that is refused, or whose attempts are used up, goes to the dead letter.
// Without a dead letter the Consumer stops with an error, and the broker keeps the message.
//
// The broker sends only so many messages that are not acknowledged: Mosquitto 20, unless its
// max_inflight_messages says otherwise. Most brokers limit what they keep for a session behind
// them, and drop the rest without telling anybody: Mosquitto keeps 1000 messages unless its
// max_queued_messages says otherwise.
//
// A broker with MQTT 3.1.1 cannot say that it refuses a message: Mosquitto acknowledges it and
// drops it. See that the clients may publish to the topics of senders and dead letters.
//
// QoS 0 has no acknowledgement. Such an event is delivered at most once.
package cepaho311
