package ceavro

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

const sectionData = "avro-format.md#3-data"

var (
	ruleDataValue  = &validation.Rule{Sentinel: validation.ErrData, Detail: "data that is not JSON by its content type must be bytes or a string"}
	ruleDataFinite = &validation.Rule{Sentinel: validation.ErrData, Detail: "data has a double that is not finite, which JSON does not have"}

	errNameTwice = errors.New("a map in data has a name twice")
	errTooLong   = errors.New("a document with a map in data has more than 4 GiB")
)

// data is the data of a document.
type data struct {
	at     int // where it begins
	member int64
	bytes  []byte // of bytes and a string; the document from the union on for the others

	// size is the size of the JSON text that a value other than bytes and a string stands
	// for, or more.
	size     int
	infinite bool // a number is not finite

	json []byte // the text, if it was written while the value was read
}

// data reads the data and checks all of it.
func (r *reader) data(x *data, maxDepth int) {
	x.at = r.i
	rest := r.b[r.i:]
	switch x.member = r.union(int64(len(inData.members))); x.member {
	case dataNull:
	case dataBytes:
		x.bytes = r.bytes()
	case dataString:
		x.bytes = r.text()
	default:
		x.bytes = rest
		r.i = x.at
		r.measure(x, maxDepth)
	}
}

// implies reports whether the data implies a datacontenttype, because it is a JSON value
// in an event without one.
func (x *data) implies(e *cloudevents.Event) bool {
	return x.member != dataNull && x.member != dataBytes && e.DataContentType == ""
}

// set sets the data of e, and the datacontenttype that it implies. The attributes are nil
// if the version is 1.0.
func (x *data) set(e *cloudevents.Event, attributes *cloudevents.Attributes) (err error) {
	if x.implies(e) {
		e.DataContentType = "application/json"
	}
	content := x.bytes
	isJSON := mediatype.IsJSON(e.DataContentType)
	switch x.member {
	case dataNull:
		return nil
	case dataBytes, dataString:
	default:
		switch {
		case !isJSON:
			return validation.NewError(spec.Data, "", sectionData, ruleDataValue)
		case x.infinite:
			return validation.NewError(spec.Data, "", sectionData, ruleDataFinite)
		}
		if content = x.json; content == nil {
			content = appendJSON(make([]byte, 0, x.size), x.bytes)
		}
	}
	e.Data = content
	if attributes != nil {
		if e.Data, err = attributes.Data(content); err != nil {
			return err
		}
	}
	switch {
	case x.member != dataString || len(e.Data) != len(content): // or it was base64, in version 0.3
	case isJSON:
		e.Data = jsonscan.AppendQuoted(make([]byte, 0, jsonscan.QuotedSize(x.bytes)), x.bytes)
	case !mediatype.FitsCharset(e.DataContentType, x.bytes):
		return validation.NewError(spec.Data, "", sectionData, validation.ErrDataCharset)
	}
	return nil
}

// opened is a map or an array that is being read.
type opened struct {
	block
	container container
	inside    bool // an entry was read
	names     int  // how many names are in the maps around it
}

// walker reads the values of data as tokens of JSON, without recursion.
type walker struct {
	reader
	open     levels[opened]
	maxDepth int
	begun    bool

	// What belongs to the token. There is a name if it is a value in a map, and a comma
	// before it if it is not the first there.
	isNamed, isNext bool
	nameAt          int
	name, text      []byte
	number          float64
	truth           bool
	names           int // of the map or array that was closed
}

// next returns the next token, or noToken at the end and on an error.
func (w *walker) next() token {
	w.isNamed, w.isNext = false, false
	if w.open.count == 0 {
		if w.begun {
			return noToken
		}
		w.begun = true
		return w.value(&inData)
	}
	top := w.open.top()
	if !w.reader.next(&top.block, top.container.least()) {
		if w.err != nil {
			return noToken
		}
		w.open.count--
		w.names = top.names
		if top.container == recordArray {
			return closeArray
		}
		return closeObject
	}
	w.isNext, top.inside = top.inside, true
	if top.container != recordArray {
		w.isNamed, w.nameAt = true, w.i
		w.name = w.bytes()
	}
	switch top.container {
	case outerMap:
		return w.value(&inOuterMap)
	case innerMap:
		return w.value(&inInnerMap)
	}
	return w.begin(innerMap)
}

// value reads a value in a union.
func (w *walker) value(u *union) token {
	t := u.members[w.union(int64(len(u.members)))]
	switch t {
	case tokenBoolean:
		w.truth = w.boolean()
	case tokenNumber:
		w.number = w.double()
	case tokenString:
		w.text = w.bytes()
	case openObject:
		return w.begin(u.object)
	case openArray:
		return w.begin(recordArray)
	}
	return t
}

func (w *walker) begin(c container) token {
	if w.open.count >= w.maxDepth {
		w.fail(w.i, &cloudevents.LimitError{What: "levels of nesting", Limit: w.maxDepth})
		return noToken
	}
	w.open.push(opened{block: block{end: -1}, container: c})
	if c == recordArray {
		return openArray
	}
	return openObject
}

