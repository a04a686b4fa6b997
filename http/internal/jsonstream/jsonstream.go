// Package jsonstream reads JSON documents of strangers (RFC 8259) in memory that does not
// grow with them. A caller walks through a document and says how much of it to keep.
package jsonstream

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
)

// ErrSyntax is the error about a document that is not JSON, or whose values enclose each
// other more than 10,000 times.
var ErrSyntax = errors.New("malformed JSON")

const (
	maxDepth = 10_000 // as in encoding/json
	maxName  = 64     // bytes of the name of a member; a longer one is an empty name
	window   = 4 << 10
	idle     = 100 // reads without a byte and without an error
)

// Reader walks through a document. Its methods Object, Array, Text, Raw and Skip read one
// value each. After an error they do nothing, and Err returns the error.
type Reader struct {
	r          io.Reader
	buf        [window]byte
	begin, end int // of what is left in buf
	depth      int
	err        error

	keep kept
	from int // the place in buf from which on bytes are kept; -1 is none
	name [maxName]byte
}

// kept is what is kept of a value.
type kept struct {
	bytes []byte
	most  int
	over  bool
}

// New returns a Reader of r.
func New(r io.Reader) *Reader { return &Reader{r: r, from: -1} }

// Err returns ErrSyntax, the error of the reader, or nil. The end of the reader within the
// document is [io.ErrUnexpectedEOF].
func (r *Reader) Err() error { return r.err }

// End reads to the end of the reader. Anything but white space is an error.
func (r *Reader) End() error {
	if r.err != nil {
		return r.err
	}
	if _, ok := r.token(); ok {
		r.fail(ErrSyntax)
	} else if r.err == io.ErrUnexpectedEOF {
		r.err = nil
	}
	return r.err
}

func (r *Reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// fill reads into buf, which is empty.
func (r *Reader) fill() bool {
	if r.err != nil {
		return false
	}
	r.flush()
	if r.from >= 0 {
		r.from = 0
	}
	r.begin, r.end = 0, 0
	for range idle {
		n, err := r.r.Read(r.buf[:])
		if r.end = n; n > 0 {
			return true // the error comes again
		}
		switch err {
		case nil:
		case io.EOF:
			r.err = io.ErrUnexpectedEOF
			return false
		default:
			r.err = err
			return false
		}
	}
	r.err = io.ErrNoProgress
	return false
}

// flush keeps what was read since the last time.
func (r *Reader) flush() {
	if r.from < 0 {
		return
	}
	b := r.buf[r.from:r.begin]
	r.from = r.begin
	if room := r.keep.most - len(r.keep.bytes); len(b) > room {
		b, r.keep.over = b[:room], true
	}
	if k := &r.keep; len(k.bytes)+len(b) > cap(k.bytes) { // append makes less room, and so more often
		k.bytes = slices.Grow(k.bytes, max(len(k.bytes), len(b)))
	}
	r.keep.bytes = append(r.keep.bytes, b...)
}

// byte reads the next byte.
func (r *Reader) byte() (byte, bool) {
	if r.begin == r.end && !r.fill() {
		return 0, false
	}
	c := r.buf[r.begin]
	r.begin++
	return c, true
}

// token skips white space and returns the first byte behind it, which is not read.
func (r *Reader) token() (byte, bool) {
	for {
		for ; r.begin < r.end; r.begin++ {
			if c := r.buf[r.begin]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
				return c, true
			}
		}
		if !r.fill() {
			return 0, false
		}
	}
}

// expect reads the token c.
func (r *Reader) expect(c byte) bool {
	if got, ok := r.token(); !ok {
		return false
	} else if got != c {
		r.fail(ErrSyntax)
		return false
	}
	r.begin++
	return true
}

// Kind returns the first byte of the next value, and 0 after an error.
func (r *Reader) Kind() byte {
	if r.err != nil {
		return 0
	}
	c, _ := r.token()
	return c
}

// Object reads an object. It calls member with each name; the function must read the
// value. The name is valid until then. A name of more than 64 bytes is empty. If the value
// is not an object it is skipped, and Object returns false.
func (r *Reader) Object(member func(name []byte)) bool {
	if r.Kind() != '{' {
		r.Skip()
		return false
	}
	r.items('}', func() {
		name := r.memberName()
		if r.expect(':') {
			member(name)
		}
	})
	return true
}

// Array reads an array. It calls element before each element, which the function must
// read. If the value is not an array it is skipped, and Array returns false.
func (r *Reader) Array(element func()) bool {
	if r.Kind() != '[' {
		r.Skip()
		return false
	}
	r.items(']', element)
	return true
}

// items reads an object or an array, which ends with end.
func (r *Reader) items(end byte, item func()) {
	r.begin++
	if r.depth++; r.depth > maxDepth {
		r.fail(ErrSyntax)
	}
	for first := true; r.err == nil; first = false {
		c, ok := r.token()
		switch {
		case !ok:
			return
		case c == end:
			r.begin++
			r.depth--
			return
		case first:
		case c == ',':
			if r.begin++; r.Kind() == end {
				r.fail(ErrSyntax)
			}
		default:
			r.fail(ErrSyntax)
		}
		if r.err == nil {
			item()
		}
	}
}

