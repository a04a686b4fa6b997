package listen

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// secret reports whether a header holds credentials.
func secret(key string) bool {
	switch strings.ToLower(key) {
	case "authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token":
		return true
	}
	return false
}

// writeRaw writes the message with the headers that net/http has parsed, without credentials.
func (m *received) writeRaw(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s %s %s\r\nHost: %s\r\n", m.r.Method, m.r.RequestURI, m.r.Proto, m.r.Host)
	h := m.r.Header.Clone()
	for key := range h {
		if secret(key) {
			h[key] = []string{"(left out)"}
		}
	}
	stream.WriteHeader(b, h)
	b.WriteString("\r\n")
	b.Write(m.body)
}

// keep writes the message into a file, in the form of a conformance case.
func (l *listener) keep(m *received) error {
	switch m.answer.status {
	case http.StatusMethodNotAllowed, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge:
		return nil // there is no complete message to keep
	}
	l.recorded++
	id := "refused"
	switch {
	case len(m.events) > 0:
		id = fileName(m.events[0].ID)
	case m.err == nil:
		id = "empty"
	}
	name := filepath.Join(l.record, fmt.Sprintf("%04d-%s.txtar", l.recorded, id))
	return os.WriteFile(name, m.fixture(), 0o644)
}

// fileName returns the beginning of an ID, with a hyphen for each character that the name of a
// file should not have.
func fileName(id string) string {
	id = strings.Map(func(r rune) rune {
		if r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, excerpt.Cut(id, 40))
	if id = strings.Trim(id, "-"); id == "" {
		return "event"
	}
	return id
}

// fixture returns the message in the form that testdata/README.md describes.
func (m *received) fixture() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Recorded %s.\n", m.at.UTC().Format("2006-01-02 15:04:05"))
	m.writeRequestSection(&b)
	var forward *forwardError
	if m.err != nil && !errors.As(m.err, &forward) {
		b.WriteString("-- error --\n")
		if reasons := library.Reasons(m.err); len(reasons) > 0 {
			r := reasons[0]
			fmt.Fprintf(&b, "rule: %s\n", r.Rule)
			if r.Attribute != "" && cli.Visible(r.Attribute) == r.Attribute { // a refused name can be any text, even of several lines
				fmt.Fprintf(&b, "attribute: %s\n", r.Attribute)
			}
			if r.Section != "" {
				fmt.Fprintf(&b, "section: %s\n", r.Section)
			}
			if r.Index >= 0 {
				fmt.Fprintf(&b, "index: %d\n", r.Index)
			}
		}
		return b.Bytes()
	}
	if cehttp.IsCloudEventBatch(m.r.Header) {
		fmt.Fprintf(&b, "-- batch --\n%d\n", len(m.events))
	}
	for i := range m.events {
		fmt.Fprintf(&b, "-- event --\n%s", conformance.FromEvent(&m.events[i]))
	}
	return b.Bytes()
}

func (m *received) writeRequestSection(b *bytes.Buffer) {
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s / HTTP/1.1\n", m.r.Method)
	for _, key := range slices.Sorted(maps.Keys(m.r.Header)) {
		lower := strings.ToLower(key)
		if lower != "content-type" && lower != "content-encoding" && !strings.HasPrefix(lower, "ce-") {
			continue
		}
		for _, value := range m.r.Header[key] {
			fmt.Fprintf(&head, "%s: %s\n", lower, value)
		}
	}
	head.WriteByte('\n')
	text := head.String() + string(m.body)
	if plainSection(text) {
		fmt.Fprintf(b, "-- request --\n%s\n", text)
		return
	}
	b.WriteString("-- request quoted --\n")
	for line := range strings.Lines(text) {
		b.WriteString(strconv.QuoteToASCII(line) + "\n")
	}
}

// plainSection reports whether a text needs no quotes in a section.
func plainSection(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && cli.Hidden(r) }) &&
		!strings.Contains(s, "\n-- ")
}
