package cesql

import (
	"strings"
	"unicode/utf8"
)

// maxWildcards is how many characters a part of a pattern with _ may have.
const maxWildcards = 1024

// wildcards is the pattern of LIKE with a _.
type wildcards struct {
	parts []part // parts[0] is what the text begins with
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

// newWildcards compiles a pattern with _, about which count has said parts, runs and escaped. It
// fails if a part with _ is too long.
func newWildcards(s string, parts, runs int, escaped bool) (*wildcards, bool) {
	room := &struct { // one piece of memory for most
		wildcards
		parts  [2]part
		pieces [3]piece
	}{}
	p, pieces := &room.wildcards, room.pieces[:0]
	p.parts = room.parts[:0]
	if parts > len(room.parts) || parts+runs > len(room.pieces) {
		p.parts, pieces = make([]part, 0, parts), make([]piece, 0, parts+runs)
	}
	for {
		end, begin := endOfPart(s), len(pieces)
		pieces = appendPieces(pieces, s[:end], escaped)
		x := part{pieces: pieces[begin:len(pieces):len(pieces)]}
		if !x.plain() && end > maxWildcards && x.length() > maxWildcards {
			return nil, false
		}
		p.parts = append(p.parts, x)
		if end == len(s) {
			break
		}
		s = s[end+1:]
	}
	for i := 1; i < len(p.parts)-1; i++ {
		if x := &p.parts[i]; !x.plain() {
			x.search = newSearch(x)
		}
	}
	return p, true
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

// appendPieces appends the pieces of a part. There is at least one.
func appendPieces(all []piece, s string, escaped bool) []piece {
	begin, before := 0, len(all)
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '_':
			n := 1
			for i+n < len(s) && s[i+n] == '_' {
				n++
			}
			all = append(all, piece{literal(s[begin:i], escaped), n})
			i += n - 1
			begin = i + 1
		case '\\':
			if isEscape(s, i) {
				i++
			}
		}
	}
	if begin < len(s) || len(all) == before {
		all = append(all, piece{literal(s[begin:], escaped), 0})
	}
	return all
}

// matchesValue is matches for a value that is cast to a String. It makes no string.
func (p *wildcards) matchesValue(v Value) bool {
	if v.typ == String {
		return p.matches(v.text)
	}
	var room [maxShort]byte
	return p.matches(string(v.appendShort(room[:0])))
}

// matches reports whether s has the form of the pattern. The parts in the middle are found one
// after the other, each as early as it can be, so that nothing has to be tried twice.
func (p *wildcards) matches(s string) bool {
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
