package stream

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents/spec"
)

// Form Case: a conformance case, as testdata/README.md describes it, of which the sections with
// a message are read. The others say what becomes of the message.

// messageSection returns the name of the section that a line begins, if it has a message, and
// whether each line of it is a string literal.
func messageSection(line string) (name string, quoted, ok bool) {
	name, ok = markerName(line)
	name, quoted = strings.CutSuffix(name, " quoted")
	switch name {
	case "request", "response", "json":
		return name, quoted, ok
	}
	return "", false, false
}

// markerName returns the name in a line "-- name --".
func markerName(line string) (string, bool) {
	name, ok := strings.CutPrefix(line, "-- ")
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(name, " --")
	return strings.TrimSpace(name), ok
}

// hasMarker reports whether the beginning of an input has a section with a message.
func hasMarker(b []byte) bool {
	for line := range bytes.Lines(b) {
		if _, _, ok := messageSection(strings.TrimRight(string(line), "\r\n")); ok {
			return true
		}
	}
	return false
}

// maxLiteral is the greatest length of a string literal for one byte: \x00, with quotes and
// line end.
const maxLiteral = 7

// readCase returns the next message.
func (in *Reader) readCase() (Unit, error) {
	in.begun = true
	s := in.s
	for {
		line, err := s.text(MaxHead)
		if err == errLine {
			continue // of data
		}
		if err == io.EOF && in.index == 0 {
			return Unit{}, &StructureError{s.at("there is no message: a case has a section request, response or json"), spec.SectionMessage}
		}
		if err != nil {
			return Unit{}, err
		}
		if name, quoted, ok := messageSection(string(line)); ok {
			return in.readSection(name, quoted)
		}
	}
}

// readSection reads the lines of a section with a message.
func (in *Reader) readSection(name string, quoted bool) (Unit, error) {
	s := in.s
	offset, line := s.offset, s.line
	most := min(s.max, math.MaxInt/16) + MaxHead
	if quoted {
		most *= maxLiteral
	}
	var content []byte
	for {
		if next, _ := s.r.Peek(3); string(next) == "-- " {
			if peeked, _ := s.r.Peek(256); isMarker(peeked) {
				break
			}
		}
		at := HTTPError{Offset: s.offset, Line: s.line}
		text, err := s.lineFeed(most)
		if err == io.EOF {
			break
		}
		switch {
		case err == errLine || len(content)+len(text) > most:
			return Unit{}, s.tooLong()
		case err != nil:
			return Unit{}, err
		case !quoted:
			content = append(append(content, text...), '\n')
			continue
		case len(bytes.TrimSpace(text)) == 0:
			continue
		}
		literal, err := strconv.Unquote(string(bytes.TrimSpace(text)))
		if err != nil {
			at.Text, at.Advice = fmt.Sprintf("no string literal: %.64q", text), "write each line of the section as a string in double quotes, as in Go"
			return Unit{}, &at
		}
		content = append(content, literal...)
	}
	if !quoted {
		content = bytes.TrimSuffix(content, []byte("\n"))
	}
	u, err := messageOf(name, content, s.max)
	if err == io.EOF {
		err = &HTTPError{Offset: offset, Line: line, Text: "there is no message in the section", Advice: "write an HTTP message between its line and the next section"}
	}
	if err != nil {
		return Unit{}, err
	}
	if quoted {
		u.Offset, u.Line, u.InBody = 0, 1, true
		if u.Message != nil {
			u.Message.Fields = nil // their places are those in another text
			u.Message.InBody = true
		}
		return u, nil
	}
	u.Offset += offset
	u.Line += line - 1
	if m := u.Message; m != nil {
		for i := range m.Fields {
			m.Fields[i].Offset += offset
			m.Fields[i].Line += line - 1
		}
	}
	return u, nil
}

// isMarker reports whether an input goes on with a line that begins a section.
func isMarker(b []byte) bool {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	_, ok := markerName(strings.TrimSuffix(string(line), "\r"))
	return ok
}

// messageOf returns the unit in the content of a section.
func messageOf(section string, content []byte, max int) (Unit, error) {
	s := newSplitter(bytes.NewReader(content), max)
	if section == "json" {
		if len(content) > max {
			return Unit{}, s.tooLong()
		}
		u := Unit{Body: content, Line: 1}
		if start := bytes.TrimLeft(content, "\uFEFF \t\r\n"); len(start) > 0 && start[0] == '[' {
			u.Message = &Message{Header: http.Header{"Content-Type": {spec.BatchMediaTypeJSON}}, Body: content, BodyLine: 1}
		}
		return u, nil
	}
	s.exact = true
	m, err := s.readMessage()
	if err != nil {
		return Unit{}, err
	}
	return Unit{Message: m, Body: m.Body, Offset: m.BodyOffset, Line: m.BodyLine, InBody: m.InBody}, nil
}
