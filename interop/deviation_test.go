package interop_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// A deviation is what a peer does today against the specification, or in a way that the
// specification permits and that loses information. It is a row of the README.
type deviation struct {
	peer string
	direction
	modes     []cloudevents.Mode // nil is all
	messages  messageKind
	cases     []string // names; or
	where     string   // words for the README, with
	applies   func(c *eventCase) bool
	happens   string
	section   string
	permitted bool

	// One of these says how the outcome differs from that of the specification.
	change func(e *cloudevents.Event) // what becomes of each event
	fails  string                     // part of the error
	gets   *cloudevents.Event         // what becomes of a message that is not legal

	// sends returns headers as they are written, where that breaks a rule. It can
	// stand alone: then this module reads the values all the same.
	sends func(e *cloudevents.Event) map[string]string
}

type messageKind string

const (
	requestsAndResponses messageKind = ""
	requests             messageKind = "request"
	responses            messageKind = "response"
)

var deviations = slices.Concat(sdkGoReads, sdkGoWrites, jsReads, jsWrites)

func (d *deviation) about(c cell) bool {
	if d.peer != c.peer || d.direction != c.direction || d.modes != nil && !slices.Contains(d.modes, c.mode) {
		return false
	}
	if d.messages == requests && c.response || d.messages == responses && !c.response {
		return false
	}
	if d.cases != nil {
		return slices.Contains(d.cases, c.eventCase.name)
	}
	return d.applies(c.eventCase)
}

func (d *deviation) apply(t *testing.T, o outcome) outcome {
	switch {
	case d.gets != nil:
		o = outcome{events: []cloudevents.Event{d.gets.Clone()}}
	case d.fails != "":
		o = outcome{err: d.fails}
	case d.change != nil:
		if o.err != "" {
			t.Errorf("row %q is about an event, but there is none", d.happens)
		}
		for i := range o.events {
			d.change(&o.events[i])
		}
	}
	return o
}

func only(modes ...cloudevents.Mode) []cloudevents.Mode { return modes }

// TestDeviations checks that each row is about something, and says so completely.
func TestDeviations(t *testing.T) {
	names := make(map[string]bool)
	for _, c := range slices.Concat(eventCases, wireCases, []eventCase{emptyBatch}) {
		if names[c.name] || c.why == "" {
			t.Errorf("case %q is there twice, or without a reason", c.name)
		}
		names[c.name] = true
	}
	for i := range deviations {
		d := &deviations[i]
		found := make(map[string]bool)
		for _, channel := range channels() {
			for _, c := range channel.cells() {
				if d.about(c) {
					found[c.eventCase.name] = true
				}
			}
		}
		for _, name := range d.cases {
			if !found[name] {
				t.Errorf("%s %s: row %q names the case %q, which is not tested there", d.peer, d.direction, d.happens, name)
			}
		}
		if len(found) == 0 || (d.cases == nil) == (d.where == "") || (d.where == "") != (d.applies == nil) {
			t.Errorf("%s %s: row %q is about no case, or not put into words", d.peer, d.direction, d.happens)
		}
		if d.happens == "" || strings.Contains(d.happens, "|") || spec.SectionURL(d.section) == "" {
			t.Errorf("%s %s: row %q, section %q: incomplete", d.peer, d.direction, d.happens, d.section)
		}
	}
}
