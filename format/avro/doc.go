// Package ceavro implements the Avro event format (avro-format.md) and the Avro compact
// event format (avro-compact-format.md). Its directory is format/avro. The compact format
// is a working draft of the specification and may change.
//
// Documents are single values in the binary encoding of Avro, without a schema, a
// fingerprint or a container. The schemas are cloudevents.avsc and
// cloudevents-compact.avsc. The package needs neither the schemas nor a library for Avro.
//
//	d := cehttp.Decoder{Format: format.Set{format.JSON{}, ceavro.Format{}, ceavro.Compact{}}}
//
// Neither format has batches.
//
// # Choices
//
// In both formats, Boolean, Integer, String and Binary have types of their own. A URI and
// a URI-reference are strings, and so is a Timestamp in [Format]. Such extensions are
// decoded as Strings unless their types are declared. An int of 0 or 1 is a Boolean where
// one is declared, because the avro package for Python writes that.
//
// In [Format], a Timestamp keeps its offset and all its digits. An attribute that is null
// is absent. Version 0.3 has no Avro format. Its events are encoded in the same way, with
// schemaurl in the place of dataschema. [Format.V1Only] refuses them.
//
// In [Compact], a Timestamp is a number of microseconds. It loses its offset, and is cut
// to the microsecond before it. Encoding a Timestamp outside the years 0 to 9999 in UTC
// is an error that wraps [validation.ErrRange]. The version is always 1.0: encoding an
// event of another one is an error that wraps [validation.ErrVersion]. An extension must
// not have the name of an attribute of the specification.
//
// No data, empty data and other data are kept apart, and all data is kept byte for byte.
// Data is null or bytes in Compact. In Format the encoding of data depends on
// DataContentType:
//
//   - JSON data is a boolean, a double, a string, a map or an array, if the schema has a
//     place for it and if decoding it gives exactly the same text. The only arrays of the
//     schema are those of objects, and most places take either objects or other values,
//     but not both. Numbers are doubles. JSON with white space, numbers such as 1.0 or
//     9007199254740993, needless escapes or a duplicate name is bytes.
//   - Text in UTF-8 is a string, if it fits the charset of the content type.
//   - All other data is bytes, such as data without a content type.
//
// [Format.DataAsBytes] makes all data bytes. Decoding takes bytes as they are, whatever
// the content type is. Other members become JSON, and DataContentType becomes
// application/json if there is none:
//
//   - A boolean, a double, a map or an array must not have a content type other than
//     JSON. A record CloudEventData is the object that its map is. Members keep their
//     order. A double has the shortest text that stands for it, as in encoding/json.
//   - A string is a JSON string if the content type is one of JSON, and otherwise the
//     text itself, which must fit the charset.
//   - null is no data. The JSON value null is bytes.
//
// Maps and arrays may have any number of blocks, with or without sizes. The encoder
// writes attributes in one block without a size, extensions in their own order, and at
// most 63 entries of data in a block.
//
// Containers, the single-object encoding and the prefix of a schema registry are refused
// with an error that names them.
//
// # Limits
//
// See the fields of [Format] and [Compact]. The length of a body is limited by the code
// that reads it. Lengths and counts within a body are checked before anything is
// allocated. The work is linear in the size of the body, except for sorting attributes
// that are not sorted, and the names of a map in data. An event takes at most three times
// the memory of the body, and six times for strings in JSON that consist of control
// characters.
//
// # Aliasing
//
// The Data of decoded events aliases the body if it is bytes, or a string that is not
// JSON. Other data is JSON that is written anew. Attributes are copied. Encoders keep no
// reference to the event or its data.
//
// # Errors
//
// Errors are those of package format: a [*cloudevents.SyntaxError] with the offset, which
// wraps a [*validation.Error] if an attribute or the data breaks a rule, or a
// [*cloudevents.LimitError]; and [format.ErrUnknown].
package ceavro
