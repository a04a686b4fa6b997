package measure

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

type report struct {
	Machine machineInfo `json:"machine"`
	Command string      `json:"command"`
	Passes  int         `json:"passes"`
	Rows    []Row       `json:"rows"`
}

func (r *report) printJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(r)
}

func (r *report) print(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s, %s, GOMAXPROCS %d (codec rows: 1), %s.\n", r.Machine.CPU, r.Machine.System, r.Machine.GOMAXPROCS, r.Machine.Go)
	fmt.Fprintf(&b, "%s.\n%d passes: `%s`.\n", strings.Join(r.Machine.Modules, ", "), r.Passes, r.Command)
	b.WriteString(r.summary() + "\n\n")
	b.WriteString("| path | against | ours | other | ratio | passes | allocs | floor | goal | verdict | note |\n")
	b.WriteString("|---|---|--:|--:|--:|--:|--:|--:|--:|---|---|\n")
	for i := range r.Rows {
		x := &r.Rows[i]
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %.2f× | %s | %s | %s | %s | %s | %s |\n", x.Path, x.Against,
			quantity(x.Ours, x.Unit), quantity(x.Other, x.Unit), x.Ratio, x.spread(), x.allocs(), x.Floor, x.Goal, x.Verdict, x.Note)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// summary counts the verdicts.
func (r *report) summary() string {
	counts := map[string]int{}
	for i := range r.Rows {
		verdict, _, _ := strings.Cut(r.Rows[i].Verdict, " (")
		counts[verdict]++
	}
	return fmt.Sprintf("Rows that reach the goal: %d; the floor: %d; behind: %d; a goal without floor not yet: %d.",
		counts[Goal], counts[Floor], counts[Behind], counts[NotYet])
}

// quantity returns v with at least three digits.
func quantity(v float64, unit string) string {
	switch {
	case unit == "":
		return ""
	case unit == "B" && v >= 1e6:
		return fmt.Sprintf("%.2f MB", v/1e6)
	case v < 100:
		return fmt.Sprintf("%.1f %s", v, unit)
	}
	return fmt.Sprintf("%.0f %s", v, unit)
}

func (r *Row) spread() string {
	if r.Spread[0] == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f–%.2f", r.Spread[0], r.Spread[1])
}

func (r *Row) allocs() string {
	if r.AllocsOurs < 0 {
		return ""
	}
	return fmt.Sprintf("%s / %s", count(r.AllocsOurs), count(r.AllocsOther))
}

func count(n float64) string {
	if n == float64(int(n)) {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%.1f", n)
}

const (
	beginMarker = "<!-- table -->"
	endMarker   = "<!-- /table -->"
)

// writeInto puts the table between the markers in a file.
func (r *report) writeInto(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(text, []byte(beginMarker))
	_, after, end := bytes.Cut(rest, []byte(endMarker))
	if !ok || !end {
		return fmt.Errorf("%s: no place between %s and %s", name, beginMarker, endMarker)
	}
	var b bytes.Buffer
	b.Write(before)
	b.WriteString(beginMarker + "\n\n")
	if err := r.print(&b); err != nil {
		return err
	}
	b.WriteString("\n" + endMarker)
	b.Write(after)
	return os.WriteFile(name, b.Bytes(), 0o666)
}
