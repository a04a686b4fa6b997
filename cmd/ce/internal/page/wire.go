package page

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
)

// maxWire limits the part of a body that the page shows, in bytes.
const maxWire = 64 << 10

// head returns the request line and the header, as Go's HTTP server has them: the names in their
// canonical form, sorted, and those with credentials without their values.
func (m *Message) head() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s\nHost: %s\n", m.Method, m.URI, m.Proto, m.Host)
	left := map[string]bool{}
	for _, name := range m.LeftOut {
		left[name] = true
	}
	for _, key := range slices.Sorted(maps.Keys(m.Header)) {
		for _, value := range m.Header[key] {
			fmt.Fprintf(&b, "%s: %s\n", key, value)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(left)) {
		fmt.Fprintf(&b, "%s: (left out)\n", key)
	}
	return b.String()
}

// wire returns the message as it came over the wire, for people, and what is missing of it. What
// is invisible, or no text, is shown as an escape or in hexadecimal.
func (k *kept) wire() (text, note string) {
	text = cli.VisibleLines(k.head()) + "\n"
	if k.dropped {
		return text, fmt.Sprintf("The body of %s is not kept: it is longer than %d.", cli.Plural(k.length, "byte"), MaxBody)
	}
	body, more := stream.DataText(k.Body, "", maxWire)
	if more != "" {
		note = fmt.Sprintf("The first %d of the %d bytes of the body are shown.", maxWire, len(k.Body))
	}
	if k.Cut {
		note = "The body was longer than --max-bytes, and the rest was not read. " + note
	}
	return text + body, strings.TrimSpace(note)
}
