package send

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// show prints the messages that would be sent, or curl commands that send them.
func (s *sending) show(next source) error {
	u, err := stream.ParseTarget(s.target)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(s.process.Display())
	more := s.batches(next)
	for {
		es, err := more()
		if err != nil {
			if flushed := w.Flush(); flushed != nil || errors.Is(err, io.EOF) {
				return flushed
			}
			return err
		}
		h := maps.Clone(s.header)
		body, err := s.encode(h, es)
		if err != nil {
			return err
		}
		if s.print {
			err = stream.WriteRequest(w, u, h, body)
		} else {
			_, err = w.WriteString(curlCommand(s.target, h, body))
		}
		if err == nil && s.print && s.process.Terminal(s.process.Out) {
			_, err = w.WriteString("\n\n") // the next one in a line of its own
		}
		if err != nil {
			return err
		}
	}
}

func (s *sending) encode(h http.Header, es []cloudevents.Event) ([]byte, error) {
	if s.mode == cloudevents.BatchMode {
		return cehttp.EncodeMessageBatch(h, es, nil)
	}
	return cehttp.EncodeMessage(h, &es[0], s.mode, nil)
}

// maxArgument is how long an argument of a command may be, with a margin: Linux
// has 128 KiB for one.
const maxArgument = 100 << 10

// curlCommand returns the curl command that sends a message, for any POSIX shell.
func curlCommand(target string, h http.Header, body []byte) string {
	var b strings.Builder
	piped := len(body) > maxArgument || !utf8.Valid(body) ||
		strings.ContainsFunc(string(body), func(r rune) bool { return r != '\n' && cli.Hidden(r) })
	if piped {
		b.WriteString("printf " + printfQuote(body) + " |\n")
	}
	b.WriteString("curl -X POST " + curlURLOptions(target) + shellQuote(target))
	for _, key := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[key] {
			line := strings.ToLower(key) + ": " + value
			if value == "" {
				line = strings.ToLower(key) + ";" // with a colon, curl leaves it out
			}
			b.WriteString(" \\\n  -H " + shellQuote(line))
		}
	}
	if len(body) > 0 && len(h["Content-Type"]) == 0 {
		b.WriteString(" \\\n  -H 'content-type:'") // curl has one of its own
	}
	switch {
	case piped:
		b.WriteString(" \\\n  --data-binary @-")
	case len(body) > 0:
		b.WriteString(" \\\n  --data-raw " + shellQuote(string(body)))
	default:
		b.WriteString(" \\\n  -H 'content-length: 0'")
	}
	return b.String() + "\n"
}

// curlURLOptions returns what keeps curl from making another URL, or several, of one.
func curlURLOptions(target string) (options string) {
	if strings.ContainsAny(target, "[]{}") {
		options = "--globoff "
	}
	if strings.Contains(target, "/.") {
		options += "--path-as-is "
	}
	return options
}

// printfQuote returns the format with which printf writes b.
func printfQuote(b []byte) string {
	var q strings.Builder
	q.WriteByte('\'')
	for i, c := range b {
		switch {
		case c == '%':
			q.WriteString("%%")
		case c < ' ' || c >= 0x7f || c == '\\' || c == '\'' || i == 0 && c == '-':
			fmt.Fprintf(&q, `\%03o`, c)
		default:
			q.WriteByte(c)
		}
	}
	q.WriteByte('\'')
	return q.String()
}

// shellQuote returns s as one word for a POSIX shell.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@+,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
