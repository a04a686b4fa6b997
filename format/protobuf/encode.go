package ceprotobuf

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/events"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/base64enc"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/internal/overlap"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Append validates e and appends it to dst in the Protobuf event format. On error it
// returns dst unchanged. If the Data of e overlaps the free capacity of dst, as it may
// after decoding from the same buffer, the result is a new slice.
func Append(dst []byte, e *cloudevents.Event) ([]byte, error) { return appendOne(dst, e, false) }

// appendOne appends e. isUTF8 says that its data is known to be UTF-8.
func appendOne(dst []byte, e *cloudevents.Event, isUTF8 bool) ([]byte, error) {
	n := sizeOfEvent(e)
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

// AppendBatch validates es and appends them to dst in the Protobuf batch format. All
// events must have the same SpecVersion. An empty batch is no bytes. On error, which is a
// [*cloudevents.BatchError], it returns dst unchanged. If the Data of an event overlaps
// the free capacity of dst, the result is a new slice.
func AppendBatch(dst []byte, es []cloudevents.Event) ([]byte, error) {
	n := 0
	for i := range es {
		size := sizeOfEvent(&es[i])
		n += 1 + sizeOfVarint(uint64(size)) + size
	}
	b := slices.Grow(dst, n)
	for i := range es {
		if overlap.Bytes(b[len(b):cap(b)], es[i].Data) {
			b = append(make([]byte, 0, len(dst)+n), dst...)
			break
		}
	}
	for i := range es {
		var start int
		b, start = open(b, batchEvents, sizeOfEvent(&es[i]))
		var err error
		if b, err = appendEvent(b, &es[i], false); err == nil {
			err = events.CheckVersion(es, i)
		}
		if err != nil {
			return dst, &cloudevents.BatchError{Index: i, Err: err}
		}
		b = closed(b, start, sizeOfEvent(&es[i]))
	}
	return b, nil
}

// open appends a key and room for the length of what follows, which is about size.
func open(dst []byte, key byte, size int) (_ []byte, start int) {
	dst = append(dst, key)
	for range sizeOfVarint(uint64(size)) {
		dst = append(dst, 0)
	}
	return dst, len(dst)
}

// closed sets the length of what was appended since open, with the same size. If the room
// is not right, it moves that.
func closed(dst []byte, start, size int) []byte {
	n := uint64(len(dst) - start)
	had, needs := sizeOfVarint(uint64(size)), sizeOfVarint(n)
	if needs > had {
		dst = append(dst, make([]byte, needs-had)...)
	}
	if needs != had {
		copy(dst[start+needs-had:], dst[start:start+int(n)])
		dst = dst[:start+needs-had+int(n)]
	}
	appendVarint(dst[:start-had], n)
	return dst
}

// sizeOfEvent returns the size of e, or somewhat more.
func sizeOfEvent(e *cloudevents.Event) int {
	const lengths = 12 * 6 // the fields and the attributes of the specification have no more
	const names = len("datacontenttype" + "dataschema" + "subject" + "time" + "0.3" + "xxxxxxxxxxxxxxx")
	n := lengths + names + len(e.ID) + len(e.Source) + len(e.Type) + len(e.DataContentType) + 2*len(e.DataSchema) + len(e.Subject) + len(e.Data)
	for i := range e.Extensions {
		x := &e.Extensions[i]
		n += 16 + len(x.Name) + len(x.Value.String())
	}
	return n
}

// appendEvent validates e and appends it.
func appendEvent(dst []byte, e *cloudevents.Event, isUTF8 bool) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return dst, err
	}
	dst = appendString(dst, eventID, e.ID)
	dst = appendString(dst, eventSource, e.Source)
	dst = appendString(dst, eventVersion, e.SpecVersion.String())
	dst = appendString(dst, eventType, e.Type)
	dst, err := appendAttributes(dst, e)
	if err != nil {
		return dst, err
	}
	return appendData(dst, e, isUTF8), nil
}

