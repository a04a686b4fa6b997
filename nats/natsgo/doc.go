// Package cenatsgo sends and consumes events with the NATS client
// github.com/nats-io/nats.go, over core NATS and JetStream.
//
// [FromMsg] and [ToMsg] convert between a nats.Msg and the Message of package cenats.
// [FromJetStream] converts a jetstream.Msg. A program with a loop of its own needs
// nothing else:
//
//	m := cenatsgo.FromMsg(msg)
//	e, err := cenats.ToCloudEvent(&m, nil)
//
// [Consumer] is a loop over a JetStream consumer that passes events to a handler and
// loses none. [Sender] publishes events, to JetStream or to core NATS. Both use a client
// that the program makes, and hide nothing of it.
//
// # Delivery
//
// The Consumer delivers each event at least once. It acknowledges a message after it was
// handled, deferred or written to the dead letter. A message that is not acknowledged
// within the AckWait of the JetStream consumer is delivered again; while a handler works,
// the Consumer asks for more time. A handler must be idempotent or be wrapped in a
// dispatch.Deduplicate.
//
// If the handler asks for a retry, the message is delivered again after a wait, unless
// [Consumer.InOrder] keeps it where it is. A message that is refused or runs out of attempts
// is written to the dead letter and terminated. Without a dead letter, a message that is
// refused is terminated all the same, and one that runs out of attempts stops the Consumer
// with an error and stays with the server.
//
// Core NATS delivers at most once. An event is lost if no program listens, or if the
// program crashes while it handles the event.
package cenatsgo
