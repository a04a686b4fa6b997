package cloudevents

import (
	"slices"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var (
	ruleNameV03      = &validation.Rule{Sentinel: validation.ErrName, Detail: "in version 0.3 an attribute name begins with a letter"}
	ruleDataEncoding = &validation.Rule{Sentinel: validation.ErrSyntax, Detail: "datacontentencoding is base64 or absent"}
	ruleDataV03      = &validation.Rule{Sentinel: validation.ErrData, Detail: "data is not padded standard base64, as datacontentencoding or the content type says"}
	rulePatchLevel   = &validation.Rule{Sentinel: validation.ErrVersion, Detail: "unsupported specversion: it has no patch level"}
	ruleOnlyV1       = &validation.Rule{Sentinel: validation.ErrVersion, Detail: "only specversion 1.0 is accepted here"}
)

// Convert returns a deep copy of e in another version of the specification. DataSchema is
// dataschema in 1.0 and schemaurl in 0.3. Everything else has the same name in both.
//
// An event that cannot be kept as it is in v is an error, a [*validation.Error] for each
// reason: 1.0 has no relative schema; in 0.3 a name must not begin with a digit; and what
// is an extension in one version may have the name of a core attribute in the other.
func (e *Event) Convert(v spec.Version) (Event, error) {
	if err := e.Validate(); err != nil {
		return Event{}, err
	}
	c := e.Clone()
	c.SpecVersion = v
	if err := c.Validate(); err != nil {
		return Event{}, err
	}
	return c, nil
}

// coreV03 returns the core attributes of 0.3 by their place in 1.0. There is no place for
// datacontentencoding: it is a matter of decoders and encoders.
func coreV03() [coreCount]spec.Attribute {
	return [coreCount]spec.Attribute(slices.DeleteFunc(spec.V03.Attributes(), func(a spec.Attribute) bool {
		return a.Name == spec.DataContentEncoding
	}))
}

// coreIndexV03 is coreIndex for 0.3.
func coreIndexV03(name string) (int, bool) {
	switch name {
	case spec.SchemaURL:
		return coreDataSchema, true
	case spec.DataSchema:
		return 0, false
	}
	place, known := memberIndex(name)
	return place, known && place < coreCount
}

// isV03 reports whether specversion says 0.3.
func (a *Attributes) isV03() bool {
	v := &a.core[coreSpecVersion]
	if v.state&(isPercent|isEscaped) != 0 {
		var m attributeMemory
		text, err := a.text(v, spec.SpecVersion, &m)
		return err == nil && text == spec.V03.String()
	}
	return v.typ == spec.String && v.text == spec.V03.String()
}

// renameV03 makes the attributes, which were added by the names of 1.0, those of an event
// of version 0.3. It takes datacontentencoding out.
func (a *Attributes) renameV03() error {
	var schema, encoding addedValue
	n := 0
	for i := range a.count {
		x := a.extension(i)
		switch {
		case x.is(spec.SchemaURL):
			schema.addAgain(&x.addedValue)
			continue
		case x.is(spec.DataContentEncoding):
			encoding.addAgain(&x.addedValue)
			continue
		}
		if n < i {
			*a.extension(n) = *x
		}
		n++
	}
	a.keepExtensions(n)
	// In 0.3 dataschema is the name of an extension. It counts as an attribute already.
	if old := a.core[coreDataSchema]; old.state != 0 {
		for range 1 + int(old.state&isRepeated/isRepeated) {
			a.added--
			if x := a.addExtension(spec.DataSchema, old.at); x != nil {
				x.addedValue = old
				x.state &^= isRepeated
			}
		}
	}
	a.core[coreDataSchema] = schema
	return a.applyEncoding(&encoding)
}

// applyEncoding applies datacontentencoding, which is absent if v is zero.
func (a *Attributes) applyEncoding(v *addedValue) error {
	switch {
	case v.state&isRepeated != 0:
		return a.located(v.at, duplicate(spec.DataContentEncoding))
	case v.state == 0 || v.state&isNull != 0:
		return nil
	case v.kind != 0 || v.typ != spec.String:
		return a.located(v.at, a.wrongType(v, spec.DataContentEncoding, spec.String))
	}
	var m attributeMemory
	text, err := a.text(v, spec.DataContentEncoding, &m)
	if err != nil {
		return err
	}
	if !ascii.EqualFold(text, "base64") {
		attribute, _ := spec.V03.Attribute(spec.DataContentEncoding)
		return a.located(v.at, validation.NewError(attribute.Name, text, attribute.Section, ruleDataEncoding))
	}
	a.isBase64 = true
	return nil
}

// addAgain sets v to another value of its attribute.
func (v *addedValue) addAgain(w *addedValue) {
	wasThere := v.state != 0
	*v = *w
	if wasThere {
		v.state |= isRepeated
	}
}

// is reports whether an extension has that name, in any case if it came so.
func (x *addedExtension) is(name string) bool {
	return x.name == name || x.state&isNameFolded != 0 && ascii.EqualFold(x.name, name)
}

func (a *Attributes) extension(i int) *addedExtension {
	if a.many != nil {
		return &a.many[i]
	}
	return &a.few[i]
}

// keepExtensions removes all but the first n extensions.
func (a *Attributes) keepExtensions(n int) {
	switch {
	case a.many == nil:
		clear(a.few[n:])
	case n > fewExtensions:
		clear(a.many[n:])
		a.many = a.many[:n]
	default: // as if there never were more
		clear(a.few[copy(a.few[:], a.many[:n]):])
		a.many = nil
	}
	a.count = n
}

// Data returns the data that the body of a binary-mode message stands for: body itself,
// or, in version 0.3, what it is the base64 of if datacontentencoding says so. It may be
// called after [Attributes.Assemble]. The error is a [*validation.Error].
func (a *Attributes) Data(body []byte) ([]byte, error) {
	if !a.isBase64 {
		return body, nil
	}
	data, ok := decodeBase64(make([]byte, len(body)/4*3), body)
	if !ok {
		return nil, validation.NewError(spec.Data, "", spec.SectionJSONDataV03, ruleDataV03)
	}
	return data, nil
}

// payloadV03 is payload for an event of version 0.3. Its data has no other member, and
// is base64 if datacontentencoding says so, or if it is neither JSON nor text.
func (r *jsonReader) payloadV03(e *Event, o *jsonObject) (isJSON bool, err error) {
	data, encoded := &o.data, &o.encoded
	switch {
	case encoded.kind != 0:
		return false, r.at(encoded.start, validation.Name(spec.DataBase64))
	case data.kind == 0:
		return false, nil
	}
	if e.DataContentType == "" && o.attributes.refusedContentType() {
		return false, nil
	}
	isText := mediatype.IsText(e.DataContentType)
	isJSON = e.DataContentType == "" || mediatype.IsJSON(e.DataContentType)
	switch {
	case data.kind == '"' && (o.attributes.isBase64 || !isJSON && !isText):
		if err := r.base64(e, data); err != nil {
			return false, r.dataError(e.SpecVersion, spec.Data, data, ruleDataV03)
		}
		return false, nil
	case isJSON:
		start, end := data.start, data.end
		if data.kind == '"' {
			start, end = start-1, end+1
		}
		if e.DataContentType == "" {
			e.DataContentType = "application/json"
		}
		e.Data = r.b[start:end:end]
		return true, nil
	}
	return false, r.textData(e, data)
}

// appendDataV03 is appendData for an event of version 0.3.
func appendDataV03(dst []byte, e *Event, isJSON bool) []byte {
	switch {
	case e.Data == nil:
		return dst
	case mediatype.IsJSON(e.DataContentType):
		if isJSON || isJSONValue(e.Data, DefaultMaxDepth) {
			return append(append(dst, `,"data":`...), e.Data...)
		}
	case isTextData(e):
		return jsonscan.AppendQuoted(append(dst, `,"data":`...), e.Data)
	}
	dst = append(dst, `,"datacontentencoding":"base64","data":"`...)
	return append(strictBase64.AppendEncode(dst, e.Data), '"')
}
