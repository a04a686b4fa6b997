// Package cexml implements the XML event format and the XML batch format (xml-format.md).
// Its directory is format/xml. The format is a working draft of the specification and may
// change. The package follows it.
//
// The package has a scanner of its own, because encoding/xml is slow, does not resolve
// prefixes in values, and accepts some malformed documents.
//
//	d := cehttp.Decoder{Format: format.Set{format.JSON{}, cexml.Format{}}}
//
// # Choices
//
// All seven types of attributes are kept, whether they are declared or not, and every
// Timestamp keeps its text. An extension whose name begins with a digit cannot be
// encoded, because no XML element has such a name. The error wraps [validation.ErrName].
//
// Elements are recognized by their namespaces, with any prefix. The value of xsi:type is a
// QName, in which the prefixes ce and xs are also accepted without a declaration, because
// the SDK for Java does not declare ce. An extension without a type, a core attribute
// with another type than its own, and specversion as an element are refused. Values are
// canonical strings of CloudEvents, not those of XML Schema: 1 is not a Boolean. Elements
// of other namespaces, unknown XML attributes, comments and processing instructions are
// ignored.
//
// No data, empty data and other data are kept apart, and all data is kept byte for byte.
// The encoding of data depends on DataContentType:
//
//   - xs:any, if the content type is one of XML and the data is one well-formed element
//     that declares all prefixes that it uses. It is written as it is. A document with an
//     XML declaration, or with anything else around its element, is text, because xs:any
//     would lose that.
//   - xs:string, for text, XML and JSON in UTF-8 that fits the charset of the content
//     type, if there is one, and has only characters of XML. JSON is not checked
//     otherwise.
//   - xs:base64Binary in all other cases, such as data without a content type.
//
// Decoding takes these under any content type. The Data of xs:any is the element with its
// content, byte for byte. Namespaces that are declared outside of the element, and are
// used by names in it or by values of xsi:type, are declared in its start tag. A prefix
// that only text or another value mentions is not seen. No content type is made up: text
// or an element without one is base64 when it is encoded again. Base64 may contain white
// space. Line ends in text become line feeds, as in every XML processor; the encoder
// writes a carriage return as a reference.
//
// The encoder writes an XML declaration, the prefixes ce, xs and xsi, and no white space.
// Attributes are in the order of the specification, followed by the extensions in their
// own order.
//
// Version 0.3 has no XML format. Its events are encoded in the same way, with schemaurl
// in the place of dataschema. [Format.V1Only] refuses them.
//
// # Limits
//
// See the fields of [Format]. An element has at most 256 XML attributes, and at most 256
// namespace declarations are in scope. The declarations that are added to the data of a
// document are at most 4 KiB longer than the document. The length of a body is limited by
// the code that reads it. The work is linear in the size of the body, except for sorting
// attributes that are not sorted.
//
// Document type declarations are refused, and with them all entities except the five of
// XML itself: amp, lt, gt, quot and apos. A document is XML 1.0 in UTF-8. One that
// declares XML 1.1, or another 1.x, is read as XML 1.0 (XML 1.0, fifth edition, section
// 2.8). One that declares another encoding is refused with [format.ErrUnknown].
//
// # Aliasing
//
// The Data of decoded events aliases the body if the body contains it as it is: text
// without references, CDATA sections, comments and carriage returns, and an element that
// needs no declarations from outside. Other data and all attributes are copied. Encoders
// keep no reference to the event or its data.
//
// # Errors
//
// Errors are those of package format: a [*cloudevents.SyntaxError] with the offset, which
// wraps a [*validation.Error] if an attribute or the data breaks a rule; a
// [*cloudevents.LimitError]; a [*cloudevents.BatchError]; and [format.ErrUnknown].
package cexml
