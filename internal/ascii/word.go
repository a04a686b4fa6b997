package ascii

import "math/bits"

// A word is eight bytes of text, the first of them in the lowest bits.
const (
	Each = 0x0101010101010101 // has a one in each byte
	High = 0x8080808080808080 // has the bit that is zero in ASCII in each byte
)

// Word returns the eight bytes of s at i. The compiler makes one load of it.
func Word[T string | []byte](s T, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// Prefix returns the first eight bytes of s as a number that is ordered as they are. A
// shorter s is filled up with zeros.
func Prefix(s string) uint64 {
	n := len(s)
	switch {
	case n >= 8:
		return bits.ReverseBytes64(Word(s, 0))
	case n >= 4: // the second half overlaps the first
		return uint64(bits.ReverseBytes32(half(s, 0)))<<32 | uint64(bits.ReverseBytes32(half(s, n-4)))<<(64-8*n)
	}
	var prefix uint64
	for i := range n {
		prefix |= uint64(s[i]) << (56 - 8*i)
	}
	return prefix
}
