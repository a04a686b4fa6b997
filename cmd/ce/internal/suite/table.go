package suite

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents/conformance"
)

// score counts the operations that passed, of those that were asked for.
type score struct{ passed, asked int }

func (s *score) add(passed bool) {
	s.asked++
	if passed {
		s.passed++
	}
}

func (s score) String() string {
	if s.asked == 0 {
		return "-"
	}
	return fmt.Sprintf("%d/%d", s.passed, s.asked)
}

// row is a line of the table: a section, or a content mode of a round trip.
type row struct {
	group, name            string
	accept, reject, choice score
	skipped                int
}

func (w *row) add(o *outcome) {
	passed := o.Verdict == verdictPass
	switch {
	case o.Verdict == verdictSkip:
		w.skipped++
	case o.Level != conformance.Must:
		w.choice.add(passed)
	case o.Expect == "reject":
		w.reject.add(passed)
	default:
		w.accept.add(passed)
	}
}

// rowName returns group and name of the row in which o counts.
func (o *outcome) rowName() (group, name string) {
	switch {
	case o.Op == conformance.OpRoundTrip && o.through != "" && o.through != conformance.Request:
		return string(o.Op), string(o.through) + " " + o.Mode
	case o.Op == conformance.OpRoundTrip || o.Op == conformance.OpTranscode:
		return string(o.Op), o.Mode
	case o.Document == "":
		return "choices", o.Section
	}
	return o.Document, o.Section
}

// documents returns the documents of the requirements in the order of the table: those that
// everybody implements come first, those of version 0.3 come last.
func documents(requirements []conformance.Requirement) []string {
	names := []string{"spec.md", "json-format.md", "http-protocol-binding.md"}
	for _, old := range []bool{false, true} {
		for _, q := range requirements {
			if q.Document != "" && strings.HasPrefix(q.Document, "v0.3/") == old && !slices.Contains(names, q.Document) {
				names = append(names, q.Document)
			}
		}
	}
	return names
}

// rows returns the table, in the order of the documents.
func (r *report) rows(s *suite) []*row {
	var rows []*row
	find := func(group, name string) *row {
		for _, w := range rows {
			if w.group == group && w.name == name {
				return w
			}
		}
		rows = append(rows, &row{group: group, name: name})
		return rows[len(rows)-1]
	}
	for _, document := range documents(s.requirements) {
		for _, q := range s.requirements {
			if q.Document == document {
				find(document, q.Section)
			}
		}
	}
	for _, topic := range []string{"json", "http"} {
		find("choices", topic)
	}
	for _, q := range s.requirements {
		if q.Level == conformance.Choice {
			find("choices", q.Section)
		}
	}
	for _, op := range []conformance.Op{conformance.OpRoundTrip, conformance.OpTranscode} {
		for _, mode := range []string{"binary", "structured", "batch"} {
			find(string(op), mode)
		}
	}
	for i := range r.Results {
		find(r.Results[i].rowName()).add(&r.Results[i])
	}
	first := map[string]int{} // row of each group
	for i, w := range rows {
		if _, ok := first[w.group]; !ok {
			first[w.group] = i
		}
	}
	slices.SortStableFunc(rows, func(a, b *row) int { return cmp.Compare(first[a.group], first[b.group]) })
	return rows
}

const (
	tableHead = "%-36s %12s %12s %12s %8s\n"
	tableLine = "%-36s %12v %12v %12v %8d\n"
)

func (r *report) writeTable(out io.Writer, s *suite, verbose bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, tableHead, "", "must accept", "must reject", "choices", "skipped")
	group := ""
	var total row
	for _, w := range r.rows(s) {
		if w.accept.asked+w.reject.asked+w.choice.asked+w.skipped == 0 {
			continue
		}
		if w.group != group {
			group = w.group
			fmt.Fprintln(&b, group)
		}
		fmt.Fprintf(&b, tableLine, "  "+w.name, w.accept, w.reject, w.choice, w.skipped)
	}
	for i := range r.Results {
		total.add(&r.Results[i])
	}
	fmt.Fprintf(&b, tableLine+"\n", "total", total.accept, total.reject, total.choice, total.skipped)
	r.writeReasons(&b, verdictFail)
	if verbose {
		r.writeReasons(&b, verdictDiffer)
	}
	fmt.Fprintf(&b, "%s: %d passed, %d failed, %d differ where they may, %d skipped\n", r.Implementation, r.Passed, r.Failed, r.Differ, r.Skipped)
	_, err := io.WriteString(out, b.String())
	return err
}

// writeReasons lists the outcomes with one verdict.
func (r *report) writeReasons(b *strings.Builder, verdict string) {
	end := "" // of the list
	for i := range r.Results {
		if o := &r.Results[i]; o.Verdict == verdict {
			end = "\n"
			fmt.Fprintf(b, "%s %s, %s (%s)\n    %s\n", verdict, o.Case, o.name(), o.place(), o.Reason)
			if o.Curl != "" {
				end = ""
				fmt.Fprintf(b, "%s\n\n", o.Curl)
			}
		}
	}
	b.WriteString(end)
}
