package cecbor

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/seed763dd41b/cloudevents/internal/cborscan"
)

// distinct reports whether the keys at those places, which are text strings, are all
// different. It may sort them.
func distinct(b []byte, keys []uint32) bool {
	compare := func(x, y uint32) int { return compareText(b, int(x), int(y)) }
	ascending := true
	for i := 1; i < len(keys) && ascending; i++ {
		ascending = compare(keys[i-1], keys[i]) < 0
	}
	if ascending { // as many encoders write them
		return true
	}
	slices.SortFunc(keys, compare)
	for i := 1; i < len(keys); i++ {
		if compare(keys[i-1], keys[i]) == 0 {
			return false
		}
	}
	return true
}

// compareText compares the text strings at x and y.
func compareText(b []byte, x, y int) int {
	s, t := textFrom(b, x), textFrom(b, y)
	for {
		p, q := s.part(b), t.part(b)
		n := min(len(p), len(q))
		if n == 0 {
			return cmp.Compare(len(p), len(q))
		}
		if c := bytes.Compare(p[:n], q[:n]); c != 0 {
			return c
		}
		s.rest, t.rest = p[n:], q[n:]
	}
}

// textReader reads a text string, which may be in chunks, without putting them together.
type textReader struct {
	rest  []byte // of the chunk
	chunk int    // where the next one is; 0 if there is none
}

func textFrom(b []byte, i int) textReader {
	n, start, _ := cborscan.Argument(b, i)
	if b[i]&31 == cborscan.Indefinite {
		return textReader{chunk: start}
	}
	return textReader{rest: b[start : start+int(n)]}
}

// part returns what is left of the chunk, or of the next one. It is empty at the end.
func (t *textReader) part(b []byte) []byte {
	for len(t.rest) == 0 && t.chunk > 0 {
		if b[t.chunk] == cborscan.Break {
			t.chunk = 0
			break
		}
		n, start, _ := cborscan.Argument(b, t.chunk)
		t.chunk = start + int(n)
		t.rest = b[start:t.chunk]
	}
	return t.rest
}
