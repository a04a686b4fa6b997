package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// The test binary is ce if CE_BE_MAIN is set.
func TestMain(m *testing.M) {
	if os.Getenv("CE_BE_MAIN") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// ce runs a command line in this process.
func ce(t *testing.T, stdin string, args ...string) (out, errs string, status int) {
	t.Helper()
	p, o, e := cetest.Process(stdin)
	status = tool().Run(t.Context(), p, args)
	return o.String(), e.String(), status
}

// A golden file has the arguments, a line each, the input, the output and the exit status.
func TestGolden(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(names) < 20 {
		t.Fatalf("%d golden files, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(string(b), "=====\n")
			if len(parts) < 2 {
				t.Fatal("there must be arguments and an input")
			}
			stdin := strings.TrimSuffix(parts[1], "\n")
			if text, err := strconv.Unquote(strings.TrimSpace(stdin)); err == nil {
				stdin = text
			}
			out, errs, status := ce(t, stdin, strings.Fields(parts[0])...)
			got := parts[0] + "=====\n" + parts[1] + "=====\n" + strings.ReplaceAll(out, "\r", `\r`) + "=====\n" + errs + "=====\n" + strconv.Itoa(status) + "\n"
			cetest.Golden(t, name, got)
		})
	}
}

func TestUsageErrors(t *testing.T) {
	for _, args := range []string{
		"", "nonsense", "send", "send ftp://localhost", "send nonsense", "send http://localhost --mode x", "send http://localhost --ext x",
		"send http://localhost --ext A=1", "send http://localhost --ext id=1", "send http://localhost --ext n:Integer=x",
		"send http://localhost --ext a=1 --ext a=2", "send http://localhost --time x", "send http://localhost --source=",
		"send http://localhost --header x", "send http://localhost --header ce-id:1", "send http://localhost --header Host:", "send http://localhost --max-bytes 0", "listen --record-files 0", "listen --record-bytes -1", "listen --allow-host :", "send http://localhost --header content-length:1", "send http://localhost --print --curl",
		"send http://localhost file --id 1", "send http://localhost --concurrency 0", "send http://localhost --rate -1", "send http://localhost --rate NaN",
		"send http://localhost --rate 1e-12", "send http://localhost --timeout 0", "send http://localhost --wait -1s",
		"listen a b", "listen --max-bytes 0", "convert --max-bytes 0", "check --max-bytes -1", "listen --json --raw", "listen --forward x", "convert --to nonsense", "convert --to curl", "convert --declare x",
		"convert --url x", "check --from nonsense", "check --nonsense", "completion", "completion fish", "version x",
	} {
		out, errs, status := ce(t, "", strings.Fields(args)...)
		if status != cli.ExitUsage || out != "" || args != "" && (strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "ce: ")) {
			t.Errorf("ce %s: status %d, out %q, err %q", args, status, out, errs)
		}
	}
	for _, args := range []string{"check /nonexistent", "convert /nonexistent", "send http://localhost /nonexistent", "listen nonexistent.invalid:0"} {
		out, errs, status := ce(t, "", strings.Fields(args)...)
		if strings.HasPrefix(args, "send") {
			out = ""
		}
		if status != cli.ExitError || out != "" || strings.Count(errs, "\n") < 1 {
			t.Errorf("ce %s: status %d, out %q, err %q", args, status, out, errs)
		}
	}
}

func TestHelpIsOfOneWidth(t *testing.T) {
	for _, c := range tool().Commands {
		out, _, status := ce(t, "", c.Name, "-h")
		if status != cli.ExitOK || !strings.Contains(out, "\n  ce ") {
			t.Errorf("ce %s -h: status %d:\n%s", c.Name, status, out)
		}
		if again, _, _ := ce(t, "", "help", c.Name); again != out {
			t.Errorf("ce help %s differs from ce %s -h", c.Name, c.Name)
		}
		for line := range strings.Lines(out) {
			if len(line) > 130 {
				t.Errorf("ce %s -h has a line of %d characters: %s", c.Name, len(line), line)
			}
		}
	}
}
