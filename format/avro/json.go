package ceavro

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"unsafe"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
)

// converter makes JSON a value of data. It takes no JSON that would not come back from
// appendJSON byte for byte: with white space, a number in another form or beyond the digits
// of a double, other escapes than the necessary ones, or a name twice. Nor does it take
// what the schema has no place for.
type converter struct {
	src   []byte
	i     int
	dst   []byte
	open  levels[opening]
	names names
}

// opening is an object or an array that is being converted.
type opening struct {
	container container
	inside    bool // an entry was converted
	count     byte // of the entries in the current block
	countAt   int  // where that is written
	names     int  // how many names are in the objects around it
}

// span is a part of the JSON.
type span struct{ start, end uint32 }

// names are the names in all objects that are open.
type names struct {
	few   [fewNames]span
	many  []span // all of them, if few is too small
	count int
}

func (n *names) add(s span) {
	switch {
	case n.many == nil && n.count < fewNames:
		n.few[n.count] = s
	case n.many == nil:
		n.many = append(append(make([]span, 0, 4*fewNames), n.few[:]...), s)
	default:
		n.many = append(n.many[:n.count], s)
	}
	n.count++
}

// from returns all names but the first.
func (n *names) from(first int) []span {
	if n.many != nil {
		return n.many[first:n.count]
	}
	return n.few[first:n.count]
}

// maxEntries is the highest count of a block that has one byte. More entries are in
// further blocks, because the count is written before they are known.
const maxEntries = 63

// appendValue appends JSON as a value of data. If there is none for it, ok is false.
func appendValue(dst, json []byte) (_ []byte, ok bool) {
	if uint64(len(json)) > math.MaxUint32 {
		return dst, false
	}
	c := converter{src: json, dst: dst}
	if c.peek() == 'n' { // null is no data there
		return dst, false
	}
	for ok = c.value(&inData); ok && c.open.count > 0; {
		ok = c.next(c.open.top())
	}
	return c.dst, ok && c.i == len(json)
}

// peek returns the next byte, or 0 at the end.
func (c *converter) peek() byte {
	if c.i < len(c.src) {
		return c.src[c.i]
	}
	return 0
}

// next converts an entry of an object or array, or its end.
func (c *converter) next(top *opening) bool {
	isObject, end := top.container != recordArray, byte(']')
	if isObject {
		end = '}'
	}
	switch b := c.peek(); {
	case b == end:
		c.i++
		return c.close(top)
	case !top.inside:
		top.inside = true
	case b == ',':
		c.i++
	default:
		return false
	}
	if top.count%maxEntries == 0 {
		top.count, top.countAt = 0, len(c.dst)
		c.dst = append(c.dst, 0)
	}
	top.count++
	c.dst[top.countAt] = top.count << 1
	if isObject && !c.name() {
		return false
	}
	switch top.container {
	case outerMap:
		return c.value(&inOuterMap)
	case innerMap:
		return c.value(&inInnerMap)
	}
	return c.peek() == '{' && c.begin(innerMap) // a record has nothing but its map
}

// value converts a value in a union, if that has a member for it.
func (c *converter) value(u *union) bool {
	b := c.peek()
	t := tokenNumber
	switch b {
	case '{':
		t = openObject
	case '[':
		t = openArray
	case '"':
		t = tokenString
	case 't', 'f':
		t = tokenBoolean
	case 'n':
		t = tokenNull
	}
	member := slices.Index(u.members, t)
	if member < 0 {
		return false
	}
	c.dst = append(c.dst, byte(member)<<1)
	switch t {
	case openObject:
		return c.begin(u.object)
	case openArray:
		return c.begin(recordArray)
	case tokenString:
		return c.string()
	case tokenNumber:
		return c.number()
	}
	end, fault := jsonscan.Literal(c.src, c.i)
	if c.i = end; t == tokenBoolean {
		c.dst = appendBoolean(c.dst, b == 't')
	}
	return fault == jsonscan.None
}

func (c *converter) begin(k container) bool {
	if c.open.count >= cloudevents.DefaultMaxDepth {
		return false
	}
	c.i++
	c.open.push(opening{container: k, names: c.names.count})
	return true
}

func (c *converter) close(top *opening) bool {
	c.dst = append(c.dst, 0)
	names := c.names.from(top.names)
	c.names.count = top.names
	c.open.count--
	return !c.twice(names)
}

// twice sorts names, and reports whether one is there twice.
func (c *converter) twice(names []span) bool {
	if len(names) < 2 {
		return false
	}
	compare := func(x, y span) int { return bytes.Compare(c.src[x.start:x.end], c.src[y.start:y.end]) }
	slices.SortFunc(names, compare)
	for i := 1; i < len(names); i++ {
		if compare(names[i-1], names[i]) == 0 {
			return true
		}
	}
	return false
}

// name converts a name and takes the colon behind it.
func (c *converter) name() bool {
	start := c.i
	if c.peek() != '"' || !c.string() {
		return false
	}
	c.names.add(span{uint32(start), uint32(c.i)})
	if c.peek() != ':' {
		return false
	}
	c.i++
	return true
}

// string converts a string that AppendQuoted would write in the same way.
func (c *converter) string() bool {
	start := c.i + 1
	end, form, fault := jsonscan.String(c.src, start)
	if fault != jsonscan.None {
		return false
	}
	s := c.src[start:end]
	c.i = end + 1
	if form != jsonscan.Escaped {
		c.dst = appendBytes(c.dst, s)
		return true
	}
	n := len(s)
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		size := escapeLength(s[i:])
		if size == 0 {
			return false
		}
		n -= size - 1
		i += size - 1
	}
	c.dst, _, _ = jsonscan.AppendUnquoted(appendLong(c.dst, int64(n)), s)
	return true
}

// escapeLength returns the length of the escape that s begins with, or 0 if AppendQuoted
// would write it in another way. The escape is legal.
func escapeLength(s []byte) int {
	switch s[1] {
	case '"', '\\', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		c, err := strconv.ParseUint(viewText(s[2:6]), 16, 16)
		if err == nil && c < ' ' && jsonscan.QuotedSize([]byte{byte(c)}) == len(`"\u0000"`) && (s[5] < 'A' || s[5] > 'F') {
			return 6
		}
	}
	return 0
}

// number converts a number that appendNumber would write in the same way.
func (c *converter) number() bool {
	end, isInteger, fault := jsonscan.Number(c.src, c.i)
	if fault != jsonscan.None {
		return false
	}
	text := c.src[c.i:end]
	c.i = end
	f := 0.0
	const digits = len("999999999999999") // below maxSafe
	if isInteger && len(text) <= digits && text[0] != '-' {
		n := 0
		for _, b := range text {
			n = 10*n + int(b-'0')
		}
		f = float64(n)
	} else {
		var err error
		if f, err = strconv.ParseFloat(viewText(text), 64); err != nil {
			return false
		}
		var again [32]byte
		if !bytes.Equal(appendNumber(again[:0], f), text) {
			return false
		}
	}
	c.dst = binary.LittleEndian.AppendUint64(c.dst, math.Float64bits(f))
	return true
}

// viewText returns b as a string that changes with it.
func viewText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
