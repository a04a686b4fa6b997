package main

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
)

func readme(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The rows of each command in docs/ce.md have all its flags, and no other.
func TestFlagsAreInTheDocument(t *testing.T) {
	page, err := os.ReadFile("../../docs/ce.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range tool().Commands {
		p, _, _ := cetest.Process("")
		flags := flag.NewFlagSet(c.Name, flag.ContinueOnError)
		c.Prepare(p, flags)
		row := ""
		for line := range strings.Lines(string(page)) {
			if strings.HasPrefix(line, "| `ce "+c.Name) {
				row += line
			}
		}
		known := map[string]bool{}
		flags.VisitAll(func(f *flag.Flag) {
			known[f.Name] = true
			if !strings.Contains(row, "`--"+f.Name+"`") && !strings.Contains(row, "`--"+f.Name+" ") {
				t.Errorf("ce %s: --%s is not in docs/ce.md", c.Name, f.Name)
			}
		})
		for _, part := range strings.Split(row, "`--")[1:] {
			name, _, _ := strings.Cut(part, "`")
			if name, _, _ = strings.Cut(name, " "); !known[name] {
				t.Errorf("ce %s: docs/ce.md has --%s", c.Name, name)
			}
		}
	}
}

// The README shows what ce check prints.
func TestReadmeShowsCheck(t *testing.T) {
	_, rest, ok := strings.Cut(readme(t), "\n$ curl_command=\"")
	command, rest, ok2 := strings.Cut(rest, "\"\n$ echo \"$curl_command\" | ce check\n")
	want, _, ok3 := strings.Cut(rest, "```")
	if !ok || !ok2 || !ok3 {
		t.Fatal("the README has no such example")
	}
	if out, _, _ := ce(t, command+"\n", "check"); out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}

// The transcripts of the README are those of docs/ce.md, which are checked by running them.
func TestReadmeShowsTranscripts(t *testing.T) {
	page, err := os.ReadFile("../../docs/ce.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for i, part := range strings.Split(readme(t), "```") {
		text, ok := strings.CutPrefix(part, "console\n")
		if i%2 == 0 || !ok {
			continue
		}
		found++
		if !strings.Contains(unchanging(string(page)), unchanging(text)) {
			t.Errorf("docs/ce.md does not have\n%s", text)
		}
	}
	if found != 2 {
		t.Errorf("%d transcripts", found)
	}
}
