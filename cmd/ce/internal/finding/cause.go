package finding

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/spec"
)

// maxRewritten limits a document that is written anew, in bytes.
const maxRewritten = 64 << 10

// explain names the cause of the error about a document that is malformed, and sets the advice
// if it has any. The offset is in the body; -1 is none.
func (d *doctor) explain(err error, f *Finding, offset int) bool {
	var structure *stream.StructureError
	if errors.As(err, &structure) && d.u.Message == nil {
		if errors.Is(err, stream.ErrForm) && isBinary(d.u.Rest) {
			f.Advice = "if it is an event in a binary format, hand in all of it, and name the format, as in --from protobuf"
			return true
		}
		return d.explainStructure(f, offset)
	}
	b := d.u.Body
	if foreign := stream.ForeignOf(b); foreign != stream.NotForeign {
		f.Message = foreign.String()
		r, text := foreignRemedy(foreign, b)
		f.Advice = r.text
		if text != "" && d.heals(err, r.edits) {
			d.take(f, r)
		}
		return true
	}
	if offset < 0 || offset > len(b) {
		return false
	}
	for _, c := range d.causes(b, offset) {
		if c.message != "" {
			f.Message = c.message
		}
		if c.hint != "" {
			f.Advice = c.hint
		}
		if c.at > 0 {
			d.point(f, c.at)
		}
		if len(c.edits) > 0 && d.heals(err, c.edits) {
			d.take(f, c.remedy)
			return true
		}
	}
	return f.Advice != ""
}

// isBinary reports whether b is no text.
func isBinary(b []byte) bool {
	return stream.ForeignOf(b) == stream.NotForeign && bytes.ContainsFunc(b, func(r rune) bool {
		return stream.IsControl(r) || r == utf8.RuneError
	})
}

// cause is what may be wrong with a document.
type cause struct {
	message string // "" leaves that of the decoder
	hint    string // what to do if the remedy does not heal
	at      int    // the place, if it is not where the decoder stopped
	remedy
}

// point moves the place of f to an offset of the body.
func (d *doctor) point(f *Finding, at int) {
	offset, place := d.u.Offset+int64(at), d.u.Places([]int{at})[at]
	f.Offset, f.Line, f.Column = &offset, place.Line, place.Column
	f.Source, f.Caret = excerptOf(d.u.Body, at)
}

// causes returns what may be wrong at an offset of b.
func (d *doctor) causes(b []byte, offset int) (all []cause) {
	if d.u.Message != nil {
		start := bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\uFEFF")), " \t\r\n")
		mediaType := spec.MediaTypeJSON
		if bytes.HasPrefix(start, []byte("[")) {
			mediaType = spec.BatchMediaTypeJSON
		}
		if at := len(b) - len(start); at == offset && len(start) > 0 && (start[0] == '{' || start[0] == '[') {
			text := fmt.Sprintf("say what the body is: Content-Type: %s", mediaType)
			all = append(all, cause{remedy: remedy{text: text, edits: []Edit{setHeader("Content-Type", mediaType)}}})
		}
	}
	if offset == len(b) {
		return append(all, cause{message: "the JSON text is cut off", hint: "send all of it; the place is where it ends"})
	}
	message, hint := "", ""
	switch c := b[offset]; {
	case c == '\'':
		message, hint = "single quotes: a JSON string has double quotes", "write double quotes"
	case c == '}' || c == ']':
		if at := commaBefore(b, offset); at >= 0 {
			text := "leave out the comma behind the last one"
			all = append(all, cause{"a comma behind the last member or element", text, at, remedy{text: text, edits: []Edit{replace(at, at+1, "")}}})
			return append(all, rewritten(b, "a comma behind the last member or element", text)...)
		}
	case c == 'T', c == 'F', c == 'N':
		message, hint = "a word that is no JSON: true, false and null are in lower case", "write true, false or null"
	case c == '/', c == '#':
		message, hint = "a comment: JSON has none", "leave comments out"
	case c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_':
		if end := bytes.IndexAny(b[offset:], ": \t\r\n,}"); end > 0 && b[offset+end] == ':' {
			message, hint = "a name without quotes", "write names in double quotes"
		}
	case c >= 0x80:
		if !utf8.Valid(b) {
			break
		}
		if strings.HasPrefix(string(b[offset:]), "\u201c") || strings.HasPrefix(string(b[offset:]), "\u201d") {
			message, hint = "typographic quotes: a JSON string has straight ones", "write straight quotes; editors and chats change them"
		}
	}
	if message != "" {
		return append(all, rewritten(b, message, hint)...)
	}
	switch fault := faultAt(b); fault {
	case jsonscan.InvalidUTF8:
		for _, r := range d.forLatin1() {
			all = append(all, cause{remedy: r})
		}
	case jsonscan.ControlCharacter:
		all = append(all, cause{hint: "write line ends and other control characters in strings as escapes: \\n, \\t, \\u0001"})
		if text, ok := strictJSON(b); ok && len(b) <= maxRewritten {
			r := remedy{text: all[len(all)-1].hint, edits: []Edit{replace(0, len(b), text)}}
			all[len(all)-1].remedy = r
		}
	case jsonscan.BadEscape:
		c := cause{hint: "write a backslash as two: \\\\"}
		if at := bytes.LastIndexByte(b[:min(len(b), offset+1)], '\\'); at >= 0 {
			c.remedy = remedy{text: c.hint, edits: []Edit{replace(at, at, "\\")}}
		}
		all = append(all, c)
	case jsonscan.None: // something is behind the value
		if rest := bytes.TrimSpace(b[offset:]); len(rest) <= 64 {
			text := "leave out what is behind the event"
			all = append(all, cause{remedy: remedy{text: text, edits: []Edit{replace(offset, len(b), "")}}})
		}
	}
	return all
}

