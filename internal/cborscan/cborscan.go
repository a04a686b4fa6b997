// Package cborscan walks and checks CBOR data items (RFC 8949). It knows nothing of
// CloudEvents and builds no values. It allocates only for items that are nested more than
// 32 levels deep.
package cborscan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
	"unsafe"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

// Major types, which are the three high bits of the first byte of an item.
const (
	Unsigned = iota
	Negative
	Bytes
	Text
	Array
	Map
	Tag
	Simple // and floating-point numbers
)

// First bytes of items that have no other bytes, or a fixed number of them.
const (
	False     = 0xf4
	True      = 0xf5
	Null      = 0xf6
	Undefined = 0xf7
	Float16   = 0xf9
	Float32   = 0xfa
	Float64   = 0xfb
	Break     = 0xff
)

// Indefinite is the additional information, which are the five low bits of the first byte,
// of strings, arrays and maps that end with a Break.
const Indefinite = 31

// Fault says what is wrong with an item. The zero Fault is none.
type Fault uint8

const (
	None Fault = iota
	UnexpectedEnd
	Reserved
	UnexpectedBreak
	BadChunk
	InvalidUTF8
	TooDeep
)

var faults = [...]string{
	None:            "no fault",
	UnexpectedEnd:   "unexpected end of CBOR item",
	Reserved:        "reserved value in CBOR item",
	UnexpectedBreak: "unexpected break in CBOR item",
	BadChunk:        "a chunk of a CBOR string is no string of its type",
	InvalidUTF8:     "invalid UTF-8 in CBOR text string",
	TooDeep:         "CBOR item is nested too deeply",
}

// Error returns the fault in words.
func (f Fault) Error() string {
	if int(f) >= len(faults) {
		return "unknown fault in CBOR item"
	}
	return faults[f]
}

// Argument reads the head of the item at i, which must be within b and no Break. It returns
// the argument and the index after the head. The argument may have more bytes than it
// needs. That of an item of indefinite length is 0.
func Argument(b []byte, i int) (argument uint64, next int, f Fault) {
	c := b[i]
	info := c & 31
	if info < 24 {
		return uint64(info), i + 1, None
	}
	rest := b[i+1:]
	switch info {
	case 24:
		if len(rest) < 1 {
			return 0, len(b), UnexpectedEnd
		}
		if c>>5 == Simple && rest[0] < 32 {
			return 0, i, Reserved
		}
		return uint64(rest[0]), i + 2, None
	case 25:
		if len(rest) < 2 {
			return 0, len(b), UnexpectedEnd
		}
		return uint64(binary.BigEndian.Uint16(rest)), i + 3, None
	case 26:
		if len(rest) < 4 {
			return 0, len(b), UnexpectedEnd
		}
		return uint64(binary.BigEndian.Uint32(rest)), i + 5, None
	case 27:
		if len(rest) < 8 {
			return 0, len(b), UnexpectedEnd
		}
		return binary.BigEndian.Uint64(rest), i + 9, None
	case Indefinite:
		switch c >> 5 {
		case Bytes, Text, Array, Map:
			return 0, i + 1, None
		case Simple:
			return 0, i, UnexpectedBreak
		}
	}
	return 0, i, Reserved
}

// String reads the string at i, of bytes or of text. It returns the first of its bytes and
// the index after them. If the string is of indefinite length, its bytes are in chunks:
// chunked is true, and [AppendChunks] puts them together. Text is checked.
func String(b []byte, i int) (first, next int, chunked bool, f Fault) {
	c := b[i]
	if size := int(c & 31); size < 24 { // as most names and attributes have it
		first, next = i+1, i+1+size
		if next > len(b) {
			return i, len(b), false, UnexpectedEnd
		}
	} else if size == Indefinite {
		next, f = chunks(b, i)
		return i + 1, next, true, f
	} else {
		var n uint64
		if n, first, f = Argument(b, i); f != None {
			return i, first, false, f
		}
		if n > uint64(len(b)-first) {
			return i, len(b), false, UnexpectedEnd
		}
		next = first + int(n)
	}
	if c>>5 == Text && !printable(b[first:next]) && !utf8.Valid(b[first:next]) {
		return first, first, false, InvalidUTF8
	}
	return first, next, false, None
}

// printable reports whether a short text is printable ASCII, as names and attributes are.
func printable(b []byte) bool {
	return len(b) <= 64 && ascii.Printable(unsafe.String(unsafe.SliceData(b), len(b)))
}

// chunks returns the end of the string of indefinite length at i.
func chunks(b []byte, i int) (next int, f Fault) {
	major := b[i] >> 5
	for i++; i < len(b); {
		switch {
		case b[i] == Break:
			return i + 1, None
		case b[i]>>5 != major || b[i]&31 == Indefinite:
			return i, BadChunk
		}
		if _, i, _, f = String(b, i); f != None {
			return i, f
		}
	}
	return i, UnexpectedEnd
}

// AppendChunks appends the bytes of a string of indefinite length that String has found in
// order. first is what it returned.
func AppendChunks(dst, b []byte, first int) []byte {
	for i := first; b[i] != Break; {
		n, start, _ := Argument(b, i)
		i = start + int(n)
		dst = append(dst, b[start:i]...)
	}
	return dst
}

// What stands for the items that an open array or map still has, if that is not known.
const (
	openArray = -1 - iota
	openMap   // a key is next
	openEntry // a value is next
)

// Value returns the end of the item at i. Arrays, maps and tags may enclose each other
// maxDepth times. On a fault end is where it is.
func Value(b []byte, i, maxDepth int) (end int, f Fault) {
	var few [32]int
	open := few[:0] // how many items each level still has
	for {
		if i >= len(b) {
			return len(b), UnexpectedEnd
		}
		items := 0 // of a new level
		switch c := b[i]; {
		case c == Break:
			if len(open) == 0 || open[len(open)-1] != openArray && open[len(open)-1] != openMap {
				return i, UnexpectedBreak
			}
			open = open[:len(open)-1]
			i++
		case c>>5 == Bytes || c>>5 == Text:
			if _, i, _, f = String(b, i); f != None {
				return i, f
			}
		case c == Array<<5|Indefinite:
			items = openArray
			i++
		case c == Map<<5|Indefinite:
			items = openMap
			i++
		default:
			start := i
			var n uint64
			if n, i, f = Argument(b, i); f != None {
				return i, f
			}
			switch c >> 5 {
			case Map:
				carry, low := bits.Mul64(n, 2)
				if n = low; carry != 0 {
					return len(b), UnexpectedEnd
				}
				fallthrough
			case Array:
				if n > uint64(len(b)-i) { // each item has a byte
					return len(b), UnexpectedEnd
				}
				if n == 0 && len(open) == maxDepth {
					return start, TooDeep
				}
				items = int(n)
			case Tag:
				items = 1
			}
		}
		if items != 0 {
			if len(open) >= maxDepth {
				return i, TooDeep
			}
			open = append(open, items)
			continue
		}
		// An item has ended, and so have the levels that it was the last of.
	levels:
		for {
			if len(open) == 0 {
				return i, None
			}
			switch top := &open[len(open)-1]; *top {
			case openArray:
				break levels
			case openMap:
				*top = openEntry
				break levels
			case openEntry:
				*top = openMap
				break levels
			default:
				if *top--; *top > 0 {
					break levels
				}
				open = open[:len(open)-1]
			}
		}
	}
}
