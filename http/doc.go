// Package cehttp is the HTTP protocol binding of CloudEvents (http-protocol-binding.md). It
// reads events from requests and responses, and makes requests and responses from events,
// in binary, structured and batch mode.
//
// The directory is called http and the package cehttp, because every program that imports
// it imports net/http too.
//
//	event, err := cehttp.ToCloudEvent(r, nil)
//	if err != nil {
//		http.Error(w, err.Error(), cehttp.StatusCode(err))
//		return
//	}
//
// [Receiver] is an [http.Handler] that does this and all that belongs to it: it calls a
// [dispatch.Handler] for each event, and answers so that senders can act on it. [Routes]
// adds health checks, and [ListenAndServe] a server that finishes its requests before it
// stops. [Sender] sends events, and sends again those that may be accepted later.
//
// Package dispatch has a Mux that calls a function for each type of event, middleware, and
// a queue for events that are handled after the answer. Package http/webhook has the
// handshake of the webhook document, authorization and signatures, for both ends. Package
// http/eventdoc has a page that documents a Mux.
//
// The functions serve the common case, with the JSON format and default limits; a
// [Decoder] has settings. [DecodeMessage] and [EncodeMessage] work on a header and a body
// without a request. [FromHeader] and [SetHeader] work on the attributes alone, for bodies
// that are streamed and for other frameworks.
//
// # Choices
//
// A message is structured or a batch if its Content-Type says so; ce- headers are then
// ignored. "application/cloudevents" without a format is [format.ErrUnknown], and so is a
// format that the Decoder does not have, even with ce- headers. A message without such a
// Content-Type and without ce- headers is [cloudevents.ErrNotCloudEvent]. A message with
// ce- headers but without ce-specversion is a CloudEvent that lacks a required attribute.
//
// An empty body is absent data, with or without a Content-Type: binary mode cannot tell
// absent data from empty data. In binary mode data is not compared with its Content-Type.
//
// In header values, raw spaces, raw UTF-8 and a % without two hexadecimal digits after it
// are taken literally. An unclosed quote, invalid UTF-8 and overlong escapes are refused,
// and so are two values for one attribute.
//
// ce-datacontenttype is refused unless it equals Content-Type byte for byte. An extension
// that was not declared is a String.
//
// A message with a Content-Encoding is refused, because its data is not what Content-Type
// says.
//
// # Limits
//
// A body has at most [DefaultMaxBytes]. An event has at most
// [cloudevents.DefaultMaxAttributes] attributes, core attributes and Content-Type
// included. A [Decoder] can change both. The other limits of structured and batch bodies
// are those of the format. Memory for a body is taken as its bytes come, whatever its
// Content-Length says.
//
// # Aliasing
//
// The Data of a decoded event aliases the body that was read for it, which nothing else
// holds. Its strings may share memory with the header values. DecodeMessage aliases its
// argument. In binary mode, the body of a request or response is the Data of the event and
// not a copy.
package cehttp
