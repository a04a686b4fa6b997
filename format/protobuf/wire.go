package ceprotobuf

import (
	"errors"

	"github.com/seed763dd41b/cloudevents"
)

// Wire types. A key is the number of a field, shifted by three bits, and its wire type.
const (
	wireVarint = iota
	wireFixed64
	wireBytes
	wireGroup
	wireGroupEnd
	wireFixed32
	wireBits = 7
)

// Keys of the fields of cloudevents.proto, and of the types of Google that it uses.
const (
	eventID         = 1<<3 + wireBytes
	eventSource     = 2<<3 + wireBytes
	eventVersion    = 3<<3 + wireBytes
	eventType       = 4<<3 + wireBytes
	eventAttributes = 5<<3 + wireBytes
	eventBinaryData = 6<<3 + wireBytes
	eventTextData   = 7<<3 + wireBytes
	eventProtoData  = 8<<3 + wireBytes

	batchEvents = 1<<3 + wireBytes

	entryName  = 1<<3 + wireBytes
	entryValue = 2<<3 + wireBytes

	valueBoolean      = 1<<3 + wireVarint
	valueInteger      = 2<<3 + wireVarint
	valueString       = 3<<3 + wireBytes
	valueBinary       = 4<<3 + wireBytes
	valueURI          = 5<<3 + wireBytes
	valueURIReference = 6<<3 + wireBytes
	valueTimestamp    = 7<<3 + wireBytes

	timestampSeconds     = 1<<3 + wireVarint
	timestampNanoseconds = 2<<3 + wireVarint

	anyTypeURL = 1<<3 + wireBytes
	anyValue   = 2<<3 + wireBytes
)

const (
	maxNumber = 1<<29 - 1 // of a field
	maxVarint = 10        // bytes
)

var (
	errTruncated = errors.New("the message ends within a field")
	errVarint    = errors.New("a varint has more than 64 bits")
	errNumber    = errors.New("a field number is 0 or more than 536870911")
	errWireType  = errors.New("unknown wire type")
	errGroupEnd  = errors.New("a group ends that did not begin")
	errUTF8      = errors.New("a string is not UTF-8")
)

// field is a field of a message.
type field struct {
	key    uint64
	at     int    // the offset of the field
	number uint64 // the value of a varint
	bytes  []byte // the value of a field of bytes
	start  int    // the offset of bytes
}

// next reads the field at i in a message that ends at end, and returns the offset after
// it. The value of a field that is neither a varint nor bytes is skipped.
func (r *reader) next(f *field, i, end int) (int, error) {
	f.at = i
	b := r.b[:end]
	if i < end && b[i] < 0x80 {
		f.key = uint64(b[i])
		i++
	} else {
		var err error
		if f.key, i, err = varint(b, i); err != nil {
			return i, err
		}
	}
	if n := f.key >> 3; n == 0 || n > maxNumber {
		return i, syntax(f.at, errNumber)
	}
	switch f.key & wireBits {
	case wireBytes:
		var n uint64
		if i < end && b[i] < 0x80 {
			n = uint64(b[i])
			i++
		} else {
			var err error
			if n, i, err = varint(b, i); err != nil {
				return i, err
			}
		}
		if n > uint64(end-i) {
			return i, syntax(f.at, errTruncated)
		}
		f.start = i
		i += int(n)
		f.bytes = b[f.start:i:i]
		return i, nil
	case wireVarint:
		var err error
		f.number, i, err = varint(b, i)
		return i, err
	}
	return r.skip(f, i, end)
}

// skip returns the offset after the value at i of a field that is neither a varint nor
// bytes.
func (r *reader) skip(f *field, i, end int) (int, error) {
	switch f.key & wireBits {
	case wireFixed32:
		return fixed(f.at, i+4, end)
	case wireFixed64:
		return fixed(f.at, i+8, end)
	case wireGroup:
		return r.skipGroup(f, i, end)
	case wireGroupEnd:
		return i, syntax(f.at, errGroupEnd)
	}
	return i, syntax(f.at, errWireType)
}

func fixed(at, next, end int) (int, error) {
	if next > end {
		return at, syntax(at, errTruncated)
	}
	return next, nil
}

// skipGroup returns the offset after the group whose first field is at i. It keeps the
// numbers of open groups in a slice, because recursion without a limit can be fatal.
func (r *reader) skipGroup(f *field, i, end int) (int, error) {
	at := f.at
	var few [16]uint32
	open := append(few[:0], uint32(f.key>>3))
	b := r.b[:end]
	for len(open) > 0 {
		if len(open) > r.maxDepth {
			return i, syntax(at, &cloudevents.LimitError{What: "levels of nesting", Limit: r.maxDepth})
		}
		if at = i; i == end {
			return i, syntax(at, errTruncated)
		}
		key, next, err := varint(b, i)
		if err != nil {
			return i, err
		}
		n := key >> 3
		if n == 0 || n > maxNumber {
			return i, syntax(at, errNumber)
		}
		switch key & wireBits {
		case wireVarint:
			_, next, err = varint(b, next)
		case wireFixed32:
			next, err = fixed(at, next+4, end)
		case wireFixed64:
			next, err = fixed(at, next+8, end)
		case wireBytes:
			var size uint64
			if size, next, err = varint(b, next); err == nil && size > uint64(end-next) {
				err = syntax(at, errTruncated)
			}
			next += int(size)
		case wireGroup:
			open = append(open, uint32(n))
		case wireGroupEnd:
			if open[len(open)-1] != uint32(n) {
				return i, syntax(at, errGroupEnd)
			}
			open = open[:len(open)-1]
		default:
			err = syntax(at, errWireType)
		}
		if err != nil {
			return i, err
		}
		i = next
	}
	return i, nil
}

// varint reads the varint at i and returns the offset after it.
func varint(b []byte, i int) (v uint64, next int, err error) {
	for k := range maxVarint {
		if i+k >= len(b) {
			return 0, i, syntax(i, errTruncated)
		}
		c := b[i+k]
		if k == maxVarint-1 && c > 1 {
			break
		}
		v |= uint64(c&0x7f) << (7 * k)
		if c < 0x80 {
			return v, i + k + 1, nil
		}
	}
	return 0, i, syntax(i, errVarint)
}

func syntax(at int, err error) error { return &cloudevents.SyntaxError{Offset: at, Err: err} }

// appendVarint appends v.
func appendVarint(dst []byte, v uint64) []byte {
	for v >= 0x80 {
		dst = append(dst, byte(v)|0x80)
		v >>= 7
	}
	return append(dst, byte(v))
}

// sizeOfVarint returns how many bytes appendVarint appends.
func sizeOfVarint(v uint64) int {
	n := 1
	for v >= 0x80 {
		v >>= 7
		n++
	}
	return n
}
