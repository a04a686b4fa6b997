package cli

import "strings"

// helpWidth is the width of help, in columns.
const helpWidth = 79

// fill returns the words of text in lines of at most width columns. A longer word has a line
// of its own.
func fill(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case Width(line)+1+Width(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// fillParagraphs fills the paragraphs of text. A line that is empty, or that begins with a
// space, stays as it is.
func fillParagraphs(text string, width int) string {
	var b strings.Builder
	var paragraph []string
	flush := func() {
		if len(paragraph) > 0 {
			b.WriteString(strings.Join(fill(strings.Join(paragraph, " "), width), "\n") + "\n")
		}
		paragraph = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" || line[0] == ' ' {
			flush()
			b.WriteString(line + "\n")
			continue
		}
		paragraph = append(paragraph, line)
	}
	flush()
	return strings.TrimSuffix(b.String(), "\n")
}
