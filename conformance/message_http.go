package conformance

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

func parseHTTP(p *protocol, s string, startLine bool) (Message, error) {
	head, body, ok := strings.Cut(s, "\n\n")
	if !ok {
		return Message{}, errors.New("no empty line behind the header")
	}
	lines := strings.Split(head, "\n")
	if startLine {
		lines = lines[1:]
	}
	m := Message{Protocol: p.name, Header: http.Header{}, Body: []byte(body)}
	for _, line := range lines {
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			return Message{}, fmt.Errorf("header line %.64q", line)
		}
		m.Header[key] = append(m.Header[key], strings.Trim(value, " \t"))
	}
	return m, nil
}

func goldenHTTP(_ *protocol, m *Message) string {
	var b strings.Builder
	for _, key := range slices.SortedFunc(maps.Keys(m.Header), func(x, y string) int {
		return strings.Compare(strings.ToLower(x), strings.ToLower(y))
	}) {
		if lower := strings.ToLower(key); lower == "content-type" || strings.HasPrefix(lower, "ce-") {
			for _, value := range m.Header[key] {
				fmt.Fprintf(&b, "%s: %s\n", lower, value)
			}
		}
	}
	b.WriteByte('\n')
	b.Write(m.Body)
	return b.String()
}

// modeOfHTTP returns the mode that the Content-Type states.
func modeOfHTTP(m *Message) cloudevents.Mode {
	for key, values := range m.Header {
		if strings.EqualFold(key, "Content-Type") && len(values) > 0 {
			return format.ModeOf(values[0])
		}
	}
	return cloudevents.BinaryMode
}

// checkHTTP reports a header value with a character that must be percent-encoded.
func checkHTTP(m *Message) error {
	for _, key := range slices.Sorted(maps.Keys(m.Header)) {
		for _, value := range m.Header[key] {
			if err := checkHeader(key, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkHeader is checkHTTP for one header.
func checkHeader(key, value string) error {
	if len(key) < len("ce-") || !strings.EqualFold(key[:len("ce-")], "ce-") {
		return nil
	}
	for i := range len(value) {
		if c := value[i]; c <= ' ' || c == '"' || c >= 0x7F {
			return fmt.Errorf("header %.64s: %q in %.64q is not percent-encoded", key, value[i:i+1], value)
		}
	}
	return nil
}

// hasAttributes reports whether the header has the attribute specversion.
func (m *Message) hasAttributes() bool {
	for key := range m.Header {
		if strings.EqualFold(key, "ce-specversion") {
			return true
		}
	}
	return false
}
