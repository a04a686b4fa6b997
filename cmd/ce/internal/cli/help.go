package main

import (
	"flag"
	"fmt"
	"io"
	"strings"
)

const about = `ce sends, receives, converts and checks CloudEvents.

usage: ce COMMAND [flags] [arguments]

`

const exitStatuses = `exit status: 0 all is well, 1 something is wrong with what was looked at or sent,
2 the command line makes no sense, 3 it could not be done
`

// help lists the commands.
func (p *process) help(w io.Writer) {
	fmt.Fprint(w, about)
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-12s %s\n", c.name, c.summary)
	}
	fmt.Fprintf(w, "  %-12s %s\n\nce COMMAND -h tells more, with examples.\n\n%s", "help", "this text, or that of a command", exitStatuses)
}

// usage describes a command.
func (c *command) usage(w io.Writer, flags *flag.FlagSet) {
	usage, declared := "ce "+c.name, 0
	flags.VisitAll(func(*flag.Flag) { declared++ })
	if declared > 0 {
		usage += " [flags]"
	}
	if c.args != "" {
		usage += " " + c.args
	}
	fmt.Fprintf(w, "%s\n\nusage: %s\n\n", c.summary, usage)
	flags.VisitAll(func(f *flag.Flag) {
		arg, text := flag.UnquoteUsage(f)
		if arg != "" {
			arg = " " + arg
		}
		dashes := "--"
		if len(f.Name) == 1 {
			dashes = "-"
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "0s" {
			text += " (" + f.DefValue + ")"
		}
		fmt.Fprintf(w, "  %-22s %s\n", dashes+f.Name+arg, text)
	})
	if declared > 0 {
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "%s\n\n%s", strings.TrimSpace(c.help), exitStatuses)
}