// faultAt returns what is wrong with the syntax of the value that b begins with.
func faultAt(b []byte) jsonscan.Fault {
	_, f := jsonscan.Value(b, jsonscan.Space(b, len(b)-len(bytes.TrimPrefix(b, []byte("\uFEFF")))), -1)
	return f
}

// commaBefore returns the offset of the comma before an offset, with white space between, or
// -1.
func commaBefore(b []byte, offset int) int {
	before := bytes.TrimRight(b[:offset], " \t\r\n")
	if len(before) > 0 && before[len(before)-1] == ',' {
		return len(before) - 1
	}
	return -1
}

// rewritten is the cause that writing the document anew as JSON does away with.
func rewritten(b []byte, message, hint string) []cause {
	c := cause{message: message, hint: hint}
	if len(b) <= maxRewritten {
		if text, ok := strictJSON(b); ok {
			c.remedy = remedy{text: hint, edits: []Edit{replace(0, len(b), text)}}
		}
	}
	return []cause{c}
}

// strictJSON returns as JSON what other languages call a literal: with strings in single
// quotes, names without quotes, commas at the end, comments, and the words of Python. It is
// false if b cannot be read like that; what it returns need not be JSON.
func strictJSON(b []byte) (string, bool) {
	var out strings.Builder
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c == '"' || c == '\'':
			end := stringEnd(b, i)
			if end < 0 {
				return "", false
			}
			writeString(&out, b[i+1:end], c)
			i = end + 1
		case bytes.HasPrefix(b[i:], []byte("\u201c")), bytes.HasPrefix(b[i:], []byte("\u201d")):
			end := bytes.Index(b[i+3:], []byte("\u201d"))
			if end < 0 {
				return "", false
			}
			writeString(&out, b[i+3:i+3+end], 0)
			i += 3 + end + 3
		case c == '#' || bytes.HasPrefix(b[i:], []byte("//")):
			end := bytes.IndexByte(b[i:], '\n')
			if end < 0 {
				end = len(b) - i
			}
			i += end
		case bytes.HasPrefix(b[i:], []byte("/*")):
			end := bytes.Index(b[i:], []byte("*/"))
			if end < 0 {
				return "", false
			}
			i += end + 2
		case c == ',':
			if next := skipped(b, i+1); next < len(b) && (b[next] == '}' || b[next] == ']') {
				i++
				continue
			}
			out.WriteByte(c)
			i++
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_':
			end := i + 1
			for end < len(b) && (b[end]|0x20 >= 'a' && b[end]|0x20 <= 'z' || b[end] >= '0' && b[end] <= '9' || b[end] == '_') {
				end++
			}
			word := string(b[i:end])
			next := skipped(b, end)
			switch {
			case next < len(b) && b[next] == ':':
				word = quoted(word)
			case word == "True", word == "False":
				word = strings.ToLower(word)
			case word == "None":
				word = "null"
			}
			out.WriteString(word)
			i = end
		case c >= '0' && c <= '9' || c == '-': // with its exponent
			for i < len(b) && bytes.IndexByte([]byte("+-.eE0123456789"), b[i]) >= 0 {
				out.WriteByte(b[i])
				i++
			}
		default:
			out.WriteByte(c)
			i++
		}
	}
	return out.String(), true
}

// skipped returns the index of the first byte at or behind i that is no white space.
func skipped(b []byte, i int) int { return jsonscan.Space(b, i) }

// stringEnd returns the index of the quote that closes the string at i, or -1.
func stringEnd(b []byte, i int) int {
	for end := i + 1; end < len(b); end++ {
		switch b[end] {
		case '\\':
			end++
		case b[i]:
			return end
		}
	}
	return -1
}

