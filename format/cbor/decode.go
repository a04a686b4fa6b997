package cecbor

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"time"
	"unsafe"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/cborscan"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/internal/violations"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Sections that errors cite.
const (
	sectionTypes    = "cbor-format.md#22-type-system-mapping"
	sectionEncoding = "cbor-format.md#311-payload-encoding"
	sectionDecoding = "cbor-format.md#312-payload-decoding"
)

// Tags that attributes and data may have.
const (
	tagDateTime = 0
	tagEpoch    = 1
	tagURI      = 32
	tagUint8    = 64 // an array of bytes (RFC 8746), as JavaScript has it
)

// selfDescribed is the tag 55799, which may begin a document and means nothing.
const selfDescribed = "\xd9\xd9\xf7"

var (
	errNotMap   = errors.New("an event is a CBOR map (cbor-format.md#3-envelope)")
	errKey      = errors.New("a key of an event is no text string (cbor-format.md#3-envelope)")
	errTrailing = errors.New("the document goes on after the event")

	ruleUTF8 = &validation.Rule{Sentinel: validation.ErrCharacter, Detail: cborscan.InvalidUTF8.Error()}
)

// reader decodes one document. It first reads the pairs of the map, and then assembles the
// Event, because pairs may come in any order.
type reader struct {
	b             []byte
	extensions    []spec.Attribute
	maxDepth      int
	maxAttributes int
	v1Only        bool
	forgive       bool
	forgiven      error

	room  []byte // for canonical strings that the document does not have
	data  span
	count int // of attributes, once they are assembled
}

// span is an item of the document. It is empty if there is none.
type span struct{ start, end int }

// event sets e, which is empty. On an error some of its fields may be set.
func (r *reader) event(e *cloudevents.Event) error {
	var a cloudevents.Attributes
	a.Extensions, a.MaxAttributes = r.extensions, r.maxAttributes
	a.V1Only, a.Forgive = r.v1Only, r.forgive
	if err := r.scan(&a); err != nil {
		return err
	}
	if err := a.Assemble(e); err != nil {
		return err
	}
	if r.data.end > 0 {
		r.count = a.Len()
		if err := r.setData(e, &a); err != nil {
			return validation.Join(append([]error{err}, violations.Of(a.Forgiven())...))
		}
	}
	r.forgiven = a.Forgiven()
	return nil
}

// scan reads the map.
func (r *reader) scan(a *cloudevents.Attributes) error {
	b, i := r.b, 0
	if bytes.HasPrefix(b, []byte(selfDescribed)) {
		i = len(selfDescribed)
	}
	switch {
	case i == len(b):
		return r.fault(i, cborscan.UnexpectedEnd)
	case b[i]>>5 != cborscan.Map:
		return syntax(i, errNotMap)
	}
	isOpen := b[i]&31 == cborscan.Indefinite
	pairs, i, f := cborscan.Argument(b, i)
	switch {
	case f != cborscan.None:
		return r.fault(i, f)
	case pairs > uint64(len(b)-i)/2: // each pair has two bytes
		return r.fault(len(b), cborscan.UnexpectedEnd)
	}
	for ; pairs > 0 || isOpen; pairs-- {
		if i == len(b) {
			return r.fault(i, cborscan.UnexpectedEnd)
		}
		if isOpen && b[i] == cborscan.Break {
			i++
			break
		}
		var err error
		if i, err = r.pair(a, i); err != nil {
			return err
		}
	}
	if i < len(b) {
		return syntax(i, errTrailing)
	}
	return nil
}

// pair reads the pair at i and returns its end.
func (r *reader) pair(a *cloudevents.Attributes, i int) (end int, err error) {
	b, start := r.b, i
	switch {
	case b[i] == cborscan.Break:
		return i, r.fault(i, cborscan.UnexpectedBreak)
	case b[i]>>5 != cborscan.Text:
		return i, syntax(i, errKey)
	}
	first, i, chunked, f := cborscan.String(b, i)
	if f != cborscan.None {
		return i, r.fault(i, f)
	}
	name := r.content(first, i, chunked)
	if i == len(b) {
		return i, r.fault(i, cborscan.UnexpectedEnd)
	}
	if string(name) == spec.Data {
		return r.dataPair(a, start, i)
	}
	if end, err = r.attribute(a, name, i); err == nil && a.Len() > r.maxAttributes {
		return i, syntax(start, r.tooMany())
	}
	return end, err
}

