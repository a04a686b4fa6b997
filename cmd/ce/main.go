// Command ce sends, receives, converts and checks CloudEvents, and runs the
// conformance suite on anything that speaks them. "ce help" lists what it does.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	p := &process{
		in: interruptible(ctx, os.Stdin), out: os.Stdout, err: os.Stderr,
		getenv:   os.Getenv,
		now:      time.Now,
		terminal: isTerminal,
	}
	status := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

// process is what a command has of its surroundings.
type process struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	now      func() time.Time
	terminal func(any) bool // whether a stream of the process is a terminal
}

// isTerminal reports whether a file is a character device.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// colour reports whether what goes to p.out may be coloured.
func (p *process) colour() bool {
	return p.getenv("NO_COLOR") == "" && p.getenv("TERM") != "dumb" && p.terminal(p.out)
}
