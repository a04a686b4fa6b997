// Package cegoamqp carries events with the AMQP 1.0 client github.com/Azure/go-amqp.
//
// [FromMessage] and [ToMessage] convert between an amqp.Message and the Message of package
// ceamqp. A program that has a loop of its own needs no more. [CopyFromMessage] uses one
// Message for many.
//
//	m := cegoamqp.FromMessage(msg)
//	e, err := ceamqp.ToCloudEvent(&m, nil)
//
// [Consumer] is a loop over a receiving link that hands events to a handler and loses none.
// [Sender] sends events on a link, and waits for the outcome of each. Both use links that the
// program makes, and hide nothing of them.
//
// # Delivery
//
// The Consumer delivers each event at least once. A message is accepted after it was
// handled or deferred. A message that is refused is rejected, after it was written to the
// dead letter, if there is one. A message whose handler asks for a retry stays where it
// is, and its handler is called again after a wait, unless [Consumer.Retry] gives it back
// to the broker. If no attempt is left, it goes to the dead letter and is rejected.
// Without a dead letter the Consumer stops with an error, and the message stays with the
// broker. A message that is not settled when the link ends comes again: a handler has to
// be idempotent, or stand behind dispatch.Deduplicate.
//
// That holds if the broker keeps a message until it is settled. The Consumer cannot tell if one
// was settled by its sender. Ask for amqp.SenderSettleModeUnsettled if in doubt; the example
// broker of Qpid Proton does not obey.
//
// # Order
//
// The broker sends as many messages as the Credit of the Receiver, and the Consumer handles
// Concurrency of them at a time. With a Concurrency of 1 the order is that of the link, and a
// retry in place lets nothing pass. After a lost connection, a broker that has not noticed that yet
// can send later messages first.
//
// # Connections
//
// go-amqp does not connect again by itself. [Consumer.Connect] makes the links as often as is
// needed; without it Run ends with the error of the link. After a lost link, the handlers under
// way finish before the next link is made, so that no event is handled beside itself.
//
// [Sender.Connect] does the same for a Sender. An event whose link was lost is sent again on the
// next one, and may arrive twice. Without it, make a Sender of a new link after a
// [*amqp.LinkError], [*amqp.SessionError] or [*amqp.ConnError].
//
// # RabbitMQ
//
// RabbitMQ 3.10.8 sends more messages than a link has credit for, if the credit is renewed while
// messages are under way. The counter of go-amqp 1.7.0 then wraps below 0 to 4294967295, and it
// never issues credit again: a receiver with a Credit above 1 stops after some hundred messages.
// With a [Consumer.Credit], the credit is renewed only when none is left, and that does not happen:
//
//	links.Receiver, err = session.NewReceiver(ctx, "/queue/orders", &amqp.ReceiverOptions{
//		Credit: -1, SourceDurability: amqp.DurabilityUnsettledState,
//	})
//
// A Credit of 1 in the Receiver works too, and waits for the network with each message. Queues of
// the form /queue/NAME are durable if the links ask for amqp.DurabilityUnsettledState.
//
// # What the client cannot read
//
// go-amqp cannot read properties of the types char and decimal, and ends the link of such a
// message. It comes again when the Consumer connects again, after waits that grow.
package cegoamqp