// dataPair notes where the data is.
func (r *reader) dataPair(a *cloudevents.Attributes, start, i int) (end int, err error) {
	end, f := cborscan.Value(r.b, i, r.maxDepth)
	if f != cborscan.None {
		return end, r.fault(end, f)
	}
	if r.data.end == 0 {
		r.data = span{i, end}
	} else if r.data.start >= 0 {
		r.data.start = -1
		a.Fail(syntax(start, validation.NewError(spec.Data, "", spec.SectionContextAttributes, validation.ErrDuplicate)))
	}
	return end, nil
}

// content returns the bytes of a string that cborscan.String has found.
func (r *reader) content(first, next int, chunked bool) []byte {
	if !chunked {
		return r.b[first:next:next]
	}
	return cborscan.AppendChunks(make([]byte, 0, next-first), r.b, first)
}

// attribute adds the attribute whose value is at i, and returns the end of the value.
func (r *reader) attribute(a *cloudevents.Attributes, name []byte, i int) (end int, err error) {
	c := r.b[i]
	switch c >> 5 {
	case cborscan.Text:
		return r.text(a, name, spec.String, i, i)
	case cborscan.Bytes:
		return r.binary(a, name, i, i)
	case cborscan.Unsigned, cborscan.Negative:
		n, end, f := cborscan.Argument(r.b, i)
		if f != cborscan.None {
			return end, r.fault(end, f)
		}
		a.AddBytes(i, name, spec.Integer, r.integer(c>>5 == cborscan.Negative, n, len(r.b)-end))
		return end, nil
	case cborscan.Tag:
		return r.tagged(a, name, i)
	}
	switch c {
	case cborscan.False:
		a.AddBytes(i, name, spec.Boolean, view("false"))
		return i + 1, nil
	case cborscan.True:
		a.AddBytes(i, name, spec.Boolean, view("true"))
		return i + 1, nil
	case cborscan.Null, cborscan.Undefined:
		a.AddNull(i, name)
		return i + 1, nil
	}
	return r.unfit(a, name, i, typeName(c))
}

// unfit adds an attribute whose value is at i and of a type that no attribute has.
func (r *reader) unfit(a *cloudevents.Attributes, name []byte, i int, typeName string) (end int, err error) {
	end, f := cborscan.Value(r.b, i, r.maxDepth)
	if f != cborscan.None {
		return end, r.fault(end, f)
	}
	a.AddUnfitBytes(i, name, typeName)
	return end, nil
}

// typeName returns what an item with that first byte is called that no attribute has.
func typeName(c byte) string {
	switch c >> 5 {
	case cborscan.Array:
		return "array"
	case cborscan.Map:
		return "map"
	}
	switch c {
	case cborscan.Float16, cborscan.Float32, cborscan.Float64:
		return "floating-point number"
	}
	return "simple value"
}

// text adds the text string at i. at is where the value begins, which may have a tag.
func (r *reader) text(a *cloudevents.Attributes, name []byte, t spec.Type, at, i int) (end int, err error) {
	first, end, chunked, f := cborscan.String(r.b, i)
	switch f {
	case cborscan.None:
		text := r.content(first, end, chunked)
		if t == spec.URI && isReference(name, text) {
			t = spec.URIReference
		}
		a.AddBytes(at, name, t, text)
		return end, nil
	case cborscan.InvalidUTF8:
		return end, syntax(end, validation.NewError(string(name), "", sectionTypes, ruleUTF8))
	}
	return end, r.fault(end, f)
}

// isReference reports whether the text of an extension is a URI-reference and no URI. The
// type of dataschema is known.
func isReference(name, text []byte) bool {
	s := viewText(text)
	return string(name) != spec.DataSchema && validation.URI(s) != nil && validation.URIReference(s) == nil
}

// binary adds the byte string at i. at is where the value begins, which may have a tag.
func (r *reader) binary(a *cloudevents.Attributes, name []byte, at, i int) (end int, err error) {
	first, end, chunked, f := cborscan.String(r.b, i)
	if f != cborscan.None {
		return end, r.fault(end, f)
	}
	content := r.content(first, end, chunked)
	room := r.roomFor(base64.StdEncoding.EncodedLen(len(content)), len(r.b)-end)
	a.AddBytes(at, name, spec.Binary, r.use(base64.StdEncoding.AppendEncode(room, content)))
	return end, nil
}

// roomFor returns an empty slice with room for n bytes. So many bytes of the document as
// rest says may need room, too.
func (r *reader) roomFor(n, rest int) []byte {
	if cap(r.room)-len(r.room) < n {
		r.room = make([]byte, 0, max(64, n+min(cap(r.room), rest+rest/3)))
	}
	return r.room[len(r.room):]
}

// use marks the room that b has as used, and returns b.
func (r *reader) use(b []byte) []byte {
	r.room = r.room[:len(r.room)+len(b)]
	return b
}

