package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// print prints a message in one Write, so that lines of two do not mix.
func (l *listener) print(m *received) error {
	var b bytes.Buffer
	switch {
	case l.json:
		for i := range m.events {
			line, err := cloudevents.AppendJSON(nil, &m.events[i])
			if err == nil {
				line, err = oneLineJSON(line)
			}
			if err != nil { // data that is not what its content type says, in binary mode
				fmt.Fprintf(l.err, "ce: event %s has no JSON form: %s\n", visible(fmt.Sprintf("%.64q", m.events[i].ID)), visible(err.Error()))
				continue
			}
			b.Write(append(line, '\n'))
		}
		if m.err != nil {
			l.printRefused(m)
		}
		_, err := l.display().Write(b.Bytes())
		return err
	case l.raw:
		m.writeRaw(&b)
		b.WriteString("\n\n")
		_, err := l.display().Write(b.Bytes())
		return err
	}
	s := style(l.colour())
	l.headline(&b, m, s)
	for i := range m.events {
		if len(m.events) > 1 {
			fmt.Fprintf(&b, "%s\n", s.faint(fmt.Sprintf("  event %d of %d", i+1, len(m.events))))
		}
		printEvent(&b, &m.events[i], s, l.dataBytes)
	}
	if m.err != nil {
		printFindings(&b, m, s)
	}
	b.WriteByte('\n')
	_, err := l.out.Write(b.Bytes())
	return err
}

// printRefused says on standard error what --json cannot.
func (l *listener) printRefused(m *received) {
	fmt.Fprintf(l.err, "ce: %d %s: %s\n", m.answer.status, visible(m.r.RemoteAddr), visible(oneLine(m.err.Error())))
}

// headline says what came, from where, and how it was answered.
func (l *listener) headline(b *bytes.Buffer, m *received, s style) {
	status := fmt.Sprintf("%d %s", m.answer.status, http.StatusText(m.answer.status))
	paint := s.good
	if m.answer.status >= 300 {
		paint = s.bad
	}
	fmt.Fprintf(b, "%s  %s  %s  %s\n", paint("● "+status), s.bold(m.modeName()), visible(cut(m.r.Method+" "+m.r.RequestURI, 100)),
		s.faint(m.at.Format("15:04:05.000")+" from "+m.r.RemoteAddr))
}

// modeName says what the message claims to be.
func (m *received) modeName() string {
	switch h := m.r.Header; {
	case cehttp.IsCloudEventBatch(h):
		return "batch"
	case strings.HasPrefix(strings.ToLower(h.Get("Content-Type")), spec.MediaTypePrefix) && cehttp.IsCloudEvent(h):
		return "structured"
	case cehttp.IsCloudEvent(h):
		return "binary"
	}
	return "no event"
}

// printEvent prints attributes and data.
func printEvent(b *bytes.Buffer, e *cloudevents.Event, s style, dataBytes int) {
	width := len("datacontenttype")
	for _, x := range e.Extensions {
		width = min(max(width, len(x.Name)), 32)
	}
	for name, v := range e.All() {
		fmt.Fprintf(b, "  %s%*s  %s\n", s.name(visible(name)), max(width-len(name), 0), "", visible(v.String()))
	}
	if e.Data == nil {
		return
	}
	text, note := dataText(e.Data, e.DataContentType, dataBytes)
	fmt.Fprintf(b, "  %s%*s  %s\n", s.name("data"), width-len("data"), "", s.faint(plural(len(e.Data), "byte")+note))
	for line := range strings.Lines(text) {
		fmt.Fprintf(b, "    %s\n", strings.TrimRight(line, "\r\n"))
	}
}

// dataText returns data for people: JSON indented, text as it is, anything else in
// hexadecimal. At most so many bytes of it are shown; a negative number is all.
func dataText(data []byte, contentType string, most int) (text, note string) {
	if t, _, _ := mime.ParseMediaType(contentType); t == "application/json" || strings.HasSuffix(t, "+json") {
		var indented bytes.Buffer
		if json.Indent(&indented, data, "", "  ") == nil {
			data = indented.Bytes()
		}
	}
	isText := utf8.Valid(data) && bytes.IndexByte(data, 0) < 0
	if most >= 0 && len(data) > most {
		data = data[:most]
		note = fmt.Sprintf(", the first %d shown", most)
		for isText && len(data) > 0 && !utf8.Valid(data[max(0, len(data)-utf8.UTFMax):]) && !utf8.Valid(data) {
			data = data[:len(data)-1]
		}
	}
	if isText {
		return visibleLines(strings.ReplaceAll(string(data), "\r\n", "\n")), note
	}
	return hex.Dump(data), note
}

// printFindings prints why a message was refused.
func printFindings(b *bytes.Buffer, m *received, s style) {
	var forward *forwardError
	if errors.As(m.err, &forward) {
		fmt.Fprintf(b, "  %s\n", s.bad(visible(forward.Error())))
		return
	}
	u := unit{message: &message{header: m.r.Header, body: m.body}, body: m.body, line: 1, inBody: true}
	for _, f := range u.findings(m.err) {
		about := f.Message
		if f.Attribute != "" {
			about = fmt.Sprintf("attribute %.64q: %s", f.Attribute, about)
		}
		if f.Value != "" {
			about += fmt.Sprintf(": %.64q", f.Value)
		}
		if f.Event != nil {
			about = fmt.Sprintf("event %d: %s", *f.Event, about)
		}
		if f.Column > 0 {
			about += fmt.Sprintf(" at offset %d of the body", *f.Offset)
		}
		fmt.Fprintf(b, "  %s\n", s.bad("✗ "+visible(about)))
		if f.Section != "" {
			fmt.Fprintf(b, "    %s\n", s.faint(f.URL))
		}
		if f.Rule != "" {
			fmt.Fprintf(b, "    %s\n", visible(f.Advice))
		}
	}
}

// cut shortens s to n bytes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
