// Package cepaho sends and consumes events with the MQTT 5 client
// github.com/eclipse/paho.golang. Package cepaho311 in mqtt/paho311 is for MQTT 3.1.1.
//
// [FromPublish] and [ToPublish] convert between a paho.Publish and the Message of package
// cemqtt. A program with a loop of its own needs nothing else:
//
//	m := cepaho.FromPublish(publish)
//	e, err := cemqtt.ToCloudEvent(&m, nil)
//
// [Consumer] is a loop that passes events to a handler and loses none. [Sender] publishes
// events. Both use a connection that the program makes with package autopaho, and hide
// nothing of it.
//
// # Delivery
//
// The Consumer delivers each event of QoS 1 and 2 at least once. It acknowledges a
// message after it was handled, deferred or written to the dead letter, in the order in
// which the messages arrived. A message that is not acknowledged when the connection ends
// is delivered again on the next connection of the same session. That needs the same
// client ID, no clean start, and a Session Expiry Interval longer than the interruption.
// A message can be delivered again after it was handled, so a handler must be idempotent
// or be wrapped in a dispatch.Deduplicate.
//
// If the handler asks for a retry, the message stays where it is and the handler is
// called again after a wait. A message that is refused or runs out of attempts goes to
// the dead letter. Without a dead letter the Consumer stops with an error, and the broker
// keeps the message.
//
// The broker sends at most the Receive Maximum of messages before they are acknowledged,
// and queues those behind them. Most brokers limit that queue and drop the rest without
// an error. Mosquitto keeps 1000 messages of a session unless max_queued_messages is set.
//
// QoS 0 has no acknowledgements. Its events are delivered at most once.
package cepaho
