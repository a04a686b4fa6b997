package stream

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// DefaultMaxBytes is the default limit of a unit: a line, an element of a batch, or the body
// of an HTTP message.
const DefaultMaxBytes = cehttp.DefaultMaxBytes

// Reader reads the units of one input, one after the other.
type Reader struct {
	Name string // of the file; "" is standard input

	form   Form
	isJSON bool // whatever the first bytes are
	s      *splitter
	// readFile reads a file that a curl command names; nil refuses.
	readFile     func(name string, max int) ([]byte, error)
	begun, ended bool
	oneLine      bool // JSON events have a line each, as the first one has
	index        int  // of the next unit
	commands     *commandReader
	comma        int64 // the place behind the last comma of a batch
}

// Unit is a JSON event, or an HTTP message with one event or with a batch.
type Unit struct {
	Message *Message // nil: Body is a JSON event
	Body    []byte   // valid until the next call of Next
	Offset  int64    // of Body in the input, in bytes
	Line    int      // of Body in the input, counted from 1
	Column  int      // of Body in that line, in bytes, counted from 0
	Index   int      // among the units of the input, counted from 0
	InBody  bool     // Offset and Line are counted in the body, because the input has it in another form

	// Version is the version that the event must have, because others of its batch have it.
	// Readers leave it nil.
	Version *spec.Version

	// Rest is set by Here: the beginning of what has not been read, 64 KiB of it, or all.
	Rest []byte

	// Comma is set by Here: the place behind the comma that was read last, if no event was
	// read behind it, or 0.
	Comma int64
}

// NewReader returns a Reader of r. If f is Any, the name tells the form, or else the first
// bytes do. A unit has at most maxBytes; 0 is DefaultMaxBytes.
//
// Curl commands that name files are refused with a [*CurlError].
func NewReader(r io.Reader, name string, f Form, maxBytes int) *Reader {
	isJSON := false
	if f == Any {
		f, isJSON = formOfName(name)
	}
	if maxBytes == 0 {
		maxBytes = DefaultMaxBytes
	}
	return &Reader{Name: name, form: f, isJSON: isJSON, s: newSplitter(r, maxBytes)}
}

// Prefix returns the name of the file and a colon, for the front of an error. It is "" for
// standard input.
func (in *Reader) Prefix() string {
	if in.Name == "" {
		return ""
	}
	return in.Name + ": "
}

// Form returns the form of the input. It is Any before the first unit is read, and if the
// first bytes tell no form.
func (in *Reader) Form() Form { return in.form }

// OneLine reports whether the input is read as a JSON event a line although its form is JSON:
// the first event has a line of its own.
func (in *Reader) OneLine() bool { return in.oneLine }

// Count returns how many units were read.
func (in *Reader) Count() int { return in.index }

// MaxRest is the most that a unit of Here has of the input.
const MaxRest = 64 << 10

// Here returns an empty unit at the place that the Reader has come to, for an error of Next.
func (in *Reader) Here() Unit {
	rest, _ := in.s.r.Peek(MaxRest)
	return Unit{Line: in.s.line, Column: int(in.s.offset - in.s.start), Rest: rest, Comma: in.comma}
}

// Next returns the next unit. The error is io.EOF at the end. After any error, Next returns
// io.EOF. [IsFault] tells errors about the input from errors of reading it.
func (in *Reader) Next() (Unit, error) {
	if in.ended {
		return Unit{}, io.EOF
	}
	u, err := in.read()
	if err != nil {
		in.ended = true
		return Unit{}, err
	}
	u.Index = in.index
	in.index++
	return u, nil
}

func (in *Reader) read() (Unit, error) {
	if in.form == Any && !in.isJSON && !in.begun {
		in.form = in.detect()
	}
	if in.form.format() != nil { // its bytes are no text: a line end may be the first
		return in.readDocument()
	}
	if !in.begun {
		if err := in.begin(); err != nil {
			return Unit{}, err
		}
	}
	switch in.form {
	case Lines:
		return in.readLine()
	case Batch:
		return in.readElement()
	case HTTP, Curl:
		return in.readMessage()
	case Case:
		return in.readCase()
	}
	return in.readEvent()
}

// begin finds out the form.
func (in *Reader) begin() error {
	_, err := in.s.space()
	if err == io.EOF {
		return &StructureError{in.s.fault(ErrEmpty), spec.SectionMessage}
	}
	if err != nil {
		return err
	}
	b, _ := in.s.r.Peek(min(4096, max(in.s.r.Buffered(), 1)))
	if f := ForeignBytes(b); f != NotForeign {
		return &StructureError{in.s.at(f.String()), spec.SectionMessage}
	}
	if in.form == Any {
		if !in.isJSON && ForeignOf(b) == YAML {
			return &StructureError{in.s.at(YAML.String()), spec.SectionMessage}
		}
		in.form = formOfBytes(b)
		if in.isJSON && in.form != Batch {
			in.form = JSON
		}
		if in.form == Any && hasMarker(b) {
			in.form = Case
		}
		if in.form == Any {
			return &StructureError{in.s.fault(ErrForm), spec.SectionMessage}
		}
	}
	return nil
}

// readDocument reads the whole input as an event or a batch in a format other than JSON. The
// unit has it as the body of a message in structured or batch mode.
func (in *Reader) readDocument() (Unit, error) {
	if in.begun {
		return Unit{}, io.EOF
	}
	in.begun = true
	body, err := in.s.readAtMost(in.s.r)
	if err == nil && len(body) == 0 && in.form != ProtobufBatch { // which has no bytes if it has no events
		err = &StructureError{in.s.fault(ErrEmpty), spec.SectionMessage}
	}
	if err != nil {
		return Unit{}, err
	}
	in.form = batchForm(in.form, body)
	in.s.advance(body)
	return documentUnit(in.form, body), nil
}

