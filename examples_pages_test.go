package cloudevents_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// The commands for curl that stand beside examples/receiver and examples/webhook are answered as
// their pages say.
func TestExamplePages(t *testing.T) {
	for _, program := range []string{"go", "bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	dir := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", dir, "./examples/receiver", "./examples/webhook").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	t.Run("receiver", func(t *testing.T) {
		address := freeport.Address(t)
		startProgram(t, address, filepath.Join(dir, "receiver"), "-address", address)
		run := func(script string) string { return bash(t, strings.ReplaceAll(script, "localhost:8080", address)) }
		blocks := codeBlocks(t, "examples/receiver/README.md", "sh")
		if len(blocks) != 2 {
			t.Fatalf("%d blocks", len(blocks))
		}
		function, commands, ok := strings.Cut(blocks[0], "\n}\n")
		if !ok {
			t.Fatal("there is no function order")
		}
		function += "\n}\n"
		found := 0
		for line := range strings.Lines(commands) {
			command, comment, ok := strings.Cut(strings.TrimSpace(line), "  # ")
			if !ok {
				continue
			}
			found++
			got, attempts := "", 1
			if strings.HasPrefix(command, "for ") || strings.Contains(command, "/cancel/ID") {
				attempts = 30 // because the work ahead may end in between
			}
			for ; attempts > 0 && lastStatus(got) != comment[:3]; attempts-- {
				try := command
				if strings.Contains(command, "/cancel/ID") {
					if m := deferredID.FindStringSubmatch(run(function + "order packed -X POST")); m != nil {
						try = strings.Replace(command, "/cancel/ID", "/cancel/"+m[1], 1)
					}
				}
				got = run(function + try)
				if lastStatus(got) != comment[:3] {
					time.Sleep(time.Second)
				}
			}
			if lastStatus(got) != comment[:3] {
				t.Errorf("%s\n%s\nthe page has %s", command, got, comment)
			}
		}
		if found < 15 {
			t.Errorf("only %d commands were found", found)
		}
		if got := run(blocks[1]); lastStatus(got) != "503" || !strings.Contains(got, `"status":204`) || !strings.Contains(got, `"status":500`) {
			t.Errorf("the batch: %s", got)
		}
	})

	t.Run("webhook", func(t *testing.T) {
		address := freeport.Address(t)
		startProgram(t, address, filepath.Join(dir, "webhook"), "-serve", "-address", address)
		found := 0
		for _, block := range codeBlocks(t, "docs/webhooks.md", "console") {
			for _, step := range strings.Split("\n"+block, "\n$ ")[1:] {
				command, output := step, ""
				for i := range step {
					if step[i] == '\n' && !strings.HasSuffix(step[:i], `\`) {
						command, output = step[:i], step[i+1:]
						break
					}
				}
				found++
				got := bash(t, strings.ReplaceAll(command, "127.0.0.1:8080", address))
				if got, want := undated(got), undated(output); got != want {
					t.Errorf("$ %s\n%s\nthe page has\n%s", command, got, want)
				}
			}
		}
		if found < 2 {
			t.Errorf("only %d commands were found", found)
		}
	})
}

var (
	statusLine = regexp.MustCompile(`HTTP/1\.1 (\d{3})`)
	dateLine   = regexp.MustCompile(`(?m)^Date: .*$`)
	deferredID = regexp.MustCompile(`(?m)^Deferred-Id: (\S+)`)
)

// lastStatus returns the status of the last answer that curl -i prints.
func lastStatus(out string) string {
	all := statusLine.FindAllStringSubmatch(out, -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1][1]
}

func undated(out string) string {
	return strings.TrimSpace(dateLine.ReplaceAllString(strings.ReplaceAll(out, "\r\n", "\n"), "Date"))
}

// bash returns what a script prints, whatever its status is.
func bash(t *testing.T, script string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
	out, err := cmd.Output()
	if err != nil {
		t.Logf("%s: %v", script, err)
	}
	return string(out)
}

// codeBlocks returns the blocks of a document in that language.
func codeBlocks(t *testing.T, name, language string) (blocks []string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range strings.Split(string(text), "```") {
		if block, ok := strings.CutPrefix(part, language+"\n"); ok && i%2 == 1 {
			blocks = append(blocks, block)
		}
	}
	return blocks
}
