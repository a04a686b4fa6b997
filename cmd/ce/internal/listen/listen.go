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
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/page"
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

--oneline prints a line an event: time, mode, type, source, id, subject, bytes of the
data, and status. On a terminal the columns are cut to its width. Else they are whole,
separated by tabs, with a ninth for what is wrong, and - for what there is not.

--status and --delay try out the retries of a sender: --status 503,503,204 refuses two
valid messages, whichever they are, and accepts all others. Each attempt is shown.

--ui serves a page at an address of its own, printed at the start, on this machine only:
messages as they come, with search, wire form, violations, and a button that sends one
again to a URL that you type. It keeps the last 1000 messages and 64 MiB at most, and no
body of more than 4 MiB. A slow browser does not slow down the listener.

examples:

  ce listen
  ce listen 9000 --json > events.jsonl
  ce listen 9000 --filter "type LIKE 'com.example.%'"
  ce listen localhost:9000 --raw --record recorded
  ce listen 9000 --allow-host tunnel.example.com \
    --allow-origin eventgrid.azure.net
  ce listen 9000 --forward http://localhost:8080/
  ce listen 9000 --status 503,503,204 --retry-after 2s --delay 100ms
  ce listen 9000 --ui --oneline`

// Command returns the command.
func Command() cli.Command {
	return cli.Command{
		Name: "listen", Args: "[address]",
		Summary: "print the events that come in over HTTP",
		Help:    help,
		Prepare: func(p *cli.Process, flags *flag.FlagSet) func(context.Context, []string) error {
			l := &listener{process: p}
			flags.BoolVar(&l.json, "json", false, "print a JSON event a line, and nothing else, on standard output")
			flags.BoolVar(&l.raw, "raw", false, "print the HTTP messages")
			flags.BoolVar(&l.oneline, "oneline", false, "print a line an event, in columns; separated by tabs if the output is no terminal")
			flags.Func("status", "answer valid messages with these `codes`, one after the other; the last is for all others", l.script.parse)
			flags.DurationVar(&l.script.delay, "delay", 0, "wait this `duration` before each answer")
			flags.DurationVar(&l.script.retryAfter, "retry-after", 0, "send Retry-After with this `duration` in errors of --status")
			flags.BoolFunc("ui", "serve a live page for a browser on this machine, at a free port; --ui=8081 at that one", l.uiFlag)
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
	oneline   bool
	titled    bool   // the titles of the columns of oneline were printed
	forward   string // URL to pass messages on to, or ""
	script    script
	record    recorder
	allowed   []string // names of --allow-host
	origins   []string // of --allow-origin
	dataBytes int
	uiAddress string // of the page; "" without --ui
	maxBytes  int64
	filter    stream.Filter

	receiver cehttp.Receiver
	webhook  *webhook.Target // answers handshakes; nil without --allow-origin
	client   *http.Client
	target   *url.URL
	hosts    *hosts     // nil: any
	page     *page.Page // nil without --ui
	// pseudonym is the name in Via by which a listener finds its own messages.
	pseudonym string

	mu       sync.Mutex // guards the output and the fields below
	accepted int        // events
	refused  int        // messages
	failed   error      // of writing
	stop     context.CancelFunc
	ending   <-chan struct{} // is closed when the listener ends; nil never is
}

const defaultAddress = "localhost:8080"

func (l *listener) run(ctx context.Context, args []string) error {
	if len(args) > 1 {
		return cli.Usagef("listen: one address is enough")
	}
	if err := l.checkFlags(); err != nil {
		return err
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
	l.ending = ctx.Done()
	url := fmt.Sprintf("http://%s/", tcp.Addr())
	at, waitForUI := "", func() error { return nil }
	if l.uiAddress != "" {
		ui, err := l.listenUI()
		if err != nil {
			tcp.Close()
			return err
		}
		waitForUI = l.serveUI(ctx, ui, url)
		at = fmt.Sprintf(", page at http://%s/", ui.Addr())
	}
	fmt.Fprintf(l.process.Err, "listening on %s%s — Ctrl-C ends\n", url, at)
	err = l.serve(ctx, tcp, l)
	l.stop()
	err = errors.Join(err, waitForUI())
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.process.Err, "\n%s, %s refused\n", cli.Plural(l.accepted, "event"), cli.Plural(l.refused, "message"))
	return errors.Join(err, l.failed)
}

// serve serves h at tcp. Where that is has been said in words; what net/http warns of is a record.
func (l *listener) serve(ctx context.Context, tcp net.Listener, h http.Handler) error {
	logger := slog.New(slog.NewTextHandler(l.process.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	server := cehttp.Server{Handler: h, Logger: logger}
	return server.Serve(ctx, tcp)
}

// checkFlags finds flags that make no sense, alone or together.
func (l *listener) checkFlags() error {
	forms := 0
	for _, set := range []bool{l.json, l.raw, l.oneline} {
		if set {
			forms++
		}
	}
	switch {
	case forms > 1:
		return cli.Usagef("listen: --json, --raw and --oneline exclude each other")
	case l.maxBytes < 1 || l.record.maxFiles < 1 || l.record.maxBytes < 1:
		return cli.Usagef("listen: --max-bytes, --record-files and --record-bytes are 1 at least")
	case l.script.statuses != nil && l.forward != "":
		return cli.Usagef("listen: --status and --forward exclude each other: the answer is that of the target")
	case l.script.retryAfter != 0 && l.script.statuses == nil:
		return cli.Usagef("listen: --retry-after goes with --status")
	case l.script.delay < 0 || l.script.retryAfter < 0:
		return cli.Usagef("listen: --delay and --retry-after are not negative")
	}
	return nil
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
		l.prepareClient()
	}
	if l.record.dir == "" {
		return nil
	}
	return l.record.prepare()
}

// prepareClient makes the client that passes messages on.
func (l *listener) prepareClient() {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // the answer comes back as it is
	transport.MaxResponseHeaderBytes = stream.MaxHead
	l.client = &http.Client{
		Transport:     transport,
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
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
