// Package cekafka maps events to Kafka records and back, as the Kafka protocol binding
// says (kafka-protocol-binding.md). The directory is kafka, the package is cekafka, so that
// it can be imported beside a client.
//
// The package knows no client. A [Message] has the parts of a record that the binding
// speaks of: copy them from and to the record type of the client at hand.
//
//	m := cekafka.Message{Key: r.Key, Value: r.Value}
//	for _, h := range r.Headers {
//		m.Headers = append(m.Headers, cekafka.Header{Name: h.Key, Value: h.Value})
//	}
//	e, err := cekafka.ToCloudEvent(&m, nil)
//
// # Choices
//
// Names of headers are compared as they are: ce_id is an attribute, CE_ID and Content-Type
// are headers of somebody else, and ce_ID is an attribute with an illegal name, which is an
// error. Values are UTF-8 and have no escapes, so that ce_subject may be "100%". A header
// with a null value is absent. An attribute that is there twice is an error.
//
// The header content-type decides the content mode. In structured mode the ce_ headers are
// ignored. In binary mode content-type is the datacontenttype. A header ce_datacontenttype
// is ignored if it is equal, and an error if it differs or is alone. A batch is an error,
// because Kafka has none. So is an event format that the decoder does not read, unless
// [Decoder.UnknownFormat] is set.
//
// A record without a ce_ header and without a CloudEvents media type is not a CloudEvent,
// though its value may be one in JSON. [Decoder.JSONEvents] reads such values.
//
// A null value is absent data and an empty value is empty data, in both directions. On a
// compacted topic an event in binary mode without data is therefore a tombstone: it deletes
// what has the same key (section 3.2.2). In structured mode no event is a tombstone, and a
// null value is an error. Some clients do not tell null from empty; with them, events with
// empty data should be sent in structured mode.
//
// The key of a record is the user's (section 3.1). No function changes the key of a Message
// unless [Encoder.Key] is set, and no key and no other coordinate of a record becomes an
// attribute. Version 0.3 of the specification had no Kafka document; its events travel by the
// same rules.
//
// # Limits
//
// [Decoder.MaxAttributes] limits the attributes of an event. In structured mode the limits
// are those of the format. The size of a record is limited by the client and the broker.
// Brokers before Kafka 0.11 carry no headers: send them structured mode without its header,
// and read that with JSONEvents.
//
// # Aliasing
//
// The Data of a decoded event shares memory with the Value of the Message, where the
// format allows it. Its attributes do not. In binary mode, the Value of an encoded Message is
// the Data of the event. The keys that [PartitionKey] returns are fresh.
package cekafka
