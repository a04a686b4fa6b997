package cehttp

import (
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/attributes"
	"github.com/seed763dd41b/cloudevents/internal/percent"
	"github.com/seed763dd41b/cloudevents/internal/textbuf"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
)

// SetHeader validates e and makes h the header of a binary-mode message with it: a ce-
// header for each attribute, and the content type of the data. It first removes the
// headers of another event and Content-Type. Other headers are kept. All new keys and
// values share memory.
//
// The error is that of [EncodeMessage] in binary mode. On an error h is unchanged. A nil
// h is an error.
func SetHeader(h http.Header, e *cloudevents.Event) error {
	if h == nil {
		return errNilHeader
	}
	if err := format.CheckBinaryMode(e); err != nil {
		return err
	}
	setHeader(h, e)
	return nil
}

// clearHeader removes the headers of an event.
func clearHeader(h http.Header) {
	if len(h) == 0 { // the usual case; starting to range over a map costs more than this
		return
	}
	for key := range h {
		if isAttribute(key) || ascii.EqualFold(key, "Content-Type") {
			delete(h, key)
		}
	}
}

// remove removes a header under all spellings of its key.
func remove(h http.Header, key string) {
	for k := range h {
		if ascii.EqualFold(k, key) {
			delete(h, k)
		}
	}
}

// dataSchemaKeys are the keys of the attribute whose name depends on the version. A new
// version is one more row.
var dataSchemaKeys = [...]string{spec.V1: "Ce-Dataschema", spec.V03: "Ce-Schemaurl"}

// setHeader sets the headers of a valid event. It cuts all values from one slice, and all
// new texts from one string.
func setHeader(h http.Header, e *cloudevents.Event) {
	clearHeader(h)
	w := headerWriter{h: h}
	w.plan(e)

	w.set("Ce-Specversion", e.SpecVersion.String())
	w.setText("Ce-Id", e.ID)
	w.setText("Ce-Source", e.Source)
	w.setText("Ce-Type", e.Type)
	if e.DataContentType != "" {
		w.set("Content-Type", e.DataContentType)
	}
	if e.DataSchema != "" {
		w.setText(dataSchemaKeys[e.SpecVersion], e.DataSchema)
	}
	if e.Subject != "" {
		w.setText("Ce-Subject", e.Subject)
	}
	if !timestamp.Absent(e.Time) {
		w.set("Ce-Time", w.text.Cut(timestamp.Append(w.text.Room(), e.Time)))
	}
	for i := range e.Extensions {
		x := &e.Extensions[i]
		text := x.Value.String()
		if w.escape { // as in setText, which is not inlined
			text = w.escaped(text)
		}
		w.set(w.key(x.Name), text)
	}
}

// withRoom returns h, or a larger map if e has more headers than a map holds without
// growing.
func withRoom(h http.Header, e *cloudevents.Event) http.Header {
	if n := attributes.Count(e); n > 8 {
		return make(http.Header, n)
	}
	return h
}

// headerBacking is memory for the header of an event with a time and two extensions, in
// one allocation.
type headerBacking struct {
	values [9]string
	text   [64]byte
}

type headerWriter struct {
	h      http.Header
	values []string // has one for each header that is still to be set
	escape bool     // a value needs escapes
	text   textbuf.Buffer
}

// plan makes room for the values and for the texts that have to be written.
func (w *headerWriter) plan(e *cloudevents.Event) {
	escaped := escapedSize(e.ID) + escapedSize(e.Type) + escapedSize(e.Subject) +
		escapedURISize(e.Source) + escapedURISize(e.DataSchema)
	n := 0
	for i := range e.Extensions {
		x := &e.Extensions[i]
		n += len("Ce-") + len(x.Name)
		switch x.Value.Type() {
		case spec.String:
			escaped += escapedSize(x.Value.String())
		case spec.URI, spec.URIReference:
			escaped += escapedURISize(x.Value.String())
		}
	}
	if !timestamp.Absent(e.Time) {
		n += timestamp.MaxLength
	}
	w.escape = escaped > 0
	n += escaped
	count := attributes.Count(e)
	if n == 0 || n > len(headerBacking{}.text) || count > len(headerBacking{}.values) {
		w.values = make([]string, count)
		w.text.Grow(n)
		return
	}
	backing := new(headerBacking)
	w.values = backing.values[:count]
	w.text.Use(backing.text[:])
}

// escapedSize returns the largest size of s with escapes, or 0 if it needs none.
func escapedSize(s string) int {
	if percent.NeedsEscape(s) {
		return len("%00") * len(s)
	}
	return 0
}

// escapedURISize is escapedSize for a URI, in which only % needs an escape.
func escapedURISize(uri string) int {
	if strings.IndexByte(uri, '%') >= 0 {
		return len("%00") * len(uri)
	}
	return 0
}

func (w *headerWriter) set(key, value string) {
	one := w.values[:1:1]
	w.values = w.values[1:]
	one[0] = value
	w.h[key] = one
}

// setText sets a header that may need escapes.
func (w *headerWriter) setText(key, text string) {
	if w.escape {
		text = w.escaped(text)
	}
	w.set(key, text)
}

// escaped returns text as a header value.
func (w *headerWriter) escaped(text string) string {
	if !percent.NeedsEscape(text) {
		return text
	}
	return w.text.Cut(percent.Append(w.text.Room(), text))
}

// key returns the header key of an extension, in the form of http.CanonicalHeaderKey.
func (w *headerWriter) key(name string) string {
	const prefix = "Ce-"
	b := append(append(w.text.Room(), prefix...), name...)
	if c := b[len(prefix)]; 'a' <= c && c <= 'z' {
		b[len(prefix)] = c - ('a' - 'A')
	}
	return w.text.Cut(b)
}
