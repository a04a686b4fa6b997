package stream

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/curl"
)

// maxCommands limits the curl commands of an input, in bytes.
const maxCommands = 1 << 20

// commandReader reads curl commands, which are in memory together.
type commandReader struct {
	text   string // the rest
	offset int64  // of the rest in the input
	line   int
}

func (s *splitter) commands() (*commandReader, error) {
	c := &commandReader{offset: s.offset, line: s.line}
	all, err := ReadAtMost(s.r, maxCommands)
	if errors.As(err, new(*TooLongError)) {
		return nil, fmt.Errorf("the curl commands together are %w", err)
	}
	s.advance(all)
	c.text = string(all)
	return c, err
}

// next returns the message that the next command would send. The error is io.EOF at the
// end, and otherwise a *CurlError. A nil read refuses commands that name files.
func (c *commandReader) next(read func(name string) ([]byte, error)) (*Message, error) {
	command, rest, err := curl.Parse(c.text)
	if err == io.EOF {
		return nil, err
	}
	var request *curl.Request
	if err == nil {
		request, err = command.Request(read)
	}
	var file *curl.FileError
	if errors.As(err, &file) {
		err = fmt.Errorf("%w; use --read-files to allow that", err)
	}
	if err != nil {
		return nil, &CurlError{c.offset, c.line, err}
	}
	m := &Message{
		Start:  request.Method + " " + request.Target + " HTTP/1.1",
		Header: request.Header, Body: request.Body, BodyLine: 1, InBody: true,
	}
	line, counted := c.line, 0
	for _, f := range request.Fields { // in the order of the text
		line += strings.Count(c.text[counted:f.Offset], "\n")
		counted = f.Offset
		m.Fields = append(m.Fields, Field{Name: f.Name, Value: f.Value, Offset: c.offset + int64(f.Offset), Line: line})
	}
	done := c.text[:len(c.text)-len(rest)]
	c.line += strings.Count(done, "\n")
	c.offset += int64(len(done))
	c.text = rest
	return m, nil
}
