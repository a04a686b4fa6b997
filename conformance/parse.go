package conformance

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// rules are the words of Reason.Rule.
var rules = map[string]bool{
	"missing": true, "name": true, "character": true, "syntax": true, "range": true, "type": true,
	"duplicate": true, "version": true, "data": true, "content-type": true, "json": true,
	"not-cloudevent": true, "unknown-format": true, "content-mode": true, "encoding": true, "limit": true,
}

// parseCase reads a case. An unknown section is an error, and so is a case
// without an expectation or with two.
func parseCase(name, content string) ([]Case, error) {
	comment, sections, err := txtar(content)
	if err != nil {
		return nil, err
	}
	c := Case{Name: name, Comment: comment, Decode: path.Base(path.Dir(name)) == "decode", Mode: cloudevents.StructuredMode}
	batch := -1
	if strings.HasPrefix(name, "batch/") {
		c.Batch, c.Mode = true, cloudevents.BatchMode
	}
	for _, s := range sections {
		var err error
		switch s.name {
		case "request", "response", "json":
			if c.Message.Protocol != "" {
				return nil, errors.New("two messages")
			}
			c.Message, err = parseMessage(Protocol(s.name), s.content, c.Decode)
		case "extensions":
			c.Extensions, err = parseExtensions(s.content)
		case "absent":
			c.Absent = strings.Fields(s.content)
		case "mode":
			c.Mode, err = parseMode(s.content)
		case "batch":
			c.Batch = true
			batch, err = strconv.Atoi(strings.TrimSpace(s.content))
		case "event":
			var e Event
			e, err = ParseEvent(s.content)
			c.Events = append(c.Events, e)
		case "error":
			if c.Refused != nil {
				return nil, errors.New("two errors")
			}
			c.Refused, err = parseReason(s.content)
		default:
			err = errors.New("unknown section")
		}
		if err != nil {
			return nil, fmt.Errorf("section %s: %w", s.name, err)
		}
	}
	c.Batch = c.Batch || c.Mode == cloudevents.BatchMode || c.Message.claimsBatch()
	return []Case{c}, c.check(batch)
}

var cloudEventsType = regexp.MustCompile(`(?i)^application/cloudevents(-batch)?([ \t;+]|$)`)

// claimsBatch reports whether the Content-Type is that of a batch.
func (m Message) claimsBatch() bool {
	for key, values := range m.Header {
		if strings.EqualFold(key, "Content-Type") {
			match := cloudEventsType.FindStringSubmatch(values[0])
			return match != nil && match[1] != ""
		}
	}
	return false
}

// check reports whether a case says what goes in and what comes out.
func (c *Case) check(batch int) error {
	in, out := c.Message.Protocol != "", len(c.Events) > 0 || batch == 0
	if !c.Decode {
		in, out = out, in
	}
	switch {
	case !in:
		return errors.New("nothing goes in")
	case out == (c.Refused != nil):
		return errors.New("there must be either an outcome or an error")
	case batch >= 0 && batch != len(c.Events):
		return fmt.Errorf("batch of %d has %d events", batch, len(c.Events))
	case !c.Batch && len(c.Events) > 1:
		return errors.New("several events without a batch")
	}
	return nil
}

func parseMessage(p Protocol, s string, startLine bool) (Message, error) {
	if p == JSON {
		return Message{Protocol: p, Body: []byte(s)}, nil
	}
	head, body, ok := strings.Cut(s, "\n\n")
	if !ok {
		return Message{}, errors.New("no empty line behind the header")
	}
	lines := strings.Split(head, "\n")
	if startLine {
		lines = lines[1:]
	}
	m := Message{Protocol: p, Header: http.Header{}, Body: []byte(body)}
	for _, line := range lines {
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			return Message{}, fmt.Errorf("header line %q", line)
		}
		m.Header[key] = append(m.Header[key], strings.Trim(value, " \t"))
	}
	return m, nil
}

func parseExtensions(s string) (as []spec.Attribute, err error) {
	for _, line := range strings.Split(strings.TrimSpace(s), "\n") {
		name, typ, _ := strings.Cut(line, " ")
		t, ok := spec.ParseType(typ)
		if !ok {
			return nil, fmt.Errorf("type in %q", line)
		}
		as = append(as, spec.Attribute{Name: name, Type: t})
	}
	return as, nil
}

func parseMode(s string) (cloudevents.Mode, error) {
	for _, m := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode, cloudevents.BatchMode} {
		if m.String() == strings.TrimSpace(s) {
			return m, nil
		}
	}
	return 0, fmt.Errorf("mode %q", s)
}

func parseReason(s string) (*Reason, error) {
	r := Reason{Index: -1, Offset: -1}
	for _, line := range strings.Split(strings.TrimSpace(s), "\n") {
		key, value, _ := strings.Cut(line, ": ")
		var err error
		switch key {
		case "rule":
			r.Rule = value
		case "attribute":
			r.Attribute = value
		case "section":
			r.Section = value
		case "index":
			r.Index, err = strconv.Atoi(value)
		case "offset":
			r.Offset, err = strconv.Atoi(value)
		default:
			err = errors.New("unknown key")
		}
		if err != nil {
			return nil, fmt.Errorf("line %q: %w", line, err)
		}
	}
	if !rules[r.Rule] {
		return nil, fmt.Errorf("unknown rule %q", r.Rule)
	}
	return &r, nil
}
