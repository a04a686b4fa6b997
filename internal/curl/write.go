package cehttp

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// newDocCurl returns commands that send e in each content mode.
func newDocCurl(url string, e *cloudevents.Event) (*docCurl, error) {
	var c docCurl
	for mode, command := range map[cloudevents.Mode]*string{
		cloudevents.BinaryMode: &c.Binary, cloudevents.StructuredMode: &c.Structured, cloudevents.BatchMode: &c.Batch,
	} {
		h := http.Header{}
		var body []byte
		var err error
		if mode == cloudevents.BatchMode {
			body, err = EncodeMessageBatch(h, []cloudevents.Event{*e}, format.JSON{})
		} else {
			body, err = EncodeMessage(h, e, mode, format.JSON{})
		}
		if err != nil {
			return nil, err
		}
		if mode != cloudevents.BinaryMode {
			body = indented(body)
		}
		*command = curl(url, h, body)
	}
	return &c, nil
}

// curl returns a command for a POSIX shell that posts such a message.
func curl(url string, h http.Header, body []byte) string {
	var b strings.Builder
	pasteable := isPasteable(body)
	if !pasteable {
		b.WriteString("printf %s " + shellQuote(base64.StdEncoding.EncodeToString(body)) + " | base64 -d |\n")
	}
	b.WriteString("curl -i ")
	if strings.ContainsAny(url, "[]{}") {
		b.WriteString("-g ") // or curl takes them for a range
	}
	if len(body) == 0 {
		b.WriteString("-X POST ")
	}
	b.WriteString("--url " + shellQuote(url))
	argument := func(option, value string) { b.WriteString(" \\\n  " + option + " " + shellQuote(value)) }
	for _, key := range slices.Sorted(maps.Keys(h)) {
		name := key
		if key != "Content-Type" {
			name = strings.ToLower(key)
		}
		for _, value := range h[key] {
			if value == "" {
				argument("-H", name+";") // a colon would remove the header
			} else {
				argument("-H", name+": "+value)
			}
		}
	}
	if _, ok := h["Content-Type"]; !ok && len(body) > 0 {
		argument("-H", "Content-Type:") // or curl says that it is a form
	}
	switch {
	case len(body) == 0:
	case pasteable:
		argument("--data-raw", string(body))
	default:
		argument("--data-binary", "@-")
	}
	return b.String()
}

// isPasteable reports whether data can stand in a command: a terminal would act on
// control characters, and nobody sees what is invisible.
func isPasteable(data []byte) bool {
	for i := 0; i < len(data); {
		c, n := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && n == 1 || c != '\n' && !unicode.IsPrint(c) {
			return false
		}
		i += n
	}
	return true
}

// shellQuote quotes s for a POSIX shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
