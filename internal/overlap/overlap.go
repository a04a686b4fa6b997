// Package overlap tells whether slices share memory.
package overlap

import "unsafe"

// Bytes reports whether a and b share memory, from their first byte to the last within
// their length. An encoder must not append to a slice whose spare room, b[len(b):cap(b)],
// overlaps with what it encodes: the bytes would change between their check and their copy.
func Bytes(a, b []byte) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	firstA, lastA := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&a[len(a)-1]))
	firstB, lastB := uintptr(unsafe.Pointer(&b[0])), uintptr(unsafe.Pointer(&b[len(b)-1]))
	return firstA <= lastB && firstB <= lastA
}

// Index returns the index in outer of the first byte of inner, or -1 if inner is empty or
// begins elsewhere in memory.
func Index(outer, inner []byte) int {
	if len(outer) == 0 || len(inner) == 0 {
		return -1
	}
	first, at := uintptr(unsafe.Pointer(&outer[0])), uintptr(unsafe.Pointer(&inner[0]))
	if at < first || at-first >= uintptr(len(outer)) {
		return -1
	}
	return int(at - first)
}
