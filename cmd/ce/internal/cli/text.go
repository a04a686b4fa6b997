package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns s with an escape for each character that a terminal would act on, or that is
// invisible: control and format characters, and bytes that are not UTF-8.
func Visible(s string) string { return escape(s, "") }

// VisibleLines is Visible for text of several lines: it keeps line feeds and tabs.
func VisibleLines(s string) string { return escape(s, "\n\t") }

func escape(s, keep string) string {
	if !strings.ContainsFunc(s, Hidden) {
		return s
	}
	var b strings.Builder
	b.Grow(escapedLength(s, keep)) // the text of a stranger may become six times as long
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteString(`\x`)
			writeHex(&b, rune(s[i]), 2)
		case strings.ContainsRune(keep, r) || !Hidden(r):
			b.WriteString(s[i : i+n])
		case r > 0xffff:
			b.WriteString(`\U`)
			writeHex(&b, r, 8)
		default: // also the escape of JSON
			b.WriteString(`\u`)
			writeHex(&b, r, 4)
		}
		i += n
	}
	return b.String()
}

func writeHex(b *strings.Builder, r rune, digits int) {
	for digits--; digits >= 0; digits-- {
		b.WriteByte("0123456789abcdef"[r>>(4*digits)&15])
	}
}

// escapedLength returns the length of the result of escape.
func escapedLength(s, keep string) (length int) {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			length += len(`\x00`)
		case strings.ContainsRune(keep, r) || !Hidden(r):
			length += n
		case r > 0xffff:
			length += len(`\U00000000`)
		default:
			length += len(`\u0000`)
		}
		i += n
	}
	return length
}

// Hidden reports whether a character is one that [Visible] escapes.
func Hidden(r rune) bool {
	return r == utf8.RuneError || r < ' ' || r >= 0x7f &&
		(r < 0xa0 || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co))
}

// visibleWriter escapes text on its way to w, as VisibleLines does, and makes each CRLF a LF.
type visibleWriter struct {
	w    io.Writer
	rest []byte // the beginning of a character or of a line end
}

// visibleChunk limits what is escaped at once, in bytes.
const visibleChunk = 32 << 10

func (w *visibleWriter) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		chunk := b[:min(len(b), visibleChunk)]
		if err := w.writeChunk(chunk); err != nil {
			return n, err
		}
		n += len(chunk)
		b = b[len(chunk):]
	}
	return n, nil
}

func (w *visibleWriter) writeChunk(b []byte) error {
	text := append(w.rest, b...)
	n := len(text)
	for n > 0 && n > len(text)-utf8.UTFMax && !utf8.RuneStart(text[n-1]) {
		n--
	}
	if n > 0 && (utf8.FullRune(text[n-1:]) && text[n-1] != '\r') {
		n = len(text)
	} else if n > 0 {
		n--
	}
	w.rest = append([]byte(nil), text[n:]...)
	_, err := io.WriteString(w.w, VisibleLines(strings.ReplaceAll(string(text[:n]), "\r\n", "\n")))
	return err
}

// Style colors text for a terminal. The zero Style, false, leaves text as it is.
type Style bool

func (s Style) paint(code, text string) string {
	if !s || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Bold returns text in bold.
func (s Style) Bold(text string) string { return s.paint("1", text) }

// Faint returns text in a faint color.
func (s Style) Faint(text string) string { return s.paint("2", text) }

// Good returns text about a success, in green.
func (s Style) Good(text string) string { return s.paint("32", text) }

// Bad returns text about a failure, in red.
func (s Style) Bad(text string) string { return s.paint("31", text) }

// Name returns the name of an attribute, in cyan.
func (s Style) Name(text string) string { return s.paint("36", text) }

// Plural returns "1 event" or "2 events".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// OneLine returns s with each run of white space as one space.
func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
