package cecbor

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/cborscan"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// AppendJSON appends the JSON value that is exactly the CBOR item, without white space.
// It is for data that goes to a receiver without CBOR. On error it returns dst unchanged.
//
// An integer keeps every digit. A floating-point number becomes the shortest decimal
// number that is the same float64, with a fraction or an exponent. Members keep their
// order. An item is refused if it contains a byte string, a tag, a key that is duplicate
// or not text, an infinite number or NaN, undefined, or another simple value. So is one
// that is not well-formed, or is nested more deeply than [cloudevents.DefaultMaxDepth].
// The error is a [*validation.Error] that wraps [validation.ErrData].
func AppendJSON(dst, item []byte) ([]byte, error) {
	if end, f := cborscan.Value(item, 0, cloudevents.DefaultMaxDepth); f != cborscan.None || end != len(item) {
		return dst, validation.NewError(spec.Data, "", sectionEncoding, ruleNotCBOR)
	}
	var text []byte
	var ok bool
	if dst == nil {
		text, ok = newJSON(item)
	} else {
		text, ok = writeJSON(dst, item, nil, true)
	}
	if !ok {
		return dst, validation.NewError(spec.Data, "", sectionDecoding, ruleNotJSON)
	}
	return text, nil
}

// container is an array or a map whose items are being converted.
type container struct {
	left    uint64 // items or pairs, if isOpen is false
	isOpen  bool   // of indefinite length
	isMap   bool
	isValue bool // the value of a pair is next
	isFirst bool
	keys    int // how many keys are in the maps around it
}

// newJSON returns the JSON value of a well-formed item in memory of its size.
func newJSON(item []byte) (_ []byte, ok bool) {
	var part [64]byte
	size := 0
	if _, ok = writeJSON(part[:0], item, &size, true); !ok {
		return nil, false
	}
	return writeJSON(make([]byte, 0, size), item, nil, false)
}

// writeJSON appends the JSON value of a well-formed item, or adds its size to size if that is
// not nil. It looks for keys that are there twice if check is set. It keeps open arrays and
// maps in a slice, because recursion without a limit can be fatal.
func writeJSON(dst, b []byte, size *int, check bool) (_ []byte, ok bool) {
	var few [16]container
	open := few[:0]
	var fewKeys [32]uint32
	keys := fewKeys[:0] // of maps that are open
	if uint64(len(b)) > math.MaxUint32 {
		return dst, false
	}
	i := 0
	for {
		if size != nil {
			*size += len(dst)
			dst = dst[:0]
		}
		if len(open) > 0 {
			c := &open[len(open)-1]
			if !c.isValue && (c.isOpen && b[i] == cborscan.Break || !c.isOpen && c.left == 0) {
				if c.isOpen {
					i++
				}
				dst = append(dst, closing(c.isMap))
				if !distinct(b, keys[c.keys:]) {
					return dst, false
				}
				keys = keys[:c.keys]
				if open = open[:len(open)-1]; len(open) == 0 {
					if size != nil {
						*size += len(dst)
					}
					return dst, true
				}
				continue
			}
			switch {
			case c.isValue:
				dst = append(dst, ':')
			case !c.isFirst:
				dst = append(dst, ',')
			}
			c.isFirst = false
			switch {
			case !c.isMap:
				c.left--
			case c.isValue:
				c.isValue = false
				c.left--
			case b[i]>>5 != cborscan.Text:
				return dst, false
			default:
				c.isValue = true
				if check {
					keys = append(keys, uint32(i))
				}
			}
		}
		major := b[i] >> 5
		if major == cborscan.Array || major == cborscan.Map {
			c := container{isMap: major == cborscan.Map, isOpen: b[i]&31 == cborscan.Indefinite, isFirst: true, keys: len(keys)}
			c.left, i, _ = cborscan.Argument(b, i)
			dst = append(dst, closing(c.isMap)-2) // which is the opening one
			open = append(open, c)
			continue
		}
		if c := b[i]; size != nil && c>>5 == cborscan.Text {
			var text []byte
			text, i = textAt(b, i)
			*size += jsonscan.QuotedSize(text)
		} else if dst, i, ok = appendScalar(dst, b, i); !ok {
			return dst, false
		}
		if len(open) == 0 {
			if size != nil {
				*size += len(dst)
			}
			return dst, true
		}
	}
}