// integer returns the canonical string of an item of major type 0 or 1. rest is as in
// roomFor.
func (r *reader) integer(negative bool, n uint64, rest int) []byte {
	if !negative && n < 100 {
		return view(strconv.FormatUint(n, 10)) // which allocates nothing
	}
	b := r.roomFor(len("-18446744073709551616"), rest)
	switch {
	case !negative:
		b = strconv.AppendUint(b, n, 10)
	case n == math.MaxUint64:
		b = append(b, "-18446744073709551616"...)
	default:
		b = strconv.AppendUint(append(b, '-'), n+1, 10)
	}
	return r.use(b)
}

// tagged adds the attribute whose value is the tag at i.
func (r *reader) tagged(a *cloudevents.Attributes, name []byte, i int) (end int, err error) {
	b := r.b
	tag, next, f := cborscan.Argument(b, i)
	switch {
	case f != cborscan.None:
		return next, r.fault(next, f)
	case next == len(b):
		return next, r.fault(next, cborscan.UnexpectedEnd)
	}
	switch c := b[next]; {
	case tag == tagDateTime && c>>5 == cborscan.Text:
		return r.text(a, name, spec.Timestamp, i, next)
	case tag == tagURI && c>>5 == cborscan.Text:
		return r.text(a, name, spec.URI, i, next)
	case tag == tagUint8 && c>>5 == cborscan.Bytes:
		return r.binary(a, name, i, next)
	case tag == tagEpoch && (c>>5 == cborscan.Unsigned || c>>5 == cborscan.Negative || cborscan.Float16 <= c && c <= cborscan.Float64):
		n, end, f := cborscan.Argument(b, next)
		if f != cborscan.None {
			return end, r.fault(end, f)
		}
		a.AddBytes(i, name, spec.Timestamp, r.epoch(c, n, len(r.b)-end))
		return end, nil
	case tag == tagDateTime || tag == tagURI || tag == tagUint8 || tag == tagEpoch:
		return r.unfit(a, name, i, "tag "+strconv.FormatUint(tag, 10)+" of something else")
	}
	return r.unfit(a, name, i, "tag "+strconv.FormatUint(tag, 10))
}

// The seconds since 1970 of the first and the last Timestamp.
const (
	firstSecond = -62_167_219_200
	lastSecond  = 253_402_300_799
)

// epoch returns the Timestamp of a number of seconds since 1970, in UTC. A number that has
// none is returned as it is, and is refused as no Timestamp. rest is as in roomFor.
func (r *reader) epoch(c byte, argument uint64, rest int) []byte {
	var seconds, nanoseconds int64
	switch c >> 5 {
	case cborscan.Unsigned, cborscan.Negative:
		if seconds = int64(argument); c>>5 == cborscan.Negative {
			seconds = -1 - seconds
		}
		if argument > lastSecond || seconds < firstSecond {
			return r.integer(c>>5 == cborscan.Negative, argument, rest)
		}
	default:
		f := cborscan.Float(c, argument)
		if !(firstSecond <= f && f < lastSecond+1) { // NaN is not
			return strconv.AppendFloat(nil, f, 'g', -1, 64)
		}
		seconds, nanoseconds = decimal(f)
	}
	return r.use(timestamp.Append(r.roomFor(timestamp.MaxLength, rest), time.Unix(seconds, nanoseconds).UTC()))
}

// decimal returns the seconds and nanoseconds of the shortest decimal number that is f as a
// float: that of a sender with milliseconds. Digits after the ninth are cut.
func decimal(f float64) (seconds, nanoseconds int64) {
	var room [40]byte
	whole, fraction, _ := bytes.Cut(strconv.AppendFloat(room[:0], math.Abs(f), 'f', -1, 64), []byte("."))
	for _, c := range whole {
		seconds = seconds*10 + int64(c-'0')
	}
	for i := range 9 {
		nanoseconds *= 10
		if i < len(fraction) {
			nanoseconds += int64(fraction[i] - '0')
		}
	}
	if f < 0 {
		return -seconds, -nanoseconds
	}
	return seconds, nanoseconds
}

func (r *reader) fault(i int, f cborscan.Fault) error {
	if f == cborscan.TooDeep {
		return syntax(i, tooDeep(r.maxDepth))
	}
	return syntax(i, f)
}

func (r *reader) tooMany() error {
	return &cloudevents.LimitError{What: "attributes", Limit: r.maxAttributes}
}

func tooDeep(limit int) error {
	return &cloudevents.LimitError{What: "levels of nesting", Limit: limit}
}

func syntax(at int, err error) error { return &cloudevents.SyntaxError{Offset: at, Err: err} }

// view returns the bytes of s, which must not be written to.
func view(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// viewText returns b as a string that changes with it.
func viewText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