// measure reads a value of data that is neither bytes nor a string. It checks all that the
// document can be refused for.
func (r *reader) measure(x *data, maxDepth int) {
	if uint64(len(r.b)) > math.MaxUint32 {
		r.fail(r.i, errTooLong)
		return
	}
	var few [fewNames]uint32
	w := walker{reader: *r, maxDepth: maxDepth}
	names := few[:0]
	if n := len(r.b) - x.at; n <= maxShort {
		x.json = make([]byte, 0, n+n/4+16)
	}
	for t := w.next(); t != noToken && w.err == nil; t = w.next() {
		before := x.size
		if w.isNext {
			x.size++
		}
		if w.isNamed {
			if !utf8.Valid(w.name) {
				w.fail(w.nameAt, errUTF8)
				break
			}
			x.size += jsonscan.QuotedSize(w.name) + len(":")
			if len(names) == cap(names) {
				names = slices.Grow(names, moreNames(len(names), w.i-x.at, len(r.b)-w.i))
			}
			names = append(names, uint32(w.nameAt))
		}
		switch t {
		case tokenNull:
			x.size += len("null")
		case tokenBoolean:
			x.size += len(strconv.FormatBool(w.truth))
		case tokenNumber:
			x.size += numberSize(w.number)
			x.infinite = x.infinite || math.IsNaN(w.number) || math.IsInf(w.number, 0)
		case tokenString:
			if !utf8.Valid(w.text) {
				w.fail(w.i-len(w.text), errUTF8)
			}
			x.size += jsonscan.QuotedSize(w.text)
		case openObject, openArray:
			x.size++
			w.open.top().names = len(names)
		case closeObject, closeArray:
			x.size++
			if at, twice := nameTwice(r.b, names[w.names:]); twice {
				w.fail(at, errNameTwice)
			}
			names = names[:w.names]
		}
		if x.json == nil {
			continue
		}
		if len(x.json)+x.size-before > cap(x.json) {
			x.json = nil
			continue
		}
		x.json = w.append(x.json, t)
	}
	*r = w.reader
}

// maxShort is the length of a document up to which a value is written as JSON while it is
// read. The text of a longer one gets memory of its size first.
const maxShort = 1 << 10

// moreNames returns for how many more names to make room, after n of them in what was read.
// The rest is likely to be like it, and room at once costs less than growing.
func moreNames(n, read, rest int) int {
	return min(max(n/2, rest/(read/n)+n/8), rest/2) + 1
}

// appendJSON appends the JSON text of a value of data that measure has accepted.
func appendJSON(dst, document []byte) []byte {
	w := walker{reader: reader{b: document}, maxDepth: math.MaxInt}
	for t := w.next(); t != noToken; t = w.next() {
		dst = w.append(dst, t)
	}
	return dst
}

// append appends a token, with the name and the comma before it.
func (w *walker) append(dst []byte, t token) []byte {
	if w.isNext {
		dst = append(dst, ',')
	}
	if w.isNamed {
		dst = append(jsonscan.AppendQuoted(dst, w.name), ':')
	}
	switch t {
	case tokenNull:
		dst = append(dst, "null"...)
	case tokenBoolean:
		dst = strconv.AppendBool(dst, w.truth)
	case tokenNumber:
		dst = appendNumber(dst, w.number)
	case tokenString:
		dst = jsonscan.AppendQuoted(dst, w.text)
	case openObject:
		dst = append(dst, '{')
	case openArray:
		dst = append(dst, '[')
	case closeObject:
		dst = append(dst, '}')
	case closeArray:
		dst = append(dst, ']')
	}
	return dst
}

// nameAt returns the string that begins at offset at.
func nameAt(b []byte, at uint32) []byte {
	r := reader{b: b, i: int(at)}
	return r.bytes()
}

// sortNames sorts names by their bytes, and equal ones by their places.
func sortNames(b []byte, names []uint32) {
	slices.SortFunc(names, func(x, y uint32) int {
		if c := bytes.Compare(nameAt(b, x), nameAt(b, y)); c != 0 {
			return c
		}
		return int(x) - int(y)
	})
}

// nameTwice may sort names, and returns where a name is there for the second time.
func nameTwice(b []byte, names []uint32) (at int, twice bool) {
	if len(names) <= 4 { // sorting costs more
		for i := 1; i < len(names); i++ {
			for _, before := range names[:i] {
				if bytes.Equal(nameAt(b, before), nameAt(b, names[i])) {
					return int(names[i]), true
				}
			}
		}
		return 0, false
	}
	sortNames(b, names)
	for i := 1; i < len(names); i++ {
		if bytes.Equal(nameAt(b, names[i-1]), nameAt(b, names[i])) {
			return int(names[i]), true
		}
	}
	return 0, false
}

// maxSafe is the first integer that is followed by one that a double does not have.
const maxSafe = 1 << 53

// numberSize returns the size of what appendNumber appends, or more.
func numberSize(f float64) int {
	if math.Abs(f) < 1e6 && f == math.Trunc(f) {
		return len("-999999")
	}
	return len("-0.0000012345678901234567")
}

// appendNumber appends a finite double in the shortest decimal form that stands for it: the
// form of JavaScript and encoding/json, and -0 for the negative zero.
func appendNumber(dst []byte, f float64) []byte {
	abs := math.Abs(f)
	switch {
	case abs < maxSafe && f == math.Trunc(f) && (f != 0 || !math.Signbit(f)):
		return strconv.AppendInt(dst, int64(f), 10)
	case 1e-3 <= abs && abs < 1e11:
		// No two decimals of 15 digits stand for the same double, so that one that stands
		// for f is the shortest.
		if n := math.Round(abs * 1e3); n/1e3 == abs {
			return appendThousandths(dst, math.Signbit(f), uint64(n))
		}
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	case f == 0 || 1e-6 <= abs && abs < 1e21:
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	if n := len(dst); dst[n-2] == '0' && (dst[n-3] == '-' || dst[n-3] == '+') { // an exponent of two digits
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst
}

// appendThousandths appends n/1000, which is not an integer.
func appendThousandths(dst []byte, negative bool, n uint64) []byte {
	if negative {
		dst = append(dst, '-')
	}
	dst = strconv.AppendUint(dst, n/1000, 10)
	n %= 1000
	dst = append(dst, '.', byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}
