package cecbor

import (
	"encoding/base64"
	"slices"

	"github.com/seed763dd41b/cloudevents"
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

// coreKeys are the names of what is no extension, in the order of a deterministic map: the
// shorter is first, and of two that are as long the lesser.
var coreKeys = [...]string{spec.ID, spec.Data, spec.Time, spec.EventType, spec.Source, spec.Subject, spec.DataSchema, spec.SpecVersion, spec.DataContentType}

// The places of coreKeys.
const (
	coreID = iota
	coreData
	coreTime
	coreType
	coreSource
	coreSubject
	coreSchema
	coreVersion
	coreContentType
)

// appendEvent appends e, which is valid.
func appendEvent(dst []byte, e *cloudevents.Event, isUTF8 bool) (_ []byte, err error) {
	var few [64]int32
	order := sorted(few[:0], e.Extensions)
	pairs := 4 + len(order)
	for _, present := range [...]bool{e.Data != nil, !timestamp.Absent(e.Time), e.Subject != "", e.DataSchema != "", e.DataContentType != ""} {
		if present {
			pairs++
		}
	}
	dst = cborscan.AppendHead(dst, cborscan.Map, uint64(pairs))
	next := 0 // of order
	for core, key := range coreKeys {
		if core == coreSchema && e.SpecVersion == spec.V03 {
			key = spec.SchemaURL
		}
		for ; next < len(order) && compare(e.Extensions[order[next]].Name, key) < 0; next++ {
			if dst, err = appendExtension(dst, &e.Extensions[order[next]]); err != nil {
				return dst, err
			}
		}
		if dst, err = appendCore(dst, e, core, key, isUTF8); err != nil {
			return dst, err
		}
	}
	for _, i := range order[next:] {
		if dst, err = appendExtension(dst, &e.Extensions[i]); err != nil {
			return dst, err
		}
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
	switch {
	case len(a) != len(b):
		return len(a) - len(b)
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// appendCore appends a pair that is no extension, if it is present.
func appendCore(dst []byte, e *cloudevents.Event, core int, key string, isUTF8 bool) ([]byte, error) {
	switch core {
	case coreID:
		return appendText(append(dst, "\x62id"...), e.ID), nil
	case coreData:
		if e.Data != nil {
			return appendData(append(dst, "\x64data"...), e, isUTF8)
		}
	case coreTime:
		if !timestamp.Absent(e.Time) {
			return appendTime(append(dst, "\x64time"...), e), nil
		}
	case coreType:
		return appendText(append(dst, "\x64type"...), e.Type), nil
	case coreSource:
		return appendText(append(dst, "\x66source"...), e.Source), nil
	case coreSubject:
		if e.Subject != "" {
			return appendText(append(dst, "\x67subject"...), e.Subject), nil
		}
	case coreSchema:
		if e.DataSchema != "" {
			return appendText(appendText(dst, key), e.DataSchema), nil
		}
	case coreVersion:
		return appendText(append(dst, "\x6bspecversion"...), e.SpecVersion.String()), nil
	case coreContentType:
		if e.DataContentType != "" {
			return appendText(append(dst, "\x6fdatacontenttype"...), e.DataContentType), nil
		}
	}
	return dst, nil
}

// appendTime appends the time of e.
func appendTime(dst []byte, e *cloudevents.Event) []byte {
	dst = append(dst, cborscan.Tag<<5|tagDateTime, 0)
	start := len(dst)
	dst = timestamp.Append(dst, e.Time)
	dst[start-1] = cborscan.Text<<5 | 24
	n := byte(len(dst) - start)
	if n < 24 {
		dst[start-1] = cborscan.Text<<5 | n
		return dst
	}
	dst = append(dst, 0)
	copy(dst[start+1:], dst[start:])
	dst[start] = n
	return dst
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
	n := len(text) / 4 * 3
	for i := len(text); i > 0 && text[i-1] == '='; i-- {
		n--
	}
	dst = cborscan.AppendHead(dst, cborscan.Bytes, uint64(n))
	var part [256]byte // because base64 takes no string
	for len(text) > 0 {
		k := copy(part[:], text)
		text = text[k:]
		dst, _ = base64.StdEncoding.AppendDecode(dst, part[:k]) // Validate has checked it
	}
	return dst
}
