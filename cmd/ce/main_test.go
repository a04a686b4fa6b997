package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
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

// Help fits a terminal of 80 columns, and the texts of flags and commands begin in one column.
func TestHelpFits(t *testing.T) {
	list, _, _ := ce(t, "", "help")
	checkHelp(t, "ce help", list)
	for _, c := range tool().Commands {
		out, _, status := ce(t, "", c.Name, "-h")
		if status != cli.ExitOK || !strings.Contains(out, "\n  ce ") {
			t.Errorf("ce %s -h: status %d:\n%s", c.Name, status, out)
		}
		if again, _, _ := ce(t, "", "help", c.Name); again != out {
			t.Errorf("ce help %s differs from ce %s -h", c.Name, c.Name)
		}
		checkHelp(t, "ce "+c.Name+" -h", out)
		flags := flag.NewFlagSet(c.Name, flag.ContinueOnError)
		p, _, _ := cetest.Process("")
		c.Prepare(p, flags)
		flags.VisitAll(func(f *flag.Flag) {
			if _, text := flag.UnquoteUsage(f); text == "" {
				t.Errorf("ce %s -h says nothing of %s", c.Name, f.Name)
			}
			if !strings.Contains(out, "\n  -"+f.Name+" ") && !strings.Contains(out, "\n  --"+f.Name) {
				t.Errorf("ce %s -h has no %s", c.Name, f.Name)
			}
		})
	}
}

// item is a line of a list in help: a flag, a command, or a part of the text of either.
var item = regexp.MustCompile(`^  (?:-{0,2}[a-z]\S*(?: \S+)?)? {2,}(\S)`)

// checkHelp checks the width of all lines, and the columns of the first list.
func checkHelp(t *testing.T, name, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if width := cli.Width(strings.TrimSuffix(line, "\n")); width > 80 {
			t.Errorf("%s has a line of %d columns: %s", name, width, line)
		}
		if strings.HasSuffix(line, " \n") {
			t.Errorf("%s has a space at the end of %q", name, line)
		}
	}
	_, text, _ = strings.Cut(text, "\n\nusage: ")
	_, text, _ = strings.Cut(text, "\n\n")
	list, _, _ := strings.Cut(text, "\n\n")
	columns := map[int]bool{}
	for line := range strings.Lines(list) {
		if at := item.FindStringSubmatchIndex(line); at != nil {
			columns[at[2]] = true
		}
	}
	if strings.HasPrefix(list, "  ") && !strings.HasPrefix(list, "  ce ") && len(columns) != 1 {
		t.Errorf("%s: the texts begin in %d columns:\n%s", name, len(columns), list)
	}
}

// What is mistyped is named, with what was meant.
func TestSuggestions(t *testing.T) {
	for args, want := range map[string]string{
		"lisen":                                       "did you mean listen?",
		"listen --onelin":                             "did you mean --oneline?",
		"send :1 --typ x":                             "did you mean --type?",
		"send :1 --mode structred":                    "did you mean structured?",
		"send :1 --mode structured --format protobf":  "did you mean protobuf?",
		"send :1 --ext n:Integr=1":                    "did you mean Integer?",
		"convert --to jsnl":                           "did you mean jsonl?",
		"convert --declare n=Timestmp":                "did you mean Timestamp?",
		"check --from htp":                            "did you mean http?",
		"conformance --no-ehco":                       "did you mean --no-echo?",
	} {
		if _, errs, status := ce(t, "", strings.Fields(args)...); status != cli.ExitUsage || !strings.Contains(errs, want) {
			t.Errorf("ce %s: status %d, %s", args, status, errs)
		}
	}
}
