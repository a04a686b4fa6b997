// Package cehttp is the HTTP protocol binding of CloudEvents
// (http-protocol-binding.md): events from requests and responses, and requests
// and responses from events, in binary, structured and batch mode.
//
// The directory is called http and the package cehttp, because everyone who
// imports it imports net/http too.
//
//	event, err := cehttp.ToCloudEvent(r, nil)
//	if err != nil {
//		http.Error(w, err.Error(), cehttp.StatusCode(err))
//		return
//	}
//
// A [Receiver] is that and everything around it, an [http.Handler] that calls a
// function for each event: answers that senders can act on, batches, panics.
// [Background] handles events after the answer, [Mux] calls a function for each type
// and documents them, [Routes] adds health checks, and [ListenAndServe] a server that
// drains. A [Sender] sends events, and sends again what may be accepted later.
// Package webhook has permission to deliver, access tokens and signatures, for both ends.
//
// Functions serve the common case, with the JSON format and default limits; a
// [Decoder] has settings. [DecodeMessage] and [EncodeMessage] work on a header
// and a body without net/http around them, [FromHeader] and [SetHeader] on the
// attributes alone, for bodies that are streamed and for other frameworks.
//
// # Choices
//
// A message is structured or a batch if its Content-Type says so; ce- headers
// beside it are then ignored. "application/cloudevents" without a format, and a
// format that nobody handles, is [format.ErrUnknown], even with ce- headers. A
// message with neither is [cloudevents.ErrNotCloudEvent]; ce- headers without ce-specversion
// are a CloudEvent without the required attribute specversion.
//
// An empty body is absent data, with or without a Content-Type: binary mode cannot
// tell it from data that is present and empty. In binary mode data is bytes, which
// are not compared with their Content-Type.
//
// Header values: raw spaces, raw UTF-8 and a % without two hexadecimal digits
// behind it are taken literally. An unclosed quote, invalid UTF-8 and overlong
// escapes are refused. Two values for one attribute are refused.
//
// ce-datacontenttype is refused unless it equals Content-Type byte for byte. An
// extension that was not declared is a String.
//
// A message whose Content-Encoding nobody has undone is refused: its data would
// not be what Content-Type says.
//
// # Limits
//
// A body has at most [DefaultMaxBytes], the ce- headers of a message at most
// [cloudevents.DefaultMaxAttributes]; a [Decoder] can change that. Limits of
// structured and batch bodies are those of the format.
//
// # Aliasing
//
// The Data of a decoded event aliases the body that was read for it, which nobody
// else holds; strings may share memory with the header values. DecodeMessage
// aliases its argument. In binary mode, the body of a request or response that is
// built here is the Data of the event, not a copy.
package cehttp
