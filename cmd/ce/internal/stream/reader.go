package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// defaultMaxBytes is how much of an input is held in memory: a line, an element of
// a batch, an HTTP body.
const defaultMaxBytes = cehttp.DefaultMaxBytes

// input reads the events of a stream, one after the other.
type input struct {
	name string // "" is standard input
	form form
	s    *splitter
	files
	begun, ended bool
	lines        bool // JSON events are one to a line, as the first one was
	index        int  // of the next unit
	commands     *commandReader
}

// files is how "@file" in a curl command is read.
type files func(name string) ([]byte, error)

// unit is what next returns: a JSON event, or an HTTP message with one or with a
// batch.
type unit struct {
	message *message // nil: body is a JSON event
	body    []byte   // valid until the next call of next
	offset  int64    // of body in the input
	line    int
	column  int  // of body in that line, counted from 0
	index   int  // among the units of the input, from 0
	inBody  bool // offset and line are those of the body, which is not in the input as it is
}

func newInput(r io.Reader, name string, f form, maxBytes int) *input {
	if f == formAny {
		f = formOfName(name)
	}
	return &input{name: name, form: f, s: newSplitter(r, maxBytes)}
}

// structureError is about what is between events. Nothing can be read after it.
type structureError struct {
	err     error
	section string
}

func (e *structureError) Error() string { return e.err.Error() }
func (e *structureError) Unwrap() error { return e.err }

// next returns the next unit; at the end the error is io.EOF. Every other error is
// the last one, too.
func (in *input) next() (unit, error) {
	if in.ended {
		return unit{}, io.EOF
	}
	u, err := in.read()
	if err != nil {
		in.ended = true
		return unit{}, err
	}
	u.index = in.index
	in.index++
	return u, nil
}

func (in *input) read() (unit, error) {
	if !in.begun {
		if err := in.begin(); err != nil {
			return unit{}, err
		}
	}
	switch in.form {
	case formLines:
		return in.readLine()
	case formBatch:
		return in.readElement()
	case formHTTP, formCurl:
		return in.readMessage()
	}
	return in.readEvent()
}

// begin finds out what the form is.
func (in *input) begin() error {
	_, err := in.s.space()
	if err == io.EOF {
		return &structureError{in.s.at("the input is empty"), spec.SectionMessage}
	}
	if err != nil {
		return err
	}
	if in.form == formAny {
		b, _ := in.s.r.Peek(min(4096, max(in.s.r.Buffered(), 1)))
		if in.form = formOfBytes(b); in.form == formAny {
			return &structureError{in.s.at("neither JSON, nor an HTTP message, nor a curl command"), spec.SectionMessage}
		}
	}
	return nil
}

func (in *input) readLine() (unit, error) {
	in.begun = true
	for {
		offset, line := in.s.offset, in.s.line
		b, err := in.s.text()
		if err != nil {
			return unit{}, err
		}
		if len(bytes.TrimSpace(b)) > 0 {
			return unit{body: b, offset: offset, line: line}, nil
		}
	}
}

// readEvent reads JSON events one after the other. If the first has a line of its
// own, all have: a line that is broken is then no more than one event.
func (in *input) readEvent() (unit, error) {
	if in.lines {
		return in.readLine()
	}
	c, err := in.s.space()
	switch {
	case err != nil:
		return unit{}, err
	case c != '{' && in.begun:
		return unit{}, &structureError{in.s.at("there is something behind the event"), spec.SectionJSONEnvelope}
	}
	u := in.s.unit()
	if u.body, err = in.s.value(); err != nil {
		return unit{}, err
	}
	if !in.begun {
		in.begun = true
		in.lines = u.line == in.s.line && in.s.endOfLine()
	}
	return u, nil
}

// readElement reads an element of a batch.
func (in *input) readElement() (unit, error) {
	c, err := in.s.space()
	if err == nil && !in.begun {
		if c != '[' {
			return unit{}, &structureError{in.s.at("a batch is a JSON array"), spec.SectionJSONBatch}
		}
		in.s.skip(1)
		if c, err = in.s.space(); err == nil && c == ']' {
			return in.endBatch()
		}
	} else if err == nil {
		switch c {
		case ']':
			return in.endBatch()
		case ',':
			in.s.skip(1)
			c, err = in.s.space()
		default:
			return unit{}, &structureError{in.s.at("there must be a comma between the events of a batch"), spec.SectionJSONBatch}
		}
	}
	in.begun = true
	switch {
	case err == io.EOF:
		return unit{}, &structureError{in.s.at("the batch is cut off"), spec.SectionJSONBatch}
	case err != nil:
		return unit{}, err
	case c == ',' || c == ']':
		return unit{}, &structureError{in.s.at("there must be an event behind a comma"), spec.SectionJSONBatch}
	}
	u := in.s.unit()
	u.body, err = in.s.value()
	return u, err
}

// unit returns a unit that begins at the next byte.
func (s *splitter) unit() unit {
	return unit{offset: s.offset, line: s.line, column: int(s.offset - s.start)}
}

func (in *input) endBatch() (unit, error) {
	in.begun = true
	in.s.skip(1)
	switch _, err := in.s.space(); {
	case err == nil:
		return unit{}, &structureError{in.s.at("there is something behind the batch"), spec.SectionJSONBatch}
	default:
		return unit{}, err
	}
}

func (in *input) readMessage() (unit, error) {
	in.begun = true
	var m *message
	var err error
	if in.form == formCurl {
		if in.commands == nil {
			if in.commands, err = in.s.commands(); err != nil {
				return unit{}, err
			}
		}
		m, err = in.commands.next(in.files)
	} else {
		m, err = in.s.readMessage()
	}
	if err != nil {
		return unit{}, err
	}
	return unit{message: m, body: m.body, offset: m.bodyOffset, line: m.bodyLine, inBody: m.inBody}, nil
}

// open returns the inputs that arguments name; none, and "-", is standard input.
func (p *process) open(args []string, f form, maxBytes int, use func(*input) error) error {
	if len(args) == 0 {
		args = []string{"-"}
	}
	for _, name := range args {
		if err := p.openOne(name, f, maxBytes, use); err != nil {
			return err
		}
	}
	return nil
}

func (p *process) openOne(name string, f form, maxBytes int, use func(*input) error) error {
	if name == "-" {
		in := newInput(p.in, "", f, maxBytes)
		in.files = p.readFile
		return use(in)
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	in := newInput(file, name, f, maxBytes)
	in.files = p.readFile
	return use(in)
}

// readFile reads a file that a curl command or a flag names; "-" is standard input.
func (p *process) readFile(name string) ([]byte, error) {
	if name == "-" {
		return readAtMost(p.in, defaultMaxBytes)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := readAtMost(file, defaultMaxBytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

// place returns the line and the column, in bytes, of an offset into the body of u.
func (u *unit) place(offset int) (line, column int) {
	before := u.body[:min(offset, len(u.body))]
	newline := bytes.LastIndexByte(before, '\n')
	if column = len(before) - newline; newline < 0 {
		column += u.column
	}
	return u.line + bytes.Count(before, []byte("\n")), column
}

// absolute returns err with offsets from the beginning of the input.
func (u *unit) absolute(err error) error {
	var syntax *cloudevents.SyntaxError
	if u.offset > 0 && errors.As(err, &syntax) {
		return &cloudevents.SyntaxError{Offset: int(u.offset) + syntax.Offset, Err: syntax.Err}
	}
	return err
}
