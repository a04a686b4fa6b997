// Package cepaho carries events with the client github.com/eclipse/paho.golang, for MQTT 5.
// Package cepaho311, in a module of its own, is for MQTT 3.1.1.
//
// [FromPublish] and [ToPublish] convert between a paho.Publish and the Message of package
// cemqtt. A program that has a loop of its own needs no more:
//
//	m := cepaho.FromPublish(publish)
//	e, err := cemqtt.ToCloudEvent(&m, nil)
//
// [Consumer] is a loop that hands events to a handler and loses none. [Sender] publishes events.
// Both use a connection that the program makes with package autopaho, and hide nothing of it.
//
// # Delivery
//
// The Consumer delivers each event of QoS 1 and 2 at least once. It acknowledges a
// message after it was handled, deferred or written to the dead letter, in the order in
// which the messages came. A message that is not acknowledged when the connection ends
// comes again at the next one, if that has the same session: the same client ID, no clean
// start, and a Session Expiry Interval that is longer than the pause. A message can come
// again although it was handled: a handler has to be idempotent, or stand behind
// dispatch.Deduplicate.
//
// A message whose handler asks for a retry stays where it is, and its handler is called again
// after a wait. One that is refused, or whose attempts are used up, goes to the dead letter.
// Without a dead letter the Consumer stops with an error, and the broker keeps the message.
//
// The broker sends no more than the Receive Maximum of messages that are not acknowledged, and
// keeps those behind them. Most brokers limit what they keep for a session, and drop the rest
// without telling anybody: Mosquitto keeps 1000 messages unless its max_queued_messages says
// otherwise.
//
// QoS 0 has no acknowledgement. Such an event is delivered at most once.
package cepaho
