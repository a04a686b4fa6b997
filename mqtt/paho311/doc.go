// Package cepaho311 sends and consumes events with the MQTT 3.1.1 client
// github.com/eclipse/paho.mqtt.golang. MQTT 3.1.1 has no properties and no reason codes.
// Prefer package cepaho in mqtt/paho, for MQTT 5, if the broker supports it.
//
// [FromMessage] converts a message of the client to the Message of package cemqtt. A
// program with a loop of its own needs nothing else:
//
//	m := cepaho311.FromMessage(message)
//	e, err := cemqtt.ToCloudEvent(&m, nil)
//
// [Consumer] is a loop that passes events to a handler and loses none. [Sender] publishes
// events in the JSON event format, the only one that MQTT 3.1.1 has. Both use a client
// that the program makes, and hide nothing of it.
//
// # Delivery
//
// The Consumer delivers each event of QoS 1 and 2 at least once. It acknowledges a
// message after it was handled, deferred or written to the dead letter, in the order in
// which the messages arrived. A message that is not acknowledged when the connection ends
// is delivered again on the next connection with the same client ID. That includes those
// whose handlers finish after the loss, so a handler must be idempotent or be wrapped in a
// dispatch.Deduplicate.
//
// If the handler asks for a retry, the message stays where it is and the handler is
// called again after a wait. A message that is refused or runs out of attempts goes to
// the dead letter. Without a dead letter the Consumer stops with an error, and the broker
// keeps the message.
//
// The broker limits the messages that it sends before they are acknowledged, and queues
// those behind them. Mosquitto sends 20 unless max_inflight_messages is set. Most brokers
// limit that queue and drop the rest without an error. Mosquitto keeps 1000 messages of a
// session unless max_queued_messages is set.
//
// In MQTT 3.1.1 a broker cannot say that it refuses a message: Mosquitto acknowledges it
// and drops it. Make sure that the clients may publish to the topics of senders and dead
// letters.
//
// QoS 0 has no acknowledgements. Its events are delivered at most once.
package cepaho311
