package cexml

import (
	"bytes"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

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
			if w := ascii.Word(b, i); (has(w, '<')|has(w, '&')|has(w, ']')|has(w, '\r'))&ascii.High != 0 {
				break
			}
		}
	}
}

// has returns a word that has the high bit of some byte set if and only if a byte of w is
// c.
func has(w uint64, c byte) uint64 {
	x := w ^ ascii.Each*uint64(c)
	return (x - ascii.Each) &^ x
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
