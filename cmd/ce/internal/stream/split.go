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
	exact  bool  // a line end at the end of the input belongs to the body of a message
	buf    []byte
}

func newSplitter(r io.Reader, max int) *splitter {
	return &splitter{r: bufio.NewReaderSize(r, 256<<10), line: 1, max: max}
}

// at returns an error about the next byte.
func (s *splitter) at(text string) error { return s.fault(errors.New(text)) }

// fault returns err with the offset.
func (s *splitter) fault(err error) error {
	return &cloudevents.SyntaxError{Offset: int(s.offset), Err: err}
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

// tooLong returns the error about a unit that is larger than the limit.
func (s *splitter) tooLong() error { return &TooLongError{Max: s.max, Flag: MaxBytesFlag} }

// readAtMost reads all of r, up to the limit of a unit.
func (s *splitter) readAtMost(r io.Reader) ([]byte, error) {
	b, err := ReadAtMost(r, s.max)
	if errors.As(err, new(*TooLongError)) {
		return nil, s.tooLong()
	}
	return b, err
}

// text reads a line of at most max bytes and returns it without its end, LF or CRLF. The
// result is valid until the next call. The error is io.EOF at the end of the input. A longer
// line gives errLine; the next call then goes on behind what was read of it.
func (s *splitter) text(max int) ([]byte, error) {
	b, err := s.lineFeed(max)
	return bytes.TrimSuffix(b, []byte("\r")), err
}

// lineFeed is text for lines that end in LF.
func (s *splitter) lineFeed(max int) ([]byte, error) {
	line, err := s.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		s.buf = append(s.buf[:0], line...)
		for err == bufio.ErrBufferFull && len(s.buf) <= max {
			line, err = s.r.ReadSlice('\n')
			s.buf = append(s.buf, line...)
		}
		line = s.buf
	}
	s.offset += int64(len(line))
	content := line
	switch {
	case err == nil:
		s.line++
		s.start = s.offset
		content = line[:len(line)-1]
	case err == bufio.ErrBufferFull:
		return nil, errLine
	case err != io.EOF || len(line) == 0:
		return nil, err
	}
	if len(content) > max && !(len(content) == max+1 && content[max] == '\r') {
		return nil, errLine
	}
	return content, nil
}

// errLine is the error about a line that is too long.
var errLine = errors.New("the line is too long")

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
			return nil, s.tooLong()
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