// writeString writes the content of a string that stood in that kind of quotes.
func writeString(out *strings.Builder, s []byte, quote byte) {
	out.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			if s[i] != '\'' {
				out.WriteByte('\\')
			}
			out.WriteByte(s[i])
		case c == '"':
			out.WriteString(`\"`)
		case c == '\n':
			out.WriteString(`\n`)
		case c < ' ':
			fmt.Fprintf(out, `\u%04x`, c)
		default:
			out.WriteByte(c)
		}
	}
	out.WriteByte('"')
}

// foreignRemedy returns what to do about a document that is no JSON at all, and the document
// that it should be, if that can be told.
func foreignRemedy(foreign stream.Foreign, b []byte) (r remedy, text string) {
	ok := false
	switch foreign {
	case stream.Gzip:
		r.text = "uncompress it first, with gunzip; in HTTP the header Content-Encoding says that a body is compressed"
		text, ok = inflated(b)
	case stream.Zstandard:
		r.text = "uncompress it first, with zstd -d; in HTTP the header Content-Encoding says that a body is compressed"
	case stream.UTF16LE, stream.UTF16BE:
		r.text = "convert it to UTF-8: iconv -f UTF-16 -t UTF-8; in PowerShell, Out-File -Encoding utf8"
		text, ok = foreign.UTF16(b)
	case stream.YAML:
		r.text = "write it as JSON; yq -o=json converts it"
	case stream.Encoded:
		r.text = "encode it once: the serializer got a string that was JSON already"
		text, ok = decodedString(b)
	}
	if !ok || len(text) > maxRewritten {
		return r, ""
	}
	r.edits = []Edit{replace(0, len(b), text)}
	return r, text
}

// decodedString returns the content of the JSON string that b is, in one line.
func decodedString(b []byte) (string, bool) {
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\uFEFF")))
	end, _, f := jsonscan.String(b, 1)
	if f != jsonscan.None || end+1 != len(b) {
		return "", false
	}
	text, _, f := jsonscan.AppendUnquoted(nil, b[1:end])
	return strings.NewReplacer("\n", " ", "\r", " ").Replace(string(text)), f == jsonscan.None
}

// inflated returns what gzip has compressed, if it is a text that is not long.
func inflated(b []byte) (string, bool) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return "", false
	}
	text, err := io.ReadAll(io.LimitReader(r, maxRewritten+1))
	return string(text), err == nil && len(text) <= maxRewritten && utf8.Valid(text)
}

// explainStructure is explain for the text between events, which is in no unit: what follows
// it is the rest of u, and its place in the input is the offset.
func (d *doctor) explainStructure(f *Finding, offset int) bool {
	rest := d.u.Rest
	whole := len(rest) < stream.MaxRest
	foreign := stream.ForeignOf(rest)
	switch {
	case foreign != stream.NotForeign:
		f.Message = foreign.String()
		r, text := foreignRemedy(foreign, rest)
		if f.Advice = r.text; whole && text != "" && isClean(text) {
			f.Edits = []Edit{replace(offset, offset+len(rest), text)}
		}
	case len(rest) == 0 && f.Section == spec.SectionJSONBatch:
		f.Advice = "send all of it, up to the closing bracket"
	case len(rest) > 0 && rest[0] == ']' && offset > 0 && len(bytes.TrimSpace(rest[1:])) == 0 && d.u.Comma > 0:
		f.Message = "a comma behind the last event"
		f.Advice = "leave out the comma behind the last one"
		if comma := int(d.u.Comma - 1); isClean("[" + event + string(rest)) {
			f.Edits = []Edit{replace(comma, comma+1, "")}
		}
	case whole && len(rest) > 0 && rest[0] == '{' && isClean("["+string(rest)):
		f.Advice = "write a comma between two events"
		f.Edits = []Edit{replace(offset, offset, ",")}
	case whole && len(rest) > 0 && offset == 0 && rest[0] == '\'':
		inner := bytes.TrimSpace(rest)
		f.Message = "single quotes around it, which are those of a shell"
		f.Advice = "leave the quotes out"
		if inner = bytes.Trim(inner, "'"); len(inner) > 0 && isClean(string(inner)) {
			f.Edits = []Edit{replace(0, len(rest), string(inner))}
		}
	default:
		return false
	}
	return true
}

// event is a valid event.
const event = `{"specversion":"1.0","id":"1","source":"/","type":"t"}`

// isClean reports whether nothing is wrong with an input.
func isClean(text string) bool {
	in := stream.NewReader(strings.NewReader(text), "", stream.Any, 0)
	for {
		u, err := in.Next()
		switch {
		case err == io.EOF:
			return true
		case err != nil:
			return false
		case u.Message != nil && cehttp.ModeOf(u.Message.Header) == cloudevents.BatchMode:
			if _, err := cehttp.DecodeMessageBatch(u.Message.Header, u.Message.Body, nil); err != nil {
				return false
			}
		case Errors(&u) != nil:
			return false
		}
	}
}
