// Package cexml is the XML event format and the XML batch format (xml-format.md). The
// directory is format/xml. The specification of the format is a working draft and may
// change; the package follows it.
//
// The package has a scanner of its own, because encoding/xml is slow, keeps prefixes of
// values unresolved and does not refuse all that is malformed.
//
//	d := cehttp.Decoder{Format: format.Set{format.JSON{}, cexml.Format{}}}
//
// # Choices
//
// All seven types of attributes come back as they were, declared or not, and every
// Timestamp keeps its text. An extension whose name begins with a digit has no encoding,
// because no element of XML has such a name; the error wraps [validation.ErrName].
//
// Decoding goes by namespaces, and takes any prefix. The value of xsi:type is a QName. In
// it, the prefixes ce and xs are also taken without a declaration, because the SDK for
// Java does not declare ce. An extension without a type, a core attribute with another
// type than its own, and specversion as an element are refused. Values are canonical
// strings of CloudEvents and not those of XML Schema: a Boolean is not 1. Elements of other
// namespaces, XML attributes that the specification does not know, comments and
// processing instructions are ignored.
//
// No data, empty data and other data stay apart, and all data comes back to the byte. How
// data is encoded depends on DataContentType:
//
//   - xs:any, if the content type is one of XML, and the data is one well-formed element
//     that declares all prefixes that it uses. It is written as it is. A document with an
//     XML declaration, or with anything else around its element, would lose that, and is
//     text.
//   - xs:string, if the content type is one of text, XML or JSON whose charset is that of
//     the bytes, which must be characters of XML in UTF-8. JSON is not looked at otherwise.
//   - xs:base64Binary in all other cases, as for data without a content type.
//
// Decoding takes these under any content type. The Data of xs:any is the element with all
// that is in it, to the byte. Namespaces that are declared outside of the element, and are
// used by names in it or by values of xsi:type, are declared in its start tag. A prefix that
// only text or another value mentions is not seen. No content type is made up: text or an
// element without one becomes base64 when it is encoded again. Base64 may have white space.
// The line ends of text become line feeds, as in every XML processor; the encoder writes a
// carriage return as a reference.
//
// The encoder writes an XML declaration, the prefixes ce, xs and xsi, and no white space.
// Attributes are in the order of the specification, then extensions in theirs.
//
// Version 0.3 has no XML format. Its events are encoded in the same way, with schemaurl in
// the place of dataschema; [Format.V1Only] refuses them.
//
// # Limits
//
// See the fields of [Format]. An element has at most 256 XML attributes, and at most 256
// namespace declarations are in scope. The declarations that are added to the data of a
// document are at most as long as the document, and 4 KiB. The length of a body is limited
// by the code that reads it. The work is linear in the size of the body, but for sorting
// attributes that are not sorted.
//
// Document type declarations are refused, and with them all entities except the five that
// XML has itself: amp, lt, gt, quot and apos. A document is XML 1.0 in UTF-8. One that says
// that it is XML 1.1, or another 1.x, is read as XML 1.0, as its fifth edition wants it. One
// that says that it has another encoding is refused with [format.ErrUnknown].
//
// # Aliasing
//
// The Data of decoded events aliases the body if it is there as it is: text without
// references, CDATA sections, comments and carriage returns; and an element that needs no
// declarations from outside. Other data and all attributes are copied. Encoders keep no
// reference to the event or its data.
//
// # Errors
//
// Errors are those of package format: a [*cloudevents.SyntaxError] with the offset, around
// a [*validation.Error] if an attribute or the data breaks a rule; a
// [*cloudevents.LimitError]; a [*cloudevents.BatchError]; and [format.ErrUnknown].
package cexml
