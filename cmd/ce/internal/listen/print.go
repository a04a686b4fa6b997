package listen

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/finding"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/spec"
)

// maxEvents limits the events of a batch that are printed for people, unless all data is.
const maxEvents = 100

// print prints a message in one Write, so that the lines of two messages do not mix.
func (l *listener) print(m *received) error {
	var b bytes.Buffer
	switch {
	case l.json:
		for i := range m.events {
			line, err := cloudevents.AppendJSON(nil, &m.events[i])
			if err == nil {
				line, err = stream.OneLineJSON(line)
			}
			if err != nil { // its data does not fit its content type, which binary mode allows
				fmt.Fprintf(l.process.Err, "ce: event %s has no JSON form: %s\n", cli.Visible(fmt.Sprintf("%.64q", m.events[i].ID)), cli.Visible(err.Error()))
				continue
			}
			b.Write(append(line, '\n'))
		}
		if m.err != nil {
			l.printRefused(m)
		}
		_, err := l.process.Display().Write(b.Bytes())
		return err
	case l.raw:
		m.writeRaw(&b)
		b.WriteString("\n\n")
		_, err := l.process.Display().Write(b.Bytes())
		return err
	}
	s := l.process.Style()
	if l.oneline {
		l.printLines(&b, m, s)
		_, err := l.process.Out.Write(b.Bytes())
		return err
	}
	l.headline(&b, m, s)
	for i := range m.events {
		if i == maxEvents && l.dataBytes >= 0 {
			fmt.Fprintf(&b, "  %s\n", s.Faint(fmt.Sprintf("and %s more", cli.Plural(len(m.events)-i, "event"))))
			break
		}
		if len(m.events) > 1 {
			fmt.Fprintf(&b, "%s\n", s.Faint(fmt.Sprintf("  event %d of %d", i+1, len(m.events))))
		}
		stream.PrintEvent(&b, &m.events[i], s, l.dataBytes)
	}
	if m.note != "" {
		fmt.Fprintf(&b, "  %s\n", cli.Visible(m.note))
	}
	if m.err != nil {
		l.printFindings(&b, m, s)
	}
	b.WriteByte('\n')
	_, err := l.process.Out.Write(b.Bytes())
	return err
}

// printRefused reports a refused message on standard error, because --json prints events only.
func (l *listener) printRefused(m *received) {
	fmt.Fprintf(l.process.Err, "ce: %d %s: %s\n", m.answer.status, cli.Visible(m.r.RemoteAddr), cli.ErrorLine(m.err))
}

// headline prints status, content mode, request line, time and sender.
func (l *listener) headline(b *bytes.Buffer, m *received, s cli.Style) {
	status := fmt.Sprintf("%d %s", m.answer.status, http.StatusText(m.answer.status))
	fmt.Fprintf(b, "%s  %s  %s  %s\n", m.paint(s)("● "+status), s.Bold(m.modeName()), cli.Visible(m.requestLine()),
		s.Faint(m.clock()+" from "+m.r.RemoteAddr))
}

// requestLine returns the beginning of the request line, without credentials.
func (m *received) requestLine() string {
	return excerpt.Cut(m.r.Method+" "+withoutSecrets(m.r.RequestURI), 100)
}

// modeName returns the content mode that the header of the message claims, and the event format
// if that is not JSON.
func (m *received) modeName() string {
	mode := cehttp.ModeOf(m.r.Header)
	if mode == cloudevents.BinaryMode && !cehttp.IsCloudEvent(m.r.Header) {
		return "no event"
	}
	if f := stream.FormatOf(m.r.Header.Get("Content-Type")); f != nil && f.MediaType() != spec.MediaTypeJSON {
		return mode.String() + ", " + stream.FormatName(f)
	}
	return mode.String()
}

// maxFindings limits the violations of a message that are printed.
const maxFindings = 20

// printFindings prints why a message was refused, and the header of one that is invalid.
func (l *listener) printFindings(b *bytes.Buffer, m *received, s cli.Style) {
	var forward *forwardError
	var host *hostError
	if errors.As(m.err, &forward) || errors.As(m.err, &host) {
		fmt.Fprintf(b, "  %s\n", s.Bad(cli.ErrorLine(m.err)))
		if forward != nil && forward.answered {
			l.printAnswer(b, m, s)
		}
		return
	}
	u := stream.Unit{Message: &stream.Message{Header: m.r.Header, Body: m.body}, Body: m.body, Line: 1, InBody: true}
	found, more := finding.First(&u, m.err, maxFindings)
	for _, f := range found {
		fmt.Fprintf(b, "  %s\n", s.Bad("✗ "+violationText(&f)))
		if f.Section != "" {
			fmt.Fprintf(b, "    %s\n", s.Faint(f.URL))
		}
		if f.Rule != "" {
			fmt.Fprintf(b, "    %s\n", cli.Visible(f.Advice))
		}
	}
	if more > 0 {
		fmt.Fprintf(b, "  %s\n", s.Bad(fmt.Sprintf("and %d more; ce check shows them", more)))
	}
	printHeader(b, m.r.Header, s)
}

// violationText returns what is wrong, and where.
func violationText(f *finding.Finding) string {
	text := f.Text()
	if f.Column > 0 {
		text += fmt.Sprintf(" at offset %d of the body", *f.Offset)
	}
	return text
}

// printAnswer prints the body with which the target of --forward has refused a message.
func (l *listener) printAnswer(b *bytes.Buffer, m *received, s cli.Style) {
	body := m.answer.body.Bytes()
	text, note := stream.DataText(body, m.answer.header.Get("Content-Type"), l.dataBytes)
	fmt.Fprintf(b, "  %s  %s\n", s.Name("answer"), s.Faint(cli.Plural(len(body), "byte")+note))
	for line := range strings.Lines(text) {
		fmt.Fprintf(b, "    %s\n", strings.TrimRight(line, "\r\n"))
	}
}

// The limits of the header of an invalid message that is printed, in lines, and of a line in bytes.
const (
	maxHeaderLines = 50
	maxHeaderLine  = 256
)

// printHeader prints the header of a message, without credentials.
func printHeader(b *bytes.Buffer, h http.Header, s cli.Style) {
	if len(h) == 0 {
		return
	}
	fmt.Fprintf(b, "  %s\n", s.Name("header"))
	printed, all := 0, 0
	shown := withoutCredentials(h)
	for _, key := range slices.Sorted(maps.Keys(shown)) {
		for _, value := range shown[key] {
			if all++; printed < maxHeaderLines {
				printed++
				fmt.Fprintf(b, "    %s\n", cli.Visible(excerpt.Cut(key+": "+value, maxHeaderLine)))
			}
		}
	}
	if all > printed {
		fmt.Fprintf(b, "    %s\n", s.Faint(fmt.Sprintf("and %s more", cli.Plural(all-printed, "line"))))
	}
}
