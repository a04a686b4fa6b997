// Package ceprotobuf implements the Protobuf event format and the Protobuf batch format
// (protobuf-format.md). Its directory is format/protobuf.
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
// All seven types of attributes are kept, whether they are declared or not. A Timestamp
// keeps its instant to the nanosecond, and loses its offset: it is decoded in UTC.
// Encoding a Timestamp outside the years 1 to 9999 in UTC is an error that wraps
// [validation.ErrRange], because google.protobuf.Timestamp has no others.
//
// An attribute whose value is not set is absent, and so is a required field that is
// empty. A required attribute among the optional ones is refused. A core attribute of any
// type may be a ce_string, and dataschema may be a ce_uri_ref, because SDKs write them
// so.
//
// No data, empty data and other data are kept apart. The encoding of data depends on
// DataContentType and DataSchema:
//
//   - proto_data, if the content type is application/protobuf and [TypeURL] finds the
//     type URL of a message in DataSchema. The data is the value of the
//     google.protobuf.Any.
//   - text_data, for text and JSON in UTF-8 that fits the charset of the content type, if
//     there is one. JSON is not checked otherwise.
//   - binary_data in all other cases, such as data without a content type.
//
// Decoding takes the bytes as they are, whatever the content type is. An event with
// proto_data and no dataschema or datacontenttype gets the type URL as its DataSchema, in
// the form of [SchemaURI], and application/protobuf as its DataContentType. A dataschema
// that is not a type URL is kept, and the type URL is lost. An event whose dataschema is
// the type URL of another message is refused. Text without a content type is binary_data
// when it is encoded again, because no content type is made up.
//
// Fields are read as other implementations of Protobuf read them: the last of several
// counts, messages within a oneof are merged, and unknown fields, groups and fields with
// an unexpected wire type are skipped. The encoder does not keep what was skipped. It
// writes attributes in the order of their names if Extensions are sorted, and then the
// same event always has the same bytes.
//
// Version 0.3 has no Protobuf format. Its events are encoded in the same way, with
// schemaurl in the place of dataschema. [Format.V1Only] refuses them.
//
// # Limits
//
// See the fields of [Format]. The length of a body is limited by the code that reads it.
// Lengths within a body are checked before anything is allocated. The work is linear in
// the size of the body, except for sorting attributes that are not sorted.
//
// # Aliasing
//
// The Data of decoded events aliases the body. Attributes are copied. Encoders keep no
// reference to the event or its data.
//
// # Errors
//
// Errors are those of package format: a [*cloudevents.SyntaxError] with the offset, which
// wraps a [*validation.Error] if an attribute or the data breaks a rule; a
// [*cloudevents.LimitError]; a [*cloudevents.BatchError]; and [format.ErrUnknown].
package ceprotobuf
