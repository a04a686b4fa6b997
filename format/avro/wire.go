package ceavro

import (
	"encoding/binary"
	"errors"
	"math"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
)

// Errors about documents that are not of the schema.
var (
	errCut      = errors.New("the document ends within a value")
	errLong     = errors.New("an integer has more than 64 bits")
	errInt      = errors.New("an int has more than 32 bits")
	errLength   = errors.New("a length is negative, or larger than the rest of the document")
	errCount    = errors.New("a block has more entries than the rest of the document has room for")
	errBlock    = errors.New("a block ends elsewhere than its size says")
	errBoolean  = errors.New("a boolean is neither 0 nor 1")
	errUnion    = errors.New("a union has no member with that index")
	errUTF8     = errors.New("a string is not UTF-8")
	errTrailing = errors.New("the document goes on after the event")
	errFile     = errors.New("the document is an Avro object container file; the format has the bare value")
	errSingle   = errors.New("the document has the header of the single-object encoding; the format has the bare value")
	errRegistry = errors.New("the document begins with a zero byte, as with the prefix of a schema registry; the format has the bare value")
)

func syntax(at int, err error) error { return &cloudevents.SyntaxError{Offset: at, Err: err} }

// reader reads values in the binary encoding of Avro. Its first error stays, and all values
// are zero from then on.
type reader struct {
	b   []byte
	i   int
	err error
}

func (r *reader) fail(at int, err error) {
	if r.err == nil {
		r.err = syntax(at, err)
	}
	r.b = r.b[:min(r.i, len(r.b))] // so that nothing more is read
}

// long reads a zigzag integer. Encoders may write more bytes than it needs, up to ten.
func (r *reader) long() int64 {
	if r.i < len(r.b) && r.b[r.i] < 0x80 {
		u := r.b[r.i]
		r.i++
		return int64(u>>1) ^ -int64(u&1)
	}
	u, n := binary.Uvarint(r.b[r.i:])
	switch {
	case n > 0:
		r.i += n
		return int64(u>>1) ^ -int64(u&1)
	case n == 0:
		r.fail(len(r.b), errCut)
	default:
		r.fail(r.i, errLong)
	}
	return 0
}

// int reads an int, which is a long of 32 bits.
func (r *reader) int() int32 {
	at := r.i
	n := r.long()
	if n < math.MinInt32 || n > math.MaxInt32 {
		r.fail(at, errInt)
		return 0
	}
	return int32(n)
}

func (r *reader) boolean() bool {
	if r.i == len(r.b) {
		r.fail(r.i, errCut)
		return false
	}
	c := r.b[r.i]
	if c > 1 {
		r.fail(r.i, errBoolean)
		return false
	}
	r.i++
	return c == 1
}

func (r *reader) double() float64 {
	if len(r.b)-r.i < 8 {
		r.fail(len(r.b), errCut)
		return 0
	}
	bits := binary.LittleEndian.Uint64(r.b[r.i:])
	r.i += 8
	return math.Float64frombits(bits)
}

// bytes reads bytes, or a string, which may not be UTF-8. They alias the document.
func (r *reader) bytes() []byte {
	if r.i < len(r.b) && r.b[r.i]&0x81 == 0 { // a length below 64, as most have
		start := r.i + 1
		if end := start + int(r.b[r.i]>>1); end <= len(r.b) {
			r.i = end
			return r.b[start:end:end]
		}
	}
	return r.longBytes()
}

func (r *reader) longBytes() []byte {
	at := r.i
	n := r.long()
	if n < 0 || n > int64(len(r.b)-r.i) {
		r.fail(at, errLength)
		return nil
	}
	start := r.i
	r.i += int(n)
	return r.b[start:r.i:r.i]
}

// text reads a string that must be UTF-8.
func (r *reader) text() []byte {
	at := r.i
	s := r.bytes()
	if !utf8.Valid(s) {
		r.fail(at, errUTF8)
		return nil
	}
	return s
}

// union reads the index of a union with that many members.
func (r *reader) union(members int64) int64 {
	if r.i < len(r.b) {
		if c := r.b[r.i]; c&0x81 == 0 && int64(c>>1) < members {
			r.i++
			return int64(c >> 1)
		}
	}
	at := r.i
	n := r.long()
	if n < 0 || n >= members {
		r.fail(at, errUnion)
		return 0
	}
	return n
}

// block is a part of a map or an array.
type block struct {
	left int // entries that were not read yet
	end  int // where it ends if it says so, or -1
}

// open reads the header of the next block, whose entries have at least that many bytes
// each. There is no other block if it has no entries.
func (r *reader) open(size int) (b block) {
	at := r.i
	n := r.long()
	b.end = -1
	if n < 0 {
		if n == math.MinInt64 { // cannot be negated
			r.fail(at, errCount)
			return b
		}
		n = -n
		start := r.i
		length := r.long()
		if length < 0 || length > int64(len(r.b)-r.i) {
			r.fail(start, errLength)
			return b
		}
		b.end = r.i + int(length)
	}
	if n > int64((len(r.b)-r.i)/size) {
		r.fail(at, errCount)
		return b
	}
	b.left = int(n)
	return b
}

// next reads the header of the next block if all entries of b were read, and reports
// whether there is another entry.
func (r *reader) next(b *block, size int) bool {
	if b.left == 0 {
		if b.end >= 0 && b.end != r.i {
			r.fail(r.i, errBlock)
		}
		if *b = r.open(size); b.left == 0 {
			return false
		}
	}
	b.left--
	return r.err == nil
}

// end checks that nothing is left, and returns the error of the document. What many
// senders put before a value is named, because no event begins so.
func (r *reader) end(whole []byte) error {
	if r.err == nil && r.i == len(r.b) {
		return nil
	}
	switch {
	case len(whole) >= 4 && string(whole[:4]) == "Obj\x01":
		return syntax(0, errFile)
	case len(whole) >= 10 && string(whole[:2]) == "\xc3\x01":
		return syntax(0, errSingle)
	case len(whole) >= 5 && whole[0] == 0:
		return syntax(0, errRegistry)
	case r.err == nil:
		return syntax(r.i, errTrailing)
	}
	return r.err
}

// appendLong appends a zigzag integer.
func appendLong(dst []byte, n int64) []byte {
	u := uint64(n)<<1 ^ uint64(n>>63)
	if u < 0x80 {
		return append(dst, byte(u))
	}
	return binary.AppendUvarint(dst, u)
}

func appendString(dst []byte, s string) []byte {
	return append(appendLong(dst, int64(len(s))), s...)
}

func appendBytes(dst, b []byte) []byte {
	return append(appendLong(dst, int64(len(b))), b...)
}
