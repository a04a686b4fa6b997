package cli_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// echo prints its arguments, and fails with an error of its flag.
func echo(failure error) *cli.Tool {
	t := &cli.Tool{Commands: []cli.Command{{
		Name: "echo", Args: "[word...]", Summary: "print words", Help: "examples:\n\n  echo a",
		Prepare: func(p *cli.Process, flags *flag.FlagSet) func(context.Context, []string) error {
			upper := flags.Bool("upper", false, "in upper case")
			n := flags.Int("n", 1, "`times`")
			return func(_ context.Context, args []string) error {
				text := strings.Repeat(strings.Join(args, " "), *n)
				if *upper {
					text = strings.ToUpper(text)
				}
				fmt.Fprintln(p.Out, text)
				return failure
			}
		},
	}}}
	t.Commands = append(t.Commands, t.Completion(), cli.Version())
	return t
}

func TestRun(t *testing.T) {
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		name      string
		ctx       context.Context
		failure   error
		args      string
		status    int
		out, errs string // how they begin
	}{
		{"a command", t.Context(), nil, "echo a", cli.ExitOK, "a\n", ""},
		{"flags between arguments", t.Context(), nil, "echo a --upper b -n 2", cli.ExitOK, "A BA B\n", ""},
		{"no flags behind two dashes", t.Context(), nil, "echo -- --upper", cli.ExitOK, "--upper\n", ""},
		{"nothing", t.Context(), nil, "", cli.ExitUsage, "", "ce sends"},
		{"another command", t.Context(), nil, "eco", cli.ExitUsage, "", `ce: unknown command "eco"; did you mean echo? see ce help` + "\n"},
		{"help", t.Context(), nil, "help", cli.ExitOK, "ce sends", ""},
		{"help on a command", t.Context(), nil, "help echo", cli.ExitOK, "print words\n\nusage: ce echo [flags] [word...]\n\n  -n times                  times (1)\n", ""},
		{"the version", t.Context(), nil, "--version", cli.ExitOK, "ce ", ""},
		{"an unknown flag", t.Context(), nil, "echo -x", cli.ExitUsage, "", "ce: echo: flag provided but not defined: -x; see ce echo -h\n"},
		{"a mistyped flag", t.Context(), nil, "echo --uper", cli.ExitUsage, "", "ce: echo: flag provided but not defined: --uper; did you mean --upper? see ce echo -h\n"},
		{"another command that is like none", t.Context(), nil, "publish", cli.ExitUsage, "", `ce: unknown command "publish"; see ce help` + "\n"},
		{"a fault that was printed", t.Context(), cli.ErrFault, "echo", cli.ExitFault, "\n", ""},
		{"a fault", t.Context(), fmt.Errorf("line 1: %w", &cli.FaultError{Err: errors.New("a\nb\x1b")}), "echo", cli.ExitFault, "\n", "ce: line 1: a b\\u001b\n"},
		{"a mistake", t.Context(), cli.Usagef("%d", 1), "echo", cli.ExitUsage, "\n", "ce: 1\n"},
		{"an error", t.Context(), io.ErrUnexpectedEOF, "echo", cli.ExitError, "\n", "ce: unexpected EOF\n"},
		{"an interrupt", canceled, io.ErrUnexpectedEOF, "echo", cli.ExitError, "\n", "ce: interrupted\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, out, errs := cetest.Process("")
			status := echo(c.failure).Run(c.ctx, p, strings.Fields(c.args))
			if status != c.status || !strings.HasPrefix(out.String(), c.out) || !strings.HasPrefix(errs.String(), c.errs) || c.errs == "" && errs.Len() > 0 {
				t.Errorf("status %d, %q, %q", status, out, errs)
			}
		})
	}
}

func TestCompletionHasCommandsAndFlags(t *testing.T) {
	for _, shell := range []string{"bash", "zsh"} {
		p, out, _ := cetest.Process("")
		if status := echo(nil).Run(t.Context(), p, []string{"completion", shell}); status != cli.ExitOK {
			t.Fatal(status)
		}
		for _, want := range []string{"echo completion version help", "='-n --upper -h'", "completion) "} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", shell, want, out)
			}
		}
	}
}

// Colors and escapes are for terminals.
func TestProcess(t *testing.T) {
	for _, c := range []struct {
		terminal bool
		env      map[string]string
		style    cli.Style
		display  string
	}{
		{false, nil, false, "\x1b"},
		{true, nil, true, `\u001b`},
		{true, map[string]string{"NO_COLOR": "1"}, false, `\u001b`},
		{true, map[string]string{"TERM": "dumb"}, false, `\u001b`},
	} {
		var out bytes.Buffer
		p := &cli.Process{Out: &out, Getenv: func(name string) string { return c.env[name] }, Terminal: func(any) bool { return c.terminal }}
		if _, err := io.WriteString(p.Display(), "\x1b"); err != nil || p.Style() != c.style || out.String() != c.display {
			t.Errorf("%+v: style %v, display %q, %v", c, p.Style(), &out, err)
		}
	}
	file, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if cli.IsTerminal(file) || cli.IsTerminal(new(bytes.Buffer)) {
		t.Error("a file is a terminal")
	}
}
