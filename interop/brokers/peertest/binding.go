package peertest

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/spec"
)

// A Direction is from the peer's point of view.
type Direction string

// The two directions.
const (
	Reads  Direction = "reads"  // this module writes
	Writes Direction = "writes" // this module reads

	// Carries is that of a broker between this module and itself.
	Carries Direction = "carries"
)

// A Channel is a way of messages to or from a peer. The version is that of its events.
type Channel struct {
	Peer string
	Direction
	Mode    cloudevents.Mode
	Version spec.Version
}

func (c Channel) String() string { return string(c.Direction) + " " + c.Mode.String() }

// Both returns the channels of a peer in both directions.
func Both(peer string, modes ...cloudevents.Mode) []Channel {
	var all []Channel
	for _, d := range []Direction{Reads, Writes} {
		for _, m := range modes {
			all = append(all, Channel{Peer: peer, Direction: d, Mode: m})
		}
	}
	return all
}

// Old returns the channels of a peer for events of version 0.3, in both directions. The name
// of their peer is OldPeer.
func Old(peer string, modes ...cloudevents.Mode) []Channel {
	all := Both(OldPeer(peer), modes...)
	for i := range all {
		all[i].Version = spec.V03
	}
	return all
}

// OldPeer is what the tables call a peer that exchanges events of version 0.3.
func OldPeer(peer string) string { return peer + ", events of version 0.3" }

// cases returns the cases of a channel.
func (c *Channel) cases() []Case {
	if c.Version == spec.V03 {
		return OldCases()
	}
	return Cases()
}

// A Binding is a table of docs/interop.md.
type Binding struct {
	Name       string
	Intro      string
	Channels   []Channel
	Deviations []Deviation

	// EmptyData says that messages in binary mode tell empty data from none.
	EmptyData bool

	// NativeTypes are the types that extensions keep in binary mode.
	NativeTypes []spec.Type

	// FormatTypes are the types that extensions keep in structured mode. nil is those of
	// the JSON format: Boolean and Integer.
	FormatTypes []spec.Type
}

// A Deviation is what a peer does against the specification, or, if it is Permitted, in a
// way that the specification leaves open and that loses information.
type Deviation struct {
	Peer string
	Direction
	Modes     []cloudevents.Mode // nil is all
	Cases     []string           // names; or
	Where     string             // words for the table, with
	Applies   func(e *cloudevents.Event) bool
	Happens   string
	Section   string
	Permitted bool

	// One of these says how the outcome differs from that of the specification.
	Change func(e *conformance.Event) // what becomes of the event
	Fails  string                     // part of the error
}

func (d *Deviation) about(ch Channel, c *Case) bool {
	if d.Peer != ch.Peer || d.Direction != ch.Direction || d.Modes != nil && !slices.Contains(d.Modes, ch.Mode) {
		return false
	}
	if d.Applies != nil {
		return d.Applies(&c.Event)
	}
	return slices.Contains(d.Cases, c.Name)
}

func (b *Binding) rows(ch Channel, c *Case) []*Deviation {
	var rows []*Deviation
	for i := range b.Deviations {
		if b.Deviations[i].about(ch, c) {
			rows = append(rows, &b.Deviations[i])
		}
	}
	return rows
}

// arrived returns what a receiver has to get: what a message of the binding cannot carry is
// gone.
func (b *Binding) arrived(e *cloudevents.Event, m cloudevents.Mode) conformance.Event {
	n := conformance.FromEvent(e)
	if m == cloudevents.BinaryMode && len(n.Data) == 0 && !b.EmptyData {
		n.Data = nil
	}
	keeps := b.NativeTypes
	if m == cloudevents.StructuredMode {
		if keeps = b.FormatTypes; keeps == nil {
			keeps = []spec.Type{spec.Boolean, spec.Integer}
		}
	}
	for i, a := range n.Attributes {
		if !core(a.Name) && !slices.Contains(keeps, a.Type) {
			n.Attributes[i].Type = spec.String
		}
	}
	return n
}

// Exchange has a peer exchange every case on a channel, and compares the outcomes with the
// specification and with the deviations of the peer.
func (b *Binding) Exchange(t *testing.T, ch Channel, exchange func(t *testing.T, e *cloudevents.Event) Outcome) {
	if !slices.Contains(b.Channels, ch) {
		t.Fatalf("%s %s is not in the table", ch.Peer, ch)
	}
	for _, c := range ch.cases() {
		t.Run(strings.ReplaceAll(ch.Peer+" "+ch.String(), " ", "-")+"/"+c.Name, func(t *testing.T) {
			got := exchange(t, &c.Event)
			want := Outcome{Event: b.arrived(&c.Event, ch.Mode)}
			rows := b.rows(ch, &c)
			for _, row := range rows {
				before := want.String()
				switch {
				case row.Fails != "":
					want = Outcome{Err: row.Fails}
				case want.Err == "":
					row.Change(&want.Event)
				}
				if want.String() == before {
					t.Errorf("row %q changes nothing here", row.Happens)
				}
			}
			if want.Err != "" && strings.Contains(got.Err, want.Err) {
				got.Err = want.Err
			}
			if got.String() != want.String() {
				t.Errorf("differs, after %d rows:\n%s", len(rows), difference(got.String(), want.String()))
			}
		})
	}
}

// difference returns the lines that are in one text alone.
func difference(got, want string) string {
	var s strings.Builder
	for line := range strings.Lines(got) {
		if !strings.Contains(want, line) {
			s.WriteString("got  " + line)
		}
	}
	for line := range strings.Lines(want) {
		if !strings.Contains(got, line) {
			s.WriteString("want " + line)
		}
	}
	return s.String()
}

// Check checks that each row is about something, and says so completely.
func (b *Binding) Check(t *testing.T) {
	for i := range b.Deviations {
		d := &b.Deviations[i]
		found := map[string]bool{}
		for _, ch := range b.Channels {
			cases := ch.cases()
			for k := range cases {
				if d.about(ch, &cases[k]) {
					found[cases[k].Name] = true
				}
			}
		}
		for _, name := range d.Cases {
			if !found[name] {
				t.Errorf("%s %s: row %q names the case %q, which is not tested there", d.Peer, d.Direction, d.Happens, name)
			}
		}
		if len(found) == 0 || (d.Cases == nil) == (d.Where == "") || (d.Where == "") != (d.Applies == nil) {
			t.Errorf("%s %s: row %q is about no case, or not put into words", d.Peer, d.Direction, d.Happens)
		}
		if d.Happens == "" || strings.Contains(d.Happens, "|") || spec.SectionURL(d.Section) == "" || (d.Change == nil) == (d.Fails == "") {
			t.Errorf("%s %s: row %q, section %q: incomplete", d.Peer, d.Direction, d.Happens, d.Section)
		}
	}
}
