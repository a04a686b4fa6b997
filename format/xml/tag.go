package cexml

import (
	"bytes"
	"unicode/utf8"
)

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
// a prefix they are in none. It compares no namespaces, because a few long ones outside of
// many elements would make that slow.
func (s *scanner) sameSpace(x, y *attribute) bool {
	switch {
	case x.colon == 0 || y.colon == 0:
		return x.colon == y.colon
	case x.binding < 0 || y.binding < 0: // xml
		return x.binding == y.binding
	}
	return s.binding(x.binding).first == s.binding(y.binding).first
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
