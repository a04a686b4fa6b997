// Package excerpt cuts texts that come from strangers, for errors, logs and answers.
package excerpt

import (
	"strings"
	"unicode/utf8"
)

// Size is how much an error quotes of a text, in bytes.
const Size = 64

const ellipsis = "…"

// Cut returns a copy of s with at most n bytes, so that what is kept does not hold a
// message alive. A longer text ends in an ellipsis, which counts, and is never cut
// inside a character. An n below the length of an ellipsis is that length.
func Cut(s string, n int) string {
	if len(s) <= n {
		return strings.Clone(s)
	}
	return Shorten(s, n)
}

// Of is Shorten for the text of an error, which quotes at most Size bytes.
func Of(s string) string { return Shorten(s, Size) }

// Shorten is Cut for texts that are not kept: it returns s itself if that is short enough.
func Shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n = max(n-len(ellipsis), 0)
	for end := n; end > 0 && end > n-utf8.UTFMax; end-- {
		if utf8.RuneStart(s[end]) {
			n = end
			break
		}
	}
	return s[:n] + ellipsis
}
