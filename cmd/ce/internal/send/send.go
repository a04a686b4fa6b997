// Package send is the command ce send: it makes events or reads them from files, sends them
// over HTTP, and reports which were accepted.
package send

import (
	"context"
	"flag"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
)

const help = `Without files, the event is made of the flags; each of --repeat has an ID of its own. Files
have JSON events, a batch, HTTP messages, curl commands or recorded cases, as for ce
convert; - is standard input. Files that a curl command names are read with --read-files
only. The URL may be host:port or :port, too: localhost:8080 is http://localhost:8080/.

--data is a text, @FILE, or - for standard input. Without --datacontenttype it is
application/json if it is a JSON object or array, else text/plain if it is UTF-8. --ext is
name=value, for a String or the type that the specification documents for that
extension, or name:Type=value with Boolean, Integer, URI, ... --time is RFC 3339, now, or
none.

Data that is not the JSON that --datacontenttype says is refused, with the place of the fault;
with --any-data it is sent, as base64 where the event is JSON. Events from files are sent as
they are, and a line on standard error says which of them have such data.

What fails for a time is sent again, --attempts in all: if nobody answers, and after
408, 425, 429 and 5xx, as the receiver says in Retry-After. While it waits, standard error
says why and for how long, once a second at most if there are several events. An event
that was accepted but whose answer was lost is sent twice, with the same ID. Batches are
for receivers that asked for them.

With --mode structured, --format is the event format: XML, Avro compact and CBOR are drafts.
Only json, protobuf and xml have --mode batch. A reply may come in any format.

--sign-key signs each event as the verifiability extension says: ECDSA with a key of P-256,
P-384 or P-521, Ed25519, or RSA-PSS. The file is PEM, as openssl genpkey writes it. The ID of
the key is its SHA-256, unless --sign-key-id names it. The core attributes and the data are
signed; --sign-ext names extensions to sign, too, with the type of one that a file has as text:
--sign-ext at=Timestamp. ce check --verify-key verifies.

--print shows the HTTP messages, --curl the curl commands, and nothing is sent. --json writes
a line for each event, {"id", "status", "accepted", ...}, on standard output. Exit status 0
says that all events were accepted, 1 that some were not.

examples:

  ce send http://localhost:8080/
  ce send http://localhost:8080/ --type com.example.order.placed \
    --source /orders --data '{"order":17}' --ext partitionkey=a
  ce send http://localhost:8080/ --mode structured --data 'Hello, world' \
    --repeat 20 --rate 50
  echo '{"specversion":"1.0","id":"1","source":"/s","type":"t"}' |
    ce send http://localhost:8080/ -
  ce send http://localhost:8080/ --data '{"order":17}' --curl
  ce send http://localhost:8080/ --mode structured --format protobuf \
    --data '{"order":17}'
  ce send http://localhost:8080/ --data '{"order":17}' --print --mode batch \
    --repeat 2
  ce send http://localhost:8080/ --data '{"order":17}' \
    --sign-key private.pem --sign-key-id orders-2026`

