package interop_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
)

// direction is from the peer's point of view.
type direction string

const (
	reads  direction = "reads"  // this module writes
	writes direction = "writes" // this module reads
)

// channel is a way on which a message goes to or from a peer.
type channel struct {
	peer string
	direction
	mode     cloudevents.Mode
	response bool
}

func (c channel) String() string {
	s := c.mode.String()
	if c.response {
		s += " response"
	}
	return s
}

// cell is a case on a channel.
type cell struct {
	channel
	*eventCase
}

func (c cell) name() string {
	return strings.ReplaceAll(fmt.Sprintf("%s/%s/%s", c.direction, c.channel, c.eventCase.name), " ", "-")
}

// cells returns what is tested of a channel.
func (c channel) cells() []cell {
	var all []cell
	for i := range eventCases {
		all = append(all, cell{c, &eventCases[i]})
	}
	if c.direction == writes || c.response {
		return all
	}
	for i := range wireCases {
		if wireCases[i].wire.mode == c.mode {
			all = append(all, cell{c, &wireCases[i]})
		}
	}
	if c.mode == cloudevents.BatchMode {
		all = append(all, cell{c, &emptyBatch})
	}
	return all
}

// deviations returns the rows about a cell.
func (c cell) deviations() []*deviation {
	var rows []*deviation
	for i := range deviations {
		if deviations[i].about(c) {
			rows = append(rows, &deviations[i])
		}
	}
	return rows
}

// want returns the events that a receiver has to get in a cell, before deviations.
func (c cell) want() []cloudevents.Event {
	switch {
	case c.eventCase == &emptyBatch:
		return nil
	case c.mode == cloudevents.BatchMode:
		events := batch(&c.event)
		for i := range events {
			events[i] = arrived(events[i], c.mode, false)
		}
		return events
	}
	return []cloudevents.Event{arrived(c.event, c.mode, false)}
}

// check compares what came out of a cell with the specification and with what is
// known of the peer.
func (c cell) check(t *testing.T, got outcome) {
	t.Helper()
	rows := c.deviations()
	want := outcome{events: c.want()}
	if c.refused {
		want = outcome{err: "refused"}
	}
	for _, row := range rows {
		before := want.String()
		want = row.apply(t, want)
		if want.String() == before && row.sends == nil {
			t.Errorf("row %q changes nothing here", row.happens)
		}
	}
	if want.err == "refused" && got.err != "" && !strings.HasPrefix(got.err, "panic") {
		got.err = want.err
	}
	if want.err != "" && want.err != "refused" && strings.Contains(got.err, want.err) {
		got.err = want.err
	}
	if got.String() != want.String() {
		t.Errorf("got:\n%swant, after %d rows:\n%s", got, len(rows), want)
	}
	c.checkHeader(t, rows, got)
}

// checkHeader checks the attributes in the header of a message that a peer wrote:
// a value is as section 3.1.3.2 of the binding has it, or as a row says.
func (c cell) checkHeader(t *testing.T, rows []*deviation, got outcome) {
	t.Helper()
	if got.header == nil || c.mode != cloudevents.BinaryMode {
		return
	}
	known := make(map[string]bool)
	for _, row := range rows {
		for key, value := range row.sends {
			known[key] = true
			if !slices.Equal(got.header[key], []string{value}) {
				t.Errorf("%s: %q, row says %q", key, got.header[key], value)
			}
		}
	}
	for key, values := range got.header {
		if !strings.HasPrefix(key, "Ce-") || known[key] {
			continue
		}
		if len(values) != 1 || strings.ContainsFunc(values[0], func(r rune) bool { return r <= ' ' || r > '~' || r == '"' }) {
			t.Errorf("%s: %q is not percent-encoded", key, values)
		}
	}
}
