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

// appendEvent validates e and appends it. isUTF8 says that its data is known to be UTF-8.
func appendEvent(dst []byte, e *cloudevents.Event, dataAsBytes, isUTF8 bool) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return dst, err
	}
	hasTime := !timestamp.Absent(e.Time)
	dst = appendLong(dst, int64(attributes.Count(e)))
	dst = appendAttribute(dst, spec.SpecVersion, e.SpecVersion.String())
	dst = appendAttribute(dst, spec.ID, e.ID)
	dst = appendAttribute(dst, spec.Source, e.Source)
	dst = appendAttribute(dst, spec.EventType, e.Type)
	if e.DataContentType != "" {
		dst = appendAttribute(dst, spec.DataContentType, e.DataContentType)
	}
	if e.DataSchema != "" {
		name := spec.DataSchema
		if e.SpecVersion == spec.V03 {
			name = spec.SchemaURL
		}
		dst = appendAttribute(dst, name, e.DataSchema)
	}
	if e.Subject != "" {
		dst = appendAttribute(dst, spec.Subject, e.Subject)
	}
	if hasTime {
		var text [timestamp.MaxLength]byte
		dst = append(appendString(dst, spec.Time), attributeString<<1)
		dst = appendBytes(dst, timestamp.Append(text[:0], e.Time))
	}
	for i := range e.Extensions {
		var err error
		if dst, err = appendExtension(dst, &e.Extensions[i]); err != nil {
			return dst, err
		}
	}
	return appendData(append(dst, 0), e, dataAsBytes, isUTF8), nil
}

// appendAttribute appends an attribute that is a string.
func appendAttribute(dst []byte, name, text string) []byte {
	return appendString(append(appendString(dst, name), attributeString<<1), text)
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
	return appendAttribute(dst, x.Name, text), nil
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
