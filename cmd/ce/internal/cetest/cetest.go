// Package cetest runs commands of ce in tests.
package cetest

import (
	"bytes"
	"context"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// Updating reports whether the flag -update is set: a test then writes its golden files
// instead of comparing them.
func Updating() bool { return *update }

// Process returns a process with that standard input, without a terminal and an environment,
// at a fixed time.
func Process(stdin string) (p *cli.Process, out, errs *bytes.Buffer) {
	out, errs = new(bytes.Buffer), new(bytes.Buffer)
	return &cli.Process{
		In: strings.NewReader(stdin), Out: out, Err: errs,
		Getenv:   func(string) string { return "" },
		Terminal: func(any) bool { return false },
		Width:    func(any) int { return 0 },
		Now:      func() time.Time { return time.Date(2026, 1, 2, 15, 4, 5, 6e6, time.UTC) },
	}, out, errs
}

// Run runs a command in this process, and returns its output and exit status.
func Run(t testing.TB, c cli.Command, stdin string, args ...string) (out, errs string, status int) {
	t.Helper()
	p, o, e := Process(stdin)
	status = RunIn(p, c, args...)
	return o.String(), e.String(), status
}

// RunIn runs a command in a process of the caller, and returns its exit status.
func RunIn(p *cli.Process, c cli.Command, args ...string) int {
	tool := cli.Tool{Commands: []cli.Command{c}}
	return tool.Run(context.Background(), p, append([]string{c.Name}, args...))
}

// Golden compares got with a file, or writes it if -update is set.
func Golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