func closing(isMap bool) byte {
	if isMap {
		return '}'
	}
	return ']'
}

// appendScalar appends the JSON value of the item at i, which is no array and no map, and
// returns the end of the item.
func appendScalar(dst, b []byte, i int) (_ []byte, end int, ok bool) {
	c := b[i]
	if c>>5 == cborscan.Text {
		text, end := textAt(b, i)
		return jsonscan.AppendQuoted(dst, text), end, true
	}
	n, end, _ := cborscan.Argument(b, i)
	switch c >> 5 {
	case cborscan.Unsigned:
		return strconv.AppendUint(dst, n, 10), end, true
	case cborscan.Negative:
		if n == math.MaxUint64 {
			return append(dst, "-18446744073709551616"...), end, true
		}
		return strconv.AppendUint(append(dst, '-'), n+1, 10), end, true
	}
	switch c {
	case cborscan.False:
		return append(dst, "false"...), end, true
	case cborscan.True:
		return append(dst, "true"...), end, true
	case cborscan.Null:
		return append(dst, "null"...), end, true
	case cborscan.Float16, cborscan.Float32, cborscan.Float64:
		dst, ok = appendNumber(dst, cborscan.Float(c, n))
		return dst, end, ok
	}
	return dst, end, false
}

// textAt returns the text string at i, and its end.
func textAt(b []byte, i int) (text []byte, end int) {
	first, end, chunked, _ := cborscan.String(b, i)
	if !chunked {
		return b[first:end], end
	}
	return cborscan.AppendChunks(make([]byte, 0, end-first), b, first), end
}

// appendNumber appends a floating-point number as encoding/json does, but always with a
// fraction or an exponent.
func appendNumber(dst []byte, f float64) (_ []byte, ok bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return dst, false
	}
	if size := math.Abs(f); f != 0 && (size < 1e-6 || size >= 1e21) {
		return strconv.AppendFloat(dst, f, 'e', -1, 64), true
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if !slices.Contains(dst[start:], '.') {
		dst = append(dst, ".0"...)
	}
	return dst, true
}

// AppendItem appends the CBOR item that is exactly the JSON value. It is the inverse of
// [AppendJSON], for data that goes to a receiver that expects CBOR. On error it returns
// dst unchanged.
//
// A number without fraction and exponent becomes an integer if it has no more than 64
// bits. Any other becomes a float of the least size, if no digit is lost. Members keep
// their order. A value is refused if it contains another number, or a duplicate name in
// an object. So is text that is not one JSON value, or is nested more deeply than
// [cloudevents.DefaultMaxDepth]. The error is a [*validation.Error] that wraps
// [validation.ErrData].
func AppendItem(dst, value []byte) ([]byte, error) {
	w := itemWriter{b: dst, start: len(dst)}
	if uint64(len(value)) > maxValue || !w.value(value) {
		return dst, validation.NewError(spec.Data, "", sectionEncoding, ruleNotItem)
	}
	return w.b, nil
}

var ruleNotItem = &validation.Rule{Sentinel: validation.ErrData, Detail: "data is not one JSON value that has an exact CBOR item"}

// maxValue is how long JSON may be, so that the places of names have 32 bits: an item is not
// more than nine times as long.
const maxValue = math.MaxUint32 / 9

// itemWriter writes a CBOR item.
type itemWriter struct {
	b     []byte
	start int      // of the item
	sizes []int    // of arrays and objects, in the order in which they begin
	names []uint32 // of the members of objects that are open, in what was written
}

// level is an array or an object that is open.
type level struct {
	size    int // its place in sizes
	isArray bool
	names   int // where its names begin
}

