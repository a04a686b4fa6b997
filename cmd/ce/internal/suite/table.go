package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/seed763dd41b/cloudevents/conformance"
)

// suiteScore counts what passed and what was asked.
type suiteScore struct{ passed, asked int }

func (s *suiteScore) add(passed bool) {
	s.asked++
	if passed {
		s.passed++
	}
}

func (s suiteScore) String() string {
	if s.asked == 0 {
		return "-"
	}
	return fmt.Sprintf("%d/%d", s.passed, s.asked)
}

// suiteRow is a line of the table: a section, or a mode of what is not about a section.
type suiteRow struct {
	group, name            string
	accept, reject, choice suiteScore
	skipped                int
}

func (w *suiteRow) add(o *caseOutcome) {
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

// group and name of the row in which an outcome counts.
func (o *caseOutcome) row() (group, name string) {
	switch {
	case o.Op == conformance.OpRoundTrip || o.Op == conformance.OpTranscode:
		return string(o.Op), o.Mode
	case o.Document == "":
		return "choices", o.Section
	}
	return o.Document, o.Section
}

// rows returns the table, in the order of the documents.
func (r *suiteReport) rows(s *suite) []*suiteRow {
	var rows []*suiteRow
	find := func(group, name string) *suiteRow {
		for _, w := range rows {
			if w.group == group && w.name == name {
				return w
			}
		}
		rows = append(rows, &suiteRow{group: group, name: name})
		return rows[len(rows)-1]
	}
	for _, document := range []string{"spec.md", "json-format.md", "http-protocol-binding.md"} {
		for _, q := range s.requirements {
			if q.Document == document {
				find(document, q.Section)
			}
		}
	}
	for _, topic := range []string{"json", "http"} {
		find("choices", topic)
	}
	for _, op := range []conformance.Op{conformance.OpRoundTrip, conformance.OpTranscode} {
		for _, mode := range []string{"binary", "structured", "batch"} {
			find(string(op), mode)
		}
	}
	for i := range r.Results {
		find(r.Results[i].row()).add(&r.Results[i])
	}
	return rows
}

const (
	tableHead = "%-36s %12s %12s %12s %8s\n"
	tableLine = "%-36s %12v %12v %12v %8d\n"
)

func (r *suiteReport) writeTable(out io.Writer, s *suite, verbose bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, tableHead, "", "must accept", "must reject", "choices", "skipped")
	group := ""
	var total suiteRow
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
func (r *suiteReport) writeReasons(b *strings.Builder, verdict string) {
	found := false
	for i := range r.Results {
		if o := &r.Results[i]; o.Verdict == verdict {
			found = true
			fmt.Fprintf(b, "%s %s, %s (%s)\n    %s\n", verdict, o.Case, o.name(), o.place(), o.Reason)
		}
	}
	if found {
		b.WriteByte('\n')
	}
}
