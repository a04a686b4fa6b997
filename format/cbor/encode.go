package cecbor

import (
	"slices"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/base64enc"
	"github.com/seed763dd41b/cloudevents/internal/cborscan"
	"github.com/seed763dd41b/cloudevents/internal/overlap"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Append validates e and appends it to dst in the CBOR event format, in deterministic
// encoding (RFC 8949, section 4.2.1). Data that is a CBOR item is written as it is. On an
// error dst is returned unchanged.
//
// Data under a content type of CBOR that is not one well-formed item is refused with a
// [*validation.Error] that wraps [validation.ErrData]. One that is nested more deeply than
// [cloudevents.DefaultMaxDepth] is refused with a [*cloudevents.LimitError].
//
// The Data of e may lie in the room behind dst, as after decoding from the same buffer.
// The result is then a new slice.
func Append(dst []byte, e *cloudevents.Event) ([]byte, error) { return appendOne(dst, e, false) }

// appendOne appends e. isUTF8 says that its data is known to be UTF-8.
func appendOne(dst []byte, e *cloudevents.Event, isUTF8 bool) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return dst, err
	}
	form, err := formOf(e, isUTF8)
	if err != nil {
		return dst, err
	}
	n := sizeOf(e)
	b := slices.Grow(dst, n)
	if overlap.Bytes(b[len(b):cap(b)], e.Data) {
		b = append(make([]byte, 0, len(dst)+n), dst...)
	}
	return appendEvent(b, e, form), nil
}

// sizeOf returns the size of e, or somewhat more.
func sizeOf(e *cloudevents.Event) int {
	const names = len("id" + "data" + "time" + "type" + "source" + "subject" + "dataschema" + "specversion" + "datacontenttype")
	const rest = 1 + 9*2 + 9*9 + len("1.0") + timestamp.MaxLength // heads and tags
	n := names + rest + len(e.ID) + len(e.Source) + len(e.Type) + len(e.DataContentType) + len(e.DataSchema) + len(e.Subject) + len(e.Data)
	for i := range e.Extensions {
		x := &e.Extensions[i]
		n += 12 + len(x.Name) + len(x.Value.String())
	}
	return n
}

// appendEvent appends e, which is valid.
func appendEvent(dst []byte, e *cloudevents.Event, form form) []byte {
	if len(e.Extensions) > fewExtensions {
		var many [64]extension
		return appendPairs(dst, e, sorted(many[:0], e.Extensions), form)
	}
	var few [fewExtensions]extension // which is cleared in no time
	return appendPairs(dst, e, sorted(few[:0], e.Extensions), form)
}

const fewExtensions = 8

// appendPairs appends e, whose extensions are left.
func appendPairs(dst []byte, e *cloudevents.Event, left []extension, form form) []byte {
	pairs := 4 + len(left)
	if e.Data != nil {
		pairs++
	}
	hasTime := !timestamp.Absent(e.Time)
	if hasTime {
		pairs++
	}
	if e.Subject != "" {
		pairs++
	}
	if e.DataSchema != "" {
		pairs++
	}
	if e.DataContentType != "" {
		pairs++
	}
	dst = cborscan.AppendHead(dst, cborscan.Map, uint64(pairs))

	if isNext(left, keyID) {
		dst, left = appendBefore(dst, left, keyID)
	}
	dst = appendText(append(dst, "\x62id"...), e.ID)
	if e.Data != nil {
		if isNext(left, keyData) {
			dst, left = appendBefore(dst, left, keyData)
		}
		dst = appendData(append(dst, "\x64data"...), e.Data, form)
	}
	if hasTime {
		if isNext(left, keyTime) {
			dst, left = appendBefore(dst, left, keyTime)
		}
		dst = appendTime(append(dst, "\x64time"...), e.Time)
	}
	if isNext(left, keyType) {
		dst, left = appendBefore(dst, left, keyType)
	}
	dst = appendText(append(dst, "\x64type"...), e.Type)
	if isNext(left, keySource) {
		dst, left = appendBefore(dst, left, keySource)
	}
	dst = appendText(append(dst, "\x66source"...), e.Source)
	if e.Subject != "" {
		if isNext(left, keySubject) {
			dst, left = appendBefore(dst, left, keySubject)
		}
		dst = appendText(append(dst, "\x67subject"...), e.Subject)
	}
	if e.DataSchema != "" {
		dst, left = appendSchema(dst, left, e)
	}
	if isNext(left, keySpecVersion) {
		dst, left = appendBefore(dst, left, keySpecVersion)
	}
	dst = append(dst, "\x6bspecversion\x631.0"...)
	if e.SpecVersion == spec.V03 {
		dst[len(dst)-len("1.0")], dst[len(dst)-1] = '0', '3'
	}
	if e.DataContentType != "" {
		if isNext(left, keyDataContentType) {
			dst, left = appendBefore(dst, left, keyDataContentType)
		}
		dst = appendText(append(dst, "\x6fdatacontenttype"...), e.DataContentType)
	}
	if len(left) > 0 {
		dst, _ = appendBefore(dst, left, keyEnd)
	}
	return dst
}

