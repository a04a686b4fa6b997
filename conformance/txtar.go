package conformance

import (
	"fmt"
	"strings"
)

// section is a file of a txtar archive.
type section struct {
	name    string
	content string // without the last newline
}

// txtar splits an archive into its comment and its sections. It unquotes the sections
// with names that end in " quoted".
func txtar(s string) (comment string, sections []section, err error) {
	var lines []string
	flush := func() {
		text := strings.Join(lines, "\n")
		lines = nil
		if len(sections) == 0 {
			comment = strings.TrimSpace(text)
			return
		}
		last := &sections[len(sections)-1]
		last.content = text
		if name, ok := strings.CutSuffix(last.name, " quoted"); ok && err == nil {
			last.name = name
			last.content, err = unquoteLines(text)
		}
	}
	for _, line := range strings.Split(strings.TrimSuffix(s, "\n"), "\n") {
		if name, ok := marker(line); ok {
			flush()
			sections = append(sections, section{name: name})
			continue
		}
		lines = append(lines, line)
	}
	flush()
	return comment, sections, err
}

func marker(line string) (name string, ok bool) {
	if !strings.HasPrefix(line, "-- ") || !strings.HasSuffix(line, " --") || len(line) < len("-- x --") {
		return "", false
	}
	return strings.TrimSpace(line[len("-- ") : len(line)-len(" --")]), true
}

func unquoteLines(s string) (string, error) {
	var b strings.Builder
	for _, line := range strings.Split(s, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		text, rest, err := literal(line)
		if err != nil {
			return "", err
		}
		if strings.TrimSpace(rest) != "" {
			return "", fmt.Errorf("%.64q follows a string literal", rest)
		}
		b.WriteString(text)
	}
	return b.String(), nil
}
