package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

const help = `cebridge moves events from a source to a target. It acknowledges an event to
the source only when the target has it: each event arrives at least once.

usage: cebridge [flags] SOURCE TARGET

endpoints:
  http://:8080/path              source: receives POST. target: sends POST, or
                                 https
  kafka://broker[,broker]/topic  source: as the consumer group -group. ?tls=1
                                 for TLS
  nats://host:4222/STREAM/subject  JetStream. source: as the durable consumer
                                 -group; its subject may have * and >. ?tls=1
                                 for TLS
  amqp://host:5672/address       AMQP 1.0, amqps for TLS. ?durable=1 asks for a
                                 queue that is kept. RabbitMQ 3 has addresses
                                 such as amqp://host//queue/name
  mqtt://host:1883/topic         MQTT 5, mqtts for TLS. source: as the session
                                 -group; its topic may have + and #
  ws://host:port/path            WebSockets, wss for TLS. source: accepts
                                 connections, as ws://:8080/path. target:
                                 connects

Events may come in any format of the specification. In structured mode they keep
it, except that a target of WebSockets gets JSON.

Two bridges that read from one broker for different purposes need a -group each.

Credentials are never part of a URL. They come from the environment, as
CEBRIDGE_SOURCE_USER, CEBRIDGE_SOURCE_PASSWORD, CEBRIDGE_SOURCE_TOKEN and
CEBRIDGE_TARGET_USER, CEBRIDGE_TARGET_PASSWORD, CEBRIDGE_TARGET_TOKEN, or from
a file with such lines, -credentials FILE. Tokens are for HTTP, WebSockets and
NATS. A source of HTTP or WebSockets admits only requests with its credentials.

The exit status is 0 after SIGTERM or an interrupt, 2 if the command line is
wrong, and 1 after any other error.

flags:
%s
examples:
  cebridge http://:8080 kafka://localhost:9092/orders
  cebridge -type com.example.order.placed kafka://localhost:9092/orders \
      https://example.com/hook
  cebridge -filter "partition > 3" -group audit \
      'nats://localhost:4222/ORDERS/orders.>' amqp://localhost:5672/audit
  cebridge -mode structured -dead-letter orders-dead \
      kafka://localhost:9092/orders mqtt://localhost:1883/orders
  cebridge -group shop 'mqtt://localhost:1883/shop/#' \
      nats://localhost:4222/ORDERS/orders.placed
  CEBRIDGE_SOURCE_TOKEN=t0ken \
      cebridge ws://:8081/events amqp://localhost:5672/orders
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

// stringsFlag is the flag of types of events, which may be given more than once.
type stringsFlag []string

func (f *stringsFlag) String() string { return strings.Join(*f, ",") }

func (f *stringsFlag) Set(s string) error {
	if s == "" {
		return errors.New("the type is empty")
	}
	*f = append(*f, s)
	return nil
}

// given reports whether a flag is on the command line.
func given(flags *flag.FlagSet, name string) (is bool) {
	flags.Visit(func(f *flag.Flag) { is = is || f.Name == name })
	return is
}

// parse reads the command line.
func parse(args []string, stdout io.Writer) (s settings, err error) {
	flags := flag.NewFlagSet("cebridge", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.mode, "mode", "keep", "content `mode` of the target: keep, binary or structured")
	flags.Var(&s.types, "type", "pass only events of this `type`, which may end in *; may be\nrepeated")
	flags.StringVar(&s.filter, "filter", "", "pass only events for which this CESQL `expression` is true")
	flags.StringVar(&s.group, "group", "cebridge", "consumer group, durable consumer, or session of\nthe source")
	flags.StringVar(&s.deadLetter, "dead-letter", "", "topic, subject or address of the source for events that\nthe target refuses")
	flags.StringVar(&s.invalid, "invalid", "stop", "what to do with a message that is no event: stop,\ndead-letter or skip")
	flags.IntVar(&s.attempts, "attempts", 0, "how often an event of a broker is sent; 0 is no limit")
	flags.DurationVar(&s.timeout, "timeout", 30*time.Second, "time for one attempt")
	flags.IntVar(&s.concurrency, "concurrency", 0, "events that are sent at the same time; with more than 1\nthey may overtake each other. 0 is 64 for HTTP and 1 for\nbrokers; each WebSocket connection has one")
	flags.DurationVar(&s.grace, "grace", 20*time.Second, "time to finish what was begun before SIGTERM; at most 25s\nfor HTTP")
	flags.StringVar(&s.admin, "admin", "localhost:9464", "`address` for /health, /ready and /metrics;\nempty is none")
	flags.StringVar(&s.credentials, "credentials", "", "`file` with credentials")
	flags.BoolVar(&s.otel, "otel", false, "export traces and metrics by OTLP over HTTP, as the variables\nOTEL_EXPORTER_OTLP_… say")
	flags.BoolVar(&s.verbose, "v", false, "log each event")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			var b strings.Builder
			flags.SetOutput(&b)
			flags.PrintDefaults()
			fmt.Fprintf(stdout, help, b.String())
			return s, err
		}
		return s, fmt.Errorf("%w; -help has all flags", err)
	}
	// A variable of the shell that is not set must not let every event pass.
	if s.filter == "" && given(flags, "filter") {
		return s, errors.New("-filter: the expression is empty")
	}
	if flags.NArg() != 2 {
		return s, fmt.Errorf("want SOURCE and TARGET behind the flags, got %d arguments; see -help", flags.NArg())
	}
	if s.source, err = parseEndpoint(flags.Arg(0)); err != nil {
		return s, fmt.Errorf("source: %w", err)
	}
	if s.target, err = parseEndpoint(flags.Arg(1)); err != nil {
		return s, fmt.Errorf("target: %w", err)
	}
	return s, s.check()
}

// usageError is about the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func (s *settings) check() error {
	if s.mode != "keep" && s.mode != "binary" && s.mode != "structured" {
		return fmt.Errorf("-mode %q: want keep, binary or structured", excerpt.Of(s.mode))
	}
	if _, ok := policies[s.invalid]; !ok {
		return fmt.Errorf("-invalid %q: want stop, dead-letter or skip", excerpt.Of(s.invalid))
	}
	switch {
	case s.invalid == "dead-letter" && s.deadLetter == "":
		return errors.New("-invalid dead-letter needs -dead-letter")
	case s.deadLetter != "" && s.source.serves():
		return errors.New("-dead-letter is for a broker as the source: a sender over HTTP or WebSockets is told that its event is refused")
	case s.deadLetter != "" && s.source.reads(s.deadLetter):
		return errors.New("-dead-letter: the source reads it, and its messages would come again without end")
	case s.mode == "binary" && s.target.isWebSocket():
		return errors.New("-mode binary: WebSockets have structured mode only")
	case s.attempts < 0 || s.concurrency < 0 || s.timeout <= 0 || s.grace < 0:
		return errors.New("-attempts, -concurrency and -grace must not be negative, and -timeout must be positive")
	case s.source.scheme == "https" || s.source.scheme == "wss":
		return errors.New("source: the bridge serves without TLS; put a proxy in front of it")
	}
	if s.target.hasWildcard() {
		return errors.New("target: wildcards are for sources only")
	}
	return nil
}

// atATime returns the number of events of a broker that are sent at the same time.
func (s *settings) atATime() int { return max(s.concurrency, 1) }

var policies = map[string]dispatch.InvalidPolicy{
	"stop": dispatch.StopOnInvalid, "dead-letter": dispatch.DeadLetterOnInvalid, "skip": dispatch.SkipInvalid,
}
