package finding

import (
	"bytes"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// Of a line, so many bytes are shown before and behind a place.
const shownBefore, shownBehind = 40, 32

// excerptOf returns what is around an offset of a text, in its line and for a terminal, and
// how many characters of that are in front of the offset.
func excerptOf(text []byte, offset int) (line string, caret int) {
	begin := bytes.LastIndexByte(text[:offset], '\n') + 1
	end := len(text)
	if n := bytes.IndexByte(text[offset:min(len(text), offset+shownBehind+1)], '\n'); n >= 0 {
		end = offset + n
	}
	front, back := "", ""
	if offset-begin > shownBefore {
		front = "…"
		for begin = offset - shownBefore; begin < offset && !utf8.RuneStart(text[begin]); begin++ {
		}
	}
	if end-offset > shownBehind {
		back = "…"
		for end = offset + shownBehind; end > offset && !utf8.RuneStart(text[end]); end-- {
		}
	}
	before := front + cli.Visible(string(text[begin:offset]))
	behind := cli.Visible(string(bytes.TrimRight(text[offset:end], "\r")))
	return before + behind + back, utf8.RuneCountInString(before)
}
