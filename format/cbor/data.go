package cecbor

import (
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/cborscan"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// contentType is what data that is neither bytes nor has a datacontenttype is.
const contentType = "application/cbor"

var (
	ruleNotString = &validation.Rule{Sentinel: validation.ErrData, Detail: "data is neither a text string nor a byte string, and its content type is not one of CBOR"}
	ruleNotJSON   = &validation.Rule{Sentinel: validation.ErrData, Detail: "data has no exact JSON value, as its content type says"}
	ruleNotCBOR   = &validation.Rule{Sentinel: validation.ErrData, Detail: "data is not one CBOR item, as its content type says"}
)

// setData sets the Data of e, and the DataContentType that an absent datacontenttype
// stands for (cbor-format.md#312-payload-decoding).
func (r *reader) setData(e *cloudevents.Event, a *cloudevents.Attributes) error {
	if e.SpecVersion == spec.V03 && isBase64(a) {
		return r.setBase64(e, a)
	}
	item := r.b[r.data.start:r.data.end:r.data.end]
	t := e.DataContentType
	if mediatype.IsCBOR(t) {
		e.Data = item
		return nil
	}
	content, isText, ok := r.stringData()
	switch {
	case ok && !isText:
		e.Data = content
	case t == "":
		if r.count >= r.maxAttributes { // because encoders write it
			return syntax(r.data.start, r.tooMany())
		}
		e.Data, e.DataContentType = item, contentType
	case ok:
		if !mediatype.IsJSON(t) && !mediatype.FitsCharset(t, content) {
			return r.dataError(validation.ErrDataCharset)
		}
		e.Data = content
	case !mediatype.IsJSON(t):
		return r.dataError(ruleNotString)
	default:
		text, ok := newJSON(item)
		if !ok {
			return r.dataError(ruleNotJSON)
		}
		e.Data = text
	}
	return nil
}

// stringData returns the content of data that is a text string, or a byte string with or
// without a tag that says so.
func (r *reader) stringData() (content []byte, isText, ok bool) {
	i := r.data.start
	if r.b[i]>>5 == cborscan.Tag {
		if tag, next, _ := cborscan.Argument(r.b, i); tag == tagUint8 && r.b[next]>>5 == cborscan.Bytes {
			i = next
		}
	}
	major := r.b[i] >> 5
	if major != cborscan.Bytes && major != cborscan.Text {
		return nil, false, false
	}
	first, next, chunked, _ := cborscan.String(r.b, i)
	return r.content(first, next, chunked), major == cborscan.Text, true
}

// isBase64 reports whether the datacontentencoding of an event of version 0.3 is base64.
func isBase64(a *cloudevents.Attributes) bool {
	_, err := a.Data([]byte("?"))
	return err != nil
}

// setBase64 sets the Data of e to what data is the base64 of.
func (r *reader) setBase64(e *cloudevents.Event, a *cloudevents.Attributes) error {
	content, _, ok := r.stringData()
	if !ok {
		return r.dataError(ruleNotString)
	}
	data, err := a.Data(content)
	if err != nil {
		return syntax(r.data.start, err)
	}
	e.Data = data
	return nil
}

func (r *reader) dataError(rule *validation.Rule) error {
	return syntax(r.data.start, validation.NewError(spec.Data, "", sectionDecoding, rule))
}

// form is what data is in a document.
type form byte

const (
	asBytes form = iota
	asText
	asItem
)

// formOf returns the form of the data of e (cbor-format.md#311-payload-encoding). isUTF8
// says that the data is known to be UTF-8.
func formOf(e *cloudevents.Event, isUTF8 bool) (form, error) {
	t := e.DataContentType
	if e.Data == nil || t == "" {
		return asBytes, nil
	}
	switch mediatype.KindOf(t) {
	case mediatype.CBOR:
		end, f := cborscan.Value(e.Data, 0, cloudevents.DefaultMaxDepth)
		switch {
		case f == cborscan.TooDeep:
			return asItem, tooDeep(cloudevents.DefaultMaxDepth)
		case f != cborscan.None || end != len(e.Data):
			return asItem, validation.NewError(spec.Data, "", sectionEncoding, ruleNotCBOR)
		}
		return asItem, nil
	case mediatype.JSON, mediatype.Text:
		if mediatype.IsUTF8(t) && mediatype.FitsCharset(t, e.Data) && (isUTF8 || utf8.Valid(e.Data)) {
			return asText, nil
		}
	}
	return asBytes, nil
}

// appendData appends data in a form.
func appendData(dst, data []byte, form form) []byte {
	switch form {
	case asBytes:
		dst = cborscan.AppendHead(dst, cborscan.Bytes, uint64(len(data)))
	case asText:
		dst = cborscan.AppendHead(dst, cborscan.Text, uint64(len(data)))
	}
	return append(dst, data...)
}
