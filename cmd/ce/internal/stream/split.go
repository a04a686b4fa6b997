package stream

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/seed763dd41b/cloudevents"
)

// splitter cuts a stream into lines and JSON values without checking them, and counts lines
// and bytes. It holds one line or value at a time.
type splitter struct {
	r      *bufio.Reader
	offset int64 // of the next byte
	line   int   // of the next byte, counted from 1
	start  int64 // offset of that line
	max    int   // bytes of a line or value
	buf    []byte
}

func newSplitter(r io.Reader, max int) *splitter {
	return &splitter{r: bufio.NewReaderSize(r, 256<<10), line: 1, max: max}
}

// at returns an error about the next byte.
func (s *splitter) at(text string) error {
	return &cloudevents.SyntaxError{Offset: int(s.offset), Err: errors.New(text)}
}

// skip consumes n buffered bytes.
func (s *splitter) skip(n int) {
	b, _ := s.r.Peek(n)
	s.advance(b)
	s.r.Discard(len(b)) // which are there
}

// advance counts bytes that were read.
func (s *splitter) advance(b []byte) {
	if n := bytes.Count(b, []byte("\n")); n > 0 {
		s.line += n
		s.start = s.offset + int64(bytes.LastIndexByte(b, '\n')) + 1
	}
	s.offset += int64(len(b))
}

// space consumes white space, and a byte order mark at the beginning of the input. It
// returns the byte behind them without consuming it.
func (s *splitter) space() (byte, error) {
	if s.offset == 0 {
		if b, _ := s.r.Peek(3); bytes.Equal(b, []byte("\uFEFF")) {
			s.skip(3)
		}
	}
	for {
		b, err := s.r.Peek(1)
		if err != nil {
			return 0, err
		}
		switch b[0] {
		case ' ', '\t', '\r', '\n':
			s.skip(1)
		default:
			return b[0], nil
		}
	}
}

// endOfLine consumes spaces, and reports whether a line end follows them.
func (s *splitter) endOfLine() bool {
	for {
		b, err := s.r.Peek(1)
		switch {
		case err != nil:
			return false
		case b[0] == '\n':
			return true
		case b[0] != ' ' && b[0] != '\t' && b[0] != '\r':
			return false
		}
		s.skip(1)
	}
}

// text reads a line and returns it without its end. The result is valid until the next call.
// The error is io.EOF at the end of the input.
func (s *splitter) text() ([]byte, error) {
	line, err := s.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		s.buf = append(s.buf[:0], line...)
		for err == bufio.ErrBufferFull {
			line, err = s.r.ReadSlice('\n')
			if s.buf = append(s.buf, line...); len(s.buf) > s.max {
				return nil, &TooLongError{s.max}
			}
		}
		line = s.buf
	}
	s.offset += int64(len(line))
	switch {
	case err == nil:
		s.line++
		s.start = s.offset
		line = line[:len(line)-1]
		return bytes.TrimSuffix(line, []byte("\r")), nil
	case err == io.EOF && len(line) > 0:
		return line, nil
	}
	return nil, err
}

// value reads one JSON value: to the bracket that closes the first one, or up to a comma, a
// bracket or white space. If the input ends within the value, the result is incomplete. It is
// valid until the next call.
func (s *splitter) value() ([]byte, error) {
	s.buf = s.buf[:0]
	var v valueEnd
	for !v.found {
		if _, err := s.r.Peek(1); err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
		b, _ := s.r.Peek(s.r.Buffered())
		n := v.scan(b)
		if len(s.buf)+n > s.max {
			return nil, &TooLongError{s.max}
		}
		s.buf = append(s.buf, b[:n]...)
		s.skip(n)
	}
	return s.buf, nil
}

// valueEnd looks for the end of a JSON value.
type valueEnd struct {
	depth   int
	quoted  bool
	escaped bool // the last byte was a backslash
	started bool
	found   bool
}

// scan returns how many bytes of b belong to the value.
func (v *valueEnd) scan(b []byte) int {
	for i := 0; i < len(b); i++ {
		if v.quoted {
			if v.escaped {
				v.escaped = false
				continue
			}
			n := bytes.IndexAny(b[i:], `"\`)
			if n < 0 {
				return len(b)
			}
			i += n
			if b[i] == '\\' {
				v.escaped = true
				continue
			}
			v.quoted = false
			if v.depth == 0 {
				v.found = true
				return i + 1
			}
			continue
		}
		switch b[i] {
		case '"':
			v.quoted = true
		case '{', '[':
			v.depth++
		case '}', ']':
			if v.depth--; v.depth < 0 && v.started {
				v.found = true
				return i
			}
			if v.depth <= 0 {
				v.found = true
				return i + 1
			}
		case ',', ' ', '\t', '\r', '\n':
			if v.depth == 0 && v.started {
				v.found = true
				return i
			}
		}
		v.started = true
	}
	return len(b)
}