// memberName reads the name of a member.
func (r *Reader) memberName() []byte {
	kept, escaped := r.string(maxName)
	if kept.over {
		return nil
	}
	if !escaped {
		return kept.bytes
	}
	name, _, fault := jsonscan.AppendUnquoted(r.name[:0], kept.bytes) // which is never longer
	if fault != jsonscan.None {
		return nil
	}
	return name
}

// Text reads a string, of which at most n bytes are returned; a longer one ends in an
// ellipsis. ok is false if the value is no string.
func (r *Reader) Text(n int) (text string, ok bool) {
	if r.Kind() != '"' {
		r.Skip()
		return "", false
	}
	kept, escaped := r.string(longestEscape * (n + 2)) // which is more than n bytes in any case
	b := kept.bytes
	if kept.over {
		b = b[:wholeEscapes(b)]
	}
	text = string(b)
	if escaped && json.Unmarshal([]byte(`"`+text+`"`), &text) != nil {
		return "", false
	}
	text = strings.ToValidUTF8(text, string(utf8.RuneError))
	return excerpt.Cut(text, n), r.err == nil
}

const longestEscape = len(`\u0000`)

// wholeEscapes returns the length of b without an incomplete escape at its end.
func wholeEscapes(b []byte) int {
	for i := 0; i < len(b); {
		n := 1
		if b[i] == '\\' {
			if n = 2; i+1 < len(b) && b[i+1] == 'u' {
				n = longestEscape
			}
		}
		if i+n > len(b) {
			return i
		}
		i += n
	}
	return len(b)
}

// Raw returns the bytes of the next value, or nil if they are more than n.
func (r *Reader) Raw(n int) []byte {
	if r.Kind() == 0 {
		return nil
	}
	r.keep, r.from = kept{most: n}, r.begin
	r.Skip()
	r.flush()
	r.from = -1
	if r.err != nil || r.keep.over {
		return nil
	}
	return r.keep.bytes
}

// Skip reads a value and keeps nothing.
func (r *Reader) Skip() {
	switch c := r.Kind(); c {
	case 0:
	case '{':
		r.items('}', func() {
			r.skipString()
			if r.expect(':') {
				r.Skip()
			}
		})
	case '[':
		r.items(']', r.Skip)
	case '"':
		r.skipString()
	default:
		r.scalar(c)
	}
}

// string reads a string of which it keeps at most n bytes, without the quotes. escaped
// says that there is a backslash.
func (r *Reader) string(n int) (k kept, escaped bool) {
	if r.Kind() != '"' {
		r.fail(ErrSyntax)
		return kept{}, false
	}
	room := r.name[:0]
	if n > maxName {
		room = nil
	}
	r.keep, r.from = kept{bytes: room, most: n}, r.begin+1
	escaped = r.skipString()
	if r.err != nil {
		r.from = -1
		return kept{}, false
	}
	r.begin--
	r.flush()
	r.begin++
	r.from = -1
	return r.keep, escaped
}

// skipString reads a string.
func (r *Reader) skipString() (escaped bool) {
	if !r.expect('"') {
		return false
	}
	for {
		for ; r.begin < r.end; r.begin++ {
			if c := r.buf[r.begin]; c < ' ' || c == '"' || c == '\\' {
				break
			}
		}
		c, ok := r.byte()
		switch {
		case !ok:
			return escaped
		case c == '"':
			return escaped
		case c < ' ':
			r.fail(ErrSyntax)
			return escaped
		case c == '\\':
			escaped = true
			r.skipEscape()
		}
	}
}

// skipEscape reads what stands behind a backslash.
func (r *Reader) skipEscape() {
	c, _ := r.byte()
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
	case 'u':
		for range 4 {
			if c, ok := r.byte(); ok && ascii.Unhex[c] > 15 {
				r.fail(ErrSyntax)
			}
		}
	default:
		r.fail(ErrSyntax)
	}
}

// scalar reads a number, true, false or null, which begins with c.
func (r *Reader) scalar(c byte) {
	switch {
	case c == 't':
		r.literal("true")
	case c == 'f':
		r.literal("false")
	case c == 'n':
		r.literal("null")
	case c == '-' || '0' <= c && c <= '9':
		r.number()
	default:
		r.fail(ErrSyntax)
	}
}

func (r *Reader) literal(text string) {
	for i := range len(text) {
		if c, ok := r.byte(); ok && c != text[i] {
			r.fail(ErrSyntax)
		}
	}
}

// number reads a number. It may be the last thing that there is to read.
func (r *Reader) number() {
	if r.peek() == '-' {
		r.begin++
	}
	if r.peek() == '0' {
		r.begin++
	} else {
		r.digits()
	}
	if r.peek() == '.' {
		r.begin++
		r.digits()
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.begin++
		if c := r.peek(); c == '+' || c == '-' {
			r.begin++
		}
		r.digits()
	}
	if r.err == io.ErrUnexpectedEOF { // End finds it again
		r.err = nil
	}
}

// digits reads at least one digit.
func (r *Reader) digits() {
	n := 0
	for c := r.peek(); '0' <= c && c <= '9'; c = r.peek() {
		r.begin++
		n = 1
	}
	if n == 0 && (r.err == nil || r.err == io.ErrUnexpectedEOF) {
		r.err = ErrSyntax
	}
}

// peek returns the next byte, which is not read, or 0.
func (r *Reader) peek() byte {
	if r.begin == r.end && !r.fill() {
		return 0
	}
	return r.buf[r.begin]
}
