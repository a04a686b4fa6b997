// Package cegoamqp sends and consumes events with the AMQP 1.0 client
// github.com/Azure/go-amqp.
//
// [FromMessage] and [ToMessage] convert between an amqp.Message and the Message of
// package ceamqp. A program with a loop of its own needs nothing else; [CopyFromMessage]
// lets it use one Message for all:
//
//	m := cegoamqp.FromMessage(msg)
//	e, err := ceamqp.ToCloudEvent(&m, nil)
//
// [Consumer] is a loop over a receiving link that passes events to a handler and loses
// none. [Sender] sends events on a link and waits for the outcome of each. Both use links
// that the program makes, and hide nothing of them.
//
// # Delivery
//
// The Consumer delivers each event at least once. It accepts a message after it was
// handled or deferred, and rejects one that is refused, after writing it to the dead
// letter, if there is one. A message that is not settled when its link ends is delivered
// again, so a handler must be idempotent or be wrapped in a dispatch.Deduplicate.
//
// If the handler asks for a retry, the message stays where it is and the handler is
// called again after a wait, unless [Consumer.Retry] gives the message back to the
// broker. A message that runs out of attempts is written to the dead letter and rejected.
// Without a dead letter the Consumer stops with an error, and the message stays with the
// broker.
//
// All of this requires a broker that keeps a message until it is settled. The Consumer
// cannot tell whether the broker has sent a message settled. In case of doubt ask for
// amqp.SenderSettleModeUnsettled; the example broker of Qpid Proton ignores it.
//
// # Order
//
// The broker sends as many messages as the Receiver has credit for, and the Consumer
// handles Concurrency of them at a time. With a Concurrency of 1, events are handled in
// the order of the link, and a retry in place holds up those behind it. After a lost
// connection, a broker that has not noticed the loss may send later messages first.
//
// # Connections
//
// go-amqp does not reconnect by itself. [Consumer.Connect] makes new links as often as
// needed; without it, Run returns the error of the link. After a lost link, the handlers
// that are running finish before new links are made, so that no event is handled twice at
// the same time.
//
// [Sender.Connect] does the same for a Sender. An event whose link was lost is sent again
// on the next one, and may arrive twice. Without Connect, make a new Sender after an
// *amqp.LinkError, *amqp.SessionError or *amqp.ConnError.
//
// # RabbitMQ
//
// RabbitMQ 3.10.8 sends more messages than a link has credit for if the credit is renewed
// while messages are on their way. The counter of go-amqp 1.7.0 then wraps from 0 to
// 4294967295, and the client never issues credit again: a receiver with a Credit above 1
// stops after some hundred messages. A [Consumer.Credit] avoids this, because it renews
// the credit only when none is left:
//
//	links.Receiver, err = session.NewReceiver(ctx, "/queue/orders", &amqp.ReceiverOptions{
//		Credit: -1, SourceDurability: amqp.DurabilityUnsettledState,
//	})
//
// A Credit of 1 in the Receiver avoids it too, but waits for the network with each
// message. Queues of the form /queue/NAME are durable if the links ask for
// amqp.DurabilityUnsettledState.
//
// # Messages that the client cannot read
//
// go-amqp cannot read properties of the types char and decimal, and ends the link at such
// a message. The broker sends it again whenever the Consumer reconnects, which it does
// after growing waits.
package cegoamqp
