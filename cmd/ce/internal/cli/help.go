package cli

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
func (t *Tool) help(w io.Writer) {
	fmt.Fprint(w, about)
	for i := range t.Commands {
		fmt.Fprintf(w, "  %-12s %s\n", t.Commands[i].Name, t.Commands[i].Summary)
	}
	fmt.Fprintf(w, "  %-12s %s\n\nce COMMAND -h tells more, with examples.\n\n%s", "help", "this text, or that of a command", exitStatuses)
}

// usage describes a command.
func (c *Command) usage(w io.Writer, flags *flag.FlagSet) {
	usage, declared := "ce "+c.Name, 0
	flags.VisitAll(func(*flag.Flag) { declared++ })
	if declared > 0 {
		usage += " [flags]"
	}
	if c.Args != "" {
		usage += " " + c.Args
	}
	fmt.Fprintf(w, "%s\n\nusage: %s\n\n", c.Summary, usage)
	flags.VisitAll(func(f *flag.Flag) {
		arg, text := flag.UnquoteUsage(f)
		if arg != "" {
			arg = " " + arg
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "0s" {
			text += " (" + f.DefValue + ")"
		}
		fmt.Fprintf(w, "  %-22s %s\n", spelled(f)+arg, text)
	})
	if declared > 0 {
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "%s\n\n%s", strings.TrimSpace(c.Help), exitStatuses)
}

// spelled returns a flag with one dash before a letter, and two before a word.
func spelled(f *flag.Flag) string {
	if len(f.Name) == 1 {
		return "-" + f.Name
	}
	return "--" + f.Name
}
