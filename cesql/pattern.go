package cesql

import (
	"strings"
	"unicode/utf8"
)

// maxWildcards is how many characters a part of a pattern with _ may have.
const maxWildcards = 1024

// pattern is the pattern of LIKE.
type pattern struct {
	first  string   // what the text begins with; all of it if there is no %
	last   string   // what it ends with
	middle []needle // what is between the two, in this order
	whole  bool     // there is no %
	least  int      // how many bytes the text has at least
	parts  []part   // instead of all that if there is a _; parts[0] is the first
}

// part is what stands between two %.
type part struct {
	pieces []piece // one behind the other
	search *search // of a part in the middle, unless it is a plain text
}

// piece is a text, and how many characters there are behind it, whatever they are.
type piece struct {
	text string
	any  int
}

// newPattern compiles a pattern. It fails if a part with _ is too long.
func newPattern(s string) (*pattern, bool) {
	if strings.IndexByte(s, '_') < 0 && strings.IndexByte(s, '\\') < 0 {
		return plainPattern(s), true
	}
	room := &struct { // one piece of memory for most
		pattern
		parts  [2]part
		pieces [3]piece
	}{}
	parts, all, wild := room.parts[:0], room.pieces[:0], false
	if partCount, pieceCount := count(s); partCount > len(room.parts) || pieceCount > len(room.pieces) {
		parts, all = make([]part, 0, partCount), make([]piece, 0, pieceCount)
	}
	for {
		end, begin := endOfPart(s), len(all)
		all = appendPieces(all, s[:end])
		x := part{pieces: all[begin:len(all):len(all)]}
		wild = wild || !x.plain()
		if !x.plain() && end > maxWildcards && x.length() > maxWildcards {
			return nil, false
		}
		parts = append(parts, x)
		if end == len(s) {
			break
		}
		s = s[end+1:]
	}
	if !wild {
		p := newPlain(len(parts))
		for i := range parts {
			p.add(parts[i].pieces[0].text, i == len(parts)-1)
		}
		return p, true
	}
	for i := 1; i < len(parts)-1; i++ {
		if x := &parts[i]; !x.plain() {
			x.search = newSearch(x)
		}
	}
	room.pattern.parts = parts
	return &room.pattern, true
}

// plain reports whether there is no _.
func (x *part) plain() bool { return len(x.pieces) == 1 && x.pieces[0].any == 0 }

// empty reports whether the part takes nothing.
func (x *part) empty() bool { return x.plain() && x.pieces[0].text == "" }

// length returns how many characters the part takes.
func (x *part) length() (n int) {
	for i := range x.pieces {
		n += utf8.RuneCountInString(x.pieces[i].text) + x.pieces[i].any
	}
	return n
}

// count returns how many parts and pieces a pattern has at most.
func count(s string) (parts, pieces int) {
	parts = 1
	for i := range len(s) {
		switch {
		case s[i] == '%':
			parts++
		case s[i] == '_' && (i == 0 || s[i-1] != '_'):
			pieces++
		}
	}
	return parts, pieces + parts
}

// appendPieces appends the pieces of a part. There is at least one.
func appendPieces(all []piece, s string) []piece {
	begin, before := 0, len(all)
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '_':
			n := 1
			for i+n < len(s) && s[i+n] == '_' {
				n++
			}
			all = append(all, piece{literal(s[begin:i]), n})
			i += n - 1
			begin = i + 1
		case isEscape(s, i):
			i++
		}
	}
	if begin < len(s) || len(all) == before {
		all = append(all, piece{literal(s[begin:]), 0})
	}
	return all
}

