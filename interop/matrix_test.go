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

// channel is a way of a message to or from a peer.
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
	if c.mode == cloudevents.BatchMode {
		all = append(all, cell{c, &emptyBatch})
	}
	for i := range wireCases {
		if c.direction == reads && !c.response && c.mode == wireCases[i].wire.mode {
			all = append(all, cell{c, &wireCases[i]})
		}
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

// changed reports whether something else arrives than was sent.
func (c cell) changed() bool {
	return slices.ContainsFunc(c.deviations(), func(d *deviation) bool { return d.change != nil || d.fails != "" || d.gets != nil })
}

// events returns the events that are sent in a cell. In batch mode a second event follows
// that of the case, to show that the two are kept apart.
func (c cell) events() []cloudevents.Event {
	switch {
	case c.eventCase == &emptyBatch:
		return nil
	case c.mode == cloudevents.BatchMode:
		second := c.event.Clone()
		second.Type += ".second"
		return []cloudevents.Event{c.event, second}
	}
	return []cloudevents.Event{c.event}
}

// want returns what a receiver has to get, before deviations; see arrived.
func (c cell) want(declared bool) outcome {
	if c.refused {
		return outcome{err: "refused"}
	}
	var o outcome
	for _, e := range c.events() {
		o.events = append(o.events, arrived(e, c.mode, declared))
	}
	return o
}

// check compares the outcome of a cell with the specification and with the known
// deviations of the peer.
func (c cell) check(t *testing.T, got outcome) {
	t.Helper()
	rows := c.deviations()
	want := c.want(false)
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
		if row.sends == nil {
			continue
		}
		for key, value := range row.sends(&c.event) {
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
