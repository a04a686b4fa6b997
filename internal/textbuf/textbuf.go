// Package textbuf makes many short strings that share one allocation, as
// strings.Builder makes one.
package textbuf

import "unsafe"

// Buffer is memory that strings are cut from. A string that does not fit gets memory of
// its own. The zero Buffer has no room. Do not copy a Buffer after its first use.
type Buffer struct {
	b []byte // the memory between its length and its capacity is free
}

// Grow makes room for n bytes. Strings that were cut before keep their memory.
func (t *Buffer) Grow(n int) {
	if cap(t.b)-len(t.b) < n {
		t.b = make([]byte, 0, n)
	}
}

// Room returns an empty slice with the free memory as its capacity. Append to it, and
// pass the result to Cut.
func (t *Buffer) Room() []byte { return t.b[len(t.b):] }

// Cut returns b as a string that shares its memory. b must be Room with bytes appended,
// and must not be changed afterwards.
func (t *Buffer) Cut(b []byte) string {
	if len(b) <= cap(t.b)-len(t.b) { // otherwise append has moved it
		t.b = t.b[:len(t.b)+len(b)]
	}
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// Use makes the memory of b the free memory of the Buffer. b must not be used by others.
func (t *Buffer) Use(b []byte) { t.b = b[:0] }
