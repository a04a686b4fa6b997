package interop_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
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
	build := func(name, module, pkg string) string {
		file := filepath.Join(dir, name)
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-C", module, "-o", file, pkg).CombinedOutput(); err != nil {
			t.Fatalf("go build %s in %s: %v\n%s", pkg, module, err, out)
		}
		return file
	}
	ce, sdkGo := build("ce", "..", "./cmd/ce"), build("sdkgo", "adapter", ".")
	modules, err := filepath.Abs("js/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	var reports []*conformanceReport
	for _, peer := range []struct {
		adapter, cases string
		leaveOut       func(name string) bool
	}{
		{build("this", "..", "./examples/conformance-adapter-go"), "", nil},
		{sdkGo, "", isOrderOfMap},
		{sdkGo + " -jetstream", "^nats/", isOrderOfMap},
		{node + " ../examples/conformance-adapter-js/adapter.js", "", nil},
	} {
		cmd := exec.CommandContext(t.Context(), ce, "conformance", "--json", "--timeout", "30s", "--run", peer.cases, "--adapter", peer.adapter)
		cmd.Env = append(os.Environ(), "NODE_PATH="+modules, "TZ=UTC", "CE_USE_BIG_INT=false")
		out, err := cmd.Output()
		var exit *exec.ExitError
		if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
			t.Fatalf("ce conformance --adapter %s: %v", peer.adapter, err)
		}
		var r conformanceReport
		if err := json.Unmarshal(out, &r); err != nil {
			t.Fatal(err)
		}
		if peer.leaveOut != nil {
			r.leaveOut(peer.leaveOut)
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

// isOrderOfMap reports whether what comes of a case is not the same in each run of sdk-go,
// which reads the attributes of version 0.3, and the headers of Kafka, in the order of a map.
func isOrderOfMap(name string) bool {
	return strings.Contains(name, "/v03-") || name == "kafka/decode/ce-datacontenttype-null"
}

// leaveOut removes cases.
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
an implementation may differ; that is not counted here. An implementation without
a binding or a format has no column in its table. sdk-go reads the attributes
of version 0.3 in the order of a map, so that the results of its cases differ from
run to run; they are left out, and so is a case of Kafka for the same reason.

Adapters: [this module](../examples/conformance-adapter-go/main.go),
[sdk-go](../interop/adapter/main.go),
[JavaScript SDK](../examples/conformance-adapter-js/adapter.js).
The tables are made by "go test -run ConformanceTable -update" in interop/.

`)
	b.WriteString(date + ".\n")
	for _, table := range conformanceTables {
		if table.heading != "" {
			fmt.Fprintf(&b, "\n## %s\n", table.heading)
		}
		if table.says != "" {
			b.WriteString("\n" + table.says + "\n")
		}
		table.write(&b, reports)
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

// conformanceTable is a table about the cases of some directories of testdata.
type conformanceTable struct{ heading, dirs, says string }

var conformanceTables = []conformanceTable{
	{dirs: "canonical json batch http"},
	{"Cases of Kafka", "kafka", `sdk-go puts the offset, the partition and the topic of a record into each event in binary
mode. Its adapter takes them out again, so that more than this shows. The JavaScript SDK takes
the key of a record for the attribute partitionkey, and refuses records without a value and
documents without a time.`},
	{"Cases of NATS", "nats", `sdk-go has two bindings. That for NATS reads and writes documents alone, and fails to read all
others. That for JetStream has binary mode, without percent-encoding. Neither writes a
Content-Type, so that documents are messages in binary mode to whoever follows the
specification; this module reads them. The binding for JetStream panics at a header without
values, which programs can make but nats.go does not read.`},
	{"Cases of MQTT", "mqtt", `No MQTT binding of sdk-go can be had. The JavaScript SDK does not read the Content Type. It
knows no messages of MQTT 3.1.1.`},
	{"Cases of AMQP", "amqp", `Most messages have the prefix cloudEvents_, which the specification prefers. sdk-go reads and
writes cloudEvents: alone, and reads the first data section of a message.`},
	{"Cases of WebSockets", "websocket", ""},
	{"Cases of Protobuf", "protobuf", `sdk-go takes text_data of a JSON type for a JSON string, and loses the type URL of proto_data.
It has no batches of this format.`},
	{"Cases of Avro", "avro", ""},
	{"Cases of Avro compact", "avro-compact", ""},
	{"Cases of XML", "xml", ""},
	{"Cases of CBOR", "cbor", ""},
}

// write writes a table with a column for each implementation that was asked something.
func (table *conformanceTable) write(b *strings.Builder, reports []*conformanceReport) {
	var columns []column
	for _, r := range reports {
		if c := r.tally(strings.Fields(table.dirs)); len(c.cells) > 0 {
			columns = append(columns, c)
		}
	}
	b.WriteString("\n|  |")
	for _, c := range columns {
		fmt.Fprintf(b, " %s: accept | reject |", c.implementation)
	}
	b.WriteString("\n|---|" + strings.Repeat("--:|--:|", len(columns)) + "\n")
	for _, row := range rowsOf(columns) {
		fmt.Fprintf(b, "| %s |", row.name())
		for _, c := range columns {
			fmt.Fprintf(b, " %s | %s |", c.cells[row][0], c.cells[row][1])
		}
		b.WriteByte('\n')
	}
}

// fraction is how many passed of how many.
type fraction struct{ passed, asked int }

func (f fraction) String() string {
	if f.asked == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", f.passed, f.asked)
}

// tableRow is a section of a document, or an operation in a mode.
type tableRow struct{ document, section, op, mode string }

func (r tableRow) name() string {
	if r.op != "" {
		return r.op + " in " + r.mode + " mode"
	}
	return r.document + "#" + r.section
}

// documents come first in a table, in this order.
var documents = []string{"spec.md", "json-format.md", "http-protocol-binding.md"}

// rank is the order of the groups of rows: version 1.0, version 0.3, operations.
func (r tableRow) rank() int {
	old := len(documents) + 1
	document, isOld := strings.CutPrefix(r.document, "v0.3/")
	rank := slices.Index(documents, strings.Replace(document, "-transport-", "-protocol-", 1))
	switch {
	case r.op != "":
		return 2 * old
	case rank < 0:
		rank = len(documents)
	}
	if isOld {
		rank += old
	}
	return rank
}

// rowsOf returns the rows of a table, in their order.
func rowsOf(columns []column) []tableRow {
	all := map[tableRow]bool{}
	for _, c := range columns {
		for row := range c.cells {
			all[row] = true
		}
	}
	return slices.SortedFunc(maps.Keys(all), func(x, y tableRow) int {
		return cmp.Or(cmp.Compare(x.rank(), y.rank()), strings.Compare(x.name(), y.name()))
	})
}

// column has the cells of an implementation: what must be accepted, and what must be
// rejected.
type column struct {
	implementation string
	cells          map[tableRow][2]fraction
}

// tally counts what a MUST is about in the cases of some directories.
func (r *conformanceReport) tally(dirs []string) column {
	c := column{r.Implementation, map[tableRow][2]fraction{}}
	for _, o := range r.Results {
		dir, _, _ := strings.Cut(o.Case, "/")
		if !slices.Contains(dirs, dir) || o.Level != "MUST" || o.Verdict == "skip" {
			continue
		}
		row := tableRow{document: o.Document, section: o.Section}
		if o.Op == "round trip" || o.Op == "transcode" {
			row = tableRow{op: o.Op, mode: o.Mode}
		}
		cell, kind := c.cells[row], 0
		if o.Expect == "reject" {
			kind = 1
		}
		cell[kind].asked++
		if o.Verdict == "pass" {
			cell[kind].passed++
		}
		c.cells[row] = cell
	}
	return c
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
