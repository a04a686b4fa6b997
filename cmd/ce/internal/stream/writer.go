package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// eventWriter writes events in one of the forms.
type eventWriter struct {
	w     *bufio.Writer
	form  form
	mode  cloudevents.Mode
	url   *url.URL
	count int
	buf   []byte
	batch []cloudevents.Event // of an HTTP message in batch mode
}

func newEventWriter(w *bufio.Writer, f form, m cloudevents.Mode, target string) (eventWriter, error) {
	if f == formCurl {
		return eventWriter{}, usagef("curl commands are written by ce send --curl")
	}
	u, err := targetURL(target)
	return eventWriter{w: w, form: f, mode: m, url: u}, err
}

// targetURL parses where events go to.
func targetURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Contains(u.RawQuery, " ") {
		return nil, usagef("not an http or https URL: %.64q", s)
	}
	return u, nil
}

// event writes one event. An error about the event is a *faultError.
func (w *eventWriter) event(e *cloudevents.Event) error {
	switch {
	case w.form != formHTTP:
		b, err := cloudevents.AppendJSON(w.buf[:0], e)
		return w.document(b, err)
	case w.mode == cloudevents.BatchMode:
		if w.count++; w.count > cloudevents.DefaultMaxEvents {
			return &faultError{fmt.Errorf("more than %d events in one HTTP message", cloudevents.DefaultMaxEvents)}
		}
		w.batch = append(w.batch, e.Clone())
		return nil
	}
	h := http.Header{}
	body, err := cehttp.EncodeMessage(h, e, w.mode, nil)
	if err != nil {
		return &faultError{err}
	}
	w.count++
	return writeRequest(w.w, w.url, h, body)
}

// sealed is event for a form other than HTTP.
func (w *eventWriter) sealed(s *cloudevents.Sealed) error {
	b, err := s.AppendJSON(w.buf[:0])
	return w.document(b, err)
}

// document writes a JSON event.
func (w *eventWriter) document(b []byte, err error) error {
	if err != nil {
		return &faultError{err}
	}
	w.buf = b
	w.count++
	switch w.form {
	case formEvent:
		if w.count > 1 {
			return &faultError{fmt.Errorf("there are several events; use --to jsonl or --to batch")}
		}
		return writeIndented(w.w, b)
	case formBatch:
		separator := "[\n"
		if w.count > 1 {
			separator = ",\n"
		}
		w.w.WriteString(separator)
		b, err = oneLineJSON(b)
	default:
		b, err = oneLineJSON(b)
		b = append(b, '\n')
		w.buf = b[:0]
	}
	if err != nil {
		return err
	}
	_, err = w.w.Write(b)
	return err
}

// oneLineJSON returns a JSON text without line ends, which data may have.
func oneLineJSON(b []byte) ([]byte, error) {
	if bytes.IndexByte(b, '\n') < 0 && bytes.IndexByte(b, '\r') < 0 {
		return b, nil
	}
	var compact bytes.Buffer
	err := json.Compact(&compact, b)
	return compact.Bytes(), err
}

func writeIndented(w io.Writer, b []byte) error {
	var indented bytes.Buffer
	if err := json.Indent(&indented, b, "", "  "); err != nil {
		return err
	}
	indented.WriteByte('\n')
	_, err := w.Write(indented.Bytes())
	return err
}

// end writes what is behind the last event.
func (w *eventWriter) end() error {
	switch {
	case w.form == formBatch && w.count == 0:
		_, err := w.w.WriteString("[]\n")
		return err
	case w.form == formBatch:
		_, err := w.w.WriteString("\n]\n")
		return err
	case w.form == formHTTP && w.mode == cloudevents.BatchMode:
		h := http.Header{}
		body, err := cehttp.EncodeMessageBatch(h, w.batch, nil)
		if err != nil {
			return &faultError{err}
		}
		return writeRequest(w.w, w.url, h, body)
	}
	return nil
}

// writeRequest writes a request as it goes over the wire, headers in order.
func writeRequest(w *bufio.Writer, u *url.URL, h http.Header, body []byte) error {
	w.WriteString("POST " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\n")
	writeHeader(w, h)
	w.WriteString("Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n")
	_, err := w.Write(body)
	return err
}

// writeHeader writes header lines: attributes in lower case, as the specification
// has them.
func writeHeader(w io.StringWriter, h http.Header) {
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
