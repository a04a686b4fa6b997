// Package cenats maps events to NATS messages and back, as the NATS protocol binding says
// (nats-protocol-binding.md). The directory is nats, the package is cenats, so that it can
// be imported beside a client.
//
// The package knows no client. A [Message] has the two parts of a message that the binding
// speaks of, and its Header has the type of nats.Header. Both convert without a copy:
//
//	e, err := cenats.ToCloudEvent(&cenats.Message{Header: msg.Header, Data: msg.Data}, nil)
//
//	m, err := cenats.ToMessage(&e, cloudevents.BinaryMode, nil)
//	msg := &nats.Msg{Subject: "orders", Header: m.Header, Data: m.Data}
//
// [MessageID] is for JetStream, which stores only one of the messages with the same
// Nats-Msg-Id.
//
// # Choices
//
// Names of headers are read in any case, and written as the document spells them: ce-id,
// and Content-Type. Two spellings of a name, like two values, are a duplicate. A name
// without values is absent.
//
// Values are decoded as in package cehttp. White space around a value is no part of it.
// Parts in double quotes are unquoted, and percent-encoding is undone once (section
// 3.1.3.2). A percent sign without two hexadecimal digits stands for itself, as in "100%",
// because sdk-go encodes nothing. For the same reason a source "/a%20b" of sdk-go is decoded
// to "/a b" and refused; [Decoder.Forgive] takes it undecoded. Encoders encode each space, so
// that those at the ends of a value arrive.
//
// Content-Type decides the content mode (section 3). If it is that of an event format, the
// mode is structured, and ce- headers are ignored. In binary mode it has no meaning: the
// datacontenttype is in ce-datacontenttype alone (section 3.1.3.1), and a Content-Type that
// differs is no error. [Decoder.HTTPContentType] reads it, for messages that were made of HTTP
// requests. Two Content-Types are an error in any mode. The media type
// application/cloudevents without a format is JSON, because section 3 names it like that and
// has no other format; in other bindings it is an unknown format. A batch is an error,
// because NATS has none. So is an event format that the decoder does not read, unless
// [Decoder.UnknownFormat] is set.
//
// A message without Content-Type and without ce- headers is read in structured mode, as
// JSON, if its data contain "specversion" with the quotes. The example of the document looks
// like that (section 3.2.1), servers before NATS 2.2 have no headers, and sdk-go writes no
// others in structured mode. All other messages without ce- headers are
// [cloudevents.ErrNotCloudEvent].
//
// In structured mode encoders write Content-Type always, and no ce- header: sdk-go would
// read the message in binary mode. The document wants JSON (section 3). Another Format is
// for receivers that are known to read it.
//
// NATS does not tell empty data from none. In binary mode both are absent data. All data
// may travel in binary mode, even events of type application/cloudevents+json, because
// ce-datacontenttype does not decide the mode.
//
// Version 0.3 had structured mode only. Its events are read and written in binary mode by
// the rules of 1.0.
//
// Headers that begin with Nats-, and all others, are ignored by decoders and kept by
// CopyToMessage. A message that is to be published again should not keep the Nats-Msg-Id
// of another event.
//
// # Limits
//
// [Decoder.MaxAttributes] limits the attributes of an event; in structured mode the limits
// are those of the format. The server limits the size of a message, headers included. It is
// 1 MiB unless its max_payload says otherwise. Percent-encoding makes at most three bytes of one.
//
// # Aliasing
//
// The Data of a decoded event shares memory with the Data of the Message, where the format
// allows it. Its attributes share the strings of the Header, which cannot change.
// In binary mode, the Data of an encoded Message is the Data of the event.
//
// CopyToMessage changes the map that the Message has. Clone it first if others read it.
package cenats