// Command returns the command.
func Command() cli.Command {
	return cli.Command{
		Name: "send", Args: "URL [file...]",
		Summary: "send events over HTTP, and report which were accepted",
		Help:    help,
		Prepare: func(p *cli.Process, flags *flag.FlagSet) func(context.Context, []string) error {
			s := &sending{process: p, header: http.Header{}}
			s.template.declare(flags)
			flags.Func("mode", "content `mode`: binary, structured or batch (binary)", stream.ModeFlag(&s.mode))
			flags.Func("format", "event `format` of structured and batch mode: "+stream.FormatNames+" (json)", stream.FormatFlag(&s.format))
			flags.IntVar(&s.batchSize, "batch-size", 100, "put at most `n` events into a batch")
			flags.IntVar(&s.repeat, "repeat", 1, "send `n` events")
			flags.Float64Var(&s.rate, "rate", 0, "send at most `n` events a second; 0 is no limit")
			flags.IntVar(&s.concurrency, "concurrency", 1, "make `n` requests at the same time")
			flags.IntVar(&s.attempts, "attempts", 3, "try to deliver an event `n` times; 1 is no retries")
			flags.DurationVar(&s.timeout, "timeout", 30*time.Second, "end an attempt after this `duration`")
			flags.DurationVar(&s.wait, "wait", time.Second, "wait at most this `duration` before the second attempt, and longer before later ones")
			flags.Func("header", "send another `header`, 'Name: value', or another Host; may be repeated", s.addHeader)
			flags.StringVar(&s.signKey, "sign-key", "", "sign the events with the private key in this PEM `file`")
			flags.StringVar(&s.signKeyID, "sign-key-id", "", "name the key by this `id`; the default is sha256: and the digest of the public key")
			flags.Func("sign-ext", "sign the extension `name` too, even if it is absent, or name=Type; may be repeated", s.addSigned)
			flags.BoolVar(&s.print, "print", false, "show the HTTP messages instead of sending them")
			flags.BoolVar(&s.curl, "curl", false, "show curl commands instead of sending")
			flags.BoolVar(&s.json, "json", false, "print a JSON object an event, on standard output")
			flags.IntVar(&s.template.maxBytes, "max-bytes", stream.DefaultMaxBytes, "take an event or a body of a file, or the file of --data, of at most `n` bytes")
			flags.Func("from", stream.FromUsage, stream.FormFlag(&s.from, stream.InputForms))
			flags.BoolVar(&s.readFiles, "read-files", false, stream.ReadFilesUsage)
			return func(ctx context.Context, args []string) error { return s.run(ctx, flags, args) }
		},
	}
}

// sending is a run of the command, as the command line asks for it.
type sending struct {
	process  *cli.Process
	template template
	header   http.Header // without Host
	host     string      // the header Host; "" is that of the URL

	mode        cloudevents.Mode
	format      format.Formatter // of --format; nil is JSON
	formats     format.Set       // all, with the one to write in front
	batchSize   int
	repeat      int
	rate        float64
	concurrency int
	attempts    int
	timeout     time.Duration
	wait        time.Duration

	signKey   string // a file
	signKeyID string
	signed    []spec.Attribute // extensions

	print, curl, json bool
	from              stream.Form // of the files
	readFiles         bool
	target            string
	files             []string // empty: the event is made of the template
}

// leastRate is an event in 11 days.
const leastRate = 1e-6

func (s *sending) run(ctx context.Context, flags *flag.FlagSet, args []string) error {
	if err := s.check(flags, args); err != nil {
		return err
	}
	next, err := s.events(ctx)
	if err != nil {
		return err
	}
	if next, err = s.sign(next); err != nil {
		return err
	}
	if s.print || s.curl {
		return s.show(next)
	}
	return s.deliverAll(ctx, next)
}

// check checks the command line as a whole, and sets target and files.
func (s *sending) check(flags *flag.FlagSet, args []string) error {
	if len(args) == 0 {
		return cli.Usagef("send: where to? ce send http://localhost:8080/")
	}
	s.target, s.files = args[0], args[1:]
	u, err := stream.ParseTarget(s.target)
	if err != nil {
		return err
	}
	if u.Path == "" {
		u.Path = "/"
	}
	s.target = u.String()
	if len(s.files) > 0 {
		flags.Visit(func(f *flag.Flag) {
			if isTemplateFlag(f.Name) || f.Name == "repeat" {
				err = cli.Usagef("send: --%s is not for events from files", f.Name)
			}
		})
	}
	if err == nil {
		s.formats, err = stream.FormatsFor("send", s.mode, s.format)
	}
	switch {
	case err != nil:
		return err
	case s.repeat < 1 || s.concurrency < 1 || s.attempts < 1 || s.batchSize < 1 || s.template.maxBytes < 1:
		return cli.Usagef("send: --repeat, --concurrency, --attempts, --batch-size and --max-bytes are 1 at least")
	case s.rate != 0 && !(s.rate >= leastRate && s.rate <= 1e6): // NaN is neither
		return cli.Usagef("send: --rate is %v to 1000000, or 0", leastRate)
	case s.signKey == "" && (s.signKeyID != "" || s.signed != nil):
		return cli.Usagef("send: --sign-key-id and --sign-ext need --sign-key")
	case s.timeout <= 0 || s.wait < 0:
		return cli.Usagef("send: --timeout is positive, and --wait not negative")
	case s.print && s.curl || s.json && (s.print || s.curl):
		return cli.Usagef("send: --print, --curl and --json exclude each other")
	}
	return nil
}
