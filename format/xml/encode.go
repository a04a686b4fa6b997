package cexml

import (
	"slices"
	"strings"
	"unsafe"

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

// These are the fixed parts of documents.
const (
	xmlDeclaration = `<?xml version="1.0" encoding="UTF-8"?>`
	declarations   = ` xmlns:` + prefixCE + `="` + uriCE + `" xmlns:` + prefixSchema + `="` + uriSchema + `" xmlns:` + prefixXSI + `="` + uriXSI + `"`
	eventStart     = `<ce:event`
	eventEnd       = `</ce:event>`
	batchStart     = xmlDeclaration + `<ce:batch` + declarations + `>`
	batchEnd       = `</ce:batch>`

	dataBinary  = `<ce:data xsi:type="xs:base64Binary">`
	dataText    = `<ce:data xsi:type="xs:string">`
	dataElement = `<ce:data xsi:type="xs:any">`
	dataEnd     = `</ce:data>`
)

var ruleElementName = &validation.Rule{Sentinel: validation.ErrName, Detail: "the name of an element of XML does not begin with a digit"}

// Append validates e and appends it to dst in the XML event format, as a document with an
// XML declaration. On error it returns dst unchanged. If the Data of e overlaps the free
// capacity of dst, as it may after decoding from the same buffer, the result is a new
// slice.
func Append(dst []byte, e *cloudevents.Event) ([]byte, error) {
	n := len(xmlDeclaration) + len(declarations) + sizeOfEvent(e)
	b := slices.Grow(dst, n)
	if overlap.Bytes(b[len(b):cap(b)], e.Data) {
		b = append(make([]byte, 0, len(dst)+n), dst...)
	}
	b = append(b, xmlDeclaration+eventStart+declarations...)
	b, err := appendEvent(b, e)
	if err != nil {
		return dst, err
	}
	return b, nil
}

// AppendBatch validates es and appends them to dst in the XML batch format, as a document
// with an XML declaration. All events must have the same SpecVersion. On error, which is
// a [*cloudevents.BatchError], it returns dst unchanged. If the Data of an event overlaps
// the free capacity of dst, the result is a new slice.
func AppendBatch(dst []byte, es []cloudevents.Event) ([]byte, error) {
	n := len(batchStart) + len(batchEnd)
	for i := range es {
		n += sizeOfEvent(&es[i])
	}
	b := slices.Grow(dst, n)
	for i := range es {
		if overlap.Bytes(b[len(b):cap(b)], es[i].Data) {
			b = append(make([]byte, 0, len(dst)+n), dst...)
			break
		}
	}
	b = append(b, batchStart...)
	for i := range es {
		b = append(b, eventStart...)
		var err error
		if b, err = appendEvent(b, &es[i]); err == nil {
			err = events.CheckVersion(es, i)
		}
		if err != nil {
			return dst, &cloudevents.BatchError{Index: i, Err: err}
		}
	}
	return append(b, batchEnd...), nil
}

// sizeOfEvent returns the size of e without its declarations, unless there is much to
// escape.
func sizeOfEvent(e *cloudevents.Event) int {
	const names = len(eventStart+` specversion="1.0">`+eventEnd) + len(dataBinary+dataEnd) + 8*len("<ce:></ce:>") +
		2*len("idsourcetypedatacontenttypedataschemasubjecttime") + timestamp.MaxLength + 16
	n := names + len(e.ID) + len(e.Source) + len(e.Type) + len(e.DataContentType) + len(e.DataSchema) + len(e.Subject)
	for i := range e.Extensions {
		x := &e.Extensions[i]
		n += len(`<ce: xsi:type="ce:timestamp"></ce:>`) + 2*len(x.Name) + len(x.Value.String())
	}
	if mediatype.IsJSON(e.DataContentType) || mediatype.IsText(e.DataContentType) {
		return n + len(e.Data)
	}
	return n + base64enc.Len(len(e.Data))
}

// appendEvent validates e and appends it, from the attributes of its start tag on.
func appendEvent(dst []byte, e *cloudevents.Event) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return dst, err
	}
	dst = append(dst, ` specversion="`...)
	dst = append(dst, e.SpecVersion.String()...)
	dst = append(dst, `"><ce:id>`...)
	dst = appendText(dst, e.ID)
	dst = append(dst, `</ce:id><ce:source>`...)
	dst = appendText(dst, e.Source)
	dst = append(dst, `</ce:source><ce:type>`...)
	dst = appendText(dst, e.Type)
	dst = append(dst, `</ce:type>`...)
	if e.DataContentType != "" {
		dst = append(dst, `<ce:datacontenttype>`...)
		dst = appendText(dst, e.DataContentType)
		dst = append(dst, `</ce:datacontenttype>`...)
	}
	if e.DataSchema != "" {
		name := spec.DataSchema
		if e.SpecVersion == spec.V03 {
			name = spec.SchemaURL
		}
		dst = appendTag(dst, name)
		dst = appendText(append(dst, '>'), e.DataSchema)
		dst = appendEndTag(dst, name)
	}
	if e.Subject != "" {
		dst = append(dst, `<ce:subject>`...)
		dst = appendText(dst, e.Subject)
		dst = append(dst, `</ce:subject>`...)
	}
	if !timestamp.Absent(e.Time) {
		dst = append(dst, `<ce:time>`...)
		dst = timestamp.Append(dst, e.Time)
		dst = append(dst, `</ce:time>`...)
	}
	for i := range e.Extensions {
		x := &e.Extensions[i]
		if x.Name[0] <= '9' {
			return dst, validation.NewError(x.Name, "", sectionAttributes, ruleElementName)
		}
		dst = appendTag(dst, x.Name)
		dst = append(dst, ` xsi:type="ce:`...)
		dst = append(dst, typeNames[x.Value.Type()]...)
		dst = appendText(append(dst, `">`...), x.Value.String())
		dst = appendEndTag(dst, x.Name)
	}
	return append(appendData(dst, e), eventEnd...), nil
}

