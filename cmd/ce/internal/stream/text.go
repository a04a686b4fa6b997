package stream

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// maxAttribute limits what PrintEvent shows of the value of an attribute, in bytes.
const maxAttribute = 1024

// PrintEvent writes attributes and data for people, with at most dataBytes of the data and
// 1 KiB of each attribute. A negative number is no limit for either.
func PrintEvent(b *bytes.Buffer, e *cloudevents.Event, s cli.Style, dataBytes int) {
	width := len("datacontenttype")
	for _, x := range e.Extensions {
		width = min(max(width, len(x.Name)), 32)
	}
	for name, v := range e.All() {
		name, text := excerpt.Cut(name, maxAttribute), v.String()
		if dataBytes >= 0 {
			text = excerpt.Cut(text, maxAttribute)
		}
		fmt.Fprintf(b, "  %s%*s  %s\n", s.Name(cli.Visible(name)), max(width-len(name), 0), "", cli.Visible(text))
	}
	if e.Data == nil {
		return
	}
	text, note := DataText(e.Data, e.DataContentType, dataBytes)
	fmt.Fprintf(b, "  %s%*s  %s\n", s.Name("data"), width-len("data"), "", s.Faint(cli.Plural(len(e.Data), "byte")+note))
	for line := range strings.Lines(text) {
		b.WriteString("    ")
		b.WriteString(strings.TrimRight(line, "\r\n"))
		b.WriteByte('\n')
	}
}

// DataText returns data for people: JSON indented, other text as it is, and binary data in
// hexadecimal. It shows at most limit bytes, and then says so in note; no more than that is
// made. A negative limit is none, but JSON is then indented only if that makes it no more than
// four times as long.
func DataText(data []byte, contentType string, limit int) (text, note string) {
	isText := utf8.Valid(data) && bytes.IndexByte(data, 0) < 0
	if t, _, _ := mime.ParseMediaType(contentType); (t == "application/json" || strings.HasSuffix(t, "+json")) && json.Valid(data) {
		most := limit
		if limit < 0 {
			most = 4*len(data) + 4096
		}
		if indented, whole := indent(data, most); whole || limit >= 0 {
			data = indented
		}
	}
	if limit >= 0 && len(data) > limit {
		data = data[:limit]
		note = fmt.Sprintf(", the first %d shown", limit)
		if isText {
			data = data[:lastRune(data)]
		}
	}
	if isText {
		return cli.VisibleLines(strings.ReplaceAll(string(data), "\r\n", "\n")), note
	}
	return hex.Dump(data), note
}

// lastRune returns the length of b without the beginning of a character at its end.
func lastRune(b []byte) int {
	for n := len(b) - 1; n >= 0 && n >= len(b)-utf8.UTFMax; n-- {
		if utf8.RuneStart(b[n]) && !utf8.FullRune(b[n:]) {
			return n
		}
	}
	return len(b)
}

// indent returns a valid JSON text as [json.Indent] does, with two spaces for each level. It
// ends when it has more than most bytes, and whole is then false. Other than json.Indent, it
// makes no more of a text that is nested than is shown.
func indent(src []byte, most int) (dst []byte, whole bool) {
	dst = make([]byte, 0, min(most, 4*len(src))+1)
	depth, pending, quoted := 0, false, false
	newline := func() {
		dst = append(dst, '\n')
		for n := min(2*depth, most-len(dst)+1); n > 0; n-- {
			dst = append(dst, ' ')
		}
	}
	for i := 0; i < len(src); i++ {
		if len(dst) > most {
			return dst, false
		}
		c := src[i]
		if quoted {
			dst = append(dst, c)
			switch c {
			case '\\':
				i++ // a character follows in valid JSON
				dst = append(dst, src[i])
			case '"':
				quoted = false
			}
			continue
		}
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n') && (depth > 0 || pending || len(dst) == 0) {
			continue
		}
		if pending && c != ']' && c != '}' {
			depth++
			newline()
		}
		switch c {
		case '{', '[':
			// The first element may be missing.
			dst, pending = append(dst, c), true
			continue
		case '}', ']':
			if !pending {
				depth--
				newline()
			}
			dst = append(dst, c)
		case ',':
			dst = append(dst, c)
			newline()
		case ':':
			dst = append(dst, ':', ' ')
		case '"':
			dst, quoted = append(dst, c), true
		default:
			dst = append(dst, c)
		}
		pending = false
	}
	return dst, len(dst) <= most
}
