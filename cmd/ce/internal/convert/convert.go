// Package convert is the command ce convert: it turns events from one form into another.
package convert

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

const help = `Each argument is a file; none, and -, is standard input. What comes in is JSON events,
a batch, HTTP messages, a curl command, or a case that ce listen --record has written, told
by the first bytes, the name of the file (.jsonl, .json, .http, .curl, .txtar), or --from.
An event in another format is an input of its own, and so is a batch in Protobuf or XML: the
name tells it (.pb, .xml, .avro, .cbor), or --from, or up to 64 KiB, and in XML always, its bytes.
Files that a curl command names are read with --read-files only. What goes out is

  jsonl  a JSON event a line
  json   one JSON event, indented unless it is nested so deep that it gets four
         times as long
  batch  a JSON array, an event a line
  http   HTTP requests in the mode of --mode and the format of --format, one
         after the other

  protobuf, xml, avro, avro-compact, cbor    one event in that format
  protobuf-batch, xml-batch                  a batch in that format

XML, Avro compact and CBOR are drafts of the specification.

Events are converted one at a time, so that input and output can be larger than memory:
no more than --max-bytes is held, of an event or of the body of an HTTP message. The HTTP
message of --mode batch, and a batch in Protobuf or XML, is held as a whole, and has at
most 10000 events. The first event that is invalid ends the conversion, and output that
was begun is then incomplete; with --keep-going, such an event is left out.

A header has no types: --declare says that an extension is an Integer, say, in JSON.

examples:

  ce send --print --repeat 3 http://localhost:8080/ | ce convert > events.jsonl
  ce convert --to batch events.jsonl
  ce convert --filter "type LIKE 'com.example.%' AND n > 3" events.jsonl
  ce convert --to http --mode binary events.jsonl
  ce convert --to http --mode structured --format protobuf events.jsonl \
    > events.http
  ce send --print http://localhost:8080/ | ce convert --to protobuf > event.pb
  ce convert --to xml event.pb
  ce convert --to protobuf-batch events.jsonl > events.pb
  ce convert --to http --mode structured events.jsonl | ce convert --to batch
  ce send --print http://localhost:8080/ --ext n=5 |
    ce convert --to json --declare n=Integer`

// Command returns the command.
func Command() cli.Command {
	return cli.Command{
		Name: "convert", Args: "[file...]",
		Summary: "turn events from any form and format into another",
		Help:    help,
		Prepare: func(p *cli.Process, flags *flag.FlagSet) func(context.Context, []string) error {
			c := &converter{process: p, to: stream.Lines}
			c.source.Flags(flags)
			flags.Func("to", "`form` of the output: json, jsonl, batch, http, or an event format, and -batch behind it (jsonl)", stream.FormFlag(&c.to, stream.OutputForms))
			flags.Func("mode", "content `mode` of HTTP messages: binary, structured or batch (binary)", stream.ModeFlag(&c.mode))
			flags.Func("format", "event `format` of structured and batch mode: "+stream.FormatNames+" (json)", stream.FormatFlag(&c.format))
			flags.Func("declare", "type of an extension, `name=Type`; may be repeated", c.declare)
			flags.StringVar(&c.url, "url", "http://localhost:8080/", "`URL` of HTTP requests")
			flags.Func("filter", "convert only events for which this CESQL `expression` is true", c.filter.Flag(p))
			flags.BoolVar(&c.keepGoing, "keep-going", false, "leave invalid events out, and report them")
			return c.run
		},
	}
}

// converter reads events in one form and writes them in another.
type converter struct {
	process   *cli.Process
	source    stream.Source
	to        stream.Form
	mode      cloudevents.Mode
	format    format.Formatter // of --format; nil is JSON
	url       string
	keepGoing bool
	filter    stream.Filter

	decoder cehttp.Decoder
	json    cloudevents.JSONDecoder
	out     *stream.Writer
	invalid int // events that were left out
}

func (c *converter) declare(s string) error {
	a, err := stream.Declaration(s)
	if err != nil {
		return err
	}
	c.decoder.Extensions = append(c.decoder.Extensions, a)
	c.json.Extensions = c.decoder.Extensions
	return nil
}

func (c *converter) run(ctx context.Context, args []string) error {
	if c.source.MaxBytes < 1 {
		return cli.Usagef("convert: --max-bytes is 1 at least")
	}
	if c.to == stream.Any {
		c.to = stream.Lines
	}
	if c.format != nil && c.to != stream.HTTP {
		return cli.Usagef("convert: --format is for --to http; --to %s is a document", stream.FormatName(c.format))
	}
	formats, err := stream.FormatsFor("convert", c.mode, c.format)
	if err != nil {
		return err
	}
	c.decoder.Format = all.Formats()
	c.source.Stdin = c.process.In
	w := bufio.NewWriterSize(c.process.Display(), 256<<10)
	if c.out, err = stream.NewWriter(w, c.to, c.mode, formats, c.url); err != nil {
		return err
	}
	err = c.source.Each(args, func(in *stream.Reader) error {
		if err := c.input(ctx, in); err != nil {
			return fmt.Errorf("%s%w", in.Prefix(), err)
		}
		return nil
	})
	if err == nil {
		err = c.out.End()
	}
	if flushed := w.Flush(); err == nil {
		err = flushed
	}
	if err == nil && c.invalid > 0 {
		return cli.ErrFault
	}
	return err
}

// input converts one input.
func (c *converter) input(ctx context.Context, in *stream.Reader) error {
	for ctx.Err() == nil {
		u, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			if stream.IsFault(err) {
				return &cli.FaultError{Err: err}
			}
			return err
		}
		err = c.unit(&u)
		var fault *cli.FaultError
		if c.keepGoing && errors.As(err, &fault) {
			c.invalid++
			c.process.Report(fmt.Errorf("%sline %d: %w", in.Prefix(), u.Line, err))
			continue
		}
		if err != nil && u.Line > 0 {
			return fmt.Errorf("line %d: %w", u.Line, err)
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// unit converts one unit.
func (c *converter) unit(u *stream.Unit) error {
	m := u.Message
	switch {
	case m == nil && c.to.IsJSON():
		// Sealed, because its data is then scanned once.
		s, err := c.json.DecodeSealed(u.Body)
		if err != nil {
			return &cli.FaultError{Err: u.Absolute(err)}
		}
		if !c.filter.Passes(&s.Attributes) {
			return nil
		}
		return c.out.Sealed(&s)
	case m == nil:
		e, err := c.json.Decode(u.Body)
		if err != nil {
			return &cli.FaultError{Err: u.Absolute(err)}
		}
		return c.event(&e)
	case cehttp.IsCloudEventBatch(m.Header):
		es, err := c.decoder.DecodeMessageBatch(m.Header, m.Body)
		if err != nil {
			return &cli.FaultError{Err: err}
		}
		for i := range es {
			if err := c.event(&es[i]); err != nil {
				return err
			}
		}
		return nil
	}
	e, err := c.decoder.DecodeMessage(m.Header, m.Body)
	if err != nil {
		return &cli.FaultError{Err: err}
	}
	return c.event(&e)
}

// event writes an event that the filter passes.
func (c *converter) event(e *cloudevents.Event) error {
	if !c.filter.Passes(e) {
		return nil
	}
	return c.out.Event(e)
}
