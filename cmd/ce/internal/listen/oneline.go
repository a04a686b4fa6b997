package listen

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// printLines prints a line for each event, or one for a message without events: in columns that
// fit the terminal, or separated by tabs and whole if the output is no terminal.
func (l *listener) printLines(b *bytes.Buffer, m *received, s cli.Style) {
	columns := l.process.Columns()
	if columns == 0 {
		m.tabLines(b)
		return
	}
	c := layOut(columns)
	if !l.titled {
		l.titled = true
		b.WriteString(s.Faint(c.title()) + "\n")
	}
	if len(m.events) == 0 {
		c.refusal(b, m, s)
	}
	for i := range m.events {
		c.event(b, m, &m.events[i], s)
	}
}

// tabLines prints the lines of a file or a pipe: time, mode, type, source, id, subject, bytes of
// the data, status, and what is wrong. "-" stands for what there is not.
func (m *received) tabLines(b *bytes.Buffer) {
	line := func(kind, source, id, subject string, size int) {
		b.WriteString(m.at.UTC().Format("2006-01-02T15:04:05.000Z"))
		for _, field := range []string{m.mode(), kind, source, id, subject, strconv.Itoa(size), strconv.Itoa(m.answer.status), m.remark()} {
			if field == "" {
				field = "-"
			}
			b.WriteByte('\t')
			b.WriteString(cli.Visible(field)) // a tab and a line end too
		}
		b.WriteByte('\n')
	}
	if len(m.events) == 0 {
		line("", "", "", "", len(m.body))
	}
	for i := range m.events {
		e := &m.events[i]
		line(e.Type, e.Source, e.ID, e.Subject, len(e.Data))
	}
}

// mode returns the content mode that the header of the message claims.
func (m *received) mode() string {
	name, _, _ := strings.Cut(m.modeName(), ",")
	return name
}

// remark returns why a message was not accepted, or what else there is to say of it, in one line.
func (m *received) remark() string {
	switch {
	case m.err != nil:
		return cli.ErrorLine(m.err)
	case m.note != "":
		return m.note
	case len(m.events) == 0:
		return "no event"
	}
	return ""
}

// layout has the widths of the columns on a terminal. 0 is a column that is left out.
type layout struct{ time, mode, kind, source, id, subject int }

// The columns at the end of a line.
const (
	sizeColumns   = 8
	statusColumns = 3
)

// layOut divides the columns of a terminal. On a narrow one, the time and the mode make room.
func layOut(columns int) layout {
	c := layout{time: len("15:04:05.000"), mode: len("structured")}
	const ends = sizeColumns + 2 + statusColumns
	rest := func() int { return columns - c.before() - 3*2 - 2 - ends }
	if rest() < 44 {
		c.time = len("15:04:05")
	}
	if rest() < 30 {
		c.time, c.mode = 0, 0
	}
	left := max(rest(), 8)
	c.source, c.id, c.subject = left*22/100, left*24/100, left*16/100
	c.kind = left - c.source - c.id - c.subject
	return c
}

// before returns the width of the columns in front of the type, with their gaps.
func (c *layout) before() (n int) {
	for _, width := range []int{c.time, c.mode} {
		if width > 0 {
			n += width + 2
		}
	}
	return n
}

// front returns the first columns of a line.
func (c *layout) front(time, mode string) (front string) {
	if c.time > 0 {
		front += cli.Fit(time[:min(len(time), c.time)], c.time) + "  "
	}
	if c.mode > 0 {
		front += cli.Fit(mode, c.mode) + "  "
	}
	return front
}

func (c *layout) title() string {
	return c.front("time", "mode") + cli.Fit("type", c.kind) + "  " + cli.Fit("source", c.source) + "  " +
		cli.Fit("id", c.id) + "  " + cli.Fit("subject", c.subject) + "  " + fmt.Sprintf("%*s  %s", sizeColumns, "size", "status"[:statusColumns])
}

// event prints the line of an event. Types, sources and subjects differ at their end, ids at their
// beginning.
func (c *layout) event(b *bytes.Buffer, m *received, e *cloudevents.Event, s cli.Style) {
	b.WriteString(s.Faint(c.front(m.clock(), m.mode())))
	b.WriteString(s.Bold(cli.FitEnd(cli.Visible(e.Type), c.kind)) + "  ")
	b.WriteString(cli.FitEnd(cli.Visible(e.Source), c.source) + "  " + cli.Fit(cli.Visible(e.ID), c.id) + "  " +
		cli.FitEnd(cli.Visible(e.Subject), c.subject) + "  ")
	c.end(b, m, len(e.Data), s)
}

// refusal prints the line of a message without events.
func (c *layout) refusal(b *bytes.Buffer, m *received, s cli.Style) {
	b.WriteString(s.Faint(c.front(m.clock(), m.mode())))
	text := cli.Fit(cli.Visible(m.remark()), c.kind+c.source+c.id+c.subject+3*2)
	if m.err != nil {
		text = s.Bad(text)
	}
	b.WriteString(text + "  ")
	c.end(b, m, len(m.body), s)
}

func (c *layout) end(b *bytes.Buffer, m *received, size int, s cli.Style) {
	fmt.Fprintf(b, "%*d  %s\n", sizeColumns, size, m.paint(s)(strconv.Itoa(m.answer.status)))
}

// clock returns the time of day.
func (m *received) clock() string { return m.at.Format("15:04:05.000") }

// paint returns the color of the status.
func (m *received) paint(s cli.Style) func(string) string {
	if m.answer.status >= 300 {
		return s.Bad
	}
	return s.Good
}
