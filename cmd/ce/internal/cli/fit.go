package cli

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Width returns how many columns a terminal takes for text: none for a mark that combines with
// the character in front of it, and two for a wide character of East Asia and for most emoji.
func Width(s string) (columns int) {
	for _, r := range s {
		columns += runeWidth(r)
	}
	return columns
}

func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul),
		r >= 0x3000 && r <= 0x303e, r >= 0xff01 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6, r >= 0x1f300 && r <= 0x1faff:
		return 2
	}
	return 1
}

// Fit returns text in exactly so many columns: filled up with spaces, or cut at its end, with an
// ellipsis.
func Fit(s string, columns int) string {
	if width := Width(s); width <= columns {
		return s + strings.Repeat(" ", columns-width)
	}
	if columns <= 0 {
		return ""
	}
	end, kept := 0, 1 // the ellipsis
	for end < len(s) {
		r, n := utf8.DecodeRuneInString(s[end:])
		if kept+runeWidth(r) > columns {
			break
		}
		kept += runeWidth(r)
		end += n
	}
	return s[:end] + "…" + strings.Repeat(" ", columns-kept)
}

// FitEnd is Fit for text whose end tells more than its beginning, such as a type or a path: it is
// cut at its beginning.
func FitEnd(s string, columns int) string {
	width := Width(s)
	if width <= columns {
		return s + strings.Repeat(" ", columns-width)
	}
	if columns <= 0 {
		return ""
	}
	end, kept := len(s), 1 // the ellipsis
	for end > 0 {
		r, n := utf8.DecodeLastRuneInString(s[:end])
		if kept+runeWidth(r) > columns {
			break
		}
		kept += runeWidth(r)
		end -= n
	}
	return "…" + s[end:] + strings.Repeat(" ", columns-kept)
}
