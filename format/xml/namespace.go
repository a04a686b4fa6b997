package cexml

import (
	"bytes"
	"errors"

	"github.com/seed763dd41b/cloudevents"
)

// The namespaces that mean something here.
const (
	uriCE     = "http://cloudevents.io/xmlformat/V1"
	uriSchema = "http://www.w3.org/2001/XMLSchema"
	uriXSI    = "http://www.w3.org/2001/XMLSchema-instance"
	uriXML    = "http://www.w3.org/XML/1998/namespace"
	uriXMLNS  = "http://www.w3.org/2000/xmlns/"
)

// The prefixes of the encoder. sdk-java compares the values of xsi:type with these.
const (
	prefixCE     = "ce"
	prefixSchema = "xs"
	prefixXSI    = "xsi"
)

// namespace is one of those above, or another.
type namespace uint8

const (
	otherSpace namespace = iota
	noSpace
	spaceCE
	spaceSchema
	spaceXSI
	spaceXML
)

// binding is a declaration of a namespace that is in scope.
type binding struct {
	prefix []byte // empty for the default namespace
	uri    []byte // what the declaration means
	quoted []byte // what it is in the document
	depth  int    // of its element
	space  namespace
	first  int // the outermost declaration in scope that has the same namespace
	// used is the number of the last subtree that uses the declaration and is within its
	// element.
	used int
}

const (
	// maxBindings is how many declarations may be in scope, so that a name is resolved in
	// bounded time.
	maxBindings = 256
	// maxElementAttributes is how many attributes a start tag may have, declarations
	// included, because each is compared with the others.
	maxElementAttributes = 256
)

var (
	errPrefix      = errors.New("the prefix of a name is not declared")
	errReserved    = errors.New("a reserved prefix or namespace is declared")
	errUndeclared  = errors.New("a prefix is declared without a namespace")
	errTwice       = errors.New("an attribute or a declaration is there twice in an element")
	errElementName = errors.New("an element has the prefix xmlns")
)

// binding returns one of the declarations in scope, counted from the outermost.
func (s *scanner) binding(k int) *binding {
	if k < len(s.fewBindings) {
		return &s.fewBindings[k]
	}
	return &s.manyBindings[k-len(s.fewBindings)]
}

// bind adds the declaration that an attribute of the element at depth is.
func (s *scanner) bind(a *attribute, depth int) error {
	var prefix []byte
	if a.colon > 0 {
		prefix = s.b[a.colon+1 : a.end]
	}
	uri := s.value(a)
	d := binding{prefix: prefix, uri: uri, quoted: s.b[a.valueStart-1 : a.valueEnd+1], depth: depth, space: otherSpace}
	switch string(uri) {
	case "":
		if d.space = noSpace; len(prefix) > 0 {
			return s.fail(a.start, errUndeclared)
		}
	case uriCE:
		d.space = spaceCE
	case uriSchema:
		d.space = spaceSchema
	case uriXSI:
		d.space = spaceXSI
	case uriXML:
		d.space = spaceXML
	case uriXMLNS:
		return s.fail(a.start, errReserved)
	}
	if string(prefix) == "xmlns" || (string(prefix) == "xml") != (d.space == spaceXML) {
		return s.fail(a.start, errReserved)
	}
	for k := s.bindings - 1; k >= 0 && s.binding(k).depth == depth; k-- {
		if bytes.Equal(s.binding(k).prefix, prefix) {
			return s.fail(a.start, errTwice)
		}
	}
	if s.bindings == maxBindings {
		return s.fail(a.start, &cloudevents.LimitError{What: "namespace declarations in scope", Limit: maxBindings})
	}
	for d.first < s.bindings && !bytes.Equal(s.binding(d.first).uri, uri) {
		d.first++
	}
	if s.bindings < len(s.fewBindings) {
		s.fewBindings[s.bindings] = d
	} else {
		s.manyBindings = append(s.manyBindings[:s.bindings-len(s.fewBindings)], d)
	}
	s.bindings++
	return nil
}

// lookup returns which of the declarations in scope is that of a prefix, or -1. Within a
// subtree it notes that it is used.
func (s *scanner) lookup(prefix []byte) int {
	for k := s.bindings - 1; k >= 0; k-- {
		if d := s.binding(k); len(d.prefix) == len(prefix) && string(d.prefix) == string(prefix) {
			if k < s.outside {
				d.used = s.subtrees
			}
			return k
		}
	}
	return -1
}

// resolve returns the namespace of the prefix of an element, and which declaration it has,
// or -1.
func (s *scanner) resolve(prefix []byte) (namespace, int, error) {
	k := s.lookup(prefix)
	switch {
	case k >= 0:
		return s.binding(k).space, k, nil
	case len(prefix) == 0:
		return noSpace, k, nil
	case string(prefix) == "xml":
		return spaceXML, k, nil
	}
	return otherSpace, k, errPrefix
}

// typeName returns the namespace and the local name that a value of xsi:type means. A
// prefix that is not declared is one that the encoder writes, because sdk-java writes ce
// without declaring it; otherwise the namespace is another.
func (s *scanner) typeName(value []byte) (namespace, []byte) {
	value = trim(value)
	prefix, local, ok := bytes.Cut(value, []byte(":"))
	switch {
	case !ok:
		prefix, local = nil, value
	case len(prefix) == 0: // which is no name
		return otherSpace, value
	}
	space, _, err := s.resolve(prefix)
	if err != nil {
		switch string(prefix) {
		case prefixCE:
			space = spaceCE
		case prefixSchema:
			space = spaceSchema
		}
	}
	return space, local
}
