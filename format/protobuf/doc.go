// Package ceprotobuf is the Protobuf event format and the Protobuf batch format
// (protobuf-format.md). The directory is format/protobuf.
//
// Documents are messages of io.cloudevents.v1.CloudEvent and CloudEventBatch, as
// cloudevents.proto declares them. Where the text of the specification has other field
// numbers and names, cloudevents.proto decides. The package needs neither generated code
// nor google.golang.org/protobuf. The nested module format/protobuf/protodata converts
// the data of events from and to messages of that module.
//
//	d := cehttp.Decoder{Format: format.Set{format.JSON{}, ceprotobuf.Format{}}}
//
// # Choices
//
// All seven types of attributes come back as they were, declared or not. A Timestamp
// keeps its instant to the nanosecond, and nothing else: its offset is lost, and it comes
// back in UTC. Encoding a Timestamp outside the years 1 to 9999 in UTC is an error that
// wraps [validation.ErrRange], because google.protobuf.Timestamp has no others.
//
// An attribute whose value is not set is absent, and so is a required field that is
// empty. A required attribute among the optional ones is refused. A core attribute may be
// a ce_string, whatever its type is, and dataschema may be a ce_uri_ref, because SDKs
// write that.
//
// No data, empty data and other data stay apart. How data is encoded depends on
// DataContentType and DataSchema:
//
//   - proto_data, if the content type is application/protobuf and [TypeURL] finds the type
//     URL of a message in DataSchema. The data is the value of the google.protobuf.Any.
//   - text_data, if the content type is one of text or JSON whose charset is that of the
//     bytes, which must be UTF-8. JSON is not looked at otherwise.
//   - binary_data in all other cases, as for data without a content type.
//
// Decoding takes the bytes as they are, whatever the content type is. The type URL of
// proto_data becomes the DataSchema, as [SchemaURI] has it, and application/protobuf the
// DataContentType, where the event has none. If the event has a dataschema that is not a
// type URL, the event keeps it and loses the type URL. If it is the type URL of another
// message, the event is refused. Text without a content type becomes binary_data when it
// is encoded again, because no content type is made up.
//
// Fields of the wire are read as other implementations read them: the last one counts,
// messages within a oneof are merged, and unknown fields, groups and fields of an
// unexpected wire type are skipped. The encoder does not keep them. It writes attributes
// in the order of their names if Extensions are sorted, and so the same bytes for the
// same event.
//
// Version 0.3 has no Protobuf format. Its events are encoded in the same way, with
// schemaurl in the place of dataschema; [Format.V1Only] refuses them.
//
// # Limits
//
// See the fields of [Format]. The length of a body is limited by the code that reads it.
// Lengths within a body are checked before anything is allocated. The work is linear in
// the size of the body, but for sorting attributes that are not sorted.
//
// # Aliasing
//
// The Data of decoded events aliases the body. Attributes are copied. Encoders keep no
// reference to the event or its data.
//
// # Errors
//
// Errors are those of package format: a [*cloudevents.SyntaxError] with the offset, around
// a [*validation.Error] if an attribute or the data breaks a rule; a
// [*cloudevents.LimitError]; a [*cloudevents.BatchError]; and [format.ErrUnknown].
package ceprotobuf
