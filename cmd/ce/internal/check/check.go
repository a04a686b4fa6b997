// Package check is the command ce check: it prints the faults of events and messages.
package check

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/finding"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/format/all"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

const help = `Each argument is a file; none, and -, is standard input. A file has JSON events (one,
several, or one a line), a batch, HTTP messages as they go over the wire, cases as ce
listen --record writes them, or a curl command, which is not run: the message that it
would send is checked. Files that a curl command names are read with --read-files only.
An HTTP message without Content-Length goes up to the end of the file, but for the last
line end. HTTP messages may be in any format of the specification: JSON, Protobuf, XML,
Avro, Avro compact and CBOR. An event in another format than JSON is an input of its own:
the name tells it (.pb, .xml, .avro, .cbor), or --from, or its bytes, as for ce convert; an
invalid one wants name or --from. Its violations have an offset, and advice in words.

Every violation is named with its place, the rule, the section of the specification
and what to do about it, the first 1000 of an input. With --json a violation is a JSON
object in a line of its own; if there are more, a last one has their number in "more".
With --verify-key the signature of each event is verified by the verifiability extension: an
event without one, or with one that no key made, has a violation of the rule signature. The
file is a public key or a certificate in PEM, as openssl pkey -pubout writes it; its
signatures may have any key ID. HTTP and JSON do not say that a signed extension is a Binary
or a Timestamp: --verify-ext at=Timestamp does. ce send --sign-key signs.

What is no JSON is named too: single quotes, a comma too many, YAML, gzip, UTF-16, an
event that was encoded twice.

Advice that a program can follow was tried before it is given: with it the violation is
gone, and there is no new one. --json has it in "edits": "replace" gives other bytes to
the place "offset" of "length" bytes, and "set", "rename" and "remove" change a header.

examples:

  ce send --print http://localhost:8080/ | ce check
  echo '{"specversion":"1.0","id":"","source":"a b"}' | ce check
  printf 'POST / HTTP/1.1\nce-specversion: 1.0\nce-id: 1\n\n{}' |
    ce check --json
  ce send http://localhost:8080/ --data '{"order":17}' --curl | ce check
  ce send http://localhost:8080/ --print --mode structured --format avro |
    ce check
  ce send http://localhost:8080/ --print --sign-key private.pem |
    ce check --verify-key public.pem
  echo "curl localhost:8080 -H 'ce-specversion: 1.0' -H 'ce-type: t' -d '{}'" |
    ce check`

// Command returns the command.
func Command() cli.Command {
	return cli.Command{
		Name: "check", Args: "[file...]",
		Summary: "say what is wrong with a message, and what to do about it",
		Help:    help,
		Prepare: func(p *cli.Process, flags *flag.FlagSet) func(context.Context, []string) error {
			c := &checker{process: p}
			flags.BoolVar(&c.json, "json", false, "print a JSON object a violation")
			flags.Func("verify-key", "verify signatures with the public key in this PEM `file`; may be repeated", c.addKey)
			flags.Func("verify-ext", "the type of a signed extension, `name=Type`; may be repeated", c.addExtension)
			c.source.Flags(flags)
			return c.run
		},
	}
}

// checker checks inputs and prints the findings.
type checker struct {
	process *cli.Process
	source  stream.Source
	json    bool

	keys     []crypto.PublicKey // of --verify-key
	declared []spec.Attribute   // of --verify-ext

	w     *bufio.Writer
	style cli.Style
	file  string // the name of the input for people
	total int    // violations
	shown int    // violations of this input

	verified int               // events of this input
	coverage ceverify.Coverage // of all of them, unless several
	several  bool              // they differ in it
}

func (c *checker) run(ctx context.Context, args []string) error {
	if c.source.MaxBytes < 1 {
		return cli.Usagef("check: --max-bytes is 1 at least")
	}
	if c.keys == nil && c.declared != nil {
		return cli.Usagef("check: --verify-ext needs --verify-key")
	}
	if len(args) == 0 {
		args = []string{"-"}
	}
	c.source.Stdin = c.process.In
	c.style = c.process.Style()
	if c.json {
		c.w = bufio.NewWriter(c.process.Display())
	} else {
		c.w = bufio.NewWriter(c.process.Out) // text for people is escaped piece by piece
	}
	err := c.inputs(ctx, args)
	if flushed := c.w.Flush(); err == nil {
		err = flushed
	}
	if err == nil && c.total > 0 {
		return cli.ErrFault
	}
	return err
}

