package conformance

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// rules are the words that Reason.Rule can be.
var rules = map[string]bool{
	"missing": true, "name": true, "character": true, "syntax": true, "range": true, "type": true,
	"duplicate": true, "version": true, "data": true, "content-type": true, "json": true,
	"not-cloudevent": true, "unknown-format": true, "content-mode": true, "encoding": true, "limit": true,
	"frame": true, malformed: true,
}

// malformed is what the cases of other formats than JSON call the rule json.
const malformed = "malformed"

// parseCase reads a case. It refuses unknown sections, and cases without an expectation
// or with two.
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
			p, ok := Protocol(s.name).find()
			switch {
			case !ok:
				err = errors.New("unknown section")
			case c.Message.Protocol != "":
				return nil, errors.New("two messages")
			default:
				c.Message, err = p.parse(p, s.content, c.Decode)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("section %.64s: %w", s.name, err)
		}
	}
	c.Batch = c.Batch || c.Mode == cloudevents.BatchMode || c.Message.claims(cloudevents.BatchMode)
	return []Case{c}, c.check(batch)
}

// check reports how a case fails to say what goes in and what comes out.
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

func parseExtensions(s string) (as []spec.Attribute, err error) {
	for _, line := range strings.Split(strings.TrimSpace(s), "\n") {
		name, typ, _ := strings.Cut(line, " ")
		t, ok := spec.ParseType(typ)
		if !ok {
			return nil, fmt.Errorf("type in %.64q", line)
		}
		as = append(as, spec.Attribute{Name: name, Type: t})
	}
	return as, nil
}

func parseMode(s string) (cloudevents.Mode, error) {
	for _, m := range allModes {
		if m.String() == strings.TrimSpace(s) {
			return m, nil
		}
	}
	return 0, fmt.Errorf("mode %.64q", s)
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
			return nil, fmt.Errorf("line %.64q: %w", line, err)
		}
	}
	if !rules[r.Rule] {
		return nil, fmt.Errorf("unknown rule %.64q", r.Rule)
	}
	if r.Rule == malformed {
		r.Rule = "json"
	}
	return &r, nil
}
