package finding

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func (d *doctor) forData(err error) (all []remedy) {
	data, encoded := d.named(spec.Data), d.named(spec.DataBase64)
	if d.header {
		return nil
	}
	if errors.Is(err, validation.ErrDataTwice) && data != nil && encoded != nil {
		text := "leave data or data_base64 out: text and JSON go into data, everything else into data_base64"
		return []remedy{{text: text, edits: []Edit{d.remove(encoded)}}, {text: text, edits: []Edit{d.remove(data)}}}
	}
	if encoded != nil {
		return d.forBase64(encoded)
	}
	if data == nil {
		return nil
	}
	token := d.token(data)
	contentType := d.named(spec.DataContentType)
	asJSON := func() {
		if contentType != nil {
			all = append(all, d.write("data is JSON, so say that: %s", contentType, "application/json"))
		}
	}
	switch {
	case errors.Is(err, validation.ErrDataCharset) && contentType != nil:
		text, _ := d.text(contentType)
		all = append(all, d.write("a JSON string is Unicode, and its bytes are UTF-8: say so with %s", contentType, mediatype.Essence(text)+"; charset=utf-8"))
	case errors.Is(err, validation.ErrDataString) && token[0] == 'n':
		all = append(all, remedy{text: "leave data out, if there is none; a JSON null is data of its own, under a JSON media type", edits: []Edit{d.remove(data)}})
	case errors.Is(err, validation.ErrDataString):
		if asJSON(); token[0] != '{' && token[0] != '[' {
			all = append([]remedy{d.write("write the text as a JSON string: %s", data, string(token))}, all...)
		}
	default: // version 0.3
		if encoding := d.named(spec.DataContentEncoding); encoding != nil {
			if text, ok := d.text(data); ok {
				if repaired, ok := repairBase64(text); ok {
					all = append(all, remedy{text: "write the data as standard base64, with padding and without line breaks", edits: []Edit{replace(data.value, data.end, quoted(repaired))}})
				}
			}
			all = append(all, remedy{text: "leave datacontentencoding out: the data is no base64", edits: []Edit{d.remove(encoding)}})
		}
		asJSON()
	}
	return all
}

func (d *doctor) forBase64(a *attribute) (all []remedy) {
	if text, ok := d.text(a); ok {
		if repaired, ok := repairBase64(text); ok {
			all = append(all, remedy{text: "write it as standard base64, with padding and without line breaks", edits: []Edit{replace(a.value, a.end, quoted(repaired))}})
		}
	}
	text := "encode the data as base64, or, if it is text or JSON, call the member data"
	return append(all, remedy{text: text, edits: []Edit{d.rename(a, spec.Data)}})
}

// forUndeclared is about a message that does not say that it is an event, or in which format.
func (d *doctor) forUndeclared() (all []remedy) {
	m := d.u.Message
	if m == nil {
		return nil
	}
	start := bytes.TrimLeft(bytes.TrimPrefix(m.Body, []byte("\uFEFF")), " \t\r\n")
	for _, c := range [...]struct{ prefix, mediaType string }{{"{", spec.MediaTypeJSON}, {"[", spec.BatchMediaTypeJSON}} {
		if bytes.HasPrefix(start, []byte(c.prefix)) && bytes.Contains(m.Body, []byte(`"specversion"`)) {
			all = append(all, remedy{text: "the body looks like JSON events: say so with Content-Type: " + c.mediaType, edits: []Edit{setHeader("Content-Type", c.mediaType)}})
		}
	}
	var edits []Edit
	var first string
	for _, prefix := range [...]string{"ce_", "cloudEvents_", "cloudEvents:", "cloudEvents-", "X-CE-", "X-CloudEvents-"} {
		for _, key := range sortedKeys(m.Header) {
			if name, ok := ascii.CutPrefixFold(key, prefix); ok && name != "" {
				if first == "" {
					first = key
				}
				edits = append(edits, renameHeader(key, "ce-"+strings.ToLower(name)))
			}
		}
	}
	if edits != nil {
		text := fmt.Sprintf("in HTTP the headers of attributes begin with ce-: call %.64q %.64q, and the others like that", first, edits[0].To)
		all = append(all, remedy{text: text, edits: edits})
		if core := d.foreignContentType(); core != "" { // the binding of the prefix may have it
			all = append(all, remedy{text: text, edits: append(slices.Clone(edits), removeHeader("ce-datacontenttype"))})
		}
	}
	if len(keysOf(m.Header, "ce-specversion")) > 0 && len(keysOf(m.Header, "Content-Type")) > 0 {
		dataType := "application/octet-stream"
		if end, f := jsonscan.Value(start, 0, cloudevents.DefaultMaxDepth); f == jsonscan.None && jsonscan.Space(start, end) == len(start) {
			dataType = "application/json"
		}
		all = append(all, remedy{text: "the attributes are in ce- headers, so Content-Type is that of the data: " + dataType, edits: []Edit{setHeader("Content-Type", dataType)}})
	}
	return all
}

func (d *doctor) foreignContentType() string {
	for _, key := range keysOf(d.u.Message.Header, "ce-datacontenttype") {
		return key
	}
	return ""
}

func sortedKeys(h http.Header) []string {
	keys := make([]string, 0, len(h))
	for key := range h {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// forCoding is about a Content-Encoding.
func (d *doctor) forCoding() (all []remedy) {
	m := d.u.Message
	if m == nil {
		return nil
	}
	if text, ok := inflated(m.Body); ok && m.Header != nil && strings.EqualFold(m.Get("Content-Encoding"), "gzip") {
		body := replace(0, len(m.Body), text)
		all = append(all, remedy{text: "send the body as it is, without gzip and Content-Encoding", edits: []Edit{removeHeader("Content-Encoding"), body}})
	}
	if utf8.Valid(m.Body) {
		all = append(all, remedy{text: "leave Content-Encoding out: the body is not coded", edits: []Edit{removeHeader("Content-Encoding")}})
	}
	return all
}
