package cecbor

import (
	"slices"
	"strings"

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
	n := sizeOf(e)
	b := slices.Grow(dst, n)
	if overlap.Bytes(b[len(b):cap(b)], e.Data) {
		b = append(make([]byte, 0, len(dst)+n), dst...)
	}
	b, err := appendEvent(b, e, isUTF8)
	if err != nil {
		return dst, err
	}
	return b, nil
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
func appendEvent(dst []byte, e *cloudevents.Event, isUTF8 bool) (_ []byte, err error) {
	pairs := 4 + len(e.Extensions)
	hasTime := !timestamp.Absent(e.Time)
	for _, isThere := range [...]bool{e.Data != nil, hasTime, e.Subject != "", e.DataSchema != "", e.DataContentType != ""} {
		if isThere {
			pairs++
		}
	}
	dst = cborscan.AppendHead(dst, cborscan.Map, uint64(pairs))
	var few [64]int32
	x := extensions{of: e.Extensions, order: sorted(few[:0], e.Extensions)}
	x.begin()
	if dst, err = x.appendBefore(dst, keyID); err != nil {
		return dst, err
	}
	dst = appendText(append(dst, "\x62id"...), e.ID)
	if e.Data != nil {
		if dst, err = x.appendBefore(dst, keyData); err != nil {
			return dst, err
		}
		if dst, err = appendData(append(dst, "\x64data"...), e, isUTF8); err != nil {
			return dst, err
		}
	}
	if hasTime {
		if dst, err = x.appendBefore(dst, keyTime); err != nil {
			return dst, err
		}
		dst = appendTime(append(dst, "\x64time"...), e)
	}
	if dst, err = x.appendBefore(dst, keyType); err != nil {
		return dst, err
	}
	dst = appendText(append(dst, "\x64type"...), e.Type)
	if dst, err = x.appendBefore(dst, keySource); err != nil {
		return dst, err
	}
	dst = appendText(append(dst, "\x66source"...), e.Source)
	if e.Subject != "" {
		if dst, err = x.appendBefore(dst, keySubject); err != nil {
			return dst, err
		}
		dst = appendText(append(dst, "\x67subject"...), e.Subject)
	}
	if e.DataSchema != "" {
		name, key := "\x6adataschema", keyDataSchema
		if e.SpecVersion == spec.V03 {
			name, key = "\x69schemaurl", keySchemaURL
		}
		if dst, err = x.appendBefore(dst, key); err != nil {
			return dst, err
		}
		dst = appendText(append(dst, name...), e.DataSchema)
	}
	if dst, err = x.appendBefore(dst, keySpecVersion); err != nil {
		return dst, err
	}
	dst = appendText(append(dst, "\x6bspecversion"...), e.SpecVersion.String())
	if e.DataContentType != "" {
		if dst, err = x.appendBefore(dst, keyDataContentType); err != nil {
			return dst, err
		}
		dst = appendText(append(dst, "\x6fdatacontenttype"...), e.DataContentType)
	}
	return x.appendBefore(dst, keyEnd)
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

// extensions are appended between the keys.
type extensions struct {
	of    []cloudevents.Extension
	order []int32 // of those that are left
	place int     // of the first of them
}

// begin finds the place of the first extension that is left.
func (x *extensions) begin() {
	x.place = keyEnd + 1
	if len(x.order) > 0 {
		x.place = placeOf(x.of[x.order[0]].Name)
	}
}

// appendBefore appends the extensions that come before a key.
func (x *extensions) appendBefore(dst []byte, key int) ([]byte, error) {
	if x.place > key {
		return dst, nil
	}
	return x.append(dst, key)
}

func (x *extensions) append(dst []byte, key int) (_ []byte, err error) {
	for x.place <= key {
		if dst, err = appendExtension(dst, &x.of[x.order[0]]); err != nil {
			return dst, err
		}
		x.order = x.order[1:]
		x.begin()
	}
	return dst, nil
}

// sorted appends the places of extensions in the order of a deterministic map.
func sorted(order []int32, xs []cloudevents.Extension) []int32 {
	for i := range xs {
		order = append(order, int32(i))
	}
	if len(order) > 32 {
		slices.SortFunc(order, func(i, j int32) int { return compare(xs[i].Name, xs[j].Name) })
		return order
	}
	for i := 1; i < len(order); i++ {
		for k := i; k > 0 && compare(xs[order[k]].Name, xs[order[k-1]].Name) < 0; k-- {
			order[k], order[k-1] = order[k-1], order[k]
		}
	}
	return order
}

// compare compares keys of a deterministic map.
func compare(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// appendTime appends the time of e.
func appendTime(dst []byte, e *cloudevents.Event) []byte {
	var room [timestamp.MaxLength]byte
	text := timestamp.Append(room[:0], e.Time)
	dst = cborscan.AppendHead(append(dst, cborscan.Tag<<5|tagDateTime), cborscan.Text, uint64(len(text)))
	return append(dst, text...)
}

// appendExtension appends an extension.
func appendExtension(dst []byte, x *cloudevents.Extension) ([]byte, error) {
	v := x.Value
	text := v.String()
	dst = appendText(dst, x.Name)
	switch v.Type() {
	case spec.Boolean:
		if text == "true" {
			return append(dst, cborscan.True), nil
		}
		return append(dst, cborscan.False), nil
	case spec.Integer:
		n, err := v.Int()
		switch {
		case err != nil:
			return dst, err // Validate has found it
		case n < 0:
			return cborscan.AppendHead(dst, cborscan.Negative, uint64(-1-int64(n))), nil
		}
		return cborscan.AppendHead(dst, cborscan.Unsigned, uint64(n)), nil
	case spec.Binary:
		return appendBinary(dst, text), nil
	case spec.URI:
		dst = append(dst, cborscan.Tag<<5|24, tagURI)
	case spec.Timestamp:
		dst = appendText(append(dst, cborscan.Tag<<5|tagDateTime), text)
		for i := len(dst) - len(text); i < len(dst); i++ { // the tag has T and Z in upper case only
			if c := dst[i]; c == 't' || c == 'z' {
				dst[i] = c - 'a' + 'A'
			}
		}
		return dst, nil
	}
	return appendText(dst, text), nil
}

// appendText appends a text string.
func appendText(dst []byte, s string) []byte {
	return append(cborscan.AppendHead(dst, cborscan.Text, uint64(len(s))), s...)
}

// appendBinary appends the bytes of legal base64.
func appendBinary(dst []byte, text string) []byte {
	dst = cborscan.AppendHead(dst, cborscan.Bytes, uint64(base64enc.DecodedLen(text)))
	return base64enc.AppendDecoded(dst, text)
}
