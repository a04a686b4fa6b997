package cli

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// Process is the environment of a command. A test has a Process of its own.
type Process struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	Now      func() time.Time
	Terminal func(any) bool // reports whether In, Out or Err is a terminal
	Width    func(any) int  // the columns of a terminal; 0 is unknown
}

// IsTerminal reports whether a stream is a terminal. Other character devices, such as
// /dev/null, are not.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && isTerminal(f.Fd())
}

// TerminalWidth returns the columns of a stream that is a terminal, or 0 if they are not known.
func TerminalWidth(stream any) int {
	if f, ok := stream.(*os.File); ok {
		return terminalWidth(f.Fd())
	}
	return 0
}

// Columns returns the columns of lines on p.Out: those of the terminal, else those of the
// variable COLUMNS, else 80. It is 0 if p.Out is no terminal: lines are then not cut.
func (p *Process) Columns() int {
	if !p.Terminal(p.Out) {
		return 0
	}
	if n := p.Width(p.Out); n > 0 {
		return n
	}
	if n, err := strconv.Atoi(p.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	return 80
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

// maxReport limits the text of an error that Report prints, in bytes. An event can break a
// rule a thousand times.
const maxReport = 4096

// Report prints err on p.Err, in one line of at most 4 KiB before characters are escaped.
func (p *Process) Report(err error) {
	fmt.Fprintln(p.Err, "ce:", ErrorLine(err))
}

// ErrorLine returns the text of an error as Report prints it.
func ErrorLine(err error) string { return Visible(OneLine(excerpt.Cut(err.Error(), maxReport))) }
