package cloudevents

import (
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
)

func appendEvent(dst []byte, e *Event) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return dst, err
	}
	b := append(dst, `{"specversion":"`...)
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

func appendBatch(dst []byte, es []Event) ([]byte, error) {
	b := append(dst, '[')
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
