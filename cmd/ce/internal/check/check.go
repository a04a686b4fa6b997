// Package check is the command ce check: it prints the faults of events and messages.
package check

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/finding"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

const help = `Each argument is a file; none, and -, is standard input. A file has JSON events (one,
several, or one a line), a batch, HTTP messages as they go over the wire, or a curl
command, which is not run: the message that it would send is checked. Files that a curl
command names are read with --read-files only. An HTTP message without Content-Length
goes up to the end of the file, but for the last line end.

Every violation is named with its place, the rule, the section of the specification
and what to do about it. With --json a violation is a JSON object in a line of its own.

examples:

  ce send --print http://localhost:8080/ | ce check
  echo '{"specversion":"1.0","id":"","source":"a b"}' | ce check
  printf 'POST / HTTP/1.1\nce-specversion: 1.0\nce-id: 1\n\n{}' | ce check --json
  ce send http://localhost:8080/ --data '{"order":17}' --curl | ce check
  echo "curl localhost:8080 -H 'ce-specversion: 1.0' -H 'ce-type: t' -d '{}'" | ce check`

// Command returns the command.
func Command() cli.Command {
	return cli.Command{
		Name: "check", Args: "[file...]",
		Summary: "say what is wrong with a message, where, and what to do about it",
		Help:    help,
		Prepare: func(p *cli.Process, flags *flag.FlagSet) func(context.Context, []string) error {
			c := &checker{process: p}
			flags.BoolVar(&c.json, "json", false, "a JSON object a violation")
			flags.Func("from", "`form` of the input: "+stream.InputForms+"; told by its first bytes otherwise", stream.FormFlag(&c.source.Form, stream.InputForms))
			flags.IntVar(&c.source.MaxBytes, "max-bytes", stream.DefaultMaxBytes, "of an event or a body, `n` bytes")
			flags.BoolVar(&c.source.ReadFiles, "read-files", false, stream.ReadFilesUsage)
			return c.run
		},
	}
}

// checker checks inputs and prints the findings.
type checker struct {
	process *cli.Process
	source  stream.Source
	json    bool

	w     *bufio.Writer
	style cli.Style
	file  string // the name of the input for people
	total int    // violations
}

func (c *checker) run(ctx context.Context, args []string) error {
	if c.source.MaxBytes < 1 {
		return cli.Usagef("check: --max-bytes is 1 at least")
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
			for _, f := range finding.Of(&broken, err) {
				c.print(&f)
			}
			break
		}
		n, m, found := unit(&u)
		events += n
		if mode = m; in.Count() > 1 && n+events > 2 {
			mode = ""
		}
		for i := range found {
			if u.Message == nil && (u.Index > 0 || in.Form() == stream.Batch || in.Form() == stream.Lines) {
				found[i].Event = &u.Index
			}
			c.print(&found[i])
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c.summary(in, c.total-before, events, mode)
	return nil
}

// unit returns how many events are in u, the name of its content mode if it is an HTTP
// message, and the findings.
func unit(u *stream.Unit) (events int, mode string, found []finding.Finding) {
	m := u.Message
	if m == nil {
		var d cloudevents.JSONDecoder
		_, err := d.Decode(u.Body)
		return 1, "", finding.Of(u, err)
	}
	contentMode := cehttp.ModeOf(m.Header)
	mode = contentMode.String() + " mode"
	if contentMode != cloudevents.BatchMode {
		_, err := cehttp.DecodeMessage(m.Header, m.Body, nil)
		found = finding.Of(u, err)
		if !errors.Is(err, cehttp.ErrContentEncoding) {
			found = append(found, finding.Of(u, contentEncoding(m))...)
		}
		return 1, mode, found
	}
	var syntax *cloudevents.SyntaxError
	es, err := cehttp.DecodeMessageBatch(m.Header, m.Body, nil)
	if !errors.As(err, &syntax) && !errors.As(err, new(*cloudevents.BatchError)) {
		return len(es), mode, finding.Of(u, err)
	}
	events, found = batch(u)
	return events, mode, found
}

// contentEncoding returns the error about a Content-Encoding. A decoder does not get to it if
// attributes are wrong.
func contentEncoding(m *stream.Message) error {
	h := http.Header{"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"/"}, "Ce-Type": {"t"}}
	h.Set("Content-Encoding", m.Get("Content-Encoding"))
	_, err := cehttp.DecodeMessage(h, nil, nil)
	return err
}

// batch checks every event of the batch in u, where a decoder stops at the first that is
// wrong.
func batch(u *stream.Unit) (events int, found []finding.Finding) {
	in := stream.NewReader(strings.NewReader(string(u.Body)), "", stream.Batch, len(u.Body)+1)
	for {
		element, err := in.Next()
		if err == io.EOF {
			return events, found
		}
		if err != nil {
			return events, append(found, finding.Of(u, err)...)
		}
		events++
		if element.Line == 1 {
			element.Column += u.Column
		}
		element.Offset += u.Offset
		element.Line += u.Line - 1
		element.InBody = u.InBody
		var d cloudevents.JSONDecoder
		_, err = d.Decode(element.Body)
		for _, f := range finding.Of(&element, err) {
			f.Event = &element.Index
			found = append(found, f)
		}
	}
}

// print prints one finding.
func (c *checker) print(f *finding.Finding) {
	c.total++
	if c.json {
		f.File = c.file
		line, err := json.Marshal(f)
		if err == nil {
			fmt.Fprintf(c.w, "%s\n", line)
		}
		return
	}
	s := c.style
	fmt.Fprintf(c.w, "%s: %s\n", s.Bold(cli.Visible(c.file)), s.Bad(f.Text()))
	if where := f.Where(); where != "" {
		fmt.Fprintf(c.w, "  at       %s\n", where)
	}
	fmt.Fprintf(c.w, "  rule     %s\n", f.Rule)
	if f.Section != "" {
		fmt.Fprintf(c.w, "  section  %s\n           %s\n", f.Section, s.Faint(f.URL))
	}
	fmt.Fprintf(c.w, "  do       %s\n", cli.Visible(f.Advice))
}

// summary prints the verdict on an input.
func (c *checker) summary(in *stream.Reader, violations, events int, mode string) {
	if c.json {
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
	verdict := s.Good("valid")
	if violations > 0 {
		verdict = s.Bad(cli.Plural(violations, "violation"))
	}
	fmt.Fprintf(c.w, "%s: %s (%s)\n", s.Bold(cli.Visible(c.file)), verdict, what)
}
