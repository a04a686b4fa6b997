package cli

import (
	"context"
	"errors"
	"flag"
	"io"
	"strings"
	"time"
)

// Command is a verb of ce.
type Command struct {
	Name    string
	Args    string   // the arguments behind the flags, for help
	Summary string   // one line of help
	Help    string   // the rest of help, with examples at its end
	Words   []string // words that completion offers instead of flags; nil if flags are offered

	// Prepare declares flags and returns the function that runs the command once they
	// are parsed. It must not use p before that. The error of run is printed in one line.
	Prepare func(p *Process, flags *flag.FlagSet) (run func(ctx context.Context, args []string) error)
}

// Tool is a program that is made of commands.
type Tool struct {
	Commands []Command // in the order in which help lists them
}

// Run runs the command that args name and returns the exit status.
func (t *Tool) Run(ctx context.Context, p *Process, args []string) int {
	if len(args) == 0 {
		t.help(p.Err)
		return ExitUsage
	}
	name, args := args[0], args[1:]
	for i := range t.Commands {
		if c := &t.Commands[i]; c.Name == name {
			return c.run(ctx, p, args)
		}
	}
	switch name {
	case "-version", "--version":
		return t.Run(ctx, p, []string{"version"})
	case "help", "-h", "-help", "--help":
		if len(args) > 0 && name == "help" {
			return t.Run(ctx, p, []string{args[0], "-h"})
		}
		t.help(p.Out)
		return ExitOK
	}
	names := []string{"help"}
	for i := range t.Commands {
		names = append(names, t.Commands[i].Name)
	}
	return p.exit(Usagef("unknown command %.64q%s see ce help", name, orSemicolon(DidYouMean(name, names))))
}

func (c *Command) run(ctx context.Context, p *Process, args []string) int {
	flags := flag.NewFlagSet(c.Name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	run := c.Prepare(p, flags)
	args, err := parseFlags(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.usage(p.Out, flags)
		return ExitOK
	case err != nil:
		text := flagError(err, flags) + unknownFlag(err, flags)
		if !strings.HasSuffix(text, "?") { // of a suggestion
			text += ";"
		}
		return p.exit(Usagef("%s: %s see ce %s -h", c.Name, text, c.Name))
	}
	err = run(ctx, args)
	if err != nil && ctx.Err() != nil && !errors.Is(err, ErrFault) {
		err = errInterrupted
	}
	return p.exit(err)
}

// orSemicolon returns a suggestion, which ends in a question mark, or else a semicolon.
func orSemicolon(suggestion string) string {
	if suggestion == "" {
		return ";"
	}
	return suggestion
}

// unknownFlag returns a suggestion if err is about a flag that there is not.
func unknownFlag(err error, flags *flag.FlagSet) string {
	name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !ok {
		return ""
	}
	var names []string
	flags.VisitAll(func(f *flag.Flag) { names = append(names, spelled(f)) })
	return DidYouMean("--"+strings.TrimLeft(name, "-"), names)
}

// flagError returns the text of an error of package flag, with flags spelled as in help, and with
// what a flag takes instead of "parse error".
func flagError(err error, flags *flag.FlagSet) string {
	text := err.Error()
	for _, before := range []string{"flag provided but not defined: ", "flag needs an argument: ", " for flag ", " for "} {
		front, name, ok := strings.Cut(text, before+"-")
		if !ok || len(name) <= 1 {
			continue
		}
		if name, ok := strings.CutSuffix(name, ": parse error"); ok {
			if takes := takenBy(flags.Lookup(name)); takes != "" {
				return front + before + "--" + name + ": " + takes
			}
		}
		return front + before + "--" + name
	}
	return text
}

// takenBy says what a flag takes, or nothing.
func takenBy(f *flag.Flag) string {
	if f == nil {
		return ""
	}
	value, ok := f.Value.(flag.Getter)
	if !ok {
		return ""
	}
	switch value.Get().(type) {
	case time.Duration:
		return "it is a duration with a unit, as 500ms, 5s or 1m30s"
	case bool:
		return "it is true or false"
	case int, int64, uint, uint64, float64:
		return "it is a number"
	}
	return ""
}

// parseFlags parses flags before, behind and between other arguments, which it returns.
// Everything behind "--" is an argument.
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
