// Command cebridge moves events from one protocol to another: HTTP, Kafka, NATS JetStream, AMQP,
// MQTT and WebSockets.
//
//	cebridge http://:8080 kafka://localhost:9092/orders
//
// It acknowledges an event to the source only when the target has it. Run it with -help for
// the endpoints, the flags and more examples.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/seed763dd41b/cloudevents/cesql"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		fmt.Fprintln(os.Stderr, "cebridge:", err)
		os.Exit(status(err))
	}
}

// status returns the exit status for an error.
func status(err error) int {
	var usage usageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}

// run is the command.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	s, err := parse(args, stdout)
	if err != nil {
		return usageError{err}
	}
	level := slog.LevelInfo
	if s.verbose {
		level = slog.LevelDebug
	}
	b := &bridge{settings: s, logger: slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))}
	secrets, err := readSecrets(s.credentials, getenv)
	if err != nil {
		return err
	}
	if s.filter != "" {
		x, warnings, err := cesql.Compile(s.filter)
		if err != nil {
			return usageError{fmt.Errorf("-filter: %w", err)}
		}
		for _, w := range warnings {
			b.logger.Warn("-filter", "warning", w.String())
		}
		b.filter = x
	}
	if b.telemetry, err = newTelemetry(ctx, &s, b.logger); err != nil {
		return fmt.Errorf("-otel: %w", err)
	}
	defer func() {
		if err := b.telemetry.end(); err != nil {
			b.logger.Warn("-otel", "error", err.Error())
		}
	}()
	stop, err := b.serveAdmin()
	if err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			err = fmt.Errorf("%w: each bridge on a machine needs an address of its own, or none", err)
		}
		return fmt.Errorf("-admin %.64s: %w", s.admin, err)
	}
	defer stop()
	if b.target, err = openTarget(ctx, b, secrets); err != nil {
		return fmt.Errorf("target %s: %w", s.target, err)
	}
	defer b.target.close()
	source, err := openSource(ctx, b, secrets)
	if err != nil {
		return fmt.Errorf("source %s: %w", s.source, err)
	}
	b.phase.Store(phaseOpen)
	defer context.AfterFunc(ctx, func() { b.phase.Store(phaseClosing) })()
	b.logger.Info("bridge is open", "source", s.source.String(), "target", s.target.String())
	err = source.run(ctx)
	b.logger.Info("bridge is closed", "sent", b.counts.sent.Load(), "filtered", b.counts.filtered.Load(), "failed", b.counts.failed.Load())
	var stopped *dispatch.UndeliverableError
	if errors.As(err, &stopped) && stopped.Attempts == 0 && s.invalid == "stop" {
		err = fmt.Errorf("%w; -invalid skip passes over such a message, and -invalid dead-letter sets it aside", err)
	}
	return err
}
