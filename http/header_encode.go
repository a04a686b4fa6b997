package cehttp

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
)

// SetHeader validates e and makes h the header of a binary-mode message with it:
// a ce- header for each attribute, and the content type of the data. Headers of
// another event, and a Content-Type, are removed first; others are left alone.
//
// The error is that of [EncodeMessage] in binary mode, and h is then unchanged. A
// nil h is an error.
func SetHeader(h http.Header, e *cloudevents.Event) error {
	if h == nil {
		return wrap(errNilHeader)
	}
	if err := checkBinary(e); err != nil {
		return wrap(err)
	}
	setHeader(h, e)
	return nil
}

// checkBinary reports whether e can be sent in binary mode.
func checkBinary(e *cloudevents.Event) error {
	if err := e.Validate(); err != nil {
		return err
	}
	if m := mode(e.DataContentType); m != cloudevents.BinaryMode {
		return fmt.Errorf("%w: data of type %.64q in binary mode would be taken for %s mode", ErrContentMode, e.DataContentType, m)
	}
	return nil
}

// clearHeader removes what describes an event.
func clearHeader(h http.Header) {
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

// setHeader sets the headers of a valid event. Values are cut from one slice, and
// what has to be spelled for HTTP from one string.
func setHeader(h http.Header, e *cloudevents.Event) {
	clearHeader(h)
	w := headerWriter{h: h, values: make([]string, 0, coreCount+len(e.Extensions))}
	w.buffer.Grow(spelledSize(e))

	w.set("Ce-Specversion", e.SpecVersion.String())
	w.setEscaped("Ce-Id", e.ID)
	w.setEscaped("Ce-Source", e.Source)
	w.setEscaped("Ce-Type", e.Type)
	if e.DataContentType != "" {
		w.set("Content-Type", e.DataContentType)
	}
	if e.DataSchema != "" {
		w.setEscaped("Ce-Dataschema", e.DataSchema)
	}
	if e.Subject != "" {
		w.setEscaped("Ce-Subject", e.Subject)
	}
	if !timestamp.Absent(e.Time) {
		var b [maxTimestamp]byte
		w.set("Ce-Time", w.spell(timestamp.Append(b[:0], e.Time)))
	}
	for i := range e.Extensions {
		x := &e.Extensions[i]
		var b [64]byte
		key := append(append(b[:0], "Ce-"...), x.Name...)
		if c := key[len("Ce-")]; 'a' <= c && c <= 'z' {
			key[len("Ce-")] -= 'a' - 'A' // as http.CanonicalHeaderKey does
		}
		w.setEscaped(w.spell(key), x.Value.String())
	}
}

const maxTimestamp = len("2006-01-02T15:04:05.999999999+00:00")

// spelledSize returns how many bytes of text setHeader may have to write.
func spelledSize(e *cloudevents.Event) int {
	n := 0
	if !timestamp.Absent(e.Time) {
		n = maxTimestamp
	}
	for _, s := range [...]string{e.ID, e.Source, e.Type, e.DataSchema, e.Subject} {
		n += spelled(s)
	}
	for i := range e.Extensions {
		n += len("Ce-") + len(e.Extensions[i].Name) + spelled(e.Extensions[i].Value.String())
	}
	return n
}

// spelled returns how long s may be with escapes, or 0 if it needs none.
func spelled(s string) int {
	if has(s, mustEscape) {
		return len("%00") * len(s)
	}
	return 0
}

type headerWriter struct {
	h      http.Header
	values []string
	buffer strings.Builder
}

func (w *headerWriter) set(key, value string) {
	i := len(w.values)
	w.values = append(w.values, value)
	w.h[key] = w.values[i : i+1 : i+1]
}

func (w *headerWriter) setEscaped(key, text string) {
	if !has(text, mustEscape) {
		w.set(key, text)
		return
	}
	var short [256]byte
	w.set(key, w.spell(appendEscaped(short[:0], text)))
}

// spell returns b as part of the buffer's string.
func (w *headerWriter) spell(b []byte) string {
	begin := w.buffer.Len()
	w.buffer.Write(b)
	return w.buffer.String()[begin:]
}
