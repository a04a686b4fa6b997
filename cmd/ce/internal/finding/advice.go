package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents/spec"
)

// advice returns what to do about a finding.
func advice(f *finding, u *unit) string {
	switch f.Rule {
	case "missing":
		return adviceMissing(f, u)
	case "name":
		return adviceName(f)
	case "character":
		if f.Section == spec.SectionHTTPHeaderValues {
			return `percent-encode the UTF-8 bytes of the value: "€" is %E2%82%AC`
		}
		return "remove control characters and what is not UTF-8; a String has text, and arbitrary bytes belong in data"
	case "syntax", "range":
		return adviceSyntax(f)
	case "type":
		return "write the value as a JSON string; extensions may be true, false and whole numbers too"
	case "duplicate":
		if f.Attribute == spec.DataContentType && strings.Contains(f.Message, "Content-Type headers") {
			return "send one Content-Type: proxies and frameworks may have added theirs"
		}
		return "leave one of them out: receivers differ in which one they take"
	case "version":
		return `write specversion "1.0"; the patch level is not part of it, and 0.3 is another layout`
	case "data":
		return adviceData(f)
	case "content-type":
		return "leave ce-datacontenttype out: in binary mode Content-Type is datacontenttype"
	}
	return adviceMessage(f, u)
}

var missing = [...]struct{ name, json, why string }{
	{spec.ID, `"id":"A-1"`, "unique within the source"},
	{spec.Source, `"source":"/orders"`, "a URI-reference that says where it happened"},
	{spec.SpecVersion, `"specversion":"1.0"`, "this is what tells versions apart"},
	{spec.EventType, `"type":"com.example.order.placed"`, "what happened, best with a reversed domain name in front"},
}

func adviceMissing(f *finding, u *unit) string {
	for _, m := range missing {
		if m.name != f.Attribute {
			continue
		}
		if u.binary() {
			_, value, _ := strings.Cut(m.json, ":")
			return fmt.Sprintf("add the header ce-%s: %s (%s)", m.name, strings.Trim(value, `"`), m.why)
		}
		return fmt.Sprintf("add %s (%s)", m.json, m.why)
	}
	return "leave the attribute out: an optional one is absent or has a value"
}

// binary reports whether the attributes are headers.
func (u *unit) binary() bool {
	return u.message != nil && !strings.HasPrefix(strings.ToLower(u.message.get("Content-Type")), spec.MediaTypePrefix)
}

func adviceName(f *finding) string {
	legal := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return -1
	}, f.Attribute)
	switch {
	case f.Attribute == spec.Data:
		return `no attribute may be called "data"; the data is the body`
	case legal == "":
		return "name the attribute with lower-case letters and digits, or leave it out"
	}
	return fmt.Sprintf("names have lower-case letters and digits only: %q", legal)
}

func adviceSyntax(f *finding) string {
	switch {
	case f.Section == spec.SectionHTTPHeaderValues:
		return `close the quote, or percent-encode it as %22`
	case f.Attribute == spec.Time || strings.Contains(f.Message, "Timestamp"):
		return "write an RFC 3339 date-time that exists, with seconds and offset: 2026-01-02T15:04:05Z"
	case f.Attribute == spec.DataContentType:
		return "write a media type: application/json, or text/plain; charset=utf-8"
	case f.Attribute == spec.Source || f.Attribute == spec.DataSchema || strings.Contains(f.Message, "URI"):
		text := "write a URI as in RFC 3986, spaces and non-ASCII characters percent-encoded"
		if f.Value != "" && !strings.HasSuffix(f.Value, "…") {
			if legal := escapeURI(f.Value); legal != f.Value {
				text += fmt.Sprintf(": %q", legal)
			}
		}
		if f.Attribute == spec.DataSchema {
			text += "; it must have a scheme"
		}
		return text
	case strings.Contains(f.Message, "Integer"):
		return "write a whole number from -2147483648 to 2147483647, or make the value a string"
	}
	return "write the value as its type wants it"
}

// escapeURI percent-encodes what no URI may have.
func escapeURI(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch hex := c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]); {
		case hex || c > ' ' && c < 0x7f && strings.IndexByte("%\"<>\\^`{|}", c) < 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

func adviceData(f *finding) string {
	switch {
	case strings.Contains(f.Message, "exclude"):
		return "leave data or data_base64 out: text and JSON go into data, everything else into data_base64"
	case f.Attribute == spec.DataBase64:
		return "encode the data as standard base64, with padding and without line breaks, in a JSON string"
	case strings.Contains(f.Message, "must be a string"):
		return "write the data as a JSON string, or say in datacontenttype that it is JSON"
	case strings.Contains(f.Message, "charset"):
		return "send it as data_base64, or convert it to UTF-8 and say so in datacontenttype"
	}
	return "make the data what datacontenttype says, or correct datacontenttype"
}

func adviceMessage(f *finding, u *unit) string {
	switch f.Rule {
	case "json":
		if strings.Contains(f.Message, "UTF-8") || strings.Contains(f.Message, "surrogate") {
			return "write the text in UTF-8, with complete surrogate pairs in its escapes"
		}
		return "make it JSON as in RFC 8259: one object for an event, one array for a batch, and nothing behind it"
	case "not-cloudevent":
		if u.message != nil && bytes.Contains(u.body, []byte(`"specversion"`)) {
			mediaType := spec.MediaTypeJSON
			if bytes.HasPrefix(bytes.TrimSpace(u.body), []byte("[")) {
				mediaType = spec.BatchMediaTypeJSON
			}
			return "the body looks like JSON events: say so with Content-Type: " + mediaType
		}
		return "send ce-id, ce-source, ce-specversion and ce-type headers, or a JSON event with Content-Type: " + spec.MediaTypeJSON
	case "unknown-format":
		return "send JSON in UTF-8 with Content-Type: " + spec.MediaTypeJSON + ", or the data with ce- headers and a Content-Type of its own"
	case "content-mode":
		return "send one event, or all of them as an array with Content-Type: " + spec.BatchMediaTypeJSON
	case "encoding":
		return "send the body as it is, or undo the coding before the event is decoded"
	case "limit":
		return "make it smaller: put large data elsewhere and refer to it (dataref), split batches"
	case "http":
		return "write start line, headers, an empty line and the body, as they go over the wire"
	case "curl":
		return "paste the command as the shell gets it, quotes and all"
	}
	return "see the section"
}
