package stream

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// Writer writes events in one of the forms. Its methods return a [*cli.FaultError] about an
// event that has no such form.
type Writer struct {
	w    *bufio.Writer
	form Form
	mode cloudevents.Mode
	// formats are all, with that of HTTP messages in front.
	formats format.Set
	url     *url.URL
	count   int
	buf     []byte
	batch   []cloudevents.Event // of an HTTP message in batch mode, or of a document
}

// NewWriter returns a Writer to w, which the caller flushes after End. HTTP requests have
// the mode m, are in the first of formats and go to target. The forms Curl and Case are
// refused; Any is Lines.
func NewWriter(w *bufio.Writer, f Form, m cloudevents.Mode, formats format.Set, target string) (*Writer, error) {
	switch f {
	case Curl:
		return nil, cli.Usagef("curl commands are written by ce send --curl")
	case Case:
		return nil, cli.Usagef("cases are written by ce listen --record")
	}
	u, err := ParseTarget(target)
	if err != nil {
		return nil, err
	}
	return &Writer{w: w, form: f, mode: m, formats: formats, url: u}, nil
}

// ParseTarget parses the URL that events are sent to. Without a scheme, as in localhost:8080/path
// and :8080, it is http and, without a host, localhost. An error is about the command line.
func ParseTarget(s string) (*url.URL, error) {
	whole := s
	if isAddress(s) {
		if whole = "http://" + s; s[0] == ':' {
			whole = "http://localhost" + s
		}
	}
	u, err := url.Parse(whole)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Contains(u.RawQuery, " ") {
		return nil, cli.Usagef("not an http or https URL: %.64q; http://localhost:8080/, localhost:8080 and :8080 are", withoutQuery(s))
	}
	return u, nil
}

// withoutQuery returns the part of a URL that holds no token.
func withoutQuery(s string) string {
	s, _, _ = strings.Cut(s, "?")
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = "…" + s[i:]
	}
	return s
}

// isAddress reports whether s begins with [host]:port and has no scheme.
func isAddress(s string) bool {
	end := strings.IndexAny(s, "/?#")
	if end < 0 {
		end = len(s)
	}
	colon := strings.LastIndexByte(s[:end], ':')
	if colon < 0 || strings.Contains(s[:end], "@") {
		return false
	}
	port, err := strconv.ParseUint(s[colon+1:end], 10, 16)
	return err == nil && port > 0
}

// Event writes one event.
func (w *Writer) Event(e *cloudevents.Event) error {
	switch {
	case w.form.batch() != nil:
		return w.collect(e, "batch")
	case w.form.format() != nil:
		b, err := w.form.format().EncodeStructuredModeMessage(w.buf[:0], e)
		return w.document(b, err)
	case w.form != HTTP:
		b, err := cloudevents.AppendJSON(w.buf[:0], e)
		return w.document(b, err)
	case w.mode == cloudevents.BatchMode:
		return w.collect(e, "HTTP message")
	}
	h := http.Header{}
	body, err := cehttp.EncodeMessage(h, e, w.mode, w.formats)
	if err != nil {
		return &cli.FaultError{Err: err}
	}
	w.count++
	return WriteRequest(w.w, w.url, h, body)
}

// collect keeps an event for End.
func (w *Writer) collect(e *cloudevents.Event, what string) error {
	if w.count++; w.count > cloudevents.DefaultMaxEvents {
		return &cli.FaultError{Err: fmt.Errorf("more than %d events in one %s", cloudevents.DefaultMaxEvents, what)}
	}
	w.batch = append(w.batch, e.Clone())
	return nil
}

// Sealed writes one event in a form that is JSON. Its data is not checked again.
func (w *Writer) Sealed(s *cloudevents.Sealed) error {
	b, err := s.AppendJSON(w.buf[:0])
	return w.document(b, err)
}

// document writes an event that was encoded.
func (w *Writer) document(b []byte, err error) error {
	if err != nil {
		return &cli.FaultError{Err: err}
	}
	w.buf = b
	w.count++
	if w.count > 1 && (w.form == JSON || w.form.format() != nil) {
		return &cli.FaultError{Err: errors.New("there are several events; use " + w.form.several())}
	}
	switch w.form {
	case Protobuf, XML, Avro, AvroCompact, CBOR:
	case JSON:
		return writeIndented(w.w, b)
	case Batch:
		separator := "[\n"
		if w.count > 1 {
			separator = ",\n"
		}
		w.w.WriteString(separator)
		b, err = OneLineJSON(b)
	default:
		b, err = OneLineJSON(b)
		b = append(b, '\n')
		w.buf = b[:0]
	}
	if err != nil {
		return err
	}
	_, err = w.w.Write(b)
	return err
}

// OneLineJSON returns a JSON text without line ends, which data may have. It returns b itself
// if there are none.
func OneLineJSON(b []byte) ([]byte, error) {
	if bytes.IndexByte(b, '\n') < 0 && bytes.IndexByte(b, '\r') < 0 {
		return b, nil
	}
	var compact bytes.Buffer
	err := json.Compact(&compact, b)
	return compact.Bytes(), err
}

// writeIndented writes a JSON text indented, or in one line if that would be more than four
// times as long: data may be nested so deep that it has to be bounded.
func writeIndented(w io.Writer, b []byte) error {
	if indented, whole := indent(b, 4*len(b)+4096); whole {
		b = indented
	} else {
		var err error
		if b, err = OneLineJSON(b); err != nil {
			return err
		}
	}
	_, err := w.Write(append(b, '\n'))
	return err
}

// several says which forms of the output have several events, if f has one.
func (f Form) several() string {
	if f == Protobuf || f == XML {
		return "--to " + f.String() + "-batch, --to jsonl or --to http"
	}
	return "--to jsonl, --to batch or --to http"
}

// End writes the end of the output. In batch mode, it writes the HTTP request.
func (w *Writer) End() error {
	switch {
	case w.form.batch() != nil:
		b, err := w.form.batch().EncodeBatchModeMessage(nil, w.batch)
		if err != nil {
			return &cli.FaultError{Err: err}
		}
		_, err = w.w.Write(b)
		return err
	case w.form == Batch && w.count == 0:
		_, err := w.w.WriteString("[]\n")
		return err
	case w.form == Batch:
		_, err := w.w.WriteString("\n]\n")
		return err
	case w.form == HTTP && w.mode == cloudevents.BatchMode:
		h := http.Header{}
		body, err := cehttp.EncodeMessageBatch(h, w.batch, w.formats)
		if err != nil {
			return &cli.FaultError{Err: err}
		}
		return WriteRequest(w.w, w.url, h, body)
	}
	return nil
}

// WriteRequest writes a POST request as HTTP/1.1 has it, with its headers in the order of
// their names.
func WriteRequest(w *bufio.Writer, u *url.URL, h http.Header, body []byte) error {
	w.WriteString("POST " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\n")
	WriteHeader(w, h)
	w.WriteString("Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n")
	_, err := w.Write(body)
	return err
}

// WriteHeader writes header lines in the order of their names. Names of attributes are in
// lower case, as in the specification.
func WriteHeader(w io.StringWriter, h http.Header) {
	var few [16]string
	keys := few[:0]
	for key := range h {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		name := key
		if strings.HasPrefix(key, "Ce-") {
			name = strings.ToLower(key)
		}
		for _, value := range h[key] {
			w.WriteString(name + ": " + value + "\r\n") // to memory, or to a Writer that keeps its error
		}
	}
}
