// Package cecbor implements the CBOR event format (cbor-format.md). Its directory is
// format/cbor. The format is a draft of the specification and may change.
//
//	d := cehttp.Decoder{Format: format.Set{format.JSON{}, cecbor.Format{}}}
//
// # Choices
//
// The encoder is deterministic (RFC 8949, section 4.2.1): the same event always has the
// same bytes. A Timestamp has tag 0, and an extension of type URI has tag 32. Source,
// DataSchema and extensions of type URI-reference are plain text, because decoders in use
// refuse tag 32 around a relative reference.
//
// The decoder also accepts
//
//   - lengths and numbers that are not in their shortest form;
//   - strings, arrays and maps of indefinite length;
//   - text instead of a tagged item, for core attributes and declared extensions;
//   - tag 1 as a Timestamp in UTC. A float is the shortest decimal number that is the
//     same float64;
//   - tag 32 as a URI or a relative URI-reference, and tag 64 as a Binary;
//   - null and undefined as an absent attribute;
//   - tag 55799 before the map.
//
// Duplicate keys, text that is not UTF-8, reserved values, misplaced breaks and trailing
// bytes are refused.
//
// Boolean, Integer, String, Binary, URI and Timestamp are kept. A URI-reference is
// decoded as a String unless its type is declared. A Timestamp has T and Z in upper case.
//
// No data, empty data and other data are kept apart. The encoding of data depends on
// DataContentType:
//
//   - The item itself, byte for byte, for CBOR (*/cbor and */*+cbor). Data that is not
//     one well-formed item is an error, because a byte string would mean something else.
//   - A text string, for text and JSON in UTF-8 that fits the charset of the content
//     type, if there is one. JSON is not checked otherwise.
//   - A byte string in all other cases, such as data without a content type.
//
// Decoding is the inverse. In addition, any string is accepted under a content type other
// than CBOR. Other items become JSON under a content type of JSON, as [AppendJSON]
// converts them, and are refused if that is not exact. Without a content type, a byte
// string is data without one; any other item gets the content type application/cbor, so
// that it means the same in other formats.
//
// Data that is an item is not changed: it may have duplicate keys, and need not be
// deterministic. [AppendJSON] and [AppendItem] convert data for receivers of the other
// format.
//
// Version 0.3 has no CBOR format. Its events are encoded in the same way, with schemaurl
// in the place of dataschema. [Format.V1Only] refuses them.
//
// # Limits
//
// See the fields of [Format]. The length of a body is limited by the code that reads it.
// Lengths within a body are checked before anything is allocated. The work is linear in
// the size of the body, except for sorting attributes that are not sorted, and the keys
// of data that becomes JSON. Such JSON takes at most eight times the size of the item.
//
// # Aliasing
//
// The Data of decoded events aliases the body, unless it was in chunks, was converted to
// JSON, or was base64 (version 0.3). Attributes are copied. Encoders keep no reference to
// the event or its data.
//
// # Errors
//
// Errors are those of package format: a [*cloudevents.SyntaxError] with the offset, which
// wraps a [*validation.Error] if an attribute or the data breaks a rule; a
// [*cloudevents.LimitError]; and [format.ErrUnknown].
package cecbor
