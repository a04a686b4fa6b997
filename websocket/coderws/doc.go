// Package cecoderws carries events over the connections of github.com/coder/websocket.
//
// [FromMessage] and [ToMessage] convert between what a connection reads and writes and the
// Message of package cews. [Dial] and [Accept] open connections on which events can travel. A
// program that has a loop of its own needs no more:
//
//	kind, payload, err := conn.Read(ctx)
//	...
//	m := cecoderws.FromMessage(kind, payload)
//	e, err := cews.ToCloudEvent(&m, conn.Subprotocol(), nil)
//
// [Receiver] is an http.Handler that hands the events of each connection to a handler. [Sender]
// sends events on a connection, and opens a new one when it breaks.
//
// # Delivery
//
// A WebSocket has no acknowledgement. A message that was written may be lost with the
// connection, in a buffer at either end or on the way, and the program that has written it
// does not get to know. Without more, delivery is at most once. Three things help:
//
//   - A Receiver handles the events of a connection one after the other, and reads nothing
//     while it does, not even a ping. The answer to a ping therefore says that all events
//     before it were handled. A Sender asks for it after each event or batch, and sends again
//     what it knows nothing of. Between the two, delivery is at least once: an event can come
//     twice, and its handler has to be idempotent or stand behind dispatch.Deduplicate.
//   - A Receiver whose handler fails for good closes the connection with a status that says
//     so, and reads no further. [Receiver.DeadLetter] sets such events aside instead.
//   - A Sender that is [Sender.Unconfirmed] is fast and asks nothing: at most once.
//
// Most other programs answer a ping as soon as they have read it, whatever has become of the
// events before. A Sender then knows that the events have arrived at that program, and no more.
// Events that a server pushes to its clients are delivered at most once, unless it asks in the
// same way, with the method Ping of the connection.
//
// # Statuses
//
// A Receiver closes a connection with the status
//
//	1001  it is shut down, or the other end shows no sign of life
//	1002  the handshake has agreed on no format
//	1003  a message has the wrong type of frame
//	1007  a message is malformed
//	1008  a handler has refused an event, or a message is no valid event
//	1009  a message or an event exceeds a limit
//	1011  a handler has failed, and no attempt is left; or its reply cannot be sent
//	1013  the same, and the handler asks to try again later
package cecoderws
