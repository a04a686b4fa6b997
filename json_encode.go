package cloudevents

import (
	"encoding/base64"
	"slices"

	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
)

func appendEvent(dst []byte, e *Event) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return dst, err
	}
	b := append(slices.Grow(dst, jsonSize(e)), `{"specversion":"`...)
	b = append(b, e.SpecVersion.String()...)
	b = append(b, `","id":`...)
	b = jsonscan.AppendQuoted(b, e.ID)
	b = append(b, `,"source":`...)
	b = jsonscan.AppendQuoted(b, e.Source)
	b = append(b, `,"type":`...)
	b = jsonscan.AppendQuoted(b, e.Type)
	if e.DataContentType != "" {
		b = append(b, `,"datacontenttype":`...)
		b = jsonscan.AppendQuoted(b, e.DataContentType)
	}
	if e.DataSchema != "" {
		b = append(b, `,"dataschema":`...)
		b = jsonscan.AppendQuoted(b, e.DataSchema)
	}
	if e.Subject != "" {
		b = append(b, `,"subject":`...)
		b = jsonscan.AppendQuoted(b, e.Subject)
	}
	if !timestamp.Absent(e.Time) {
		b = append(b, `,"time":"`...)
		b = timestamp.Append(b, e.Time)
		b = append(b, '"')
	}
	for i := range e.Extensions {
		x := &e.Extensions[i]
		b = append(b, ',', '"')
		b = append(b, x.Name...)
		b = append(b, '"', ':')
		switch x.Value.typ {
		case spec.Boolean:
			b = append(b, x.Value.text...)
		case spec.Integer:
			b = append(b, canonical(spec.Integer, x.Value.text).text...)
		default:
			b = jsonscan.AppendQuoted(b, x.Value.text)
		}
	}
	b, err := appendData(b, e)
	if err != nil {
		return dst, err
	}
	return append(b, '}'), nil
}

// jsonSize returns how long e is in JSON if nothing has to be escaped.
func jsonSize(e *Event) int {
	const names = len(`{"specversion":"1.0","id":"","source":"","type":"","datacontenttype":"","dataschema":"","subject":"","time":"2006-01-02T15:04:05.999999999+00:00","data_base64":""},`)
	n := names + len(e.ID) + len(e.Source) + len(e.Type) + len(e.DataContentType) + len(e.DataSchema) + len(e.Subject)
	for i := range e.Extensions {
		n += len(`,"":""`) + len(e.Extensions[i].Name) + len(e.Extensions[i].Value.text)
	}
	if mediatype.IsJSON(e.DataContentType) || mediatype.IsText(e.DataContentType) {
		return n + len(e.Data)
	}
	return n + base64.StdEncoding.EncodedLen(len(e.Data))
}

func appendBatch(dst []byte, es []Event) ([]byte, error) {
	size := len("[]")
	for i := range es {
		size += jsonSize(&es[i])
	}
	b := append(slices.Grow(dst, size), '[')
	for i := range es {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendEvent(b, &es[i]); err == nil && es[i].SpecVersion != es[0].SpecVersion {
			err = mixedVersions(&es[i])
		}
		if err != nil {
			return dst, &BatchError{i, err}
		}
	}
	return append(b, ']'), nil
}
