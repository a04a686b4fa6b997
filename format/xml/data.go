package cexml

import (
	"bytes"
	"encoding/base64"
	"errors"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var (
	errBase64Child = errors.New("data that is base64 has a child element (" + sectionBinary + ")")
	errTextChild   = errors.New("data that is text has a child element (" + sectionText + ")")
	errDataText    = errors.New("data of the type xs:any has text beside its element (" + sectionElement + ")")

	ruleDataTwice  = &validation.Rule{Sentinel: validation.ErrData, Detail: "an event has data twice"}
	ruleDataNoType = &validation.Rule{Sentinel: validation.ErrData, Detail: "data has no xsi:type"}
	ruleDataType   = &validation.Rule{Sentinel: validation.ErrData, Detail: "the xsi:type of data is not xs:base64Binary, xs:string or xs:any"}
	ruleBase64     = &validation.Rule{Sentinel: validation.ErrData, Detail: "data is not padded standard base64"}
	ruleOneElement = &validation.Rule{Sentinel: validation.ErrData, Detail: "data of the type xs:any is not one element"}
)

// form says how data is represented.
type form uint8

const (
	noData form = iota
	binaryData
	textData
	elementData
)

// data is the data of an event in its document.
type data struct {
	form  form
	at    int // of its content
	bytes []byte
	err   error // the first violation
}

// formOf returns the form that a value of xsi:type means.
func (s *scanner) formOf(value []byte) form {
	space, local := s.typeName(value)
	if space != spaceSchema {
		return noData
	}
	switch string(local) {
	case "base64Binary":
		return binaryData
	case "string":
		return textData
	case "any":
		return elementData
	}
	return noData
}

// badData notes a violation in data, unless there is one already.
func (s *scanner) badData(d *data, at int, section string, rule *validation.Rule) {
	if d.err == nil {
		d.err = s.fail(at, validation.NewError(spec.Data, "", section, rule))
	}
}

// readData reads the element data, whose start tag was read.
func (r *reader) readData(d *data, e *element) (err error) {
	if d.form != noData || d.err != nil {
		r.badData(d, e.offset, sectionData, ruleDataTwice)
		return r.subtree(e)
	}
	d.at = r.i
	if e.typeAt == 0 {
		r.badData(d, e.offset, sectionData, ruleDataNoType)
		return r.subtree(e)
	}
	switch d.form = r.formOf(e.typ); d.form {
	case noData:
		r.badData(d, e.typeAt, sectionData, ruleDataType)
		return r.subtree(e)
	case elementData:
		return r.readElement(d, e)
	}
	child := errTextChild
	if d.form == binaryData {
		child = errBase64Child
	}
	d.bytes, err = r.text(e, nil, child)
	return err
}

// readElement reads the one element that data of the type xs:any has.
func (r *reader) readElement(d *data, e *element) error {
	for n := 0; ; n++ {
		outside := r.bindings
		r.outside = outside
		r.subtrees++
		var child element
		ok, err := r.child(e, &child, errDataText)
		if err == nil && ok {
			err = r.subtree(&child)
		}
		r.outside = 0
		switch {
		case err != nil:
			return err
		case ok && n == 0:
			d.at = child.offset
			d.bytes = r.b[child.offset:r.i:r.i]
			if err := r.inherit(d, &child, outside); err != nil {
				return err
			}
		case ok || n == 0:
			r.badData(d, e.offset, sectionElement, ruleOneElement)
		}
		if !ok {
			return nil
		}
	}
}

// inherit adds those declarations to an element that are outside of it and used in it.
func (r *reader) inherit(d *data, e *element, outside int) error {
	const xmlns = ` xmlns`
	size := 0
	for k := range outside {
		if b := r.binding(k); r.isInherited(b) {
			size += len(xmlns) + len(":") + len(b.prefix) + len("=") + len(b.quoted)
		}
	}
	if size == 0 {
		return nil
	}
	if r.inherited += size; r.inherited > len(r.b)+freeInherited {
		return r.fail(e.offset, &cloudevents.LimitError{What: "bytes of namespace declarations added to data", Limit: len(r.b) + freeInherited})
	}
	element := make([]byte, 0, size+len(d.bytes))
	element = append(element, r.b[e.offset:e.end]...)
	for k := range outside {
		b := r.binding(k)
		if !r.isInherited(b) {
			continue
		}
		element = append(element, xmlns...)
		if len(b.prefix) > 0 {
			element = append(append(element, ':'), b.prefix...)
		}
		element = append(append(element, '='), b.quoted...)
	}
	d.bytes = append(element, d.bytes[e.end-e.offset:]...)
	return nil
}

// freeInherited is how many bytes of declarations may be added to the data of a document,
// beyond the size of the document.
const freeInherited = 4 << 10

// isInherited reports whether the subtree that was read last needs a declaration outside of
// it.
func (r *reader) isInherited(b *binding) bool {
	return b.used == r.subtrees && b.space != noSpace && b.space != spaceXML
}

// setData sets the data of e.
func (r *reader) setData(e *cloudevents.Event, a *assembler) error {
	d := &a.data
	if d.err != nil {
		return d.err
	}
	switch d.form {
	case binaryData:
		decoded, ok := decodeBase64(d.bytes)
		if !ok {
			return r.fail(d.at, validation.NewError(spec.Data, "", sectionBinary, ruleBase64))
		}
		e.Data = decoded
	case textData, elementData:
		section := sectionText
		if d.form == elementData {
			section = sectionElement
		}
		if !mediatype.IsJSON(e.DataContentType) && !mediatype.FitsCharset(e.DataContentType, d.bytes) {
			return r.fail(d.at, validation.NewError(spec.Data, "", section, validation.ErrDataCharset))
		}
		e.Data = d.bytes
		if d.form == textData { // of version 0.3, with a datacontentencoding
			decoded, err := a.attributes.Data(d.bytes)
			if err != nil {
				return r.fail(d.at, err)
			}
			e.Data = decoded
		}
	}
	return nil
}

// decodeBase64 decodes xs:base64Binary, which may have white space anywhere.
func decodeBase64(s []byte) ([]byte, bool) {
	encoding := base64.StdEncoding.Strict()
	decoded := make([]byte, len(s)/4*3)
	n, err := encoding.Decode(decoded, s) // which ignores line ends
	if err != nil && bytes.ContainsAny(s, " \t") {
		compact := make([]byte, 0, len(s))
		for _, c := range s {
			if c != ' ' && c != '\t' {
				compact = append(compact, c)
			}
		}
		n, err = encoding.Decode(decoded, compact)
	}
	return decoded[:n:n], err == nil
}
