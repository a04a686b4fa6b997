// Package listen is the command ce listen: a server that shows the events that come in, and
// can pass them on or record them.
package listen

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/format/all"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

const help = `The address is [host]:port or a port; without a host, as in 8080, it is this machine
only, and :8080 is all of its interfaces. Events come in binary, structured or batch mode, by
POST or PUT, at any path, in any format of the specification: JSON, Protobuf, XML, Avro,
Avro compact and CBOR. What is shown names the format if it is not JSON. A valid message is
answered with 204 (a batch too), another with 400, 413 or 415 and what is wrong as JSON.
Ctrl-C ends.

On an address of this machine only, messages to another Host are refused with 421,
because a web page can make its name lead here; --allow-host takes that of a tunnel, too.

Data is shown up to --data bytes, an attribute up to 1 KiB, a batch up to 100 events, and
of a refused message 20 violations. What a terminal would act on is shown as an escape.
Values of Authorization, Cookie and the like are left out, in URLs too, and headers are
spelled and ordered in --raw as Go's HTTP server has them.

Some senders, as Azure Event Grid, first ask by OPTIONS whether they may deliver. The answer
grants that to the origins of --allow-origin; without it, what is shown names the origin that
asked. A callback that they offer is not called.

An event that --filter keeps out is answered as the others, and neither shown nor recorded;
a message with no other is not passed on.

--forward passes valid messages on as they came, but for a Via, and the answer back; 502
if there is none or if it is a redirect, 508 if the message has come back here. --record
writes a file a message, NNNN-BEGINNING-OF-THE-ID.txtar, which ce send, convert and check
read, and ce conformance --cases runs if it is in binary mode or JSON. It ends at
--record-files and --record-bytes.

examples:

  ce listen
  ce listen 9000 --json > events.jsonl
  ce listen 9000 --filter "type LIKE 'com.example.%'"
  ce listen localhost:9000 --raw --record recorded
  ce listen 9000 --allow-host tunnel.example.com --allow-origin eventgrid.azure.net
  ce listen 9000 --forward http://localhost:8080/`

// Command returns the command.
func Command() cli.Command {
	return cli.Command{
		Name: "listen", Args: "[address]",
		Summary: "print the events that come in over HTTP",
		Help:    help,
		Prepare: func(p *cli.Process, flags *flag.FlagSet) func(context.Context, []string) error {
			l := &listener{process: p}
			flags.BoolVar(&l.json, "json", false, "a JSON event a line, and nothing else, on standard output")
			flags.BoolVar(&l.raw, "raw", false, "the HTTP messages")
			flags.StringVar(&l.forward, "forward", "", "pass messages on to `URL`")
			flags.StringVar(&l.record.dir, "record", "", "keep each message in a file in `directory`")
			flags.IntVar(&l.record.maxFiles, "record-files", defaultRecordFiles, "record `n` messages at most")
			flags.Int64Var(&l.record.maxBytes, "record-bytes", defaultRecordBytes, "record `n` bytes at most")
			flags.Func("allow-host", "a `name` in Host to take, too; may be repeated; * is any", l.allowHost)
			flags.Func("allow-origin", "grant deliveries to an `origin` that asks, as eventgrid.azure.net or *.example.com; may be repeated", l.allowOrigin)
			flags.Func("filter", "take notice only of events for which this CESQL `expression` is true", l.filter.Flag(p))
			flags.IntVar(&l.dataBytes, "data", 4096, "show `n` bytes of data; -1 is all")
			flags.Int64Var(&l.maxBytes, "max-bytes", cehttp.DefaultMaxBytes, "take a body of at most `n` bytes, and answer 413 to a longer one")
			return l.run
		},
	}
}

// listener is an http.Handler that shows the messages that it gets.
type listener struct {
	process   *cli.Process
	json, raw bool
	forward   string // URL to pass messages on to, or ""
	record    recorder
	allowed   []string // names of --allow-host
	origins   []string // of --allow-origin
	dataBytes int
	maxBytes  int64
	filter    stream.Filter

	receiver cehttp.Receiver
	webhook  *webhook.Target // answers handshakes; nil without --allow-origin
	client   *http.Client
	target   *url.URL
	hosts    *hosts // nil: any
	// pseudonym is the name in Via by which a listener finds its own messages.
	pseudonym string

	mu       sync.Mutex // guards the output and the fields below
	accepted int        // events
	refused  int        // messages
	failed   error      // of writing
	stop     context.CancelFunc
}

const defaultAddress = "localhost:8080"

func (l *listener) run(ctx context.Context, args []string) error {
	if len(args) > 1 {
		return cli.Usagef("listen: one address is enough")
	}
	if l.json && l.raw {
		return cli.Usagef("listen: --json and --raw exclude each other")
	}
	if l.maxBytes < 1 || l.record.maxFiles < 1 || l.record.maxBytes < 1 {
		return cli.Usagef("listen: --max-bytes, --record-files and --record-bytes are 1 at least")
	}
	address := defaultAddress
	if len(args) == 1 {
		address = args[0]
	}
	if !strings.Contains(address, ":") {
		address = "localhost:" + address
	}
	if err := l.prepare(); err != nil {
		return err
	}
	tcp, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	l.hosts = hostsAt(tcp.Addr(), address, l.allowed)
	ctx, l.stop = context.WithCancel(ctx)
	defer l.stop()
	fmt.Fprintf(l.process.Err, "listening on http://%s/ — Ctrl-C ends\n", tcp.Addr())
	err = cehttp.Serve(ctx, tcp, l)
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.process.Err, "\n%s, %s refused\n", cli.Plural(l.accepted, "event"), cli.Plural(l.refused, "message"))
	return errors.Join(err, l.failed)
}

// prepare sets up receiver, client and directory as the flags ask for.
func (l *listener) prepare() error {
	l.receiver = cehttp.Receiver{
		Handler:  accept,
		Decoder:  cehttp.Decoder{Format: all.Formats(), MaxBytes: l.maxBytes},
		AllowPUT: true,
		Logger:   slog.New(slog.DiscardHandler),
		Observer: cehttp.Observer{Observer: dispatch.Observer{Handling: observeEvent, Failed: observeFailure}},
	}
	if l.origins != nil {
		l.webhook = &webhook.Target{
			Next: &l.receiver, Origins: l.origins, OriginOptional: true, Probes: true, Logger: l.receiver.Logger,
		}
		if err := l.webhook.Validate(); err != nil {
			return cli.Usagef("listen: --allow-origin: %v", err)
		}
	}
	if l.forward != "" {
		var err error
		if l.target, err = stream.ParseTarget(l.forward); err != nil {
			return err
		}
		l.pseudonym = "ce-" + cloudevents.NewID()
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.DisableCompression = true // the answer comes back as it is
		l.client = &http.Client{
			Transport:     transport,
			Timeout:       time.Minute,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	if l.record.dir == "" {
		return nil
	}
	return l.record.prepare()
}

// allowOrigin adds the argument of --allow-origin.
func (l *listener) allowOrigin(pattern string) error {
	l.origins = append(l.origins, pattern)
	return nil
}

// allowHost adds the argument of --allow-host.
func (l *listener) allowHost(name string) error {
	if name = hostName(name); name == "" {
		return errors.New("it is a name, as in Host")
	}
	l.allowed = append(l.allowed, name)
	return nil
}