// documentUnit returns the unit that is a document of that form.
func documentUnit(f Form, body []byte) Unit {
	m := &Message{Header: http.Header{"Content-Type": {f.mediaType()}}, Body: body, BodyLine: 1, document: true}
	return Unit{Message: m, Body: body, Line: 1}
}

func (in *Reader) readLine() (Unit, error) {
	in.begun = true
	for {
		offset, line := in.s.offset, in.s.line
		b, err := in.s.text(in.s.max)
		if err == errLine {
			err = in.s.tooLong()
		}
		if err != nil {
			return Unit{}, err
		}
		if len(bytes.TrimSpace(b)) > 0 {
			return Unit{Body: b, Offset: offset, Line: line}, nil
		}
	}
}

// readEvent reads JSON events one after the other. If the first one has a line of its own,
// every line is an event: a broken line then spoils no other one.
func (in *Reader) readEvent() (Unit, error) {
	if in.oneLine {
		return in.readLine()
	}
	c, err := in.s.space()
	switch {
	case err != nil:
		return Unit{}, err
	case c != '{' && in.begun:
		return Unit{}, &StructureError{in.s.at("there is something behind the event"), spec.SectionJSONEnvelope}
	}
	u := in.s.unit()
	if c != '{' && c != '[' && c != '"' { // no JSON: the error is about all of it
		if u.Body, err = in.s.readAtMost(in.s.r); err == nil {
			in.begun = true
			in.s.advance(u.Body)
		}
		return u, err
	}
	if u.Body, err = in.s.value(); err != nil {
		return Unit{}, err
	}
	if !in.begun {
		in.begun = true
		in.oneLine = u.Line == in.s.line && in.s.endOfLine()
	}
	return u, nil
}

// readElement reads an element of a batch.
func (in *Reader) readElement() (Unit, error) {
	c, err := in.s.space()
	if err == nil && !in.begun {
		if c != '[' {
			return Unit{}, &StructureError{in.s.at("a batch is a JSON array"), spec.SectionJSONBatch}
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
			in.comma = in.s.offset
			c, err = in.s.space()
		default:
			return Unit{}, &StructureError{in.s.at("there must be a comma between the events of a batch"), spec.SectionJSONBatch}
		}
	}
	in.begun = true
	switch {
	case err == io.EOF:
		return Unit{}, &StructureError{in.s.at("the batch is cut off"), spec.SectionJSONBatch}
	case err != nil:
		return Unit{}, err
	case c == ',' || c == ']':
		return Unit{}, &StructureError{in.s.at("there must be an event behind a comma"), spec.SectionJSONBatch}
	}
	u := in.s.unit()
	u.Body, err = in.s.value()
	in.comma = 0
	return u, err
}

// unit returns a unit that begins at the next byte.
func (s *splitter) unit() Unit {
	return Unit{Offset: s.offset, Line: s.line, Column: int(s.offset - s.start)}
}

func (in *Reader) endBatch() (Unit, error) {
	in.begun = true
	in.s.skip(1)
	switch _, err := in.s.space(); {
	case err == nil:
		return Unit{}, &StructureError{in.s.at("there is something behind the batch"), spec.SectionJSONBatch}
	default:
		return Unit{}, err
	}
}

func (in *Reader) readMessage() (Unit, error) {
	in.begun = true
	var m *Message
	var err error
	if in.form == Curl {
		if in.commands == nil {
			if in.commands, err = in.s.commands(); err != nil {
				return Unit{}, err
			}
		}
		m, err = in.commands.next(in.fileReader())
		if err == nil && len(m.Body) > in.s.max {
			err = in.s.tooLong()
		}
	} else {
		m, err = in.s.readMessage()
	}
	if err != nil {
		return Unit{}, err
	}
	return Unit{Message: m, Body: m.Body, Offset: m.BodyOffset, Line: m.BodyLine, InBody: m.InBody}, nil
}

// Place is where an offset is in the input: the line, counted from 1, and the column, in bytes
// and counted from 1.
type Place struct{ Line, Column int }

// fileReader returns the function that reads the files of one command, which together are no
// larger than a unit may be. It is nil if files are not read.
func (in *Reader) fileReader() func(name string) ([]byte, error) {
	if in.readFile == nil {
		return nil
	}
	left := in.s.max
	return func(name string) ([]byte, error) {
		b, err := in.readFile(name, max(left, 1))
		if left -= len(b); left < 0 {
			return nil, in.s.tooLong()
		}
		var long *TooLongError
		if errors.As(err, &long) {
			long.Max = in.s.max
		}
		return b, err
	}
}

// Places returns the places of offsets into the body of u, which may be many, in one pass over
// the body.
func (u *Unit) Places(offsets []int) map[int]Place {
	places := make(map[int]Place, len(offsets))
	at, line, column := 0, u.Line, u.Column+1
	for _, offset := range slices.Sorted(slices.Values(offsets)) {
		piece := u.Body[at:max(at, min(offset, len(u.Body)))]
		if n := bytes.Count(piece, []byte("\n")); n > 0 {
			line += n
			column = len(piece) - bytes.LastIndexByte(piece, '\n')
		} else {
			column += len(piece)
		}
		at += len(piece)
		places[offset] = Place{line, column}
	}
	return places
}

// Absolute returns the error of a decoder of u.Body with its offset counted from the
// beginning of the input.
func (u *Unit) Absolute(err error) error {
	var syntax *cloudevents.SyntaxError
	if u.Offset > 0 && errors.As(err, &syntax) {
		return &cloudevents.SyntaxError{Offset: int(u.Offset) + syntax.Offset, Err: syntax.Err}
	}
	return err
}