// appendSchema appends the dataschema, whose name depends on the version.
func appendSchema(dst []byte, left []extension, e *cloudevents.Event) ([]byte, []extension) {
	name, key := "\x6adataschema", keyDataSchema
	if e.SpecVersion == spec.V03 {
		name, key = "\x69schemaurl", keySchemaURL
	}
	dst, left = appendBefore(dst, left, key)
	return appendText(append(dst, name...), e.DataSchema), left
}

// keys are the names of what is no extension, in the order of a deterministic map: the
// shorter is first, and of two that are as long the lesser.
var keys = [...]string{
	keyID: spec.ID, keyData: spec.Data, keyTime: spec.Time, keyType: spec.EventType, keySource: spec.Source, keySubject: spec.Subject,
	keySchemaURL: spec.SchemaURL, keyDataSchema: spec.DataSchema, keySpecVersion: spec.SpecVersion, keyDataContentType: spec.DataContentType,
}

// The places of keys.
const (
	keyID = iota
	keyData
	keyTime
	keyType
	keySource
	keySubject
	keySchemaURL
	keyDataSchema
	keySpecVersion
	keyDataContentType
	keyEnd
)

// firstKey has the place of the first key that is as long as a name, or longer.
var firstKey = func() (first [len(spec.DataContentType) + 1]uint8) {
	for size := range first {
		for len(keys[first[size]]) < size {
			first[size]++
		}
	}
	return first
}()

// placeOf returns the place of the first key that comes after a name.
func placeOf(name string) int {
	if len(name) >= len(firstKey) {
		return keyEnd
	}
	place := int(firstKey[len(name)])
	for place < keyEnd && len(keys[place]) == len(name) && keys[place] < name {
		place++
	}
	return place
}

// extension is an extension that is appended before the key at a place, and after the one
// before that.
type extension struct {
	*cloudevents.Extension
	place int
}

// isNext reports whether an extension that is left comes before a key.
func isNext(left []extension, key int) bool { return len(left) > 0 && left[0].place <= key }

// appendBefore appends the extensions that come before a key, and returns those that are
// left.
func appendBefore(dst []byte, left []extension, key int) ([]byte, []extension) {
	for isNext(left, key) {
		dst = appendExtension(dst, left[0].Extension)
		left = left[1:]
	}
	return dst, left
}

// sorted appends extensions in the order of a deterministic map.
func sorted(order []extension, xs []cloudevents.Extension) []extension {
	for i := range xs {
		order = append(order, extension{&xs[i], placeOf(xs[i].Name)})
	}
	if len(order) > 32 {
		slices.SortFunc(order, compare)
		return order
	}
	for i := 1; i < len(order); i++ {
		for k := i; k > 0 && compare(order[k], order[k-1]) < 0; k-- {
			order[k], order[k-1] = order[k-1], order[k]
		}
	}
	return order
}

// compare compares the keys of a deterministic map.
func compare(x, y extension) int {
	if x.place != y.place {
		return x.place - y.place
	}
	if len(x.Name) != len(y.Name) {
		return len(x.Name) - len(y.Name)
	}
	return strings.Compare(x.Name, y.Name)
}

// appendTime appends a time. Most texts of one have two bytes before them.
func appendTime(dst []byte, t time.Time) []byte {
	dst = append(dst, cborscan.Tag<<5|tagDateTime, cborscan.Text<<5|24, 0)
	start := len(dst)
	dst = timestamp.Append(dst, t)
	n := len(dst) - start
	if n < 24 {
		dst[start-2] = cborscan.Text<<5 | byte(n)
		return append(dst[:start-1], dst[start:]...)
	}
	dst[start-1] = byte(n)
	return dst
}

// appendExtension appends an extension, which is valid.
func appendExtension(dst []byte, x *cloudevents.Extension) []byte {
	text := x.Value.String()
	dst = appendText(dst, x.Name)
	switch x.Value.Type() {
	case spec.Boolean:
		if text == "true" {
			return append(dst, cborscan.True)
		}
		return append(dst, cborscan.False)
	case spec.Integer:
		n, _ := x.Value.Int()
		if n < 0 {
			return cborscan.AppendHead(dst, cborscan.Negative, uint64(-1-int64(n)))
		}
		return cborscan.AppendHead(dst, cborscan.Unsigned, uint64(n))
	case spec.Binary:
		return appendBinary(dst, text)
	case spec.URI:
		dst = append(dst, cborscan.Tag<<5|24, tagURI)
	case spec.Timestamp:
		dst = appendText(append(dst, cborscan.Tag<<5|tagDateTime), text)
		for i := len(dst) - len(text); i < len(dst); i++ { // the tag has T and Z in upper case only
			if c := dst[i]; c == 't' || c == 'z' {
				dst[i] = c - 'a' + 'A'
			}
		}
		return dst
	}
	return appendText(dst, text)
}

// appendText appends a text string.
func appendText(dst []byte, s string) []byte {
	switch n := len(s); { // as most are
	case n < 24:
		dst = append(dst, cborscan.Text<<5|byte(n))
	case n < 256:
		dst = append(dst, cborscan.Text<<5|24, byte(n))
	default:
		dst = cborscan.AppendHead(dst, cborscan.Text, uint64(n))
	}
	return append(dst, s...)
}

// appendBinary appends the bytes of legal base64.
func appendBinary(dst []byte, text string) []byte {
	dst = cborscan.AppendHead(dst, cborscan.Bytes, uint64(base64enc.DecodedLen(text)))
	return base64enc.AppendDecoded(dst, text)
}
