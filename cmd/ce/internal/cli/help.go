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

const exitStatuses = `exit status: 0 all is well, 1 something is wrong with what was looked at or
sent, 2 the command line makes no sense, 3 it could not be done
`

// help lists the commands.
func (t *Tool) help(w io.Writer) {
	fmt.Fprint(w, about)
	for i := range t.Commands {
		writeItem(w, t.Commands[i].Name, t.Commands[i].Summary, 12)
	}
	writeItem(w, "help", "print this text, or that of a command", 12)
	fmt.Fprintf(w, "\nce COMMAND -h tells more, with examples.\n\n%s", exitStatuses)
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
	fmt.Fprintf(w, "%s\n\nusage: %s\n\n", strings.Join(fill(c.Summary, helpWidth), "\n"), usage)
	flags.VisitAll(func(f *flag.Flag) {
		arg, text := flag.UnquoteUsage(f)
		if arg != "" {
			arg = " " + arg
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "0s" {
			text += " (" + f.DefValue + ")"
		}
		writeItem(w, spelled(f)+arg, text, flagColumns)
	})
	if declared > 0 {
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "%s\n\n%s", fillParagraphs(strings.TrimSpace(c.Help), helpWidth), exitStatuses)
}

// flagColumns is the width of the flags in help. The text of a longer flag begins in a line of
// its own.
const flagColumns = 24

// writeItem writes an item of a list with its text, which is aligned behind so many columns.
func writeItem(w io.Writer, name, text string, columns int) {
	front := fmt.Sprintf("  %-*s  ", columns, name)
	if Width(name) > columns {
		fmt.Fprintf(w, "  %s\n", name)
		front = fmt.Sprintf("  %-*s  ", columns, "")
	}
	for _, line := range fill(text, helpWidth-Width(front)) {
		fmt.Fprintf(w, "%s%s\n", front, line)
		front = fmt.Sprintf("  %-*s  ", columns, "")
	}
}

// spelled returns a flag with one dash before a letter, and two before a word.
func spelled(f *flag.Flag) string {
	if len(f.Name) == 1 {
		return "-" + f.Name
	}
	return "--" + f.Name
}
