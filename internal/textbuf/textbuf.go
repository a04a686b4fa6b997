// Package textbuf makes many short strings that share one allocation, as
// strings.Builder makes one.
package textbuf

import "unsafe"

// Buffer is memory that strings are cut from. What does not fit in its room gets
// memory of its own; the zero Buffer has no room. It must not be copied once it is
// used.
type Buffer struct {
	b []byte // what is behind its length belongs to nobody
}

// Grow makes room for n bytes. Strings that were cut before stay where they are.
func (t *Buffer) Grow(n int) {
	if cap(t.b)-len(t.b) < n {
		t.b = make([]byte, 0, n)
	}
}

// Room returns an empty slice with the room that there is, to append to and give to
// Cut.
func (t *Buffer) Room() []byte { return t.b[len(t.b):] }

// Cut returns b as a string that shares its memory. b is what was appended to Room
// since the last Cut, and nobody writes to it from now on.
func (t *Buffer) Cut(b []byte) string {
	if len(b) <= cap(t.b)-len(t.b) { // else append has moved it to memory of its own
		t.b = t.b[:len(t.b)+len(b)]
	}
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// Use makes the room of b, which nobody else writes to, that of the Buffer.
func (t *Buffer) Use(b []byte) { t.b = b[:0] }