// literal removes the backslashes before % and _.
func literal(s string) string {
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

// plainPattern returns a pattern without _ and escapes.
func plainPattern(s string) *pattern {
	p := newPlain(strings.Count(s, "%") + 1)
	for {
		text, rest, more := strings.Cut(s, "%")
		p.add(text, !more)
		if !more {
			return p
		}
		s = rest
	}
}

// newPlain returns the pattern of so many parts without _, which are added.
func newPlain(count int) *pattern {
	room := &struct { // one piece of memory for most
		pattern
		needles [3]needle
	}{}
	p := &room.pattern
	p.whole = count == 1
	p.least = -1 // there is no part yet
	p.middle = room.needles[:0]
	if count-2 > len(room.needles) {
		p.middle = make([]needle, 0, count-2)
	}
	return p
}

// add adds a part.
func (p *pattern) add(text string, last bool) {
	switch {
	case p.least < 0:
		p.first, p.least = text, 0
	case last:
		p.last = text
	case text != "":
		p.middle = append(p.middle, newNeedle(text))
	}
	p.least += len(text)
}

// endOfPart returns the index of the next % that is no character.
func endOfPart(s string) int {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '%':
			return i
		case isEscape(s, i):
			i++
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
	case p.parts != nil:
		return p.matchesParts(s)
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

// matchesParts is matches for a pattern with _.
func (p *pattern) matchesParts(s string) bool {
	first, last := &p.parts[0], &p.parts[len(p.parts)-1]
	n, ok := 0, true
	if !first.empty() {
		if n, ok = first.prefix(s); !ok {
			return false
		}
	}
	if len(p.parts) == 1 {
		return n == len(s)
	}
	s = s[n:]
	if !last.empty() {
		if n, ok = last.suffix(s); !ok {
			return false
		}
		s = s[:len(s)-n]
	}
	for i := 1; i < len(p.parts)-1; i++ {
		if n, ok = p.parts[i].find(s); !ok {
			return false
		}
		s = s[n:]
	}
	return true
}

// prefix returns how many bytes of s the part takes at its beginning.
func (x *part) prefix(s string) (n int, ok bool) {
	for i := range x.pieces {
		y := &x.pieces[i]
		if y.text != "" {
			if len(s)-n < len(y.text) || s[n] != y.text[0] || len(y.text) > 1 && s[n:n+len(y.text)] != y.text {
				return 0, false
			}
			n += len(y.text)
		}
		k := y.any
		if k <= 8 && len(s)-n >= 8 && eight(s, n)<<(64-8*k)&notASCII == 0 {
			n, k = n+k, 0
		}
		for ; k > 0; k-- {
			if n == len(s) {
				return 0, false
			}
			size := 1
			if s[n] >= utf8.RuneSelf {
				_, size = utf8.DecodeRuneInString(s[n:])
			}
			n += size
		}
	}
	return n, true
}

// notASCII is the bits that are not set in eight bytes of ASCII.
const notASCII = 0x8080_8080_8080_8080

// suffix returns how many bytes of s the part takes at its end.
func (x *part) suffix(s string) (n int, ok bool) {
	end := len(s)
	for i := len(x.pieces) - 1; i >= 0; i-- {
		y := &x.pieces[i]
		k := y.any
		if k <= 8 && end >= 8 && eight(s, end-8)>>(64-8*k)&notASCII == 0 {
			end, k = end-k, 0
		}
		for ; k > 0; k-- {
			if end == 0 {
				return 0, false
			}
			size := 1
			if s[end-1] >= utf8.RuneSelf {
				_, size = utf8.DecodeLastRuneInString(s[:end])
			}
			end -= size
		}
		if y.text != "" {
			if !strings.HasSuffix(s[:end], y.text) {
				return 0, false
			}
			end -= len(y.text)
		}
	}
	return len(s) - end, true
}

// find returns the end of the first place in s where the part is.
func (x *part) find(s string) (n int, ok bool) {
	if x.search != nil {
		return x.search.find(s)
	}
	text := x.pieces[0].text
	i := strings.Index(s, text)
	return i + len(text), i >= 0
}

// search finds a part with _. It keeps a bit for each beginning of the part that the text so far
// ends with ("shift-and").
type search struct {
	length int
	masks  map[rune][]uint64 // where a character is
	any    []uint64          // where any character is
}

func newSearch(x *part) *search {
	f := &search{length: x.length(), masks: map[rune][]uint64{}}
	words := (f.length + 63) / 64
	f.any = make([]uint64, words)
	at := 0
	for _, y := range x.pieces {
		for _, r := range y.text {
			mask := f.masks[r]
			if mask == nil {
				mask = make([]uint64, words)
				f.masks[r] = mask
			}
			mask[at/64] |= 1 << (at % 64)
			at++
		}
		for range y.any {
			f.any[at/64] |= 1 << (at % 64)
			at++
		}
	}
	for _, mask := range f.masks {
		for i := range mask {
			mask[i] |= f.any[i]
		}
	}
	return f
}

// find returns the end of the first place in s.
func (f *search) find(s string) (n int, ok bool) {
	var room [maxWildcards / 64]uint64
	state := room[:len(f.any)]
	last := f.length - 1
	for i, r := range s {
		mask := f.masks[r]
		if mask == nil {
			mask = f.any
		}
		carry := uint64(1)
		for w := range state {
			next := state[w] >> 63
			state[w] = (state[w]<<1 | carry) & mask[w]
			carry = next
		}
		if state[last/64]>>(last%64)&1 != 0 {
			_, size := utf8.DecodeRuneInString(s[i:])
			return i + size, true
		}
	}
	return 0, false
}
