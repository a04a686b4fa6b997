package cloudevents

import (
	"bytes"
	"slices"

	"github.com/seed763dd41b/cloudevents/internal/base64enc"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/internal/overlap"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
)

// AppendJSON validates e and appends it to dst in the JSON event format, without white
// space. On an error dst is returned unchanged.
//
// Data under a JSON media type is written as it is if it is one JSON value that is nested
// no more deeply than DefaultMaxDepth. White space around it is kept, but decoders drop it.
// Text in UTF-8, or in ASCII where the content type says so, is written as a JSON string.
// All other data is written as base64, so that every valid event has an encoding: bytes
// without a content type, text in another charset, and data that is not the JSON that its
// content type says. Such data may come from base64 or from binary mode.
//
// The Data of e may lie in the room behind dst, as after decoding from the same buffer.
// The result is then a new slice.
func AppendJSON(dst []byte, e *Event) ([]byte, error) {
	b := dst
	if overlap.Bytes(b[len(b):cap(b)], e.Data) {
		b = slices.Concat(dst, make([]byte, jsonSize(e)))[:len(dst)]
	}
	b, err := appendGrown(b, e, false)
	if err != nil {
		return dst, err
	}
	return b, nil
}

// AppendJSONBatch validates es and appends them to dst in the JSON batch format. A nil es
// is the empty batch. All events must have the same SpecVersion. On an error, which is or
// wraps a [*BatchError], dst is returned unchanged. Data in the room behind dst is
// handled as by [AppendJSON].
func AppendJSONBatch(dst []byte, es []Event) ([]byte, error) {
	size := len("[]")
	for i := range es {
		size += jsonSize(&es[i])
	}
	b := slices.Grow(dst, size)
	for i := range es {
		if overlap.Bytes(b[len(b):cap(b)], es[i].Data) {
			b = slices.Concat(dst, make([]byte, size))[:len(dst)]
			break
		}
	}
	b = append(b, '[')
	for i := range es {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendEvent(b, &es[i], false); err == nil && es[i].SpecVersion != es[0].SpecVersion {
			err = mixedVersions(&es[i])
		}
		if err != nil {
			return dst, &BatchError{i, err}
		}
	}
	return append(b, ']'), nil
}

// appendGrown makes room and calls appendEvent.
func appendGrown(dst []byte, e *Event, isJSON bool) ([]byte, error) {
	size := jsonSize(e)
	if len(dst) == 0 && cap(dst) < size && len(e.Data) >= largeData && size-len(e.Data) <= maxHead/2 &&
		mediatype.IsJSON(e.DataContentType) && (isJSON || isJSONValue(e.Data, DefaultMaxDepth)) {
		return joinEvent(e)
	}
	return appendEvent(slices.Grow(dst, size), e, isJSON)
}

// appendEvent appends e, whose Data is not in the room of dst. isJSON says that Data is
// known to be one JSON value.
func appendEvent(dst []byte, e *Event, isJSON bool) ([]byte, error) {
	b, err := appendAttributes(dst, e)
	if err != nil {
		return dst, err
	}
	return append(appendData(b, e, isJSON), '}'), nil
}

const (
	largeData = 64 << 10
	maxHead   = 2 << 10 // room on the stack for an event without its data
)

// joinEvent returns an event with large JSON data in a new slice. It uses bytes.Join, the
// only function that makes a slice without clearing it first, which takes as long as the
// copy.
func joinEvent(e *Event) ([]byte, error) {
	var room [maxHead]byte
	head, err := appendAttributes(room[:0], e)
	if err != nil {
		return nil, err
	}
	head = append(head, `,"data":`...)
	return bytes.Join([][]byte{head, e.Data, {'}'}}, nil), nil
}

// jsonHeads are how events begin.
var jsonHeads = [len(coreTables)]string{
	spec.V1:  `{"specversion":"1.0","id":`,
	spec.V03: `{"specversion":"0.3","id":`,
}

// dataSchemaMembers are the members of the one attribute whose name depends on the version.
var dataSchemaMembers = [len(coreTables)]string{
	spec.V1:  `,"` + spec.DataSchema + `":`,
	spec.V03: `,"` + spec.SchemaURL + `":`,
}

// appendAttributes validates e and appends everything before its data.
func appendAttributes(dst []byte, e *Event) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return dst, err
	}
	b := append(dst, jsonHeads[e.SpecVersion]...)
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
		b = append(b, dataSchemaMembers[e.SpecVersion]...)
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
		case spec.Boolean, spec.Integer:
			b = append(b, x.Value.text...)
		default:
			b = jsonscan.AppendQuoted(b, x.Value.text)
		}
	}
	return b, nil
}

// jsonSize estimates the size of e in JSON.
func jsonSize(e *Event) int {
	const names = len(`{"specversion":"1.0","id":"","source":"","type":"","datacontenttype":"","dataschema":"","subject":"","time":"2006-01-02T15:04:05.999999999+00:00","data_base64":""},`)
	n := names + len(e.ID) + len(e.Source) + len(e.Type) + len(e.DataContentType) + len(e.DataSchema) + len(e.Subject)
	for i := range e.Extensions {
		n += len(`,"":""`) + len(e.Extensions[i].Name) + len(e.Extensions[i].Value.text)
	}
	if mediatype.IsJSON(e.DataContentType) || mediatype.IsText(e.DataContentType) {
		return n + len(e.Data)
	}
	return n + base64enc.Len(len(e.Data))
}
