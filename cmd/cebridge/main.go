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
	"strings"
	"syscall"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "cebridge:", err)
			os.Exit(1)
		}
	}
}

const help = `cebridge moves events from a source to a target. It acknowledges an event to
the source only when the target has it: each event arrives at least once.

usage: cebridge [flags] SOURCE TARGET

endpoints:
  http://:8080/path               source: receives POST; target: sends POST. https for targets
  kafka://broker[,broker]/topic   source: as the consumer group -group
  nats://host:4222/stream/subject JetStream. source: as the durable consumer -group;
                                  the subject of a source may have * and >
  amqp://host:5672/address        AMQP 1.0. amqps for TLS
  mqtt://host:1883/topic          MQTT 5. mqtts for TLS. The topic of a source may be a filter
  ws://host:port/path             WebSockets. source: ws://:8080/path accepts connections;
                                  target: connects. wss for TLS

credentials never stand in a URL. They come from the environment, as
CEBRIDGE_SOURCE_USER, CEBRIDGE_SOURCE_PASSWORD, CEBRIDGE_SOURCE_TOKEN and
CEBRIDGE_TARGET_USER, CEBRIDGE_TARGET_PASSWORD, CEBRIDGE_TARGET_TOKEN, or from
a file with such lines, -credentials FILE.

flags:
%s
examples:
  cebridge http://:8080 kafka://localhost:9092/orders
  cebridge -type com.example.order.placed kafka://localhost:9092/orders https://example.com/hook
  cebridge -filter "partition > 3" -group audit nats://localhost:4222/ORDERS/orders.\> amqp://localhost:5672/audit
  cebridge -mode structured -dead-letter orders-dead kafka://localhost:9092/orders mqtt://localhost:1883/orders
`

// settings are what the command line says.
type settings struct {
	source, target endpoint
	mode           string
	types          stringsFlag
	filter         string
	group          string
	deadLetter     string
	invalid        string
	attempts       int
	timeout        time.Duration
	concurrency    int
	grace          time.Duration
	admin          string
	credentials    string
	otel           bool
	verbose        bool
}

// stringsFlag is a flag that may be given more than once.
type stringsFlag []string

func (f *stringsFlag) String() string { return strings.Join(*f, ",") }

func (f *stringsFlag) Set(s string) error {
	*f = append(*f, s)
	return nil
}

// parse reads the command line.
func parse(args []string, stdout io.Writer) (s settings, err error) {
	flags := flag.NewFlagSet("cebridge", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.mode, "mode", "keep", "content `mode` of the target: keep, binary or structured")
	flags.Var(&s.types, "type", "pass only events of this `type`, which may end in *; may be repeated")
	flags.StringVar(&s.filter, "filter", "", "pass only events for which this CESQL `expression` is true")
	flags.StringVar(&s.group, "group", "cebridge", "consumer group, or durable consumer, of the source")
	flags.StringVar(&s.deadLetter, "dead-letter", "", "topic, subject or address of the source for events that the target refuses")
	flags.StringVar(&s.invalid, "invalid", "stop", "what to do with a message that is no event: stop, dead-letter or skip")
	flags.IntVar(&s.attempts, "attempts", 0, "how often an event is sent; 0 is without limit")
	flags.DurationVar(&s.timeout, "timeout", 30*time.Second, "time for one attempt")
	flags.IntVar(&s.concurrency, "concurrency", 1, "events that are on the way at the same time; with more than 1 they may overtake each other")
	flags.DurationVar(&s.grace, "grace", 20*time.Second, "time to finish what is on the way after SIGTERM")
	flags.StringVar(&s.admin, "admin", "localhost:9464", "`address` for /health, /ready and /metrics; empty is none")
	flags.StringVar(&s.credentials, "credentials", "", "`file` with credentials")
	flags.BoolVar(&s.otel, "otel", false, "export traces and metrics by OTLP over HTTP, as the variables OTEL_EXPORTER_OTLP_… say")
	flags.BoolVar(&s.verbose, "v", false, "log each event")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			var b strings.Builder
			flags.SetOutput(&b)
			flags.PrintDefaults()
			fmt.Fprintf(stdout, help, b.String())
		}
		return s, err
	}
	if flags.NArg() != 2 {
		return s, fmt.Errorf("want SOURCE and TARGET, got %d arguments; -help shows how", flags.NArg())
	}
	if s.source, err = parseEndpoint(flags.Arg(0)); err != nil {
		return s, fmt.Errorf("source: %w", err)
	}
	if s.target, err = parseEndpoint(flags.Arg(1)); err != nil {
		return s, fmt.Errorf("target: %w", err)
	}
	return s, s.check()
}

func (s *settings) check() error {
	if _, ok := modes[s.mode]; !ok && s.mode != "keep" {
		return fmt.Errorf("-mode %.64q: it is keep, binary or structured", s.mode)
	}
	if _, ok := policies[s.invalid]; !ok {
		return fmt.Errorf("-invalid %.64q: it is stop, dead-letter or skip", s.invalid)
	}
	if s.invalid == "dead-letter" && s.deadLetter == "" {
		return errors.New("-invalid dead-letter needs -dead-letter")
	}
	if s.deadLetter != "" && s.source.isHTTP() {
		return errors.New("-dead-letter is for a broker as the source: a sender of HTTP is told that its event is refused")
	}
	if s.attempts < 0 || s.concurrency < 1 {
		return errors.New("-attempts is not negative, and -concurrency is positive")
	}
	return nil
}

var modes = map[string]cloudevents.Mode{"binary": cloudevents.BinaryMode, "structured": cloudevents.StructuredMode}

var policies = map[string]dispatch.InvalidPolicy{
	"stop": dispatch.StopOnInvalid, "dead-letter": dispatch.DeadLetterOnInvalid, "skip": dispatch.SkipInvalid,
}

// run is the command.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	s, err := parse(args, stdout)
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if s.verbose {
		level = slog.LevelDebug
	}
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	secrets, err := readSecrets(s.credentials, getenv)
	if err != nil {
		return err
	}
	b := &bridge{settings: s, logger: logger}
	if b.telemetry, err = newTelemetry(ctx, &s); err != nil {
		return fmt.Errorf("-otel: %w", err)
	}
	defer func() {
		if err := b.telemetry.end(); err != nil {
			logger.Warn("-otel", "error", err.Error())
		}
	}()
	if s.filter != "" {
		x, warnings, err := cesql.Compile(s.filter)
		if err != nil {
			return fmt.Errorf("-filter: %w", err)
		}
		for _, w := range warnings {
			logger.Warn("-filter", "warning", w.String())
		}
		b.filter = x
	}
	if b.target, err = openTarget(ctx, b, secrets.of("TARGET")); err != nil {
		return fmt.Errorf("target %s: %w", s.target, err)
	}
	defer b.target.close()
	source, err := openSource(b, secrets.of("SOURCE"))
	if err != nil {
		return fmt.Errorf("source %s: %w", s.source, err)
	}
	admin, err := b.serveAdmin()
	if err != nil {
		return err
	}
	defer admin()
	logger.Info("bridge is open", "source", s.source.String(), "target", s.target.String())
	err = source.run(ctx)
	logger.Info("bridge is closed", "sent", b.counts.sent.Load(), "filtered", b.counts.filtered.Load(), "failed", b.counts.failed.Load())
	return err
}
