package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// step is a command of a transcript, with what it prints.
type step struct{ command, output string }

// changing is what differs from one run to the next.
var changing = []struct {
	what *regexp.Regexp
	is   string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]`), "DATE "},
	{regexp.MustCompile(`\d\d:\d\d:\d\d(\.\d+)?Z?`), "TIME"},
	{regexp.MustCompile(`\b[\d.]+(ns|µs|ms|s)\b`), "DURATION"},
	{regexp.MustCompile(`(127\.0\.0\.1|localhost):\d+`), "ADDRESS"},
	{regexp.MustCompile(`curl/[\d.]+`), "curl"},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "ID"},
}

func unchanging(s string) string {
	for _, c := range changing {
		s = c.what.ReplaceAllString(s, c.is)
	}
	return strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
}

// The commands of docs/ce.md and docs/verify.md print what the pages say.
func TestDocs(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs many processes")
	}
	t.Run("ce", func(t *testing.T) { testPage(t, "../../docs/ce.md", 15, "bash", "curl") })
	t.Run("verify", func(t *testing.T) { testPage(t, "../../docs/verify.md", 4, "bash", "openssl") })
}

// testPage runs the commands of a page, of which there must be some, with those programs. A
// listener runs until the next section begins.
func testPage(t *testing.T, name string, fewest int, programs ...string) {
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	one, two := freeport.Port(t), freeport.Port(t)
	ports := strings.NewReplacer("localhost:9000", "localhost:"+one, "localhost:8081", "localhost:"+two, "ce listen 9000", "ce listen "+one, "ce listen 8081", "ce listen "+two)
	asWritten := strings.NewReplacer(":"+one, ":9000", ":"+two, ":8081")
	dir := t.TempDir()
	parts := strings.Split(string(content), "```")
	commands := 0
	var ends []func() // of the listeners that run
	endAll := func() {
		for _, end := range ends {
			end()
		}
		ends = nil
	}
	for i := 1; i < len(parts); i += 2 {
		if strings.Contains(parts[i-1], "\n## ") {
			endAll()
		}
		text, ok := strings.CutPrefix(parts[i], "console\n")
		if !ok {
			continue
		}
		var out strings.Builder
		for _, s := range steps(text) {
			commands++
			if strings.HasPrefix(s.command, "ce listen") {
				end := listenStep(t, dir, ports.Replace(s.command), s, func(output string) { parts[i] = "console\n$ " + s.command + "\n" + asWritten.Replace(output) })
				ends = append(ends, end)
				continue
			}
			got, _ := shell(t, "bash", dir, ports.Replace(s.command))
			got = asWritten.Replace(got)
			compare(t, s, got)
			out.WriteString("$ " + s.command + "\n")
			if got = strings.TrimRight(got, "\n"); got != "" {
				out.WriteString(got + "\n")
			}
		}
		if out.Len() > 0 {
			parts[i] = "console\n" + out.String()
		}
	}
	endAll()
	if commands < fewest {
		t.Errorf("only %d commands were found", commands)
	}
	if cetest.Updating() {
		if err := os.WriteFile(name, []byte(strings.ReplaceAll(strings.Join(parts, "```"), "\r\n", "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func compare(t *testing.T, s step, got string) {
	t.Helper()
	if !cetest.Updating() && unchanging(got) != unchanging(s.output) {
		t.Errorf("$ %s\n%s\nthe page has\n%s", s.command, got, s.output)
	}
}

// steps returns the commands of a transcript.
func steps(text string) (all []step) {
	for line := range strings.Lines(text) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			all = append(all, step{command: strings.TrimSuffix(command, "\n")})
		} else if len(all) > 0 {
			all[len(all)-1].output += line
		}
	}
	return all
}

// listenStep begins a listener. The function that it returns ends it and compares its output.
func listenStep(t *testing.T, dir, command string, s step, update func(string)) (end func()) {
	t.Helper()
	cmd := shellCommand(t, "bash", dir, "exec "+command+" 2>&1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(first, err)
	}
	return func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		rest, _ := io.ReadAll(lines)
		if err := cmd.Wait(); err != nil && !errors.As(err, new(*exec.ExitError)) {
			t.Error(err)
		}
		got := first + string(rest)
		compare(t, s, got)
		update(got)
	}
}
