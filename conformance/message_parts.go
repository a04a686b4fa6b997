package conformance

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// kindOfPart is how a part is written in a case: its kind, its name if it has one, its type
// if it has one, and its value.
type kindOfPart struct {
	kind    string
	isNamed bool // the name is a Go string literal
	isTyped bool // the type is a word
}

// parseParts reads a message with a part on each line.
func parseParts(p *protocol, content string, _ bool) (Message, error) {
	m := Message{Protocol: p.name}
	for _, line := range strings.Split(content, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		part, err := p.parsePart(line)
		if err != nil {
			return Message{}, fmt.Errorf("part %.64q: %w", line, err)
		}
		m.Parts = append(m.Parts, part)
	}
	return m, nil
}

func (p *protocol) parsePart(line string) (part Part, err error) {
	kind, rest, _ := strings.Cut(line, " ")
	row, ok := p.part(kind)
	if !ok {
		return part, fmt.Errorf("a message of %s has no part of that kind", p.name)
	}
	part.Kind = kind
	if row.isNamed {
		if part.Name, rest, err = literal(rest); err != nil {
			return part, err
		}
	}
	if rest = strings.TrimSpace(rest); row.isTyped {
		part.Type, rest, _ = strings.Cut(rest, " ")
	}
	if rest = strings.TrimSpace(rest); rest == "null" {
		return part, nil
	}
	part.Value, err = parseData(rest)
	return part, err
}

func (p *protocol) part(kind string) (kindOfPart, bool) {
	for _, row := range p.parts {
		if row.kind == kind {
			return row, true
		}
	}
	return kindOfPart{}, false
}

// goldenParts is the inverse of parseParts.
func goldenParts(p *protocol, m *Message) string {
	var b []byte
	for i, part := range m.Parts {
		if i > 0 {
			b = append(b, '\n')
		}
		row, _ := p.part(part.Kind)
		b = append(b, part.Kind...)
		if row.isNamed {
			b = strconv.AppendQuoteToASCII(append(b, ' '), part.Name)
		}
		if row.isTyped {
			b = append(append(b, ' '), part.Type...)
		}
		if b = append(b, ' '); part.Value == nil {
			b = append(b, "null"...)
		} else {
			b = strconv.AppendQuoteToASCII(b, string(part.Value))
		}
	}
	return string(b)
}

// checkEncoded reports a header of an attribute with a character that must be
// percent-encoded.
func checkEncoded(m *Message) error {
	for _, part := range m.Parts {
		if part.Kind == "header" {
			if err := checkHeader(part.Name, string(part.Value)); err != nil {
				return err
			}
		}
	}
	return nil
}

// modeOfParts returns the function that finds the mode that the content type states, which
// is in a part of that kind and name. Names of headers are compared without regard to case,
// because the adapters of implementations may have them as their clients do.
func modeOfParts(kind, name string) func(m *Message) cloudevents.Mode {
	return func(m *Message) cloudevents.Mode {
		for i := range m.Parts {
			if part := &m.Parts[i]; part.Kind == kind && strings.EqualFold(part.Name, name) {
				return format.ModeOf(string(part.Value))
			}
		}
		return cloudevents.BinaryMode
	}
}
