package stream

import (
	"bytes"
	"io"
)

// detect returns the form of an input that is one document in a format other than JSON, or Any.
// XML is told by its beginning. What has no bytes to tell it by is decoded, if it is shorter than
// MaxRest: a text that is none of them does not pass for an event.
func (in *Reader) detect() Form {
	_, _ = in.s.r.Peek(1)
	head, _ := in.s.r.Peek(min(4096, in.s.r.Buffered()))
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\uFEFF")), " \t\r\n")
	switch {
	case len(head) > 0 && head[0] == '\n' && bytes.ContainsFunc(head, IsControl):
		// Not white space: an event in Protobuf begins with \n and the length of its id.
	case len(text) == 0, formOfBytes(text) != Any, hasMarker(text), ForeignOf(text) != NotForeign:
		return Any
	case text[0] == '<' && (bytes.HasPrefix(text, []byte("<?xml")) || bytes.Contains(text, []byte("http://cloudevents.io/xmlformat/V1"))):
		return XML
	}
	document, err := in.s.r.Peek(MaxRest)
	if err != io.EOF {
		return Any
	}
	for _, f := range []Form{Protobuf, ProtobufBatch, Avro, AvroCompact, CBOR} {
		u := documentUnit(f, document)
		if es, err := u.Events(); err == nil && len(es) > 0 {
			return f
		}
	}
	return Any
}

// IsControl reports whether r is a control character that texts do not have.
func IsControl(r rune) bool { return r < ' ' && r != '\t' && r != '\r' && r != '\n' }