// appendAttributes appends the map of attributes, core attributes and extensions in one
// order if the extensions have it.
func appendAttributes(dst []byte, e *cloudevents.Event) ([]byte, error) {
	xs := e.Extensions // those that are not written yet
	var err error
	if e.DataContentType != "" {
		if dst, xs, err = appendBefore(dst, xs, spec.DataContentType); err != nil {
			return dst, err
		}
		dst = appendText(dst, spec.DataContentType, valueString, e.DataContentType)
	}
	if e.DataSchema != "" {
		name, key := spec.DataSchema, byte(valueURI)
		if e.SpecVersion == spec.V03 {
			name, key = spec.SchemaURL, valueURIReference
		}
		if dst, xs, err = appendBefore(dst, xs, name); err != nil {
			return dst, err
		}
		dst = appendText(dst, name, key, e.DataSchema)
	}
	if e.Subject != "" {
		if dst, xs, err = appendBefore(dst, xs, spec.Subject); err != nil {
			return dst, err
		}
		dst = appendText(dst, spec.Subject, valueString, e.Subject)
	}
	if !timestamp.Absent(e.Time) {
		if dst, xs, err = appendBefore(dst, xs, spec.Time); err != nil {
			return dst, err
		}
		if dst, err = appendTimestamp(dst, spec.Time, e.Time); err != nil {
			return dst, err
		}
	}
	for i := range xs {
		if dst, err = appendExtension(dst, &xs[i]); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// appendBefore appends the first of the extensions, as far as their names are before a
// name, and returns the others.
func appendBefore(dst []byte, xs []cloudevents.Extension, name string) (_ []byte, rest []cloudevents.Extension, err error) {
	for len(xs) > 0 && ascii.Less(xs[0].Name, name) {
		if dst, err = appendExtension(dst, &xs[0]); err != nil {
			return dst, xs, err
		}
		xs = xs[1:]
	}
	return dst, xs, nil
}

func appendExtension(dst []byte, x *cloudevents.Extension) ([]byte, error) {
	text := x.Value.String()
	switch x.Value.Type() {
	case spec.Boolean:
		value := [...]byte{valueBoolean, 0}
		if text == "true" {
			value[1] = 1
		}
		return append(appendEntry(dst, x.Name, len(value)), value[:]...), nil
	case spec.Integer:
		n, err := x.Value.Int()
		if err != nil {
			return dst, err // Validate has found it
		}
		v := uint64(int64(n)) // a negative number has ten bytes
		dst = append(appendEntry(dst, x.Name, 1+sizeOfVarint(v)), valueInteger)
		return appendVarint(dst, v), nil
	case spec.Binary:
		return appendBinary(dst, x.Name, text), nil
	case spec.URI:
		return appendText(dst, x.Name, valueURI, text), nil
	case spec.URIReference:
		return appendText(dst, x.Name, valueURIReference, text), nil
	case spec.Timestamp:
		t, err := x.Value.Time()
		if err != nil {
			return dst, err // Validate has found it
		}
		return appendTimestamp(dst, x.Name, t)
	}
	return appendText(dst, x.Name, valueString, text), nil
}

// appendEntry appends what is before a value of that size: the entry, its name, and the
// length of the value.
func appendEntry(dst []byte, name string, size int) []byte {
	n := sizeOfBytes(len(name)) + sizeOfBytes(size)
	dst = appendVarint(append(dst, eventAttributes), uint64(n))
	dst = appendString(dst, entryName, name)
	return appendVarint(append(dst, entryValue), uint64(size))
}

// appendText appends an attribute that is a string.
func appendText(dst []byte, name string, key byte, text string) []byte {
	dst = appendEntry(dst, name, sizeOfBytes(len(text)))
	return appendString(dst, key, text)
}

// appendBinary appends an attribute that is legal base64.
func appendBinary(dst []byte, name, text string) []byte {
	n := base64enc.DecodedLen(text)
	dst = appendEntry(dst, name, sizeOfBytes(n))
	dst = appendVarint(append(dst, valueBinary), uint64(n))
	return base64enc.AppendDecoded(dst, text)
}

// appendTimestamp appends an attribute that is a google.protobuf.Timestamp.
func appendTimestamp(dst []byte, name string, t time.Time) ([]byte, error) {
	seconds, nanoseconds := t.Unix(), uint64(t.Nanosecond())
	if seconds < firstSecond || seconds > lastSecond {
		return dst, validation.NewError(name, "", sectionTypes, ruleRange)
	}
	n := 0
	if seconds != 0 {
		n += 1 + sizeOfVarint(uint64(seconds))
	}
	if nanoseconds != 0 {
		n += 1 + sizeOfVarint(nanoseconds)
	}
	dst = appendEntry(dst, name, sizeOfBytes(n))
	dst = append(dst, valueTimestamp, byte(n))
	if seconds != 0 {
		dst = appendVarint(append(dst, timestampSeconds), uint64(seconds))
	}
	if nanoseconds != 0 {
		dst = appendVarint(append(dst, timestampNanoseconds), nanoseconds)
	}
	return dst, nil
}

// appendData appends the data, in the member of the oneof that the package
// documentation says.
func appendData(dst []byte, e *cloudevents.Event, isUTF8 bool) []byte {
	if e.Data == nil {
		return dst
	}
	if typeURL, ok := TypeURL(e); ok {
		n := sizeOfBytes(len(typeURL))
		if len(e.Data) > 0 {
			n += sizeOfBytes(len(e.Data))
		}
		dst = appendVarint(append(dst, eventProtoData), uint64(n))
		dst = appendString(dst, anyTypeURL, typeURL)
		if len(e.Data) > 0 {
			dst = appendBytes(dst, anyValue, e.Data)
		}
		return dst
	}
	if isText(e, isUTF8) {
		return appendBytes(dst, eventTextData, e.Data)
	}
	return appendBytes(dst, eventBinaryData, e.Data)
}

// isText reports whether the data is text by its content type, in UTF-8.
func isText(e *cloudevents.Event, isUTF8 bool) bool {
	t := e.DataContentType
	return t != "" && (mediatype.IsJSON(t) || mediatype.IsText(t)) &&
		mediatype.IsUTF8(t) && mediatype.FitsCharset(t, e.Data) && (isUTF8 || utf8.Valid(e.Data))
}

// sizeOfBytes returns the size of a field of n bytes.
func sizeOfBytes(n int) int { return 1 + sizeOfVarint(uint64(n)) + n }

func appendString(dst []byte, key byte, s string) []byte {
	return append(appendVarint(append(dst, key), uint64(len(s))), s...)
}

func appendBytes(dst []byte, key byte, b []byte) []byte {
	return append(appendVarint(append(dst, key), uint64(len(b))), b...)
}
