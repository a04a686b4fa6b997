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
)

// PrintEvent writes attributes and data for people, with at most dataBytes of the data. A
// negative number is no limit.
func PrintEvent(b *bytes.Buffer, e *cloudevents.Event, s cli.Style, dataBytes int) {
	width := len("datacontenttype")
	for _, x := range e.Extensions {
		width = min(max(width, len(x.Name)), 32)
	}
	for name, v := range e.All() {
		fmt.Fprintf(b, "  %s%*s  %s\n", s.Name(cli.Visible(name)), max(width-len(name), 0), "", cli.Visible(v.String()))
	}
	if e.Data == nil {
		return
	}
	text, note := DataText(e.Data, e.DataContentType, dataBytes)
	fmt.Fprintf(b, "  %s%*s  %s\n", s.Name("data"), width-len("data"), "", s.Faint(cli.Plural(len(e.Data), "byte")+note))
	for line := range strings.Lines(text) {
		fmt.Fprintf(b, "    %s\n", strings.TrimRight(line, "\r\n"))
	}
}

// DataText returns data for people: JSON indented, other text as it is, and binary data in
// hexadecimal. It shows at most limit bytes, and then says so in note; a negative limit is
// none.
func DataText(data []byte, contentType string, limit int) (text, note string) {
	if t, _, _ := mime.ParseMediaType(contentType); t == "application/json" || strings.HasSuffix(t, "+json") {
		var indented bytes.Buffer
		if json.Indent(&indented, data, "", "  ") == nil {
			data = indented.Bytes()
		}
	}
	isText := utf8.Valid(data) && bytes.IndexByte(data, 0) < 0
	if limit >= 0 && len(data) > limit {
		data = data[:limit]
		note = fmt.Sprintf(", the first %d shown", limit)
		for isText && len(data) > 0 && !utf8.Valid(data[max(0, len(data)-utf8.UTFMax):]) && !utf8.Valid(data) {
			data = data[:len(data)-1]
		}
	}
	if isText {
		return cli.VisibleLines(strings.ReplaceAll(string(data), "\r\n", "\n")), note
	}
	return hex.Dump(data), note
}
