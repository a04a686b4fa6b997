package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible returns s with everything escaped that a terminal would act on, or that
// hides what is there: control and format characters, and what is not UTF-8.
func visible(s string) string { return escape(s, "") }

// visibleLines is visible for text of several lines.
func visibleLines(s string) string { return escape(s, "\n\t") }

func escape(s, keep string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return hidden(r) }) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case strings.ContainsRune(keep, r) || !hidden(r):
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

// hidden reports whether a character does something else than to be seen.
func hidden(r rune) bool {
	return r == utf8.RuneError || r < ' ' || r >= 0x7f &&
		(r < 0xa0 || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co))
}

// display returns where machine-readable output goes: to p.out as it is, but
// with nothing that a terminal acts on if that is one.
func (p *process) display() io.Writer {
	if p.terminal(p.out) {
		return &visibleWriter{w: p.out}
	}
	return p.out
}

// visibleWriter escapes what is written to it.
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
	_, err := io.WriteString(w.w, visibleLines(strings.ReplaceAll(string(text[:n]), "\r\n", "\n")))
	if err != nil {
		return 0, err
	}
	return len(b), nil
}

// style writes colours, or nothing.
type style bool

func (s style) paint(code, text string) string {
	if !s || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string  { return s.paint("1", text) }
func (s style) faint(text string) string { return s.paint("2", text) }
func (s style) good(text string) string  { return s.paint("32", text) }
func (s style) bad(text string) string   { return s.paint("31", text) }
func (s style) name(text string) string  { return s.paint("36", text) }

// plural returns "1 event" or "2 events".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
