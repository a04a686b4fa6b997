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
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case strings.ContainsRune(keep, r) || !Hidden(r):
			b.WriteString(s[i : i+n])
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default: // also the escape of JSON
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		i += n
	}
	return b.String()
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

func (w *visibleWriter) Write(b []byte) (int, error) {
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
	if err != nil {
		return 0, err
	}
	return len(b), nil
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
