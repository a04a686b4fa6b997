package cloudevents

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/base64enc"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var (
	ruleDataBase64 = &validation.Rule{Sentinel: validation.ErrData, Detail: "data_base64 must be a string of padded standard base64"}
	ruleDataJSON   = &validation.Rule{Sentinel: validation.ErrData, Detail: "data is not one JSON value, as its content type says"}
)

var strictBase64 = base64.StdEncoding.Strict()

// payload sets Data, and the DataContentType that an absent datacontenttype stands for
// (json-format.md#312-payload-deserialization). It returns whether Data was found to be
// one JSON value.
func (r *jsonReader) payload(e *Event, o *jsonObject) (isJSON bool, err error) {
	if e.SpecVersion == spec.V03 {
		return r.payloadV03(e, o)
	}
	data, encoded := &o.data, &o.encoded
	switch {
	case data.kind != 0 && encoded.kind != 0 && encoded.kind != 'n':
		return false, r.dataError(e.SpecVersion, spec.DataBase64, encoded, validation.ErrDataTwice)
	case encoded.kind == '"':
		return false, r.base64(e, encoded)
	case encoded.kind != 0 && encoded.kind != 'n':
		return false, r.dataError(e.SpecVersion, spec.DataBase64, encoded, ruleDataBase64)
	case data.kind == 0:
		return false, nil
	}
	if e.DataContentType == "" {
		state := o.attributes.core[coreDataContentType].state
		if o.attributes.refusedContentType() {
			return false, nil // nothing can be said about data
		}
		if state == 0 && o.attributes.counted() { // because encoders write it
			return false, r.at(data.start, o.attributes.exceeded())
		}
		e.DataContentType = "application/json"
	}
	start, end := data.start, data.end
	if mediatype.IsJSON(e.DataContentType) {
		if data.kind == '"' { // a JSON string keeps its quotes
			start, end = start-1, end+1
		}
		e.Data = r.b[start:end:end]
		return true, nil
	}
	return false, r.textData(e, data)
}

// textData sets the data to a string that stands for text.
func (r *jsonReader) textData(e *Event, data *jsonMember) error {
	if data.kind != '"' {
		return r.dataError(e.SpecVersion, spec.Data, data, validation.ErrDataString)
	}
	e.Data = r.b[data.start:data.end:data.end]
	if data.form == jsonscan.Escaped {
		text, offset, f := r.unquoted(e.Data)
		if f != jsonscan.None {
			return r.at(data.start+offset, f)
		}
		e.Data = text
	}
	if len(e.Data) > 0 && !mediatype.FitsCharset(e.DataContentType, e.Data) {
		return r.dataError(e.SpecVersion, spec.Data, data, validation.ErrDataCharset)
	}
	return nil
}

func (r *jsonReader) base64(e *Event, m *jsonMember) error {
	s := r.b[m.start:m.end:m.end]
	if m.form == jsonscan.Escaped { // some encoders escape a solidus
		var f jsonscan.Fault
		if s, _, f = r.unquoted(s); f != jsonscan.None {
			return r.dataError(e.SpecVersion, spec.DataBase64, m, ruleDataBase64)
		}
	}
	var ok bool
	if r.inPlace {
		e.Data, ok = decodeBase64InPlace(s)
	} else {
		e.Data, ok = decodeBase64(make([]byte, len(s)/4*3), s)
	}
	if !ok {
		return r.dataError(e.SpecVersion, spec.DataBase64, m, ruleDataBase64)
	}
	if r.maxDepth < DefaultMaxDepth && mediatype.IsJSON(e.DataContentType) { // it may be written as a JSON value
		if _, f := jsonscan.Value(e.Data, jsonscan.Space(e.Data, 0), r.maxDepth); f == jsonscan.TooDeep {
			return r.fault(m.start, f)
		}
	}
	return nil
}

// unquoted returns a string without its escapes, which makes it shorter. In a document
// that may be overwritten it needs no other memory, because every byte is written where
// it was read, or before.
func (r *jsonReader) unquoted(s []byte) (_ []byte, offset int, f jsonscan.Fault) {
	dst := s[:0]
	if !r.inPlace {
		dst = make([]byte, 0, len(s))
	}
	return jsonscan.AppendUnquoted(dst, s)
}

// decodeBase64 decodes s to dst, which has three bytes for each four of s. The decoder
// ignores line breaks; the result is then too short.
func decodeBase64(dst, s []byte) ([]byte, bool) {
	want := len(dst)
	switch {
	case len(s)%4 != 0:
		return nil, false
	case bytes.HasSuffix(s, []byte("==")):
		want -= 2
	case bytes.HasSuffix(s, []byte("=")):
		want--
	}
	n, err := strictBase64.Decode(dst, s)
	return dst[:n], err == nil && n == want
}

// decodeBase64InPlace decodes s to its own beginning. It does so in chunks, because
// encoding/base64 does not promise that source and destination may overlap.
func decodeBase64InPlace(s []byte) ([]byte, bool) {
	const size = 768
	var buffer [size]byte
	n := 0
	for rest := s; len(rest) > 0; {
		chunk := rest[:min(size/3*4, len(rest))]
		rest = rest[len(chunk):]
		decoded, ok := decodeBase64(buffer[:len(chunk)/4*3], chunk)
		if !ok || len(decoded) < size && len(rest) > 0 { // padding before the end
			return nil, false
		}
		n += copy(s[n:], decoded)
	}
	return s[:n], true
}

func (r *jsonReader) dataError(v spec.Version, name string, m *jsonMember, rule *validation.Rule) error {
	section := spec.SectionJSONDeserialize
	if v == spec.V03 {
		section = spec.SectionJSONDataV03
	}
	return r.at(m.start, validation.NewError(name, "", section, rule))
}

// appendData appends the member data or data_base64, with the comma before it
// (json-format.md#311-payload-serialization). isJSON says that the data is known to be one
// JSON value.
func appendData(dst []byte, e *Event, isJSON bool) []byte {
	switch {
	case e.SpecVersion == spec.V03:
		return appendDataV03(dst, e, isJSON)
	case e.Data == nil:
		return dst
	case mediatype.IsJSON(e.DataContentType):
		if isJSON || isJSONValue(e.Data, DefaultMaxDepth) {
			dst = append(dst, `,"data":`...)
			return append(dst, e.Data...)
		}
	case isTextData(e):
		dst = append(dst, `,"data":`...)
		return jsonscan.AppendQuoted(dst, e.Data)
	}
	dst = append(dst, `,"data_base64":"`...)
	dst = base64enc.Append(dst, e.Data)
	return append(dst, '"')
}

// isTextData reports whether the data can be a JSON string, by its content type.
func isTextData(e *Event) bool {
	return mediatype.IsText(e.DataContentType) && mediatype.IsUTF8(e.DataContentType) &&
		mediatype.FitsCharset(e.DataContentType, e.Data) && utf8.Valid(e.Data)
}

// isJSONValue reports whether b is one JSON value, with or without white space around it,
// in which no more than maxDepth arrays and objects enclose each other. -1 is no limit.
// Only such bytes may become part of a document.
func isJSONValue(b []byte, maxDepth int) bool {
	end, f := jsonscan.Value(b, jsonscan.Space(b, 0), maxDepth)
	return f == jsonscan.None && jsonscan.Space(b, end) == len(b)
}
