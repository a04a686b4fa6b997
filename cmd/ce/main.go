// Command ce sends, receives, converts and checks CloudEvents, and runs the conformance
// suite on anything that speaks them. "ce help" lists its commands.
//
// Each command has a package in internal/. They share three: cli runs commands,
// stream reads and writes events in files and pipes, finding explains the faults of a
// message. Package page is the live page of ce listen.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/check"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/convert"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/listen"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/send"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/suite"
)

// tool returns ce with its commands, in the order in which help lists them.
func tool() *cli.Tool {
	t := &cli.Tool{Commands: []cli.Command{
		send.Command(),
		listen.Command(),
		convert.Command(),
		check.Command(),
		suite.Command(),
	}}
	t.Commands = append(t.Commands, t.Completion(), cli.Version())
	return t
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	p := &cli.Process{
		In: cli.Interruptible(ctx, os.Stdin), Out: os.Stdout, Err: os.Stderr,
		Getenv:   os.Getenv,
		Now:      time.Now,
		Terminal: cli.IsTerminal,
		Width:    cli.TerminalWidth,
	}
	status := tool().Run(ctx, p, os.Args[1:])
	stop()
	os.Exit(status)
}
