package peertest

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Document compares the tables of a binding, which stand between comments with its name,
// with the ones that the tests work with. If update is set, it rewrites them.
func (b *Binding) Document(t *testing.T, file string, update bool) {
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+b.Name+" -->\n", "<!-- end of "+b.Name+" -->\n"
	before, rest, ok1 := strings.Cut(string(old), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no place for %s", file, b.Name)
	}
	text := []byte(before + begin + "\n" + b.tables() + "\n" + end + after)
	switch {
	case bytes.Equal(old, text):
	case update:
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not up to date: run go test -run Document -update", file)
	}
}

func (b *Binding) tables() string {
	var s strings.Builder
	fmt.Fprintf(&s, "## %s\n\n%s\n\n", b.Name, strings.TrimSpace(b.Intro))
	s.WriteString("| Peer | Direction | Mode | Events | Arrive as sent | With a permitted difference | Deviate |\n|---|---|---|--:|--:|--:|--:|\n")
	for _, ch := range b.Channels {
		var same, permitted, deviate int
		cases := ch.cases()
		for i := range cases {
			kind := &same
			for _, row := range b.rows(ch, &cases[i]) {
				if !row.Permitted {
					kind = &deviate
					break
				}
				kind = &permitted
			}
			*kind++
		}
		fmt.Fprintf(&s, "| %s | %s | %s | %d | %d | %d | %d |\n", ch.Peer, ch.Direction, ch.Mode, len(cases), same, permitted, deviate)
	}
	for _, permitted := range []bool{false, true} {
		b.deviations(&s, permitted)
	}
	return s.String()
}

func (b *Binding) deviations(s *strings.Builder, permitted bool) {
	heading := "\nDeviations:\n\n"
	if permitted {
		heading = "\nPermitted differences:\n\n"
	}
	for i := range b.Deviations {
		d := &b.Deviations[i]
		if d.Permitted != permitted {
			continue
		}
		if heading != "" {
			s.WriteString(heading + "| Peer | Direction | Mode | Cases | What happens | Section |\n|---|---|---|---|---|---|\n")
			heading = ""
		}
		cases := d.Where
		if d.Cases != nil {
			cases = "`" + strings.Join(d.Cases, "`, `") + "`"
		}
		fmt.Fprintf(s, "| %s | %s | %s | %s | %s | [%s](%s) |\n",
			d.Peer, d.Direction, b.modes(d), cases, d.Happens, d.Section, spec.SectionURL(d.Section))
	}
}

// modes returns the modes in which a row holds.
func (b *Binding) modes(d *Deviation) string {
	var names []string
	for _, m := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
	search:
		for _, ch := range b.Channels {
			cases := ch.cases()
			for i := range cases {
				if ch.Mode == m && d.about(ch, &cases[i]) {
					names = append(names, m.String())
					break search
				}
			}
		}
	}
	return strings.Join(names, ", ")
}
