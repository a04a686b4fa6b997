package suite

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	"github.com/seed763dd41b/cloudevents/testdata"
)

// ceConformance runs "ce conformance".
func ceConformance(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	out, errs, status = cetest.Run(t, Command(), "", args...)
	return status, out, errs
}

func TestConformanceOutput(t *testing.T) {
	const few = `^(json/decode/(minimal|missing-id|time-absent|comma)|canonical/boolean/.*)$`
	for name, args := range map[string][]string{
		"conformance-table.golden": {"--run", few},
		"conformance-list.golden":  {"--run", few, "--list"},
		"conformance-json.golden":  {"--run", "^json/decode/(minimal|missing-id)$", "--json"},
		"conformance-help.golden":  {"-h"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := ceConformance(t, args...)
			if status != cli.ExitOK || errs != "" {
				t.Errorf("status %d: %s", status, errs)
			}
			cetest.Golden(t, filepath.Join("testdata", name), out)
		})
	}
}

func TestConformanceOfThisLibrary(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.xml")
	status, out, errs := ceConformance(t, "--json", "--junit", file)
	var r report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if status != cli.ExitOK || errs != "" || r.Failed+r.Differ > 0 || r.Passed < 4500 || len(r.Results) != r.Passed+r.Skipped {
		t.Errorf("status %d, %d passed, %d failed, %d differ, %d skipped: %s", status, r.Passed, r.Failed, r.Differ, r.Skipped, errs)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var junit junitSuites
	if err := xml.Unmarshal(text, &junit); err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, s := range junit.Suites {
		count += len(s.Cases)
	}
	if junit.Tests != len(r.Results) || count != junit.Tests || junit.Skipped != r.Skipped || junit.Failures != 0 {
		t.Errorf("JUnit has %d of %d tests, %d skipped, %d failures", count, junit.Tests, junit.Skipped, junit.Failures)
	}
}

func TestConformanceUsage(t *testing.T) {
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"an argument":             {[]string{"x"}, cli.ExitUsage, "unexpected argument"},
		"two subjects":            {[]string{"--http", "http://localhost/", "--adapter", "x"}, cli.ExitUsage, "exclude each other"},
		"bad expression":          {[]string{"--run", "("}, cli.ExitUsage, "--run"},
		"no such case":            {[]string{"--run", "^nothing$"}, cli.ExitUsage, "no case matches"},
		"not a URL":               {[]string{"--http", "nonsense"}, cli.ExitUsage, "not an http or https URL"},
		"no such cases":           {[]string{"--cases", "/no/such/dir"}, cli.ExitError, "no such file"},
		"a directory of no cases": {[]string{"--cases", "testdata"}, cli.ExitError, "no file with the ending .txtar"},
		"no timeout":              {[]string{"--timeout", "0s"}, cli.ExitUsage, "not positive"},
		"a quote that is open":    {[]string{"--adapter", "'x"}, cli.ExitUsage, "quote"},
		"no command":              {[]string{"--adapter", " "}, cli.ExitUsage, "no command"},
		"no such program":         {[]string{"--adapter", "./no-such-program"}, cli.ExitError, "no-such-program"},
		"nobody listens":          {[]string{"--http", "http://127.0.0.1:1/"}, cli.ExitError, "does not answer"},
		"a report without a home": {[]string{"--run", "minimal", "--junit", "/no/such/dir/x"}, cli.ExitError, "no such"},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, errs := ceConformance(t, c.args...)
			if status != c.status || !strings.Contains(errs, c.says) || strings.Count(errs, "\n") != 1 {
				t.Errorf("status %d, want %d: %s%s", status, c.status, errs, out)
			}
		})
	}
}

// TestConformanceProgress sees that progress is for terminals, and wiped.
func TestConformanceProgress(t *testing.T) {
	p, _, stderr := cetest.Process("")
	p.Terminal = func(any) bool { return true }
	if status := cetest.RunIn(p, Command(), "--run", "minimal"); status != cli.ExitOK {
		t.Errorf("status %d", status)
	}
	if s := stderr.String(); !strings.HasPrefix(s, "\r0 of ") || !strings.HasSuffix(s, "\r\x1b[K") {
		t.Errorf("progress is %q", s)
	}
}

func TestSplitCommand(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"words":                 {" go  run\t./x ", []string{"go", "run", "./x"}},
		"quotes":                {`sh -c 'a "b" c'`, []string{"sh", "-c", `a "b" c`}},
		"quotes inside a word":  {`a"b c"d`, []string{"ab cd"}},
		"an empty word":         {`a ''`, []string{"a", ""}},
		"a backslash is itself": {`C:\x y`, []string{`C:\x`, "y"}},
	} {
		got, err := splitCommand(c.text)
		if err != nil || strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestAdapterExamples sees that the examples stay short, and that the lines in the
// documentation are correct.
func TestAdapterExamples(t *testing.T) {
	for _, file := range []string{"../../../../examples/conformance-adapter-go/main.go", "../../../../examples/conformance-adapter-js/adapter.js"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > 110 {
			t.Errorf("%s has %d lines", file, n)
		}
	}
	text, err := os.ReadFile("../../../../docs/conformance-adapter.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```")
	requests := strings.Split(strings.TrimSpace(strings.TrimPrefix(blocks[3], "json")), "\n")
	answers := strings.Split(strings.TrimSpace(strings.TrimPrefix(blocks[7], "json")), "\n")
	if len(requests) != 4 || len(answers) != 4 {
		t.Fatalf("%d requests, %d answers", len(requests), len(answers))
	}
	for i := range requests {
		var q conformance.AdapterRequest
		if err := json.Unmarshal([]byte(requests[i]), &q); err != nil {
			t.Errorf("%s: %v", requests[i], err)
		}
		if _, err := conformance.ParseAdapterResponse([]byte(answers[i]), &q); err != nil {
			t.Errorf("%s: %v", answers[i], err)
		}
	}
	var out bytes.Buffer
	if err := library.Codec().Serve("x", strings.NewReader(strings.Join(requests, "\n")), &out); err != nil || strings.Contains(out.String(), "error") {
		t.Errorf("%v: %s", err, &out)
	}
}

// TestAdapterMessages sees that the documentation has a message of each protocol of the suite,
// and that all of them are the same event.
func TestAdapterMessages(t *testing.T) {
	text, err := os.ReadFile("../../../../docs/conformance-adapter.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[conformance.Protocol]bool{}
	want := "id String \"1\"\nsource URI-reference \"/s\"\nspecversion String \"1.0\"\ntype String \"t\"\n" +
		"datacontenttype String \"text/plain\"\ndata \"x\"\n"
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, `{"protocol":`) {
			continue
		}
		var m conformance.Message
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		shown[m.Protocol] = true
		es, err := library.Codec().Decode(m, false, nil)
		if err != nil || len(es) != 1 || es[0].String() != want {
			t.Errorf("%s: %v, %v", line, es, err)
		}
	}
	cases, err := conformance.Load(testdata.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if p := c.Protocol(); p != "" && !shown[p] {
			t.Errorf("no message of %s is shown", p)
			shown[p] = true
		}
	}
}