func appendTag(dst []byte, name string) []byte {
	return append(append(dst, `<ce:`...), name...)
}

func appendEndTag(dst []byte, name string) []byte {
	return append(append(append(dst, `</ce:`...), name...), '>')
}

// appendData appends the data, in the form that the package documentation says.
func appendData(dst []byte, e *cloudevents.Event) []byte {
	if e.Data == nil {
		return dst
	}
	switch formOf(e) {
	case elementData:
		dst = append(append(dst, dataElement...), e.Data...)
	case textData:
		dst = appendText(append(dst, dataText...), e.Data)
	default:
		dst = base64enc.Append(append(dst, dataBinary...), e.Data)
	}
	return append(dst, dataEnd...)
}

// formOf returns the form in which data is encoded.
func formOf(e *cloudevents.Event) form {
	t := e.DataContentType
	switch {
	case t == "" || !mediatype.IsJSON(t) && !mediatype.IsText(t) || !mediatype.IsUTF8(t):
		return binaryData
	case !mediatype.FitsCharset(t, e.Data) || illegal(e.Data) >= 0:
		return binaryData
	case isXML(t) && isElement(e.Data):
		return elementData
	}
	return textData
}

// isXML reports whether a media type is one of XML.
func isXML(contentType string) bool {
	_, subtype, _ := strings.Cut(mediatype.Essence(contentType), "/")
	if n := len(subtype) - len("xml"); n > 0 && subtype[n-1] == '+' {
		subtype = subtype[n:]
	}
	return ascii.EqualFold(subtype, "xml")
}

// isElement reports whether b, which are legal characters, is one element and nothing
// else, and declares all namespaces that it uses. A decoder then finds the same bytes.
func isElement(b []byte) bool {
	if len(b) == 0 || b[0] != '<' {
		return false
	}
	s := scanner{b: b, maxDepth: cloudevents.DefaultMaxDepth, subtrees: 1}
	s.fewBindings[0] = binding{prefix: view(prefixCE), uri: view(uriCE), space: spaceCE}
	s.fewBindings[1] = binding{prefix: view(prefixSchema), uri: view(uriSchema), space: spaceSchema, first: 1}
	s.fewBindings[2] = binding{prefix: view(prefixXSI), uri: view(uriXSI), space: spaceXSI, first: 2}
	s.bindings, s.outside = 3, 3
	var e element
	if s.open(&e) != nil || s.subtree(&e) != nil || s.i != len(b) {
		return false
	}
	for k := range s.outside {
		if s.binding(k).used != 0 {
			return false
		}
	}
	return true
}

// view returns the bytes of s, which must not be written to.
func view(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// appendText appends s as text.
func appendText[T string | []byte](dst []byte, s T) []byte {
	start := 0
	for i := 0; i < len(s); {
		if i+8 <= len(s) {
			const bit = ascii.Each * ('<' ^ '>') // the only one that differs
			if w := ascii.Word(s, i); (has(w|bit, '>')|has(w, '&')|has(w, '\r'))&ascii.High == 0 {
				i += 8
				continue
			}
		}
		for stop := min(i+8, len(s)); i < stop; i++ {
			escape := ""
			switch s[i] {
			case '&':
				escape = "&amp;"
			case '<':
				escape = "&lt;"
			case '>':
				escape = "&gt;" // for the sake of ]]>
			case '\r':
				escape = "&#13;" // or it would be read as a newline
			default:
				continue
			}
			dst = append(append(dst, s[start:i]...), escape...)
			start = i + 1
		}
	}
	return append(dst, s[start:]...)
}
