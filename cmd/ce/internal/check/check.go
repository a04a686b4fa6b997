package main

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
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

const checkHelp = `Each argument is a file; none, and -, is standard input. A file has JSON events (one,
several, or one a line), a batch, HTTP messages as they go over the wire, or a curl
command, which is not run: the message that it would send is checked. An HTTP message
without Content-Length goes up to the end of the file, but for the last line end.

Every violation is named with its place, the rule, the section of the specification
and what to do about it. With --json a violation is a JSON object in a line of its own.

examples:

  ce send --print http://localhost:8080/ | ce check
  echo '{"specversion":"1.0","id":"","source":"a b"}' | ce check
  printf 'POST / HTTP/1.1\nce-specversion: 1.0\nce-id: 1\n\n{}' | ce check --json
  ce send http://localhost:8080/ --data '{"order":17}' --curl | ce check
  echo "curl localhost:8080 -H 'ce-specversion: 1.0' -H 'ce-type: t' -d '{}'" | ce check`

func checkCommand() command {
	return command{
		name: "check", args: "[file...]",
		summary: "say what is wrong with a message, where, and what to do about it",
		help:    checkHelp,
		prepare: func(p *process, flags *flag.FlagSet) func(context.Context, []string) error {
			c := &checker{process: p}
			flags.BoolVar(&c.json, "json", false, "a JSON object a violation")
			flags.Func("from", "`form` of the input: "+inputForms+"; told by its first bytes otherwise", formFlag(&c.from, inputForms))
			flags.IntVar(&c.maxBytes, "max-bytes", defaultMaxBytes, "of an event or a body, `n` bytes")
			return c.run
		},
	}
}

const inputForms = "json, jsonl, batch, http, curl"

// formFlag returns the function of a flag that names one of forms.
func formFlag(f *form, forms string) func(string) error {
	return func(s string) error {
		got, ok := parseForm(s)
		if !ok {
			return fmt.Errorf("it is one of %s", forms)
		}
		*f = got
		return nil
	}
}

type checker struct {
	*process
	json     bool
	from     form
	maxBytes int

	w     *bufio.Writer
	style style
	file  string // that is being checked
	total int    // violations
}

func (c *checker) run(ctx context.Context, args []string) error {
	if c.maxBytes < 1 {
		return usagef("check: --max-bytes is 1 at least")
	}
	if len(args) == 0 {
		args = []string{"-"}
	}
	c.w, c.style = bufio.NewWriter(c.display()), style(c.colour())
	if !c.json {
		c.w.Reset(c.out) // what is for people is escaped piece by piece
	}
	err := c.files(ctx, args)
	if flushed := c.w.Flush(); err == nil {
		err = flushed
	}
	if err == nil && c.total > 0 {
		return errFault
	}
	return err
}

func (c *checker) files(ctx context.Context, args []string) error {
	unread := false
	for _, name := range args {
		err := c.openOne(name, c.from, c.maxBytes, func(in *input) error { return c.check(ctx, in) })
		if err == nil {
			continue
		}
		if len(args) == 1 || ctx.Err() != nil {
			return err
		}
		c.process.report(err)
		unread = true
	}
	if unread {
		return errUnread
	}
	return nil
}

var errUnread = errors.New("not all files could be read")

