package cexml

import (
	"bytes"
	"fmt"

	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// document reads everything before the root element, and checks the characters of the
// whole document.
func (s *scanner) document() error {
	if n := len(s.b); n >= 2 && (s.b[0] == 0xFE && s.b[1] == 0xFF || s.b[0] == 0xFF && s.b[1] == 0xFE || s.b[0] == 0 || s.b[1] == 0) {
		return s.fail(0, fmt.Errorf("%w: the document is not in UTF-8", format.ErrUnknown))
	}
	if bytes.HasPrefix(s.b, []byte("\uFEFF")) { // the byte order mark
		s.i = len("\uFEFF")
	}
	if bytes.HasPrefix(s.b[s.i:], []byte("<?xml")) && s.i+5 < len(s.b) && classes[s.b[s.i+5]]&isSpace != 0 {
		if err := s.declaration(); err != nil {
			return err
		}
	}
	if at := illegal(s.b); at >= 0 { // in an encoding that is ours
		return s.fail(at, errCharacter)
	}
	isElement, err := s.misc()
	if err == nil && !isElement {
		err = s.fail(s.i, errNoElement)
	}
	return err
}

// end reads what is behind the root element.
func (s *scanner) end() error {
	isElement, err := s.misc()
	if err == nil && isElement {
		err = s.fail(s.i, errOutside)
	}
	return err
}

// misc reads white space, comments and processing instructions outside of the root
// element. It reports whether an element follows.
func (s *scanner) misc() (isElement bool, err error) {
	for {
		s.i = space(s.b, s.i)
		switch {
		case s.i == len(s.b):
			return false, nil
		case s.b[s.i] != '<':
			return false, s.fail(s.i, errOutside)
		}
		switch s.after() {
		case '?':
			err = s.instruction()
		case '!':
			if bytes.HasPrefix(s.b[s.i:], []byte("<!DOCTYPE")) {
				return false, s.fail(s.i, errDTD)
			}
			err = s.comment()
		case '/':
			return false, s.fail(s.i, errMarkup)
		default:
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
}

// after returns the byte behind the one at i, or 0.
func (s *scanner) after() byte {
	if s.i+1 < len(s.b) {
		return s.b[s.i+1]
	}
	return 0
}

// declaration reads the XML declaration.
func (s *scanner) declaration() error {
	start := s.i
	end := bytes.Index(s.b[start:], []byte("?>"))
	if end < 0 {
		return s.fail(start, errXMLDecl)
	}
	rest := s.b[start+len("<?xml") : start+end]
	version, rest, ok := pseudoAttribute(rest, "version")
	if !ok {
		return s.fail(start, errXMLDecl)
	}
	if minor, ok := bytes.CutPrefix(version, []byte("1.")); !ok || len(minor) == 0 || len(bytes.Trim(minor, "0123456789")) > 0 {
		return s.fail(start, errXMLVersion)
	}
	encoding, rest, hasEncoding := pseudoAttribute(rest, "encoding")
	standalone, rest, hasStandalone := pseudoAttribute(rest, "standalone")
	if len(trim(rest)) > 0 || hasStandalone && string(standalone) != "yes" && string(standalone) != "no" {
		return s.fail(start, errXMLDecl)
	}
	if e := string(encoding); hasEncoding && !ascii.EqualFold(e, "utf-8") && !ascii.EqualFold(e, "us-ascii") && !ascii.EqualFold(e, "utf8") {
		return s.fail(start, fmt.Errorf("%w: the encoding of the document is %q", format.ErrUnknown, excerpt.Of(string(encoding))))
	}
	s.i = start + end + len("?>")
	return nil
}

// pseudoAttribute cuts an attribute of that name from the beginning of an XML
// declaration.
func pseudoAttribute(b []byte, name string) (value, rest []byte, ok bool) {
	i := space(b, 0)
	if i == 0 || !bytes.HasPrefix(b[i:], []byte(name)) {
		return nil, b, false
	}
	if i = space(b, i+len(name)); i == len(b) || b[i] != '=' {
		return nil, b, false
	}
	if i = space(b, i+1); i == len(b) || b[i] != '"' && b[i] != '\'' {
		return nil, b, false
	}
	n := bytes.IndexByte(b[i+1:], b[i])
	if n < 0 {
		return nil, b, false
	}
	return b[i+1 : i+1+n], b[i+n+2:], true
}

// comment reads a comment.
func (s *scanner) comment() error {
	start := s.i
	if !bytes.HasPrefix(s.b[start:], []byte("<!--")) {
		return s.fail(start, errMarkup)
	}
	body := s.b[start+4:]
	n := bytes.Index(body, []byte("--"))
	if n < 0 || n+2 == len(body) || body[n+2] != '>' {
		return s.fail(start, errComment)
	}
	s.i = start + 4 + n + 3
	return nil
}

// instruction reads a processing instruction.
func (s *scanner) instruction() error {
	start := s.i
	nameEnd := ncName(s.b, start+2)
	name := s.b[start+2 : nameEnd]
	end := bytes.Index(s.b[nameEnd:], []byte("?>"))
	if end < 0 || len(name) == 0 || end > 0 && classes[s.b[nameEnd]]&isSpace == 0 || ascii.EqualFold(string(name), "xml") {
		return s.fail(start, errPI)
	}
	s.i = nameEnd + end + 2
	return nil
}

// section returns the text of a CDATA section, and reads it.
func (s *scanner) section() ([]byte, error) {
	start := s.i + len("<![CDATA[")
	if !bytes.HasPrefix(s.b[s.i:], []byte("<![CDATA[")) {
		return nil, s.fail(s.i, errMarkup)
	}
	n := bytes.Index(s.b[start:], []byte("]]>"))
	if n < 0 {
		return nil, s.fail(s.i, errEnd)
	}
	s.i = start + n + 3
	return s.b[start : start+n], nil
}

// declarationOrComment reads a CDATA section or a comment, whatever is in it.
func (s *scanner) declarationOrComment() error {
	if bytes.HasPrefix(s.b[s.i:], []byte("<![")) {
		_, err := s.section()
		return err
	}
	return s.comment()
}
