// Package ceamqp maps events to AMQP 1.0 messages and back, as the AMQP protocol binding
// says (amqp-protocol-binding.md). The directory is amqp, the package is ceamqp, so that it
// can be imported beside a client.
//
// The package knows no client. A [Message] has the parts of a message that the binding
// speaks of, and a [Value] is a value of any simple AMQP type: copy them from and to the
// message type of the client at hand.
//
//	e, err := ceamqp.ToCloudEvent(&ceamqp.Message{ContentType: contentType, ApplicationProperties: properties, Data: m.Data}, nil)
//
// AMQP 0-9-1, which RabbitMQ speaks by default, is another protocol and has no binding.
//
// # Choices
//
// Attributes are application properties. Decoders read both prefixes, cloudEvents_ and
// cloudEvents:, and compare them exactly; a message with both is refused (section 3.1.3.1).
// Encoders write cloudEvents_ unless [Encoder.Colon] is set. A property with a null value is
// absent.
//
// The content-type property decides the content mode. In structured mode the application
// properties are ignored. In binary mode content-type is the datacontenttype. A property
// cloudEvents_datacontenttype is ignored if it is equal, and an error if it differs or is
// alone. A batch is an error, because AMQP has none. So is an event format that the decoder
// does not read, unless [Decoder.UnknownFormat] is set.
//
// A message without attributes and without a CloudEvents media type is not a CloudEvent,
// though its body may be one in JSON. [Decoder.JSONEvents] reads such bodies.
//
// Values are written in the native type if it says everything (section 3.1.3.2). A Timestamp
// is a timestamp if it is in UTC and in whole milliseconds, which is all that AMQP has.
// Otherwise it is its canonical string. [Encoder.Text] writes canonical strings only.
//
// Values are read in the native type or as canonical strings. An undeclared extension has the
// type that the message gives it. Integers of all widths are Integers if they fit into 32 bits;
// a symbol, a char and a uuid are Strings. Floating-point and decimal numbers are refused, and
// so is a native value of another type than that of the attribute.
//
// The data are the data sections, joined in their order. A body that is a value or a sequence
// is refused, because it is not a sequence of bytes (section 3.1.2); [Decoder.ValueBody] takes
// strings and binary values. Encoders write exactly one data section, because brokers are
// known to reverse several, or to keep one only.
//
// No body and an empty data section are both absent data, because brokers make one of the
// other. So empty data do not survive the binary mode.
//
// Events of version 0.3 are read with both prefixes. They are written with cloudEvents:, which
// is the only prefix of their document (v0.3/amqp-transport-binding.md).
//
// # Limits
//
// [Decoder.MaxAttributes] limits the attributes of an event; in structured mode the limits
// are those of the format. The size of a message is limited by the client and the broker.
//
// # Aliasing
//
// The Data of a decoded event shares memory with the data section of the Message, where the
// format allows it. Data of several sections, or of a value, are copied. Attributes may share
// memory with the strings of the Message, which do not change. In binary mode, the data
// section of an encoded Message is the Data of the event.
package ceamqp
