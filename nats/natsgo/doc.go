// Package cenatsgo carries events with the NATS client github.com/nats-io/nats.go: core NATS
// and JetStream.
//
// [FromMsg] and [ToMsg] convert between a nats.Msg and the Message of package cenats,
// [FromJetStream] does for a jetstream.Msg. A program that has a loop of its own needs no more:
//
//	m := cenatsgo.FromMsg(msg)
//	e, err := cenats.ToCloudEvent(&m, nil)
//
// [Consumer] is a loop over a JetStream consumer that hands events to a handler and loses none.
// [Sender] publishes events, to JetStream or to core NATS.
//
// # Delivery
//
// JetStream delivers each event at least once: a message is acknowledged after it was handled or
// deferred, and comes again if that does not happen within the AckWait of the JetStream consumer.
// While a handler works, the Consumer asks for more time. A message that is refused is
// terminated, and one whose handler asks for a retry is delivered again after a wait. Either
// goes to the dead letter first, if there is one and no attempt is left.
//
// Core NATS delivers at most once: a program that does not listen, or crashes while it handles
// an event, has lost it.
package cenatsgo