var errUnread = errors.New("not all files could be read")

// inputs checks every input, also if one before it cannot be read.
func (c *checker) inputs(ctx context.Context, names []string) error {
	unread := false
	for _, name := range names {
		err := c.source.Open(name, func(in *stream.Reader) error { return c.input(ctx, in) })
		if err == nil {
			continue
		}
		if len(names) == 1 || ctx.Err() != nil {
			return err
		}
		c.process.Report(err)
		unread = true
	}
	if unread {
		return errUnread
	}
	return nil
}

// input checks one input.
func (c *checker) input(ctx context.Context, in *stream.Reader) error {
	c.file = in.Name
	if c.file == "" {
		c.file = "standard input"
	}
	before, events, mode := c.total, 0, ""
	var versions batchVersions
	c.shown, c.verified, c.several = 0, 0, false
	for ctx.Err() == nil {
		u, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if !stream.IsFault(err) {
				return err
			}
			broken := in.Here()
			c.report(&broken, err, nil)
			break
		}
		var event *int
		if u.Message == nil && (u.Index > 0 || in.Form() == stream.Batch || in.Form() == stream.Lines) {
			event = &u.Index
		}
		if in.Form() == stream.Batch {
			events++
			err := versions.decode(in, &u)
			c.report(&u, err, event)
			c.verify(&u, err, event)
			continue
		}
		n, m := c.unit(&u, event)
		events += n
		if mode = m; in.Count() > 1 && n+events > 2 {
			mode = ""
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c.summary(in, c.total-before, events, mode)
	return nil
}

// report prints what is wrong with u, as long as there is room, and counts all of it. event is
// the number of the event in its input or batch, or nil.
func (c *checker) report(u *stream.Unit, err error, event *int) {
	found, more := finding.First(u, err, max(maxShown-c.shown, 0))
	c.total += len(found) + more
	c.shown += len(found)
	for i := range found {
		if event != nil {
			found[i].Event = event
		}
		c.print(&found[i])
	}
}

// one reports what is wrong with an event.
func (c *checker) one(u *stream.Unit, event *int) {
	err := finding.Errors(u)
	c.report(u, err, event)
	c.verify(u, err, event)
}

// unit reports what is wrong with u. It returns how many events are in it, and the name of its
// content mode if it is an HTTP message.
func (c *checker) unit(u *stream.Unit, event *int) (events int, mode string) {
	m := u.Message
	if m == nil {
		c.one(u, event)
		return 1, ""
	}
	contentMode := cehttp.ModeOf(m.Header)
	mode = contentMode.String() + " mode"
	if contentMode != cloudevents.BatchMode {
		c.one(u, event)
		return 1, mode
	}
	var syntax *cloudevents.SyntaxError
	es, err := cehttp.DecodeMessageBatch(m.Header, m.Body, all.Formats())
	if f := stream.FormatOf(m.Get("Content-Type")); f != nil && f.MediaType() != spec.MediaTypeJSON {
		c.report(u, err, event)
		c.verify(u, err, event)
		return len(es), mode
	}
	if !errors.As(err, &syntax) && !errors.As(err, new(*cloudevents.BatchError)) {
		c.report(u, err, event)
		c.verify(u, err, event)
		return len(es), mode
	}
	return c.batch(u), mode
}

// batch checks every event of the batch in u, where a decoder stops at the first that is
// wrong, and reports each violation as it is found. It returns the number of events.
func (c *checker) batch(u *stream.Unit) (events int) {
	in := stream.NewReader(bytes.NewReader(u.Body), "", stream.Batch, len(u.Body)+1)
	var versions batchVersions
	for {
		element, err := in.Next()
		if err == io.EOF {
			return events
		}
		if err != nil {
			c.report(u, err, nil)
			return events
		}
		events++
		if element.Line == 1 {
			element.Column += u.Column
		}
		element.Offset += u.Offset
		element.Line += u.Line - 1
		element.InBody = u.InBody
		err = versions.decode(in, &element)
		c.report(&element, err, &element.Index)
		c.verify(&element, err, &element.Index)
	}
}

// batchVersions decodes the events of a batch, which must be of one version.
type batchVersions struct {
	first    spec.Version
	isKnown  bool
	hasAhead bool // first was looked for in the events that follow
}

// decode returns the error about u, which was read from in, and says in u which version it
// must have.
func (v *batchVersions) decode(in *stream.Reader, u *stream.Unit) error {
	version, ok := finding.Version(u)
	if !ok && !v.isKnown && !v.hasAhead {
		v.hasAhead = true
		v.first, v.isKnown = versionAhead(in)
	}
	if v.isKnown {
		u.Version = &v.first
	}
	err := finding.Errors(u)
	switch {
	case !ok:
	case !v.isKnown:
		v.first, v.isKnown = version, true
	case version != v.first:
		one := cloudevents.Event{SpecVersion: v.first, ID: "1", Source: "/", Type: "t"}
		two := one
		two.SpecVersion = version
		_, refusal := cloudevents.AppendJSONBatch(nil, []cloudevents.Event{one, two})
		var mixed *validation.Error
		if errors.As(refusal, &mixed) {
			return validation.Join([]error{err, &cloudevents.SyntaxError{Err: mixed}})
		}
	}
	return err
}

// versionAhead returns the version of the first event that has one, among those that in
// reads next, in 64 KiB at most.
func versionAhead(in *stream.Reader) (spec.Version, bool) {
	rest := bytes.TrimLeft(in.Here().Rest, " \t\r\n")
	rest = append([]byte("["), bytes.TrimPrefix(rest, []byte(","))...)
	for ahead := stream.NewReader(bytes.NewReader(rest), "", stream.Batch, len(rest)); ; {
		u, err := ahead.Next()
		if err != nil {
			return 0, false
		}
		if version, ok := finding.Version(&u); ok {
			return version, true
		}
	}
}

// maxShown limits the violations of an input that are printed. The rest is counted. Of one
// event, a decoder tells some forty.
const maxShown = 1000

// leftOut is the last line of --json about an input with too many violations.
type leftOut struct {
	File    string `json:"file"`
	More    int    `json:"more"` // violations
	Message string `json:"error"`
}

// print prints one finding.
func (c *checker) print(f *finding.Finding) {
	if c.json {
		f.File = c.file
		c.line(f)
		return
	}
	s := c.style
	fmt.Fprintf(c.w, "%s: %s\n", s.Bold(cli.Visible(c.file)), s.Bad(f.Text()))
	if where := f.Where(); where != "" {
		fmt.Fprintf(c.w, "  at       %s\n", where)
	}
	if f.Source != "" {
		fmt.Fprintf(c.w, "           %s\n           %s%s\n", f.Source, strings.Repeat(" ", f.Caret), s.Bad("^"))
	}
	fmt.Fprintf(c.w, "  rule     %s\n", f.Rule)
	if f.Section != "" {
		fmt.Fprintf(c.w, "  section  %s\n           %s\n", f.Section, s.Faint(f.URL))
	}
	fmt.Fprintf(c.w, "  do       %s\n", cli.Visible(f.Advice))
}

// line prints v as a line of JSON.
func (c *checker) line(v any) {
	if line, err := json.Marshal(v); err == nil {
		fmt.Fprintf(c.w, "%s\n", line)
	}
}

// summary prints the verdict on an input.
func (c *checker) summary(in *stream.Reader, violations, events int, mode string) {
	if c.json {
		if more := violations - c.shown; more > 0 {
			c.line(&leftOut{c.file, more, cli.Plural(more, "more violation") + " of this input"})
		}
		return
	}
	s := c.style
	what := cli.Plural(events, "event")
	switch form := in.Form(); {
	case in.OneLine() && events > 1:
		what = stream.Lines.String() + ", " + what
	case form != stream.Any:
		what = form.String() + ", " + what
	}
	if mode != "" {
		what += ", " + mode
	}
	verdict := s.Good(c.valid())
	if violations > 0 {
		verdict = s.Bad(cli.Plural(violations, "violation"))
		if violations > c.shown {
			verdict += fmt.Sprintf(", the first %d shown", maxShown)
		}
	}
	fmt.Fprintf(c.w, "%s: %s (%s)\n", s.Bold(cli.Visible(c.file)), verdict, what)
}
