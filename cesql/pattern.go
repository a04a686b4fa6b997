package cesql

import "strings"

// pattern is the pattern of LIKE without _.
type pattern struct {
	first  string   // what the text begins with; all of it if there is no %
	last   string   // what it ends with
	middle []needle // what is between the two, in this order
	whole  bool     // there is no %
	least  int      // how many bytes the text has at least
}

// newPattern compiles a pattern without _, about which count has said parts and escaped.
func newPattern(s string, parts int, escaped bool) *pattern {
	room := &struct { // one piece of memory for most
		pattern
		needles [3]needle
	}{}
	p := &room.pattern
	p.whole = parts == 1
	p.middle = room.needles[:0]
	if parts-2 > len(room.needles) {
		p.middle = make([]needle, 0, parts-2)
	}
	for i := range parts {
		end := endOfPart(s)
		text := literal(s[:end], escaped)
		p.least += len(text)
		switch {
		case i == 0:
			p.first = text
		case i == parts-1:
			p.last = text
		case text != "":
			p.middle = append(p.middle, newNeedle(text))
		}
		if end < len(s) {
			s = s[end+1:]
		}
	}
	return p
}

// literal removes the backslashes before % and _, if there are backslashes in the pattern.
func literal(s string, escaped bool) string {
	if !escaped {
		return s
	}
	return withoutBackslashes(s)
}

func withoutBackslashes(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if isEscape(s, i) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// count returns how many parts a pattern has, one more than it has %, how many runs of _, and
// whether there is a backslash.
func count(s string) (parts, runs int, escaped bool) {
	parts = 1
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '%':
			parts++
		case '_':
			runs++
			for i+1 < len(s) && s[i+1] == '_' {
				i++
			}
		case '\\':
			escaped = true
			if isEscape(s, i) {
				i++
			}
		}
	}
	return parts, runs, escaped
}

// endOfPart returns the index of the next % that is no character.
func endOfPart(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '%':
			return i
		case '\\':
			if isEscape(s, i) {
				i++
			}
		}
	}
	return len(s)
}

// isEscape reports whether there is a backslash at i that makes what follows a character.
func isEscape(s string, i int) bool {
	return s[i] == '\\' && i+1 < len(s) && (s[i+1] == '%' || s[i+1] == '_')
}

// contains reports whether the pattern is about what the text contains alone.
func (p *pattern) contains() bool {
	return !p.whole && p.first == "" && p.last == ""
}

// beginning returns what a pattern such as 'com.%' asks a text to begin with.
func beginning(pattern string) (text string, ok bool) {
	for i := range len(pattern) {
		switch pattern[i] {
		case '%':
			return pattern[:i], i == len(pattern)-1
		case '_', '\\':
			return "", false
		}
	}
	return "", false
}

// matchesValue is matches for a value that is cast to a String. It makes no string.
func (p *pattern) matchesValue(v Value) bool {
	if v.typ == String {
		return p.matches(v.text)
	}
	var room [maxShort]byte
	return p.matches(string(v.appendShort(room[:0])))
}

// matches reports whether s has the form of the pattern. The parts in the middle are found
// one after the other, each as early as it can be, so that nothing has to be tried twice.
func (p *pattern) matches(s string) bool {
	switch {
	case p.whole:
		return s == p.first
	case len(s) < p.least, p.first != "" && s[:len(p.first)] != p.first, p.last != "" && s[len(s)-len(p.last):] != p.last:
		return false
	}
	return p.contained(s[len(p.first) : len(s)-len(p.last)])
}

// contained reports whether the texts in the middle are in s, one behind the other.
func (p *pattern) contained(s string) bool {
	if len(s) > short {
		return contained(s, p.middle)
	}
	for k := range p.middle {
		x := &p.middle[k]
		at, last := 0, len(s)-8
		for at <= last && (eight(s, at)^x.word)&x.mask != 0 {
			at++
		}
		if at > last || x.mask == 0 {
			return contained(s, p.middle[k:])
		}
		s = s[at+len(x.text):]
	}
	return true
}

func contained(s string, xs []needle) bool {
	for k := range xs {
		n := strings.Index(s, xs[k].text)
		if n < 0 {
			return false
		}
		s = s[n+len(xs[k].text):]
	}
	return true
}

// short is how long a text is that is searched without strings.Index, which takes longer to
// begin with.
const short = 64

// needle is a text that is searched.
type needle struct {
	text string
	word uint64 // the text, if it has at most eight bytes
	mask uint64 // the bits of word that count; 0 if the text is longer
}

func newNeedle(text string) needle {
	x := needle{text: text}
	if len(text) <= 8 {
		for i := range len(text) {
			x.word |= uint64(text[i]) << (8 * i)
		}
		x.mask = ^uint64(0) >> (64 - 8*len(text))
	}
	return x
}

// eight returns the eight bytes of a text from at on. The compiler makes one load of it.
func eight(s string, at int) uint64 {
	s = s[at : at+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
