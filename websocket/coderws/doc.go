// Package cecoderws sends and receives events over the connections of
// github.com/coder/websocket.
//
// [FromMessage] and [ToMessage] convert between what a connection reads and writes and
// the Message of package cews. [Dial] and [Accept] open connections for events. A program
// with a loop of its own needs nothing else:
//
//	kind, payload, err := conn.Read(ctx)
//	...
//	m := cecoderws.FromMessage(kind, payload)
//	e, err := cews.ToCloudEvent(&m, conn.Subprotocol(), nil)
//
// [Receiver] is an http.Handler that passes the events of each connection to a handler.
// [Sender] sends events on a connection, and opens a new one when it breaks.
//
// # Delivery
//
// A WebSocket has no acknowledgements. A message that was written can be lost with the
// connection, in a buffer at either end or on the way, and its sender does not learn of
// that. By itself, delivery is at most once. This package adds three things:
//
//   - A Receiver handles the events of a connection one after the other, and meanwhile
//     reads nothing, not even a ping. A pong therefore says that all events before the
//     ping were handled. A Sender sends a ping after each event or batch, and sends again
//     what was not confirmed. Between a Sender and a Receiver, delivery is at least once.
//     A handler must be idempotent or be wrapped in a dispatch.Deduplicate.
//   - A Receiver closes the connection if an event is refused or runs out of attempts,
//     with a status that says so. [Receiver.DeadLetter] sets such events aside instead.
//   - A Sender with [Sender.Unconfirmed] sends no pings and is faster: at most once.
//
// Most other programs answer a ping as soon as they have read it, whether or not they
// have handled the events before it. A Sender then knows only that the program has read
// the events. Events that a server pushes to its clients are delivered at most once,
// unless the server waits for a pong too, with the method Ping of the connection.
//
// # Statuses
//
// A Receiver closes a connection with one of these statuses:
//
//	1001  it is shut down, or the other end shows no sign of life
//	1002  the handshake has agreed on no format
//	1003  a message has the wrong type of frame
//	1007  a message is malformed
//	1008  the handler has refused an event, or a message holds no valid event
//	1009  a message or an event exceeds a limit
//	1011  the handler has failed, and no attempt is left; or its reply cannot be sent
//	1013  the same, and the handler asks for a retry later
package cecoderws
