package conformance

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// parseTable reads a table of canonical strings.
func parseTable(name, content string) ([]Case, error) {
	var cases []Case
	reasons := map[string]bool{}
	for i, line := range strings.Split(content, "\n") {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		t, reason, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		if reason == "" || reasons[reason] {
			return nil, fmt.Errorf("line %d: reason %q is empty or there twice", i+1, reason)
		}
		reasons[reason] = true
		t.Kind = path.Base(name)
		cases = append(cases, Case{Name: name + "/" + strings.ReplaceAll(reason, " ", "-"), Comment: reason, Text: t})
	}
	return cases, nil
}

func parseLine(line string) (t *Text, reason string, err error) {
	verdict, rest, _ := strings.Cut(line, " ")
	text, rest, err := literal(rest)
	if err != nil {
		return nil, "", err
	}
	t = &Text{Text: text, Canonical: text}
	switch verdict {
	case "ok":
		if canonical, ok := strings.CutPrefix(strings.TrimSpace(rest), "=> "); ok {
			if t.Canonical, rest, err = literal(canonical); err != nil {
				return nil, "", err
			}
		}
	case "bad":
		rule, after, _ := strings.Cut(strings.TrimSpace(rest), " ")
		if !rules[rule] {
			return nil, "", fmt.Errorf("unknown rule %q", rule)
		}
		t.Refused = &Reason{Rule: rule, Index: -1, Offset: -1}
		rest = after
	default:
		return nil, "", fmt.Errorf("verdict %q is neither ok nor bad", verdict)
	}
	return t, strings.TrimSpace(rest), nil
}

// literal reads the Go string literal that s begins with.
func literal(s string) (text, rest string, err error) {
	s = strings.TrimLeft(s, " \t")
	quoted, err := strconv.QuotedPrefix(s)
	if err != nil {
		return "", "", fmt.Errorf("no string literal in %.64q", s)
	}
	text, err = strconv.Unquote(quoted)
	return text, s[len(quoted):], err
}
