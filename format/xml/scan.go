package cexml

import (
	"errors"

	"github.com/seed763dd41b/cloudevents"
)

// scanner reads a document, or a part of it. Its characters were checked. The arrays are
// large enough for most documents, and keep the scanner on the stack.
type scanner struct {
	b        []byte
	i        int
	maxDepth int

	depth int // of elements that are open

	bindings     int // in scope
	fewBindings  [8]binding
	manyBindings []binding

	attributes     int // of the start tag that was read last
	fewAttributes  [8]attribute
	manyAttributes []attribute

	fewOpen  [16]tagName // of open elements in a subtree
	manyOpen []tagName

	subtrees int // how many subtrees were read
	outside  int // how many of the bindings are outside of the subtree that is read; 0 elsewhere
}

// attribute is an attribute of a start tag, by offsets. Without a colon, that is 0.
type attribute struct {
	start, colon, end    int
	valueStart, valueEnd int
	binding              int  // of the prefix, see resolve
	isEscaped            bool // the value has references or line breaks
	isDeclaration        bool // of a namespace
}

var newline = []byte("\n")

var (
	errMarkup     = errors.New("malformed markup")
	errCharacter  = errors.New("a character that XML does not have, or invalid UTF-8")
	errEnd        = errors.New("the document ends within an element")
	errName       = errors.New("malformed name")
	errAttribute  = errors.New("malformed attribute")
	errReference  = errors.New("malformed reference to a character or an entity")
	errEntity     = errors.New("a reference to an entity other than amp, lt, gt, quot and apos")
	errCDATAEnd   = errors.New("text contains ]]>")
	errEndTag     = errors.New("the end tag is not that of the element")
	errComment    = errors.New("malformed comment")
	errPI         = errors.New("malformed processing instruction")
	errDTD        = errors.New("a document type declaration is refused")
	errOutside    = errors.New("text or a second element outside of the root element")
	errNoElement  = errors.New("the document has no element")
	errXMLDecl    = errors.New("malformed XML declaration")
	errXMLVersion = errors.New("the version of XML is not 1.0 or another 1.x")
)

func (s *scanner) fail(offset int, err error) error {
	return &cloudevents.SyntaxError{Offset: offset, Err: err}
}

// attribute reads the attribute at i, and returns the index after it.
func (s *scanner) attribute(i int) (next int, err error) {
	if s.attributes == maxElementAttributes {
		return i, s.fail(i, &cloudevents.LimitError{What: "attributes of an element", Limit: maxElementAttributes})
	}
	a := s.nextAttribute()
	*a = attribute{start: i}
	if a.colon, a.end, err = s.name(i); err != nil {
		return i, err
	}
	if i = space(s.b, a.end); i == len(s.b) || s.b[i] != '=' {
		return i, s.fail(i, errAttribute)
	}
	if i = space(s.b, i+1); i == len(s.b) || s.b[i] != '"' && s.b[i] != '\'' {
		return i, s.fail(i, errAttribute)
	}
	quote := s.b[i]
	i++
	a.valueStart = i
	for ; ; i++ {
		if i == len(s.b) {
			return i, s.fail(i, errAttribute)
		}
		c := s.b[i]
		if c > '\'' && c != '<' { // most of them
			continue
		}
		if c == quote {
			break
		}
		switch c {
		case '<':
			return i, s.fail(i, errAttribute)
		case '&':
			a.isEscaped = true
			if _, _, err := s.reference(i); err != nil {
				return i, err
			}
		case '\t', '\n', '\r':
			a.isEscaped = true
		}
	}
	a.valueEnd = i
	if name := s.b[a.start:a.end]; len(name) >= len("xmlns") && string(name[:5]) == "xmlns" && (a.colon == 0 && a.end == a.start+5 || a.colon == a.start+5) {
		a.isDeclaration = true
		if err := s.bind(a, s.depth); err != nil {
			return i, err
		}
	}
	s.attributes++
	return i + 1, nil
}