// check checks one input.
func (c *checker) check(ctx context.Context, in *input) error {
	c.file = in.name
	if c.file == "" {
		c.file = "standard input"
	}
	before, events, mode := c.total, 0, ""
	for ctx.Err() == nil {
		u, err := in.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if !isFault(err) {
				return err
			}
			broken := unit{line: in.s.line, column: int(in.s.offset - in.s.start)}
			for _, f := range broken.findings(err) {
				c.report(&f)
			}
			break
		}
		n, m, found := u.check()
		events += n
		if mode = m; in.index > 1 && n+events > 2 {
			mode = ""
		}
		for i := range found {
			if u.message == nil && (u.index > 0 || in.form == formBatch || in.form == formLines) {
				found[i].Event = &u.index
			}
			c.report(&found[i])
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c.summary(in, c.total-before, events, mode)
	return nil
}

// isFault reports whether an error of next is about what is in the input, and not
// about reading it.
func isFault(err error) bool {
	var (
		structure *structureError
		syntax    *cloudevents.SyntaxError
		raw       *rawError
		command   *curlError
		long      *errTooLong
	)
	return errors.As(err, &structure) || errors.As(err, &syntax) || errors.As(err, &raw) ||
		errors.As(err, &command) || errors.As(err, &long)
}

// check returns how many events are in u, in which mode if it is an HTTP message,
// and what is wrong.
func (u *unit) check() (events int, mode string, found []finding) {
	m := u.message
	switch {
	case m == nil:
		var d cloudevents.JSONDecoder
		_, err := d.Decode(u.body)
		return 1, "", u.findings(err)
	case !cehttp.IsCloudEventBatch(m.header):
		mode = "binary mode"
		if !u.binary() {
			mode = "structured mode"
		}
		_, err := cehttp.DecodeMessage(m.header, m.body, nil)
		found = u.findings(err)
		if !errors.Is(err, cehttp.ErrContentEncoding) {
			found = append(found, u.findings(codedBody(m))...)
		}
		return 1, mode, found
	}
	var syntax *cloudevents.SyntaxError
	es, err := cehttp.DecodeMessageBatch(m.header, m.body, nil)
	if !errors.As(err, &syntax) && !errors.As(err, new(*cloudevents.BatchError)) {
		return len(es), "batch mode", u.findings(err)
	}
	return u.checkBatch()
}

// codedBody returns the error about a Content-Encoding, which a decoder does not come
// to if attributes are wrong.
func codedBody(m *message) error {
	h := http.Header{"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"/"}, "Ce-Type": {"t"}}
	h.Set("Content-Encoding", m.get("Content-Encoding"))
	_, err := cehttp.DecodeMessage(h, nil, nil)
	return err
}

// checkBatch looks at all events of a batch, and not only up to the first that is
// wrong.
func (u *unit) checkBatch() (events int, mode string, found []finding) {
	in := newInput(strings.NewReader(string(u.body)), "", formBatch, len(u.body)+1)
	for {
		element, err := in.next()
		if err == io.EOF {
			return events, "batch mode", found
		}
		if err != nil {
			return events, "batch mode", append(found, u.findings(err)...)
		}
		events++
		if element.line == 1 {
			element.column += u.column
		}
		element.offset += u.offset
		element.line += u.line - 1
		element.inBody = u.inBody
		var d cloudevents.JSONDecoder
		_, err = d.Decode(element.body)
		for _, f := range element.findings(err) {
			f.Event = &element.index
			found = append(found, f)
		}
	}
}

// report prints one finding.
func (c *checker) report(f *finding) {
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
	about := f.Message
	if f.Attribute != "" {
		about = "attribute " + visible(fmt.Sprintf("%.64q", f.Attribute)) + ": " + about
	} else {
		about = visible(about)
	}
	if f.Value != "" {
		about += ": " + visible(fmt.Sprintf("%.64q", f.Value))
	}
	if f.Event != nil {
		about = fmt.Sprintf("event %d: %s", *f.Event, about)
	}
	fmt.Fprintf(c.w, "%s: %s\n", s.bold(visible(c.file)), s.bad(about))
	if where := f.where(); where != "" {
		fmt.Fprintf(c.w, "  at       %s\n", where)
	}
	fmt.Fprintf(c.w, "  rule     %s\n", f.Rule)
	if f.Section != "" {
		fmt.Fprintf(c.w, "  section  %s\n           %s\n", f.Section, s.faint(f.URL))
	}
	fmt.Fprintf(c.w, "  do       %s\n", visible(f.Advice))
}

func (c *checker) summary(in *input, violations, events int, mode string) {
	if c.json {
		return
	}
	s := c.style
	what := plural(events, "event")
	switch {
	case in.lines && events > 1:
		what = formLines.String() + ", " + what
	case in.form != formAny:
		what = in.form.String() + ", " + what
	}
	if mode != "" {
		what += ", " + mode
	}
	verdict := s.good("valid")
	if violations > 0 {
		verdict = s.bad(plural(violations, "violation"))
	}
	fmt.Fprintf(c.w, "%s: %s (%s)\n", s.bold(visible(c.file)), verdict, what)
}
