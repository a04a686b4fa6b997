package check_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/check"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// What is printed is bounded. Programs are told how much is left out.
func TestCheckPrintsSoMuch(t *testing.T) {
	const bad = `{"specversion":"1.0","id":"","source":"/s","type":"t"}`
	for _, n := range []int{999, 1000, 1001, 3000} {
		input := strings.Repeat(bad+"\n", n)
		out, _, status := cetest.Run(t, check.Command(), input)
		shown := strings.Count(out, "  rule     ")
		verdict := fmt.Sprintf("%d violations (jsonl", n)
		if n > 1000 {
			verdict = fmt.Sprintf("%d violations, the first 1000 shown (jsonl", n)
		}
		if shown != min(n, 1000) || !strings.Contains(out, verdict) || status != cli.ExitFault {
			t.Errorf("%d of %d shown, %s", shown, n, out[max(0, len(out)-200):])
		}
		lines := strings.Split(strings.TrimSpace(first(cetest.Run(t, check.Command(), input, "--json"))), "\n")
		last := ""
		if n > 1000 {
			last = fmt.Sprintf(`{"file":"standard input","more":%d,"error":"%s of this input"}`, n-1000, cli.Plural(n-1000, "more violation"))
			if lines[len(lines)-1] != last {
				t.Errorf("the last line is %s, want %s", lines[len(lines)-1], last)
			}
			lines = lines[:len(lines)-1]
		}
		if len(lines) != min(n, 1000) || strings.Contains(strings.Join(lines, ""), `"more"`) {
			t.Errorf("%d lines of JSON for %d violations", len(lines), n)
		}
	}
}

func first(out, _ string, _ int) string { return out }

// The output is bounded by the input, also where an event of two bytes has four violations.
func TestCheckJSONIsBounded(t *testing.T) {
	for _, input := range []string{
		"[" + strings.Repeat("{},", 9_999) + "{}]", strings.Repeat("{}\n", 10_000),
		"Content-Type: application/cloudevents-batch+json\n\n[" + strings.Repeat("{},", 9_999) + "{}]",
	} {
		out, _, status := cetest.Run(t, check.Command(), input, "--json")
		if lines := strings.Count(out, "\n"); lines != 1001 || len(out) > 20*len(input) || status != cli.ExitFault {
			t.Errorf("%d bytes in %d lines for %d bytes, status %d", len(out), lines, len(input), status)
		}
		if !strings.Contains(out, `"more":39000`) {
			t.Error(out[len(out)-200:])
		}
	}
}

// Each input is counted by itself.
func TestCheckPrintsSoMuchOfEachInput(t *testing.T) {
	dir := t.TempDir()
	var names []string
	for i := range 3 {
		name := filepath.Join(dir, fmt.Sprint(i, ".jsonl"))
		if err := os.WriteFile(name, []byte(strings.Repeat("[]\n", 600)), 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if out, _, _ := cetest.Run(t, check.Command(), "", names...); strings.Count(out, "  rule     ") != 1800 || strings.Contains(out, "shown") {
		t.Errorf("%d shown", strings.Count(out, "  rule     "))
	}
}

// Violations of a batch in an HTTP message are printed as they are found, and not kept.
func TestCheckKeepsNoFindings(t *testing.T) {
	cost := func(n int) float64 {
		input := "Content-Type: application/cloudevents-batch+json\n\n[" + strings.Repeat("{},", n) + "{}]"
		p, _, _ := cetest.Process(input)
		p.Out = io.Discard
		return float64(alloctest.Bytes(func() { cetest.RunIn(p, check.Command()) })) / float64(n)
	}
	if few, many := cost(1000), cost(20_000); many > 2*few {
		t.Errorf("%.0f bytes for an event of 1000, %.0f of 20000", few, many)
	}
}

// Violations far behind are found in one pass over the event, and no more than 32 of 990.
// Columns show that each has its place.
func TestCheckFindsManyPlaces(t *testing.T) {
	for name, c := range map[string]struct{ front, back, value string }{
		"an event":        {"", "}", "[]"},
		"an HTTP message": {"Content-Type: application/cloudevents+json\n\n", "}\n", "[]"},
	} {
		var b strings.Builder
		b.WriteString(c.front + `{"specversion":"1.0","id":"1","source":"/s","type":"t","data":"` + strings.Repeat("x", 8<<20) + "\"")
		for i := range 990 {
			fmt.Fprintf(&b, ",\n\"a%d\":%s", i, c.value)
		}
		b.WriteString(c.back)
		out, _, status := cetest.Run(t, check.Command(), b.String())
		firstLine := 2 + strings.Count(c.front, "\n")
		for _, i := range []int{0, 1, 10, 105} { // among the first by name
			column := len(fmt.Sprintf("\"a%d\":", i)) + 1
			if want := fmt.Sprintf("at       line %d, column %d, offset ", firstLine+i, column); !strings.Contains(out, want) {
				t.Errorf("%s: no %q", name, want)
			}
		}
		if status != cli.ExitFault || !strings.Contains(out, "32 violations") {
			t.Errorf("%s: status %d, %s", name, status, out[max(0, len(out)-200):])
		}
	}
}

// Headers are looked up once, however many are wrong.
func TestCheckFindsManyHeaders(t *testing.T) {
	var b strings.Builder
	b.WriteString("POST / HTTP/1.1\nce-specversion: 1.0\nce-id: 1\nce-source: /\nce-type: t\n")
	for i := range 990 {
		fmt.Fprintf(&b, "ce-a%d: %%FF\n", i)
	}
	b.WriteString(strings.Repeat("x-y: z\n", 100_000) + "\n")
	for _, input := range []string{b.String(), strings.ReplaceAll(b.String(), "ce-a", "CE-A")} {
		out, _, _ := cetest.Run(t, check.Command(), input)
		if !strings.Contains(out, "at       line 6, offset ") || !strings.Contains(out, "at       line 111, offset ") || !strings.Contains(out, "32 violations") {
			t.Error(out[max(0, len(out)-500):])
		}
	}
}

// Events of a batch are counted whether they are right or wrong.
func TestCheckCountsEventsOfABatch(t *testing.T) {
	input := "Content-Type: application/cloudevents-batch+json\n\n[{},{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"},{}]"
	if out, _, _ := cetest.Run(t, check.Command(), input); !strings.Contains(out, "8 violations") || !strings.Contains(out, "3 events, batch mode") {
		t.Error(out[strings.LastIndex(out, "\n  do "):])
	}
}
