package cexml

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
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

// tagName is the name in a start tag, by offsets.
type tagName struct{ start, end int }

// element is a start tag.
type element struct {
	offset            int // of the tag
	start, colon, end int // of the name; without a colon, that is 0
	space             namespace
	isEmpty           bool // the tag closes the element

	// typ is the value of xsi:type, at offset typeAt, which is 0 if there is none.
	typ    []byte
	typeAt int
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
	errXMLVersion = errors.New("the version of XML is not 1.0")
)

func (s *scanner) fail(offset int, err error) error {
	return &cloudevents.SyntaxError{Offset: offset, Err: err}
}

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
	if string(version) != "1.0" {
		return s.fail(start, errXMLVersion)
	}
	encoding, rest, hasEncoding := pseudoAttribute(rest, "encoding")
	standalone, rest, hasStandalone := pseudoAttribute(rest, "standalone")
	if len(trim(rest)) > 0 || hasStandalone && string(standalone) != "yes" && string(standalone) != "no" {
		return s.fail(start, errXMLDecl)
	}
	if e := string(encoding); hasEncoding && !ascii.EqualFold(e, "utf-8") && !ascii.EqualFold(e, "us-ascii") && !ascii.EqualFold(e, "utf8") {
		return s.fail(start, fmt.Errorf("%w: the encoding of the document is %.64q", format.ErrUnknown, encoding))
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

// name reads a qualified name at i, and returns the index of its colon, or 0, and its end.
func (s *scanner) name(i int) (colon, end int, err error) {
	end = ncName(s.b, i)
	if end == i {
		return 0, i, s.nameError(i)
	}
	if end < len(s.b) && s.b[end] == ':' {
		colon = end
		if end = ncName(s.b, colon+1); end == colon+1 {
			return 0, end, s.nameError(end)
		}
	}
	return colon, end, nil
}

func (s *scanner) nameError(i int) error {
	if i == len(s.b) {
		return s.fail(i, errEnd)
	}
	return s.fail(i, errName)
}

// open reads the start tag at s.i, and opens its element.
func (s *scanner) open(e *element) (err error) {
	*e = element{offset: s.i, start: s.i + 1}
	if e.colon, e.end, err = s.name(e.start); err != nil {
		return err
	}
	s.depth++
	s.attributes = 0
	i := e.end
	for {
		before := i
		if i = space(s.b, i); i == len(s.b) {
			return s.fail(i, errEnd)
		}
		if s.b[i] == '>' {
			s.i = i + 1
			break
		}
		if s.b[i] == '/' && i+1 < len(s.b) && s.b[i+1] == '>' {
			e.isEmpty = true
			s.i = i + 2
			break
		}
		if i == before || s.b[i] == '/' {
			return s.fail(i, errMarkup)
		}
		if i, err = s.attribute(i); err != nil {
			return err
		}
	}
	return s.resolveNames(e)
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

// nextAttribute returns the place for another attribute.
func (s *scanner) nextAttribute() *attribute {
	k := s.attributes - len(s.fewAttributes)
	if k < 0 {
		return &s.fewAttributes[s.attributes]
	}
	s.manyAttributes = append(s.manyAttributes[:k], attribute{})
	return &s.manyAttributes[k]
}

// at returns an attribute of the start tag that was read last.
func (s *scanner) at(k int) *attribute {
	if k < len(s.fewAttributes) {
		return &s.fewAttributes[k]
	}
	return &s.manyAttributes[k-len(s.fewAttributes)]
}

// value returns the value of an attribute, as an XML processor reports it. It aliases the
// document unless there is something to replace.
func (s *scanner) value(a *attribute) []byte {
	raw := s.b[a.valueStart:a.valueEnd]
	if !a.isEscaped {
		return raw
	}
	value := make([]byte, 0, len(raw))
	for i := a.valueStart; i < a.valueEnd; i++ {
		switch c := s.b[i]; c {
		case '&':
			r, next, _ := s.reference(i) // which attribute has checked
			value = utf8.AppendRune(value, r)
			i = next - 1
		case '\r':
			if s.b[i+1] != '\n' { // otherwise it is part of one line break
				value = append(value, ' ')
			}
		case '\t', '\n':
			value = append(value, ' ')
		default:
			value = append(value, c)
		}
	}
	return value
}

// prefixOf returns the prefix of a name.
func (s *scanner) prefixOf(start, colon int) []byte {
	if colon == 0 {
		return nil
	}
	return s.b[start:colon]
}

// local returns the local part of a name.
func (s *scanner) local(start, colon, end int) []byte {
	if colon == 0 {
		return s.b[start:end]
	}
	return s.b[colon+1 : end]
}

// resolveNames finds the namespaces of an element and its attributes, which must differ.
func (s *scanner) resolveNames(e *element) (err error) {
	prefix := s.prefixOf(e.start, e.colon)
	if string(prefix) == "xmlns" {
		return s.fail(e.start, errElementName)
	}
	if e.space, _, err = s.resolve(prefix); err != nil {
		return s.fail(e.start, err)
	}
	for k := range s.attributes {
		a := s.at(k)
		if a.isDeclaration {
			continue
		}
		local := s.local(a.start, a.colon, a.end)
		if a.colon > 0 {
			var space namespace
			if space, a.binding, err = s.resolve(s.b[a.start:a.colon]); err != nil {
				return s.fail(a.start, err)
			}
			if space == spaceXSI && string(local) == "type" {
				e.typ, e.typeAt = s.value(a), a.valueStart
				if s.outside > 0 {
					s.typeName(e.typ) // which is used
				}
			}
		}
		for other := range k {
			if o := s.at(other); !o.isDeclaration && bytes.Equal(local, s.local(o.start, o.colon, o.end)) && s.sameSpace(a, o) {
				return s.fail(a.start, errTwice)
			}
		}
	}
	return nil
}

// sameSpace reports whether the names of two attributes are in the same namespace. Without
// a prefix they are in none.
func (s *scanner) sameSpace(x, y *attribute) bool {
	switch {
	case x.colon == 0 || y.colon == 0:
		return x.colon == y.colon
	case x.binding < 0 || y.binding < 0: // xml
		return x.binding == y.binding
	}
	return x.binding == y.binding || bytes.Equal(s.binding(x.binding).uri, s.binding(y.binding).uri)
}

// closed takes the declarations of an element out of scope, when its end was read.
func (s *scanner) closed() {
	for s.bindings > 0 && s.binding(s.bindings-1).depth == s.depth {
		s.bindings--
	}
	s.depth--
}

// endTag reads the end tag at s.i, which must be that of the element with the name from
// start to end, and closes the element.
func (s *scanner) endTag(start, end int) error {
	i := s.i + len("</")
	next := i + end - start
	if next > len(s.b) || string(s.b[i:next]) != string(s.b[start:end]) {
		return s.fail(s.i, errEndTag)
	}
	if next = space(s.b, next); next == len(s.b) {
		return s.fail(next, errEnd)
	}
	if s.b[next] != '>' {
		return s.fail(s.i, errEndTag)
	}
	s.i = next + 1
	s.closed()
	return nil
}

// reference returns the character that the reference at i stands for, and the index after
// it.
func (s *scanner) reference(i int) (r rune, next int, err error) {
	b := s.b[i:]
	switch {
	case bytes.HasPrefix(b, []byte("&amp;")):
		return '&', i + 5, nil
	case bytes.HasPrefix(b, []byte("&lt;")):
		return '<', i + 4, nil
	case bytes.HasPrefix(b, []byte("&gt;")):
		return '>', i + 4, nil
	case bytes.HasPrefix(b, []byte("&quot;")):
		return '"', i + 6, nil
	case bytes.HasPrefix(b, []byte("&apos;")):
		return '\'', i + 6, nil
	case !bytes.HasPrefix(b, []byte("&#")):
		if n := ncName(b, 1); n > 1 && n < len(b) && b[n] == ';' {
			return 0, i, s.fail(i, errEntity)
		}
		return 0, i, s.fail(i, errReference)
	}
	k, base := 2, rune(10)
	if len(b) > 2 && b[2] == 'x' {
		k, base = 3, 16
	}
	first := k
	for ; k < len(b) && b[k] != ';'; k++ {
		digit := rune(ascii.Unhex[b[k]])
		if digit >= base {
			return 0, i, s.fail(i, errReference)
		}
		if r <= utf8.MaxRune {
			r = r*base + digit
		}
	}
	if k == first || k == len(b) || !isCharacter(r) {
		return 0, i, s.fail(i, errReference)
	}
	return r, i + k + 1, nil
}

// markup returns the index of the first byte at i or behind it that is markup, or the
// length of b.
func markup(b []byte, i int) int {
	for {
		for stop := min(i+16, len(b)); i < stop; i++ {
			if classes[b[i]]&isMarkup != 0 {
				return i
			}
		}
		if i == len(b) {
			return i
		}
		for ; i+8 <= len(b); i += 8 {
			if w := ascii.Word(b, i); has(w, '<')|has(w, '&')|has(w, ']')|has(w, '\r') != 0 {
				break
			}
		}
	}
}

// has returns a word that is not zero if a byte of w is c.
func has(w uint64, c byte) uint64 {
	x := w ^ ascii.Each*uint64(c)
	return (x - ascii.Each) &^ x & ascii.High
}

// subtree reads the content and the end tag of an element that was opened, with all
// elements in it. That element is the first level.
func (s *scanner) subtree(e *element) error {
	if e.isEmpty {
		s.closed()
		return nil
	}
	outer := s.depth - 1
	s.fewOpen[0] = tagName{e.start, e.end}
	for {
		s.i = markup(s.b, s.i)
		if s.i == len(s.b) {
			return s.fail(s.i, errEnd)
		}
		switch s.b[s.i] {
		case '&':
			var err error
			if _, s.i, err = s.reference(s.i); err != nil {
				return err
			}
			continue
		case ']':
			if bytes.HasPrefix(s.b[s.i:], []byte("]]>")) {
				return s.fail(s.i, errCDATAEnd)
			}
			s.i++
			continue
		case '\r':
			s.i++
			continue
		}
		switch s.after() {
		case '/':
			level := s.depth - outer - 1
			var name tagName
			if level < len(s.fewOpen) {
				name = s.fewOpen[level]
			} else {
				name = s.manyOpen[level-len(s.fewOpen)]
			}
			if err := s.endTag(name.start, name.end); err != nil {
				return err
			}
			if level == 0 {
				return nil
			}
		case '!':
			if err := s.declarationOrComment(); err != nil {
				return err
			}
		case '?':
			if err := s.instruction(); err != nil {
				return err
			}
		default:
			var child element
			if err := s.open(&child); err != nil {
				return err
			}
			level := s.depth - outer - 1
			if level >= s.maxDepth {
				return s.fail(child.offset, &cloudevents.LimitError{What: "levels of nesting", Limit: s.maxDepth})
			}
			if child.isEmpty {
				s.closed()
			} else if level < len(s.fewOpen) {
				s.fewOpen[level] = tagName{child.start, child.end}
			} else {
				s.manyOpen = append(s.manyOpen[:level-len(s.fewOpen)], tagName{child.start, child.end})
			}
		}
	}
}

// declarationOrComment reads a CDATA section or a comment, whatever is in it.
func (s *scanner) declarationOrComment() error {
	if bytes.HasPrefix(s.b[s.i:], []byte("<![")) {
		_, err := s.section()
		return err
	}
	return s.comment()
}

// text reads the content and the end tag of an element that has no child element, and
// returns its text. It is a part of the document, or else of room. If room is nil, it has
// memory of its own.
func (s *scanner) text(e *element, room *[]byte, child error) (text []byte, err error) {
	if e.isEmpty {
		s.closed()
		return s.b[s.i:s.i:s.i], nil
	}
	start := s.i
	i := start
	if n := bytes.IndexByte(s.b[i:], '<'); n > longText && isPlain(s.b[i:i+n]) {
		i += n
	}
	for ; ; i++ {
		if i = markup(s.b, i); i == len(s.b) {
			return nil, s.fail(i, errEnd)
		}
		if s.b[i] == '<' && i+1 < len(s.b) && s.b[i+1] == '/' {
			s.i = i
			return s.b[start:i:i], s.endTag(e.start, e.end)
		}
		if s.b[i] != ']' || bytes.HasPrefix(s.b[i:], []byte("]]>")) {
			break
		}
	}
	_, n, err := s.content(nil, false, child)
	if err != nil {
		return nil, err
	}
	s.i = start
	if room == nil {
		text, _, _ = s.content(make([]byte, 0, n), true, child)
		return text, s.endTag(e.start, e.end)
	}
	if cap(*room)-len(*room) < n {
		*room = make([]byte, 0, max(n, smallRoom)) // texts in the one before keep it
	}
	k := len(*room)
	*room, _, _ = s.content(*room, true, child)
	return (*room)[k:], s.endTag(e.start, e.end)
}

// longText is from which length on text is searched for one byte after the other.
const longText = 128

// isPlain reports whether text without < stands for itself.
func isPlain(text []byte) bool {
	return bytes.IndexByte(text, '&') < 0 && bytes.IndexByte(text, '\r') < 0 && !bytes.Contains(text, []byte("]]>"))
}

// smallRoom is enough for the attributes of most events that need any.
const smallRoom = 256

// content reads text up to an end tag. It appends the text to dst if write is set, and
// returns its length. child is the error about a child element.
func (s *scanner) content(dst []byte, write bool, child error) (_ []byte, size int, err error) {
	add := func(b []byte) {
		size += len(b)
		if write {
			dst = append(dst, b...)
		}
	}
	for {
		i := markup(s.b, s.i)
		add(s.b[s.i:i])
		if s.i = i; i == len(s.b) {
			return dst, size, s.fail(i, errEnd)
		}
		switch s.b[i] {
		case '\r':
			add(newline)
			if s.i++; s.i < len(s.b) && s.b[s.i] == '\n' {
				s.i++
			}
		case ']':
			if bytes.HasPrefix(s.b[i:], []byte("]]>")) {
				return dst, size, s.fail(i, errCDATAEnd)
			}
			add(s.b[i : i+1])
			s.i++
		case '&':
			var r rune
			if r, s.i, err = s.reference(i); err != nil {
				return dst, size, err
			}
			var buf [utf8.UTFMax]byte
			add(utf8.AppendRune(buf[:0], r))
		default:
			switch s.after() {
			case '/':
				return dst, size, nil
			case '?':
				err = s.instruction()
			case '!':
				if !bytes.HasPrefix(s.b[i:], []byte("<![")) {
					err = s.comment()
					break
				}
				var text []byte
				if text, err = s.section(); err != nil {
					break
				}
				for {
					k := bytes.IndexByte(text, '\r')
					if k < 0 {
						add(text)
						break
					}
					add(text[:k])
					add(newline)
					text = bytes.TrimPrefix(text[k+1:], newline)
				}
			default:
				err = s.fail(i, child)
			}
			if err != nil {
				return dst, size, err
			}
		}
	}
}

// child reads what is before the next child element of parent, which may only be white
// space, and opens it. If there is none, it closes the parent. text is the error about
// other text.
func (s *scanner) child(parent, e *element, text error) (ok bool, err error) {
	if parent.isEmpty {
		s.closed()
		return false, nil
	}
	for {
		s.i = space(s.b, s.i)
		switch {
		case s.i == len(s.b):
			return false, s.fail(s.i, errEnd)
		case s.b[s.i] == '&':
			at := s.i
			r, next, err := s.reference(at)
			if err != nil {
				return false, err
			}
			if r != ' ' && r != '\t' && r != '\n' && r != '\r' {
				return false, s.fail(at, text)
			}
			s.i = next
			continue
		case s.b[s.i] != '<':
			return false, s.fail(s.i, text)
		}
		switch s.after() {
		case '/':
			return false, s.endTag(parent.start, parent.end)
		case '?':
			err = s.instruction()
		case '!':
			if !bytes.HasPrefix(s.b[s.i:], []byte("<![")) {
				err = s.comment()
				break
			}
			at := s.i
			var section []byte
			if section, err = s.section(); err == nil && len(trim(section)) > 0 {
				err = s.fail(at, text)
			}
		default:
			return true, s.open(e)
		}
		if err != nil {
			return false, err
		}
	}
}