// measure counts the items of arrays and objects, because CBOR has the number before them.
// The JSON text is legal.
func (w *itemWriter) measure(json []byte) {
	var open []int
	for i := 0; i < len(json); i++ {
		switch c := json[i]; c {
		case '"':
			i, _, _ = jsonscan.String(json, i+1)
		case '[', '{':
			open = append(open, len(w.sizes))
			n := 0
			if first := json[jsonscan.Space(json, i+1)]; first != ']' && first != '}' {
				n = 1
			}
			w.sizes = append(w.sizes, n)
		case ',':
			w.sizes[open[len(open)-1]]++
		case ']', '}':
			open = open[:len(open)-1]
		}
	}
}

// value writes a JSON value. It reports whether that was exact.
func (w *itemWriter) value(json []byte) (ok bool) {
	i := jsonscan.Space(json, 0)
	if end, f := jsonscan.Value(json, i, cloudevents.DefaultMaxDepth); f != jsonscan.None || jsonscan.Space(json, end) != len(json) {
		return false
	}
	w.measure(json)
	var open []level
	next := 0 // of sizes
	for i < len(json) {
		switch c := json[i]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
			i++
		case '"':
			end, _, _ := jsonscan.String(json, i+1)
			start := len(w.b)
			if !w.text(json[i+1 : end]) {
				return false
			}
			i = jsonscan.Space(json, end+1)
			if i < len(json) && json[i] == ':' {
				w.names = append(w.names, uint32(start-w.start))
			}
		case '[', '{':
			open = append(open, level{next, c == '[', len(w.names)})
			major := byte(cborscan.Map)
			if c == '[' {
				major = cborscan.Array
			}
			w.b = cborscan.AppendHead(w.b, major, uint64(w.sizes[next]))
			next++
			i++
		case ']', '}':
			top := open[len(open)-1]
			open = open[:len(open)-1]
			if !distinct(w.b[w.start:], w.names[top.names:]) {
				return false
			}
			w.names = w.names[:top.names]
			i++
		case 't':
			w.b = append(w.b, cborscan.True)
			i += len("true")
		case 'f':
			w.b = append(w.b, cborscan.False)
			i += len("false")
		case 'n':
			w.b = append(w.b, cborscan.Null)
			i += len("null")
		default:
			end, isInteger, _ := jsonscan.Number(json, i)
			if !w.number(string(json[i:end]), isInteger) {
				return false
			}
			i = end
		}
	}
	return true
}

// text writes a JSON string, which is between its quotes.
func (w *itemWriter) text(s []byte) (ok bool) {
	text, _, f := jsonscan.AppendUnquoted(nil, s)
	w.b = append(cborscan.AppendHead(w.b, cborscan.Text, uint64(len(text))), text...)
	return f == jsonscan.None
}

// number writes a JSON number. It reports whether that was exact.
func (w *itemWriter) number(text string, isInteger bool) bool {
	digits, negative := strings.CutPrefix(text, "-")
	if isInteger && text != "-0" {
		if n, err := strconv.ParseUint(digits, 10, 64); err == nil {
			if negative {
				w.b = cborscan.AppendHead(w.b, cborscan.Negative, n-1)
			} else {
				w.b = cborscan.AppendHead(w.b, cborscan.Unsigned, n)
			}
			return true
		}
		if text == "-18446744073709551616" {
			w.b = cborscan.AppendHead(w.b, cborscan.Negative, math.MaxUint64)
			return true
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return false
	}
	wantDigits, wantExponent := significant(digits)
	gotDigits, gotExponent := significant(strconv.FormatFloat(math.Abs(f), 'e', -1, 64))
	if wantDigits != gotDigits || wantExponent != gotExponent {
		return false
	}
	w.b = cborscan.AppendFloat(w.b, f)
	return true
}

// significant returns the digits of a number without zeros at either end, and the exponent
// of ten of the first of them.
func significant(number string) (digits string, exponent int) {
	mantissa, e := number, "0"
	if k := strings.IndexAny(number, "eE"); k >= 0 {
		mantissa, e = number[:k], number[k+1:]
	}
	exponent, _ = strconv.Atoi(e) // if it has too many digits, ParseFloat has said so, or it is zero
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits = strings.TrimLeft(whole+fraction, "0")
	exponent += len(whole) - 1 - (len(whole) + len(fraction) - len(digits))
	if digits = strings.TrimRight(digits, "0"); digits == "" {
		return "", 0
	}
	return digits, exponent
}
