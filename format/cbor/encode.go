package cecbor

import (
	"slices"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/attributes"
	"github.com/seed763dd41b/cloudevents/internal/base64enc"
	"github.com/seed763dd41b/cloudevents/internal/cborscan"
	"github.com/seed763dd41b/cloudevents/internal/overlap"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Append validates e and appends it to dst in the CBOR event format, in deterministic
// encoding (RFC 8949, section 4.2.1). Data that is a CBOR item is written as it is. On
// error it returns dst unchanged. If the Data of e overlaps the free capacity of dst, as
// it may after decoding from the same buffer, the result is a new slice.
//
// Data under a content type of CBOR that is not one well-formed item is refused with a
// [*validation.Error] that wraps [validation.ErrData]. An item that is nested more deeply
// than [cloudevents.DefaultMaxDepth] is refused with a [*cloudevents.LimitError].
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
	var room [64]uint32
	var x extensions
	x.of, x.order = e.Extensions, sorted(room[:], e.Extensions)
	x.setNext()
	pairs := attributes.Count(e)
	if e.Data != nil {
		pairs++
	}
	dst = cborscan.AppendHead(dst, cborscan.Map, uint64(pairs))

	dst = x.before(dst, spec.ID)
	dst = appendText(append(dst, "\x62id"...), e.ID)
	if e.Data != nil {
		dst = x.before(dst, spec.Data)
		dst = appendData(append(dst, "\x64data"...), e.Data, form)
	}
	if !timestamp.Absent(e.Time) {
		dst = x.before(dst, spec.Time)
		dst = appendTime(append(dst, "\x64time"...), e.Time)
	}
	dst = x.before(dst, spec.EventType)
	dst = appendText(append(dst, "\x64type"...), e.Type)
	dst = x.before(dst, spec.Source)
	dst = appendText(append(dst, "\x66source"...), e.Source)
	if e.Subject != "" {
		dst = x.before(dst, spec.Subject)
		dst = appendText(append(dst, "\x67subject"...), e.Subject)
	}
	if e.DataSchema != "" {
		name := spec.DataSchema
		if e.SpecVersion == spec.V03 {
			name = spec.SchemaURL
		}
		dst = x.before(dst, name)
		dst = appendText(appendText(dst, name), e.DataSchema)
	}
	dst = x.before(dst, spec.SpecVersion)
	if e.SpecVersion == spec.V1 {
		dst = append(dst, "\x6bspecversion\x631.0"...)
	} else {
		dst = append(dst, "\x6bspecversion\x630.3"...)
	}
	if e.DataContentType != "" {
		dst = x.before(dst, spec.DataContentType)
		dst = appendText(append(dst, "\x6fdatacontenttype"...), e.DataContentType)
	}
	return x.rest(dst)
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
	if len(s) < 24 {
		return append(append(dst, cborscan.Text<<5|byte(len(s))), s...)
	}
	return appendLongText(dst, s)
}

func appendLongText(dst []byte, s string) []byte {
	if len(s) < 256 {
		return append(append(dst, cborscan.Text<<5|24, byte(len(s))), s...)
	}
	return append(cborscan.AppendHead(dst, cborscan.Text, uint64(len(s))), s...)
}

// appendBinary appends the bytes of legal base64.
func appendBinary(dst []byte, text string) []byte {
	dst = cborscan.AppendHead(dst, cborscan.Bytes, uint64(base64enc.DecodedLen(text)))
	return base64enc.AppendDecoded(dst, text)
}
