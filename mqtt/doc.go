// Package cemqtt maps events to PUBLISH packets of MQTT and back, as the MQTT protocol
// binding says (mqtt-protocol-binding.md). The directory is mqtt, the package is cemqtt, so
// that it can be imported beside a client.
//
// The package knows no client. A [Message] has the parts of a PUBLISH packet that the binding
// speaks of: copy them from and to the type of the client at hand.
//
//	e, err := cemqtt.ToCloudEvent(&cemqtt.Message{ContentType: contentType, UserProperties: properties, Payload: p.Payload}, nil)
//
// MQTT 5 has both content modes. MQTT 3.1.1 has neither a content type nor properties, so
// that it has structured mode with the JSON event format alone: set [Message.Version] to
// [V311].
//
// # Choices
//
// Attributes are user properties without a prefix. A user property whose name is a legal
// attribute name is therefore an attribute: id as a core attribute, traceid as an extension.
// All other user properties, such as Trace-ID, are not of the event. Decoders ignore them,
// and CopyToMessage keeps them. [Decoder.IsExtension] and [Encoder.IsExtension] are filters
// for applications whose own properties have legal attribute names. No attribute can have the
// name data, and a message with such a property is refused.
//
// The Content Type decides the content mode. In structured mode the user properties are
// ignored. In binary mode it is the datacontenttype. A property datacontenttype is ignored if
// it is equal, and an error if it differs or is alone. An empty Content Type is an absent
// one. A batch is an error, because MQTT has none. So is an event format that the decoder
// does not read, unless [Decoder.UnknownFormat] is set.
//
// A message in binary mode is an event if it has the property specversion. One that has id,
// source and type without it lacks an attribute. Any other message is not a CloudEvent.
//
// MQTT does not tell an empty payload from none. In binary mode it is absent data, and empty
// data arrives as absent data.
//
// A retained PUBLISH with an empty payload deletes the retained message of its topic, even if
// it has properties (MQTT 5, section 3.3.1.3). In binary mode, an event without data does
// that. Set [Encoder.Retain] to have such an event refused, or use structured mode, where no
// payload is empty.
//
// Brokers drop the Content Type and the properties of a message for subscribers with MQTT
// 3.1.1. Of binary mode only the data is left. ToCloudEvent returns an error that says so.
// Publish in structured mode if such subscribers exist. In the other direction, a publisher
// with MQTT 3.1.1 reaches subscribers with MQTT 5 without a Content Type: see
// [Decoder.JSONEvents].
//
// The topic, and everything else in a packet, is the user's. None of it becomes an attribute.
//
// The document of version 0.3 has the same rules. Its names begin with a letter, and a
// property datacontentencoding says that the payload is base64. Encoders never write it.
//
// # Limits
//
// A string in MQTT has at most 65,535 bytes, is UTF-8, and does not contain U+0000. Clients
// cut what is longer, or hang when the broker drops the connection. Encoders refuse it: in
// binary mode an attribute or its name, in both modes a property of the message that is kept.
// In structured mode an attribute may have any length.
//
// [Decoder.MaxAttributes] limits the attributes of an event; in structured mode the limits
// are those of the format. The size of a packet is limited by the client and the broker.
//
// # Aliasing
//
// The Data of a decoded event shares memory with the Payload of the Message, where the format
// allows it. In binary mode its attributes are the strings of the Message, and the Payload of
// an encoded Message is the Data of the event.
package cemqtt
