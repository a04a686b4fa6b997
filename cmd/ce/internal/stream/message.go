package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
)

// message is an HTTP message: one that was read, or one that a curl command would
// send.
type message struct {
	start  string // "POST / HTTP/1.1"; "" if the input begins with the header
	header http.Header
	body   []byte
	fields []field

	bodyOffset int64 // in the input
	bodyLine   int
	inBody     bool // the body is not in the input as it is sent: offsets are its own
}

// field is where a header is in the input.
type field struct {
	name   string
	offset int64
	line   int
}

const maxHead = 1 << 20

// rawError is a fault of a raw HTTP message.
type rawError struct {
	offset int64
	line   int
	text   string
}

func (e *rawError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.text) }

// isStartLine reports whether a line begins a request or a response.
func isStartLine(line string) bool {
	first, rest, _ := strings.Cut(line, " ")
	second, rest, _ := strings.Cut(rest, " ")
	if strings.HasPrefix(first, "HTTP/") {
		_, err := strconv.ParseUint(second, 10, 16)
		return err == nil && len(second) == 3
	}
	return isToken(first) && second != "" && strings.HasPrefix(rest, "HTTP/") && !strings.Contains(rest, " ")
}

// isHeader reports whether a line is a header, white space before the colon
// allowed, so that it can be told what is wrong with it.
func isHeader(line string) bool {
	name, _, ok := strings.Cut(line, ":")
	return ok && isToken(strings.TrimRight(name, " \t"))
}

// isToken reports whether s is a token of HTTP, as names of headers are.
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}

// isHTTP reports whether a line may be the first of an HTTP message.
func isHTTP(line string) bool {
	line = strings.TrimRight(line, "\r\n")
	return isStartLine(line) || isHeader(line)
}

// readMessage reads an HTTP message, with or without a start line, with CRLF or LF.
// Without Content-Length and Transfer-Encoding the body goes up to the end of the
// input, but for one line end, which editors add. At the end of the input the error
// is io.EOF.
func (s *splitter) readMessage() (*message, error) {
	if _, err := s.space(); err != nil {
		return nil, err
	}
	m := &message{header: http.Header{}}
	begin := s.offset
	for first := true; ; first = false {
		at := rawError{offset: s.offset, line: s.line}
		text, err := s.text()
		if err == io.EOF && !first {
			break // a header alone
		}
		if err != nil {
			return nil, err
		}
		line := string(text)
		if s.offset-begin > maxHead {
			at.text = "the header is too long"
			return nil, &at
		}
		if first && isStartLine(line) {
			m.start = line
			continue
		}
		if line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		switch {
		case line[0] == ' ' || line[0] == '\t':
			at.text = "a header goes on in another line, which HTTP does not allow any more"
		case !ok:
			at.text = fmt.Sprintf("no header, and no empty line before the body: %.64q", line)
		case !isToken(name):
			at.text = fmt.Sprintf("illegal header name %.64q", name)
		default:
			m.header[name] = append(m.header[name], strings.Trim(value, " \t"))
			m.fields = append(m.fields, field{name, at.offset, at.line})
			continue
		}
		return nil, &at
	}
	m.bodyOffset, m.bodyLine = s.offset, s.line
	return m, s.body(m)
}

func (s *splitter) body(m *message) error {
	at := rawError{offset: s.offset, line: s.line}
	if coding := m.get("Transfer-Encoding"); coding != "" {
		if !strings.EqualFold(coding, "chunked") {
			at.text = fmt.Sprintf("Transfer-Encoding %.64q", coding)
			return &at
		}
		m.bodyOffset, m.bodyLine, m.inBody = 0, 1, true
		counted := &counter{r: s.r}
		body, err := readAtMost(httputil.NewChunkedReader(counted), s.max)
		s.line += counted.lines
		s.offset += counted.n
		if m.body = body; err != nil {
			var long *errTooLong
			if errors.As(err, &long) {
				return err
			}
			at.text = "the chunks of the body are malformed or cut off"
			return &at
		}
		// The trailer section, which is of no use here.
		for {
			if line, err := s.text(); err != nil || len(line) == 0 {
				return nil
			}
		}
	}
	length := m.get("Content-Length")
	if length == "" {
		body, err := readAtMost(s.r, s.max)
		s.advance(body)
		body = bytes.TrimSuffix(body, []byte("\n"))
		m.body = bytes.TrimSuffix(body, []byte("\r"))
		return err
	}
	n, err := strconv.ParseUint(length, 10, 62)
	switch {
	case err != nil:
		at.text = fmt.Sprintf("Content-Length %.64q", length)
		return &at
	case n > uint64(s.max):
		return &errTooLong{s.max}
	}
	m.body, err = readAtMost(io.LimitReader(s.r, int64(n)), s.max)
	s.advance(m.body)
	if err == nil && len(m.body) < int(n) {
		at.text = fmt.Sprintf("the body has %d bytes, but Content-Length is %d", len(m.body), n)
		return &at
	}
	return err
}

// readAtMost reads all of r.
func readAtMost(r io.Reader, max int) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, int64(max)+1))
	if len(b) > max {
		return nil, &errTooLong{max}
	}
	return b, err
}

// counter counts what is read through it. It gives one byte at a time, so that
// nobody reads ahead.
type counter struct {
	r     io.ByteReader
	n     int64
	lines int
}

func (c *counter) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	var err error
	if b[0], err = c.ReadByte(); err != nil {
		return 0, err
	}
	return 1, nil
}

func (c *counter) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
		if b == '\n' {
			c.lines++
		}
	}
	return b, err
}

// get returns the value of a header under any spelling of its name.
func (m *message) get(name string) string {
	for key, values := range m.header {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}
