package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// The statuses with which ce exits.
const (
	exitOK    = 0
	exitFault = 1 // what was asked for was done, and something is wrong: an invalid event, one that was not accepted, a failed case
	exitUsage = 2 // the command line makes no sense
	exitError = 3 // it could not be done: no such file, no free port
)

// command is one of the verbs.
type command struct {
	name    string
	args    string // what follows the flags, for people
	summary string // one line
	help    string // what else there is to know, with examples
	// prepare declares flags, and returns what to do once they are parsed. run's
	// error is printed in one line.
	prepare func(p *process, flags *flag.FlagSet) (run func(ctx context.Context, args []string) error)
}

// commands returns the verbs in the order in which help lists them.
func commands() []command {
	return []command{
		sendCommand(),
		listenCommand(),
		convertCommand(),
		checkCommand(),
		conformanceCommand(),
		completionCommand(),
		versionCommand(),
	}
}

// errFault is the error of a command that has said all there is to say about what
// is wrong.
var errFault = errors.New("")

// faultError is about what was read, or what cannot be written of it.
type faultError struct{ err error }

func (e *faultError) Error() string { return e.err.Error() }
func (e *faultError) Unwrap() error { return e.err }

// usageError is about the command line.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// usagef returns an error about the command line.
func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// run runs the command that args name and returns the exit status.
func (p *process) run(ctx context.Context, args []string) int {
	if len(args) == 0 {
		p.help(p.err)
		return exitUsage
	}
	name, args := args[0], args[1:]
	for _, c := range commands() {
		if c.name == name {
			return p.runCommand(ctx, &c, args)
		}
	}
	switch name {
	case "-version", "--version":
		return p.run(ctx, []string{"version"})
	case "help", "-h", "-help", "--help":
		if len(args) > 0 && name == "help" {
			return p.run(ctx, []string{args[0], "-h"})
		}
		p.help(p.out)
		return exitOK
	}
	return p.fail(usagef("unknown command %.64q; see ce help", name))
}

func (p *process) runCommand(ctx context.Context, c *command, args []string) int {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	run := c.prepare(p, flags)
	args, err := parseFlags(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.usage(p.out, flags)
		return exitOK
	case err != nil:
		return p.fail(usagef("%s: %s; see ce %s -h", c.name, flagError(err), c.name))
	}
	err = run(ctx, args)
	if err != nil && ctx.Err() != nil && !errors.Is(err, errFault) {
		err = errInterrupted
	}
	return p.fail(err)
}

// flagError returns an error of package flag with flags as help spells them.
func flagError(err error) string {
	text := err.Error()
	for _, before := range []string{"flag provided but not defined: ", "flag needs an argument: ", " for flag ", " for "} {
		if front, name, ok := strings.Cut(text, before+"-"); ok && len(name) > 1 {
			return front + before + "--" + name
		}
	}
	return text
}

// parseFlags parses flags before, behind and between other arguments; all that is
// behind "--" is an argument.
func parseFlags(flags *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		left := flags.Args()
		parsed := len(args) - len(left)
		if parsed > 0 && args[parsed-1] == "--" || len(left) == 0 {
			return append(rest, left...), nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

// fail prints err in one line and returns the exit status for it.
func (p *process) fail(err error) int {
	var usage *usageError
	var fault *faultError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFault):
		return exitFault
	case errors.As(err, &usage):
		p.report(err)
		return exitUsage
	case errors.As(err, &fault):
		p.report(err)
		return exitFault
	}
	p.report(err)
	return exitError
}

// report prints err in one line.
func (p *process) report(err error) {
	fmt.Fprintln(p.err, "ce:", visible(oneLine(err.Error())))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
