// Package base64enc encodes base64 (RFC 4648, section 4) as base64.StdEncoding does, in half
// the time, and decodes strings.
package base64enc

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
)

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// pairs has the two characters that twelve bits stand for, the first of them in the high
// bits.
var pairs = func() (pairs [1 << 12]uint16) {
	for i := range pairs {
		pairs[i] = uint16(alphabet[i>>6])<<8 | uint16(alphabet[i&63])
	}
	return pairs
}()

// Len returns the length of the encoding of n bytes.
func Len(n int) int { return base64.StdEncoding.EncodedLen(n) }

// Append appends the encoding of src to dst. src must not be in the room behind dst.
func Append(dst, src []byte) []byte {
	n := Len(len(src))
	dst = slices.Grow(dst, n)
	out := dst[len(dst):][:n]
	for len(src) >= 8 && len(out) >= 8 { // it reads eight bytes and encodes six of them
		const mask = 1<<12 - 1
		x := binary.BigEndian.Uint64(src)
		binary.BigEndian.PutUint64(out, uint64(pairs[x>>52])<<48|uint64(pairs[x>>40&mask])<<32|uint64(pairs[x>>28&mask])<<16|uint64(pairs[x>>16&mask]))
		src, out = src[6:], out[8:]
	}
	base64.StdEncoding.Encode(out, src)
	return dst[:len(dst)+n]
}

// DecodedLen returns the length of what a text stands for that is legal base64.
func DecodedLen(text string) int {
	n := len(text) / 4 * 3
	for i := len(text); i > 0 && text[i-1] == '='; i-- {
		n--
	}
	return n
}

// AppendDecoded appends what a text stands for that is legal base64. It copies the text in
// parts, because package base64 takes no string.
func AppendDecoded(dst []byte, text string) []byte {
	var part [256]byte
	for len(text) > 0 {
		n := copy(part[:], text)
		text = text[n:]
		dst, _ = base64.StdEncoding.AppendDecode(dst, part[:n])
	}
	return dst
}
