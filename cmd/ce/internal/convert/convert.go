package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

const convertHelp = `Each argument is a file; none, and -, is standard input. What comes in is JSON events,
a batch, HTTP messages or a curl command, told by the first bytes, the name of the file
(.jsonl, .http), or --from. What goes out is

  jsonl  a JSON event a line
  json   one JSON event, indented
  batch  a JSON array, an event a line
  http   HTTP requests in the mode of --mode, one after the other

Events are converted one at a time, so that input and output can be larger than memory:
no more than --max-bytes is held, of an event or of the body of an HTTP message. The HTTP
message of --mode batch is held as a whole, and has at most 10000 events. The first
event that is invalid ends the conversion, and output that was begun is then
incomplete; with --keep-going, such an event is left out.

A header has no types: --declare says that an extension is an Integer, say, in JSON.

examples:

  ce send --print --repeat 3 http://localhost:8080/ | ce convert > events.jsonl
  ce convert --to batch events.jsonl
  ce convert --to http --mode binary events.jsonl
  ce convert --to http --mode structured events.jsonl | ce convert --to batch
  ce send --print http://localhost:8080/ --ext n=5 | ce convert --to json --declare n=Integer`

func convertCommand() command {
	return command{
		name: "convert", args: "[file...]",
		summary: "turn events into JSON, JSON lines, a batch or HTTP messages, from any of these",
		help:    convertHelp,
		prepare: func(p *process, flags *flag.FlagSet) func(context.Context, []string) error {
			c := &converter{process: p, to: formLines}
			flags.Func("from", "`form` of the input: "+inputForms+"; told by its first bytes otherwise", formFlag(&c.from, inputForms))
			flags.Func("to", "`form` of the output: json, jsonl, batch, http (jsonl)", formFlag(&c.to, "json, jsonl, batch, http"))
			flags.Func("mode", "content `mode` of HTTP messages: binary, structured or batch (binary)", modeFlag(&c.mode))
			flags.Func("declare", "type of an extension, `name=Type`; may be repeated", c.declare)
			flags.StringVar(&c.url, "url", "http://localhost:8080/", "`URL` of HTTP requests")
			flags.BoolVar(&c.keepGoing, "keep-going", false, "leave invalid events out, and report them")
			flags.IntVar(&c.maxBytes, "max-bytes", defaultMaxBytes, "of an event or a body, `n` bytes")
			return c.run
		},
	}
}

// modeFlag returns the function of a flag that names a content mode.
func modeFlag(m *cloudevents.Mode) func(string) error {
	return func(s string) error {
		for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode, cloudevents.BatchMode} {
			if s == mode.String() {
				*m = mode
				return nil
			}
		}
		return errors.New("it is one of binary, structured, batch")
	}
}

type converter struct {
	*process
	from, to  form
	mode      cloudevents.Mode
	url       string
	keepGoing bool
	maxBytes  int

	decoder cehttp.Decoder
	json    cloudevents.JSONDecoder
	out     eventWriter
	invalid int
}

func (c *converter) declare(s string) error {
	name, typ, _ := strings.Cut(s, "=")
	t, ok := spec.ParseType(typ)
	if !ok {
		return fmt.Errorf("unknown type %.64q", typ)
	}
	c.decoder.Extensions = append(c.decoder.Extensions, spec.Attribute{Name: name, Type: t})
	c.json.Extensions = c.decoder.Extensions
	return nil
}

func (c *converter) run(ctx context.Context, args []string) error {
	if c.maxBytes < 1 {
		return usagef("convert: --max-bytes is 1 at least")
	}
	if c.to == formAny {
		c.to = formLines
	}
	w := bufio.NewWriterSize(c.display(), 256<<10)
	var err error
	if c.out, err = newEventWriter(w, c.to, c.mode, c.url); err != nil {
		return err
	}
	err = c.open(args, c.from, c.maxBytes, func(in *input) error {
		if err := c.convert(ctx, in); err != nil {
			return fmt.Errorf("%s%w", prefix(in.name), err)
		}
		return nil
	})
	if err == nil {
		err = c.out.end()
	}
	if flushed := w.Flush(); err == nil {
		err = flushed
	}
	if err == nil && c.invalid > 0 {
		return errFault
	}
	return err
}

// prefix names a file in front of an error.
func prefix(name string) string {
	if name == "" {
		return ""
	}
	return name + ": "
}

func (c *converter) convert(ctx context.Context, in *input) error {
	for ctx.Err() == nil {
		u, err := in.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			if isFault(err) {
				return &faultError{err}
			}
			return err
		}
		err = c.unit(&u)
		var fault *faultError
		if c.keepGoing && errors.As(err, &fault) {
			c.invalid++
			c.report(fmt.Errorf("%sline %d: %w", prefix(in.name), u.line, err))
			continue
		}
		if err != nil && u.line > 0 {
			return fmt.Errorf("line %d: %w", u.line, err)
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// unit converts one unit.
func (c *converter) unit(u *unit) error {
	m := u.message
	switch {
	case m == nil && c.to != formHTTP:
		// Its data is scanned once.
		s, err := c.json.DecodeSealed(u.body)
		if err != nil {
			return &faultError{u.absolute(err)}
		}
		return c.out.sealed(&s)
	case m == nil:
		e, err := c.json.Decode(u.body)
		if err != nil {
			return &faultError{u.absolute(err)}
		}
		return c.out.event(&e)
	case cehttp.IsCloudEventBatch(m.header):
		es, err := c.decoder.DecodeMessageBatch(m.header, m.body)
		if err != nil {
			return &faultError{err}
		}
		for i := range es {
			if err := c.out.event(&es[i]); err != nil {
				return err
			}
		}
		return nil
	}
	e, err := c.decoder.DecodeMessage(m.header, m.body)
	if err != nil {
		return &faultError{err}
	}
	return c.out.event(&e)
}
