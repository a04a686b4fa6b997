package interop_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

const interopDoc = "../docs/interop.md"

// conformanceReport is what "ce conformance --json" prints, as far as it is used.
type conformanceReport struct {
	Implementation                  string
	Passed, Failed, Differ, Skipped int
	Results                         []struct{ Case, Document, Section, Level, Op, Mode, Expect, Verdict, Reason string }
}

// TestConformanceTable runs the conformance suite on this module and on the peers,
// and compares docs/interop.md with what came of it; -update rewrites it.
func TestConformanceTable(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed, so that the JavaScript SDK, and with it docs/interop.md, is not tested")
	}
	installJS(t)
	dir := t.TempDir()
	build := func(name, pkg string) string {
		file := filepath.Join(dir, name)
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", file, pkg).CombinedOutput(); err != nil {
			t.Fatalf("go build %s: %v\n%s", pkg, err, out)
		}
		return file
	}
	const module = "github.com/seed763dd41b/cloudevents"
	ce := build("ce", module+"/cmd/ce")
	modules, err := filepath.Abs("js/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	var reports []*conformanceReport
	for _, adapter := range []string{
		build("this", module+"/examples/conformance-adapter-go"),
		build("sdkgo", "./adapter"),
		node + " ../examples/conformance-adapter-js/adapter.js",
	} {
		// These adapters speak HTTP only.
		cmd := exec.CommandContext(t.Context(), ce, "conformance", "--json", "--timeout", "30s", "--run", "^(canonical|json|batch|http)/", "--adapter", adapter)
		cmd.Env = append(os.Environ(), "NODE_PATH="+modules, "TZ=UTC", "CE_USE_BIG_INT=false")
		out, err := cmd.Output()
		var exit *exec.ExitError
		if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
			t.Fatalf("ce conformance --adapter %s: %v", adapter, err)
		}
		var r conformanceReport
		if err := json.Unmarshal(out, &r); err != nil {
			t.Fatal(err)
		}
		if len(reports) == 1 {
			r.leaveOut(func(name string) bool { return strings.Contains(name, "/v03-") })
		}
		reports = append(reports, &r)
	}
	if reports[0].Failed+reports[0].Differ > 0 {
		t.Errorf("%s: %d cases failed, %d differ", reports[0].Implementation, reports[0].Failed, reports[0].Differ)
	}
	version, err := exec.CommandContext(t.Context(), node, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	date := fmt.Sprintf("Run on %s with %s and Node %s", time.Now().UTC().Format(time.DateOnly), runtime.Version(), strings.TrimSpace(string(version)))
	text := interopText(reports, date)
	old, err := os.ReadFile(interopDoc)
	if i := bytes.Index(old, []byte("\n# Peers over brokers\n")); i >= 0 {
		text += string(old[i:]) // which the tests of brokers and amqp write
	}
	switch {
	case err == nil && undated(string(old)) == undated(text):
	case *update:
		if err := os.WriteFile(interopDoc, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not what the run says (%v): run go test -run ConformanceTable -update", interopDoc, err)
		for line := range strings.Lines(text) {
			if !strings.Contains(string(old), line) && undated(line) != "" {
				t.Logf("new: %s", line)
			}
		}
	}
}

// leaveOut removes cases. sdk-go reads the attributes of version 0.3 in the order of a map, so
// that what comes of its cases is not the same in each run.
func (r *conformanceReport) leaveOut(out func(name string) bool) {
	kept := r.Results[:0]
	for _, o := range r.Results {
		if !out(o.Case) {
			kept = append(kept, o)
			continue
		}
		switch o.Verdict {
		case "pass":
			r.Passed--
		case "fail":
			r.Failed--
		case "skip":
			r.Skipped--
		default:
			r.Differ--
		}
	}
	r.Results = kept
}

// undated returns a text without the line that says when and with what it was made.
func undated(s string) string { return regexp.MustCompile(`(?m)^Run on .*\n`).ReplaceAllString(s, "") }

func interopText(reports []*conformanceReport, date string) string {
	var b strings.Builder
	b.WriteString(`# The conformance suite on other implementations

The cases of testdata/ with "ce conformance --adapter", by the section of the
specification that they are about. A cell says how many passed, of those that the
implementation was asked. Where the specification says SHOULD or leaves a choice,
an implementation may differ; that is not counted here. sdk-go reads the attributes
of version 0.3 in the order of a map, so that the results of its cases differ from
run to run; they are left out.

Adapters: [this module](../examples/conformance-adapter-go/main.go),
[sdk-go](../interop/adapter/main.go),
[JavaScript SDK](../examples/conformance-adapter-js/adapter.js).
The table is made by "go test -run ConformanceTable -update" in interop/.

`)
	fmt.Fprintf(&b, "%s.\n\n|  |", date)
	for _, r := range reports {
		fmt.Fprintf(&b, " %s: accept | reject |", r.Implementation)
	}
	b.WriteString("\n|---|" + strings.Repeat("--:|--:|", len(reports)) + "\n")
	cells, names := tally(reports)
	for _, name := range names {
		fmt.Fprintf(&b, "| %s |", name)
		for i := range reports {
			c := cells[name][i]
			fmt.Fprintf(&b, " %s | %s |", c[0], c[1])
		}
		b.WriteByte('\n')
	}
	for _, r := range reports {
		fmt.Fprintf(&b, "\n## %s\n\n%d passed, %d failed, %d differ where they may, %d could not be asked.\n",
			r.Implementation, r.Passed, r.Failed, r.Differ, r.Skipped)
		if r.Failed > 0 {
			b.WriteString("\n| Failures | Operation | What happens | First case |\n|--:|---|---|---|\n")
			b.WriteString(r.faults())
		}
	}
	return b.String()
}

// fraction is how many passed of how many.
type fraction struct{ passed, asked int }

func (f fraction) String() string {
	if f.asked == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", f.passed, f.asked)
}

// documents are in the order of the table.
var documents = []string{
	"spec.md", "json-format.md", "http-protocol-binding.md", "v0.3/spec.md", "v0.3/json-format.md", "v0.3/http-transport-binding.md",
}

// tally counts what a MUST is about, by row and report: what must be accepted, and
// what must be rejected.
func tally(reports []*conformanceReport) (map[string][][2]fraction, []string) {
	cells := map[string][][2]fraction{}
	order := map[string]int{}
	for i, r := range reports {
		for _, o := range r.Results {
			name := o.Document + "#" + o.Section
			rank := slices.Index(documents, o.Document)
			if o.Op == "round trip" || o.Op == "transcode" {
				name, rank = o.Op+" in "+o.Mode+" mode", len(documents)
			}
			if o.Level != "MUST" || o.Verdict == "skip" {
				continue
			}
			if cells[name] == nil {
				cells[name], order[name] = make([][2]fraction, len(reports)), rank
			}
			c := &cells[name][i][0]
			if o.Expect == "reject" {
				c = &cells[name][i][1]
			}
			c.asked++
			if o.Verdict == "pass" {
				c.passed++
			}
		}
	}
	var names []string
	for name := range cells {
		names = append(names, name)
	}
	slices.SortFunc(names, func(x, y string) int {
		if order[x] != order[y] {
			return order[x] - order[y]
		}
		return strings.Compare(x, y)
	})
	return cells, names
}

// faults lists what failed, by what happened; values are left out.
func (r *conformanceReport) faults() string {
	type fault struct {
		op, what, first string
		count           int
	}
	var all []*fault
	found := map[string]*fault{}
	value := regexp.MustCompile(`"(\\.|[^"\\])*("|…|$)`)
	for _, o := range r.Results {
		if o.Verdict != "fail" {
			continue
		}
		what := value.ReplaceAllString(o.Reason, "…")
		if len(what) > 160 {
			what = strings.ToValidUTF8(what[:160], "") + "…"
		}
		what = strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(what)
		f := found[o.Op+what]
		if f == nil {
			f = &fault{op: o.Op, what: what, first: o.Case}
			found[o.Op+what] = f
			all = append(all, f)
		}
		f.count++
	}
	slices.SortStableFunc(all, func(x, y *fault) int { return y.count - x.count })
	var b strings.Builder
	for _, f := range all {
		fmt.Fprintf(&b, "| %d | %s | %s | `%s` |\n", f.count, f.op, f.what, f.first)
	}
	return b.String()
}
