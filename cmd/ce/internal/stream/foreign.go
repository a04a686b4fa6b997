package stream

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// Foreign is what the bytes of a document are that should be JSON.
type Foreign uint8

// The zero Foreign, NotForeign, is JSON or nothing that is known.
const (
	NotForeign Foreign = iota
	Gzip
	Zstandard
	UTF16LE
	UTF16BE
	YAML
	Encoded // a JSON string that has a JSON document in it
)

// String returns the cause of the error about such a document.
func (f Foreign) String() string {
	return [...]string{
		NotForeign: "no JSON",
		Gzip:       "this is compressed with gzip, and no JSON text",
		Zstandard:  "this is compressed with Zstandard, and no JSON text",
		UTF16LE:    "the text is in UTF-16, and JSON is in UTF-8",
		UTF16BE:    "the text is in UTF-16, and JSON is in UTF-8",
		YAML:       "this is YAML, and no JSON",
		Encoded:    "this is encoded twice: a JSON string that has the JSON in it",
	}[f]
}

// ForeignOf tells what a document is by its first bytes.
func ForeignOf(b []byte) Foreign {
	if f := ForeignBytes(b); f != NotForeign {
		return f
	}
	b = bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\uFEFF")), " \t\r\n")
	switch {
	case len(b) == 0 || b[0] == '{' || b[0] == '[':
	case b[0] == '"':
		inner := bytes.TrimLeft(b[1:], " \t")
		for {
			rest, ok := bytes.CutPrefix(inner, []byte(`\n`))
			if !ok {
				break
			}
			inner = bytes.TrimLeft(rest, " \t")
		}
		if bytes.HasPrefix(inner, []byte(`{\"`)) || bytes.HasPrefix(inner, []byte(`[{`)) ||
			bytes.HasPrefix(inner, []byte(`{\n`)) || bytes.HasPrefix(inner, []byte(`{ `)) || bytes.HasPrefix(inner, []byte(`[\n`)) {
			return Encoded
		}
	case isYAML(b):
		return YAML
	}
	return NotForeign
}

// ForeignBytes is ForeignOf for what is no text in UTF-8.
func ForeignBytes(b []byte) Foreign {
	if len(b) < 4 {
		return NotForeign
	}
	switch {
	case b[0] == 0x1f && b[1] == 0x8b:
		return Gzip
	case bytes.HasPrefix(b, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return Zstandard
	case b[0] == 0xff && b[1] == 0xfe, b[0] != 0 && b[0] < 0x80 && b[1] == 0 && b[2] != 0 && b[3] == 0:
		return UTF16LE
	case b[0] == 0xfe && b[1] == 0xff, b[0] == 0 && b[1] != 0 && b[1] < 0x80 && b[2] == 0 && b[3] != 0:
		return UTF16BE
	}
	return NotForeign
}

// UTF16 returns the text of b, which is in UTF-16 as f says, in UTF-8 and without byte order
// mark. It is false if b is cut off, or has half a surrogate pair.
func (f Foreign) UTF16(b []byte) (string, bool) {
	if len(b)%2 != 0 {
		return "", false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if f == UTF16BE {
		order = binary.BigEndian
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i < len(b); i += 2 {
		units = append(units, order.Uint16(b[i:]))
	}
	text := string(utf16.Decode(units))
	return strings.TrimPrefix(text, "\uFEFF"), !strings.ContainsRune(text, 0xfffd)
}

// isYAML reports whether a text begins as an event in YAML does: with two of the attributes
// that every event has, each at the beginning of a line and without a prefix, as the header
// of an HTTP message has them not.
func isYAML(b []byte) bool {
	found := 0
	for line := range bytes.Lines(b) {
		text := strings.TrimRight(string(line[:min(len(line), 64)]), " \t\r\n")
		text = strings.TrimPrefix(text, "- ")
		text = strings.TrimLeft(text, " ")
		name, value, ok := strings.Cut(text, ":")
		if !ok || value != "" && value[0] != ' ' {
			continue
		}
		switch strings.Trim(name, `"'`) {
		case "specversion", "id", "source", "type":
			found++
		}
		if found == 2 {
			return true
		}
	}
	return false
}
