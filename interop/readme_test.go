package interop_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/spec"
)

var update = flag.Bool("update", false, "rewrite the tables of README.md and docs/interop.md")

// TestREADME compares the tables of README.md and docs/interop.md, which stand between
// comments with their names, with the ones that the tests work with.
func TestREADME(t *testing.T) {
	signatures := signatureTable(t)
	compareTables(t, "README.md", map[string]string{
		"peers": peerTable(t), "sections": sectionLinks(), "deviations": deviationTable(false), "permitted": deviationTable(true), "cases": caseTable(),
		"retries": retryTable(), "retry deviations": retryDeviationTable(), "frameworks": frameworkCode(t), "signatures": signatures,
	})
	compareTables(t, interopDoc, map[string]string{"signatures": signatures})
}

func compareTables(t *testing.T, file string, tables map[string]string) {
	t.Helper()
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(old)
	for name, table := range tables {
		begin, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->\n"
		before, rest, ok1 := strings.Cut(text, begin)
		_, after, ok2 := strings.Cut(rest, end)
		if !ok1 || !ok2 {
			t.Fatalf("%s has no place for the table %s", file, name)
		}
		text = before + begin + "\n" + table + "\n" + end + after
	}
	switch {
	case bytes.Equal(old, []byte(text)):
	case *update:
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not up to date: run go test -run README -update", file)
	}
}

// peerTable says how many of the legal cases arrive as they were sent.
func peerTable(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| Peer | Direction | Mode | Events | Arrive as sent | With a permitted difference | Deviate |\n|---|---|---|--:|--:|--:|--:|\n")
	for _, channel := range channels() {
		var count, same, permitted int
		for _, c := range channel.cells() {
			if c.refused {
				continue
			}
			count++
			rows := slices.DeleteFunc(c.deviations(), func(d *deviation) bool { return d.sends != nil && d.change == nil && d.fails == "" })
			switch {
			case len(rows) == 0:
				same++
			case !slices.ContainsFunc(rows, func(d *deviation) bool { return !d.permitted }):
				permitted++
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %d | %d | %d |\n", peerName(t, channel.peer), channel.direction, channel, count, same, permitted, count-same-permitted)
	}
	return b.String()
}

func peerName(t *testing.T, peer string) string {
	if peer == javaScript {
		return "JavaScript SDK " + jsVersion(t)
	}
	b, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`github\.com/cloudevents/sdk-go/v2 v(\S+)`).FindSubmatch(b)
	if m == nil {
		t.Fatal("go.mod does not require sdk-go")
	}
	return "sdk-go " + string(m[1])
}

func deviationTable(permitted bool) string {
	var b strings.Builder
	b.WriteString("| Peer | Direction | Messages | Cases | What happens | Section |\n|---|---|---|---|---|---|\n")
	for i := range deviations {
		d := &deviations[i]
		if d.permitted != permitted {
			continue
		}
		cases := d.where
		if d.cases != nil {
			cases = "`" + strings.Join(d.cases, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | [%s] |\n",
			d.peer, d.direction, d.messageModes(), cases, d.happens, d.section)
	}
	return b.String()
}

// messageModes returns the modes in which a row holds, and whether for responses only.
func (d *deviation) messageModes() string {
	var modes []string
	for _, channel := range channels() {
		for _, c := range channel.cells() {
			if mode := c.mode.String(); d.about(c) && !slices.Contains(modes, mode) {
				modes = append(modes, mode)
			}
		}
	}
	s := strings.Join(modes, ", ")
	if d.messages != requestsAndResponses {
		s += " " + string(d.messages)
	}
	return s
}

func sectionLinks() string {
	var links []string
	for _, d := range deviations {
		links = append(links, fmt.Sprintf("[%s]: %s\n", d.section, spec.SectionURL(d.section)))
	}
	for _, d := range retryDeviations {
		links = append(links, fmt.Sprintf("[%s]: %s\n", d.section, spec.SectionURL(d.section)))
	}
	slices.Sort(links)
	return strings.Join(slices.Compact(links), "")
}

func caseTable() string {
	var b strings.Builder
	b.WriteString("| Case | What it is |\n|---|---|\n")
	for _, c := range slices.Concat(eventCases, wireCases, []eventCase{emptyBatch}) {
		why := c.why
		if c.refused {
			why += "; to be refused"
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", c.name, why)
	}
	return b.String()
}

// frameworkCode is how each framework mounts routes.
func frameworkCode(t *testing.T) string {
	var b strings.Builder
	for _, f := range frameworks {
		file := "mount_" + strings.ToLower(f.name) + "_test.go"
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, code, ok1 := strings.Cut(string(source), "\n// mount")
		code, _, ok2 := strings.Cut(code, "\n}\n")
		if !ok1 || !ok2 {
			t.Fatalf("%s has no function mount", file)
		}
		fmt.Fprintf(&b, "```go\n// mount%s\n}\n```\n\n", code)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
