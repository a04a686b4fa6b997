package cli

import (
	"fmt"
	"io"
	"os"
	"time"
)

// Process is the environment of a command. A test has a Process of its own.
type Process struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	Now      func() time.Time
	Terminal func(any) bool // reports whether In, Out or Err is a terminal
}

// IsTerminal reports whether a stream is a file that is a character device.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Style returns the style of text for people on p.Out. It has colors if p.Out is a
// terminal, unless NO_COLOR is set or TERM is "dumb".
func (p *Process) Style() Style {
	return Style(p.Getenv("NO_COLOR") == "" && p.Getenv("TERM") != "dumb" && p.Terminal(p.Out))
}

// Display returns the writer of machine-readable output. It is p.Out, which gets the
// output unchanged unless it is a terminal: then everything that a terminal would act on
// is escaped.
func (p *Process) Display() io.Writer {
	if p.Terminal(p.Out) {
		return &visibleWriter{w: p.Out}
	}
	return p.Out
}

// Report prints err on p.Err, in one line.
func (p *Process) Report(err error) {
	fmt.Fprintln(p.Err, "ce:", Visible(OneLine(err.Error())))
}
