// Package cews maps events to WebSocket messages and back, as the WebSockets protocol
// binding says (websockets-protocol-binding.md). The directory is websocket, the package is
// cews, so that it can be imported beside a client.
//
// The package knows no client. The handshake is the client's: it offers or accepts the
// names that [Subprotocols] returns. The subprotocol on which both ends agree decides the
// event format of the connection. A [Message] has the two things that clients return of a
// message. The values of a [Frame] are those of RFC 6455, so that a conversion is enough:
//
//	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: cews.Subprotocols(nil)})
//	...
//	if err := cews.Check(conn.Subprotocol(), nil); err != nil {
//		conn.Close(websocket.StatusCode(cews.StatusCode(err)), err.Error())
//		return
//	}
//	kind, payload, err := conn.Read(ctx)
//	...
//	e, err := cews.ToCloudEvent(&cews.Message{Frame: cews.Frame(kind), Payload: payload}, conn.Subprotocol(), nil)
//
// A server reads and writes events, and so does a client: the stream is full-duplex.
//
// # Choices
//
// All events are in structured mode (section 1.3), and a message is one event. A JSON array
// is a batch, which section 1.5 excludes. It is refused with [cloudevents.ErrContentMode].
//
// Clients are known to finish a handshake that agreed on nothing. Without a subprotocol no
// message is an event: [Check], decoders and encoders then return a [*SubprotocolError]. The
// names of subprotocols are compared without regard to case, because clients return them
// as the other end spelled them.
//
// The frame has to be of the type that section 1.5 gives to the subprotocol. Text has to be
// UTF-8; coder/websocket does not check that. A [Message] is whole: its fragments
// are joined by the client.
//
// An encoder writes the format of its subprotocol and no other. If the Format cannot write
// that, the event cannot be sent on this connection.
//
// Version 0.3 of the specification had no WebSockets document. Its events travel by the rules
// of the format.
//
// # Limits
//
// The limits on attributes and depth are those of the format. The size of a message is
// limited by the client. coder/websocket closes a connection on which a message has more
// than 32,768 bytes: call SetReadLimit. gorilla/websocket has no limit until SetReadLimit
// is called.
//
// # Aliasing
//
// The Data of a decoded event shares memory with the Payload of the Message, where the
// format allows it. The Payload of an encoded Message is fresh.
package cews
