package ceavro

import (
	"slices"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/attributes"
	"github.com/seed763dd41b/cloudevents/internal/base64enc"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/internal/overlap"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
)

// prepared returns dst with room for e that the Data of e does not lie in.
func prepared(dst []byte, e *cloudevents.Event) []byte {
	n := sizeOfEvent(e)
	b := slices.Grow(dst, n)
	if overlap.Bytes(b[len(b):cap(b)], e.Data) {
		b = append(make([]byte, 0, len(dst)+n), dst...)
	}
	return b
}

// sizeOfEvent returns the size of e, or somewhat more. JSON values can have more.
func sizeOfEvent(e *cloudevents.Event) int {
	const lengths = 32
	const names = len("specversion" + "1.0" + "id" + "source" + "type" + "datacontenttype" + "dataschema" + "subject" + "time")
	n := 9*lengths/2 + names + timestamp.MaxLength +
		len(e.ID) + len(e.Source) + len(e.Type) + len(e.DataContentType) + len(e.DataSchema) + len(e.Subject) + len(e.Data)
	for i := range e.Extensions {
		x := &e.Extensions[i]
		n += 8 + len(x.Name) + len(x.Value.String())
	}
	return n
}

// Entries of the map of attributes as far as their texts: the length of the name, the name,
// and the member of the union.
const (
	entryID              = "\x04id" + memberString
	entrySource          = "\x0csource" + memberString
	entryVersion         = "\x16specversion" + memberString
	entryType            = "\x08type" + memberString
	entryDataContentType = "\x1edatacontenttype" + memberString
	entryDataSchema      = "\x14dataschema" + memberString
	entrySchemaURL       = "\x12schemaurl" + memberString
	entrySubject         = "\x0esubject" + memberString
	entryTime            = "\x08time" + memberString

	memberString = string(rune(attributeString << 1))
)

// appendEvent validates e and appends it. isUTF8 says that its data is known to be UTF-8.
func appendEvent(dst []byte, e *cloudevents.Event, dataAsBytes, isUTF8 bool) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return dst, err
	}
	dst = appendLong(dst, int64(attributes.Count(e)))
	dst = appendString(append(dst, entryVersion...), e.SpecVersion.String())
	dst = appendString(append(dst, entryID...), e.ID)
	dst = appendString(append(dst, entrySource...), e.Source)
	dst = appendString(append(dst, entryType...), e.Type)
	if e.DataContentType != "" {
		dst = appendString(append(dst, entryDataContentType...), e.DataContentType)
	}
	if e.DataSchema != "" {
		entry := entryDataSchema
		if e.SpecVersion == spec.V03 {
			entry = entrySchemaURL
		}
		dst = appendString(append(dst, entry...), e.DataSchema)
	}
	if e.Subject != "" {
		dst = appendString(append(dst, entrySubject...), e.Subject)
	}
	if !timestamp.Absent(e.Time) {
		dst = append(dst, entryTime+"\x00"...)
		start := len(dst)
		dst = timestamp.Append(dst, e.Time)
		dst[start-1] = byte(len(dst)-start) << 1 // no more than timestamp.MaxLength
	}
	for i := range e.Extensions {
		var err error
		if dst, err = appendExtension(dst, &e.Extensions[i]); err != nil {
			return dst, err
		}
	}
	return appendData(append(dst, 0), e, dataAsBytes, isUTF8), nil
}

func appendExtension(dst []byte, x *cloudevents.Extension) ([]byte, error) {
	text := x.Value.String()
	switch x.Value.Type() {
	case spec.Boolean:
		return appendBoolean(append(appendString(dst, x.Name), attributeBoolean<<1), text == "true"), nil
	case spec.Integer:
		n, err := x.Value.Int() // Validate has checked it
		return appendLong(append(appendString(dst, x.Name), attributeInt<<1), int64(n)), err
	case spec.Binary:
		return appendBinary(append(appendString(dst, x.Name), attributeBytes<<1), text), nil
	}
	return appendString(append(appendString(dst, x.Name), attributeString<<1), text), nil
}

func appendBoolean(dst []byte, v bool) []byte {
	if v {
		return append(dst, 1)
	}
	return append(dst, 0)
}

// appendBinary appends the bytes of legal base64.
func appendBinary(dst []byte, text string) []byte {
	return base64enc.AppendDecoded(appendLong(dst, int64(base64enc.DecodedLen(text))), text)
}

// appendData appends the data, as the member of the union that the package documentation
// says.
func appendData(dst []byte, e *cloudevents.Event, asBytes, isUTF8 bool) []byte {
	switch {
	case e.Data == nil:
		return append(dst, dataNull<<1)
	case asBytes || e.DataContentType == "":
	case mediatype.IsJSON(e.DataContentType):
		if b, ok := appendValue(dst, e.Data); ok {
			return b
		}
	case isText(e, isUTF8):
		return appendBytes(append(dst, dataString<<1), e.Data)
	}
	return appendBytes(append(dst, dataBytes<<1), e.Data)
}

// isText reports whether the data is text by its content type, in UTF-8.
func isText(e *cloudevents.Event, isUTF8 bool) bool {
	t := e.DataContentType
	return mediatype.IsText(t) && mediatype.IsUTF8(t) && mediatype.FitsCharset(t, e.Data) && (isUTF8 || utf8.Valid(e.Data))
}
