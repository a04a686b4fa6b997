package stream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

// Message is an HTTP message that the input has, or that a curl command in it would send.
type Message struct {
	Start  string // "POST / HTTP/1.1"; "" if the input begins with the header
	Header http.Header
	Body   []byte
	Fields []Field // the headers in the order of the input

	BodyOffset int64 // in the input, in bytes
	BodyLine   int   // counted from 1
	InBody     bool  // BodyOffset and BodyLine are counted in the body, because the input has it in another form

	document bool
}

// IsDocument reports whether the input is the Body alone, and the Header was made for it.
func (m *Message) IsDocument() bool { return m.document }

// Field is the place of a header in the input.
type Field struct {
	Name   string
	Value  string
	Offset int64 // in bytes
	Line   int   // counted from 1
}

// MaxHead limits the header of a message, and that of an answer, in bytes.
const MaxHead = 1 << 20

// isStartLine reports whether a line begins a request or a response.
func isStartLine(line string) bool {
	first, rest, _ := strings.Cut(line, " ")
	second, rest, _ := strings.Cut(rest, " ")
	if strings.HasPrefix(first, "HTTP/") {
		_, err := strconv.ParseUint(second, 10, 16)
		return err == nil && len(second) == 3
	}
	return IsToken(first) && second != "" && strings.HasPrefix(rest, "HTTP/") && !strings.Contains(rest, " ")
}

// isHeader reports whether a line looks like a header. White space before the colon, which
// is wrong, is allowed, so that the error can name it.
func isHeader(line string) bool {
	name, _, ok := strings.Cut(line, ":")
	return ok && IsToken(strings.TrimRight(name, " \t"))
}

// IsToken reports whether s is a token of HTTP (RFC 9110, 5.6.2), as the name of a header
// is.
func IsToken(s string) bool {
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

// readMessage reads an HTTP message, with or without a start line, with CRLF or LF. Without
// Content-Length and Transfer-Encoding, the body ends at the end of the input, less one line
// end, because editors add one. The error is io.EOF at the end of the input.
func (s *splitter) readMessage() (*Message, error) {
	if _, err := s.space(); err != nil {
		return nil, err
	}
	m := &Message{Header: http.Header{}}
	begin := s.offset
	for first := true; ; first = false {
		at := HTTPError{Offset: s.offset, Line: s.line}
		text, err := s.text(MaxHead)
		if err == io.EOF && !first {
			break // a header alone
		}
		if err == errLine || s.offset-begin > MaxHead {
			at.Text, at.Advice = fmt.Sprintf("the header is longer than %d bytes", MaxHead), "make it smaller: large values belong in the body"
			return nil, &at
		}
		if err != nil {
			return nil, err
		}
		line := string(text)
		if first && isStartLine(line) {
			m.Start = line
			continue
		}
		if line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		switch {
		case line[0] == ' ' || line[0] == '\t':
			at.Text, at.Advice = "a header goes on in another line, which HTTP does not allow any more", "write each header in one line"
		case !ok:
			at.Text = fmt.Sprintf("no header, and no empty line before the body: %.64q", line)
			at.Advice = "write start line, headers, an empty line and the body, as they go over the wire"
		case !IsToken(name):
			at.Text = fmt.Sprintf("illegal header name %.64q", name)
			if at.Advice = "name the header with letters, digits and hyphens"; IsToken(strings.TrimRight(name, " \t")) {
				at.Advice = "write the colon directly behind the name of the header"
			}
		default:
			value = strings.Trim(value, " \t")
			m.Header[name] = append(m.Header[name], value)
			m.Fields = append(m.Fields, Field{name, value, at.Offset, at.Line})
			continue
		}
		return nil, &at
	}
	m.BodyOffset, m.BodyLine = s.offset, s.line
	return m, s.body(m)
}

func (s *splitter) body(m *Message) error {
	at := HTTPError{Offset: s.offset, Line: s.line}
	if coding := strings.Join(m.Values("Transfer-Encoding"), ", "); coding != "" {
		if !strings.EqualFold(coding, "chunked") {
			at.Text, at.Advice = fmt.Sprintf("Transfer-Encoding %.64q", coding), "write the body as it is, without Transfer-Encoding"
			return &at
		}
		m.BodyOffset, m.BodyLine, m.InBody = 0, 1, true
		counted := &counter{r: s.r}
		body, err := s.readAtMost(httputil.NewChunkedReader(counted))
		s.line += counted.lines
		s.offset += counted.n
		if m.Body = body; err != nil {
			var long *TooLongError
			if errors.As(err, &long) {
				return err
			}
			at.Text, at.Advice = "the chunks of the body are malformed or cut off", "write the body as it is, without Transfer-Encoding, or with chunks as in RFC 9112"
			return &at
		}
		// The trailer section is of no use here.
		for {
			if line, err := s.text(MaxHead); err != nil || len(line) == 0 {
				return nil
			}
		}
	}
	lengths := m.Values("Content-Length")
	if len(lengths) == 0 {
		body, err := ReadAtMost(s.r, min(s.max, math.MaxInt-2)+len("\r\n"))
		s.advance(body)
		if !s.exact {
			body = bytes.TrimSuffix(body, []byte("\n"))
			body = bytes.TrimSuffix(body, []byte("\r"))
		}
		if m.Body = body; len(body) > s.max || errors.As(err, new(*TooLongError)) {
			return s.tooLong()
		}
		return err
	}
	n, err := strconv.ParseUint(lengths[0], 10, 62)
	for _, length := range lengths { // RFC 9112, 6.3: all of them must be the same
		if err != nil || length != lengths[0] {
			at.Text = fmt.Sprintf("Content-Length %.64q", strings.Join(lengths, ", "))
			at.Advice = "write one Content-Length, in digits, or none: the body is then all that follows"
			return &at
		}
	}
	if n > uint64(s.max) {
		return s.tooLong()
	}
	m.Body, err = s.readAtMost(io.LimitReader(s.r, int64(n)))
	s.advance(m.Body)
	if err == nil && len(m.Body) < int(n) {
		at.Text = fmt.Sprintf("the body has %d bytes, but Content-Length is %d", len(m.Body), n)
		at.Advice = fmt.Sprintf("write all of the body, or correct the header: Content-Length: %d", len(m.Body))
		return &at
	}
	return err
}

// counter counts the bytes and lines that are read through it. It returns one byte at a time,
// so that its reader does not read ahead.
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

// Values returns the values of a header, whatever the case of its name.
func (m *Message) Values(name string) (values []string) {
	for key, v := range m.Header {
		if ascii.EqualFold(key, name) {
			values = append(values, v...)
		}
	}
	return values
}

// Get returns one value of a header, whatever the case of its name, or "".
func (m *Message) Get(name string) string {
	if values := m.Values(name); len(values) > 0 {
		return values[0]
	}
	return ""
}
