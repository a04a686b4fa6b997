package stream

import (
	"bytes"
	"encoding/binary"
)

// batchForm returns the form of a batch if f is the form of an event, and the document is a
// batch of that format. Files of both have the same names.
func batchForm(f Form, document []byte) Form {
	switch {
	case f == Protobuf && isProtobufBatch(document):
		return ProtobufBatch
	case f == XML && isXMLBatch(document):
		return XMLBatch
	}
	return f
}

// isProtobufBatch reports whether a document has fields of a batch and none of an event. The
// field 1 of a batch is an event, and that of an event is its id. An event that has no
// other field has no source; a batch may have fields that are not known, with numbers above
// those of an event.
func isProtobufBatch(b []byte) bool {
	const lastOfEvent = 8
	events := 0
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		if n <= 0 {
			return false
		}
		b = b[n:]
		number, size := key>>3, 0
		switch key & 7 {
		case 0:
			_, size = binary.Uvarint(b)
		case 1:
			size = 8
		case 2:
			length, n := binary.Uvarint(b)
			if n <= 0 || length > uint64(len(b)-n) {
				return false
			}
			size = n + int(length)
		case 5:
			size = 4
		default: // a group
			return false
		}
		switch {
		case size <= 0 || size > len(b) || 1 < number && number <= lastOfEvent:
			return false
		case number == 1:
			events++
		}
		b = b[size:]
	}
	return events > 0
}

// isXMLBatch reports whether the root element of a document is called batch, with any prefix.
func isXMLBatch(b []byte) bool {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	for {
		b = bytes.TrimLeft(b, " \t\r\n")
		end := ""
		switch {
		case bytes.HasPrefix(b, []byte("<?")):
			end = "?>"
		case bytes.HasPrefix(b, []byte("<!--")):
			b, end = b[len("<!--"):], "-->"
		case len(b) == 0 || b[0] != '<':
			return false
		default:
			name := b[1:]
			if i := bytes.IndexAny(name, " \t\r\n/>"); i >= 0 {
				name = name[:i]
			}
			if i := bytes.IndexByte(name, ':'); i >= 0 {
				name = name[i+1:]
			}
			return string(name) == "batch"
		}
		i := bytes.Index(b, []byte(end))
		if i < 0 {
			return false
		}
		b = b[i+len(end):]
	}
}
