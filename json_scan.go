package cloudevents

import (
	"bytes"
	"errors"
	"unsafe"

	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// jsonReader decodes one document. It first scans an object and gathers its members, and
// then assembles the Event, because members may come in any order.
type jsonReader struct {
	b             []byte
	extensions    []spec.Attribute
	maxDepth      int
	maxAttributes int
	inPlace       bool
	v1Only        bool
	forgive       bool
	receipts      []jsonReceipt
	memory        attributeMemory
	spare         []addedExtension // for an event with many
}

// jsonReceipt is what was forgiven in the event of that index, which is at that place of
// the result; -1 is nowhere.
type jsonReceipt struct {
	index, place int
	err          error
}

// jsonObject has the members of an event that were scanned.
type jsonObject struct {
	attributes    Attributes
	data, encoded jsonMember // the members data and data_base64
}

// jsonMember is the value of a member of an object, by offsets into the document.
type jsonMember struct {
	start, end int           // a string is between its quotes
	kind       byte          // the first byte of the value, or 0 if there is no such member
	form       jsonscan.Form // set for a string
	integer    bool          // the value is a number without fraction and exponent
	repeated   bool          // another member has the same name
}

// jsonDocument is the document from which an Attributes gets its parts.
type jsonDocument struct {
	b           []byte
	first, last int // where the first attribute begins and the last ends
	rewritten   int // the size of the names and texts with escapes
}

// offset returns the offset of a part of the document.
func (d *jsonDocument) offset(part string) int {
	return int(uintptr(unsafe.Pointer(unsafe.StringData(part))) - uintptr(unsafe.Pointer(unsafe.SliceData(d.b))))
}

// open makes r, which is zero, read the document. It returns the index of its value.
func (r *jsonReader) open(d *JSONDecoder, document []byte) (i int) {
	r.b = document
	r.extensions = d.Extensions
	r.maxDepth = limit.Of(d.MaxDepth, DefaultMaxDepth)
	r.maxAttributes = d.MaxAttributes
	r.inPlace = d.InPlace
	r.v1Only = d.V1Only
	r.forgive = d.Forgive != nil
	if bytes.HasPrefix(document, []byte("\uFEFF")) {
		i = len("\uFEFF")
	}
	return jsonscan.Space(document, i)
}

var errNotObject = errors.New("an event is a JSON object (" + spec.SectionJSONEnvelope + ")")

func (r *jsonReader) fault(i int, f jsonscan.Fault) error {
	if f == jsonscan.TooDeep {
		return r.at(i, &LimitError{"levels of nesting", r.maxDepth})
	}
	return r.at(i, f)
}

func (r *jsonReader) at(offset int, err error) error {
	return &SyntaxError{offset, err}
}

// expect returns the index after the byte c at i and the white space that follows it.
func (r *jsonReader) expect(i int, c byte) (int, error) {
	switch {
	case i >= len(r.b):
		return i, r.fault(i, jsonscan.UnexpectedEnd)
	case r.b[i] != c:
		return i, r.fault(i, jsonscan.UnexpectedByte)
	}
	return jsonscan.Space(r.b, i+1), nil
}

// end checks that nothing follows the document, which ended before i.
func (r *jsonReader) end(i int) error {
	if i = jsonscan.Space(r.b, i); i < len(r.b) {
		return r.fault(i, jsonscan.UnexpectedByte)
	}
	return nil
}

// event sets e, which is empty, to the object at i. It returns the end of the object, and
// whether the data was found to be one JSON value. In a batch, more events may follow. On
// an error some fields of e may be set. An *invalidEvent is about the event alone: the
// document goes on after it.
func (r *jsonReader) event(e *Event, i int, batch bool) (end int, isJSON bool, err error) {
	var o jsonObject
	a := &o.attributes
	a.Extensions, a.MaxAttributes, a.document.b = r.extensions, r.maxAttributes, r.b
	a.V1Only, a.Forgive, a.spare = r.v1Only, r.forgive, r.spare
	if end, err = r.scan(&o, i); err != nil {
		return end, false, err
	}
	others := 0
	if batch {
		others = (len(r.b) - end) / (end - i)
	}
	errs := append(a.assemble(e, &r.memory, others), a.fails...)
	if a.many != nil {
		r.spare = a.many
	}
	if isJSON, err = r.payload(e, &o); err != nil {
		errs = append(errs, err)
	}
	if len(errs) > 0 {
		return end, false, &invalidEvent{validation.Join(append(errs, a.receipts...))}
	}
	if a.receipts != nil {
		r.receipts = append(r.receipts, jsonReceipt{err: a.Forgiven()})
	}
	return end, isJSON, nil
}

// invalidEvent is an error about an event in a document that is well-formed. It does not
// leave this package.
type invalidEvent struct{ error }

// plain returns err without the mark of an invalidEvent.
func plain(err error) error {
	if invalid, ok := err.(*invalidEvent); ok {
		return invalid.error
	}
	return err
}

// scan gathers the members of the object at i, and returns its end.
func (r *jsonReader) scan(o *jsonObject, i int) (end int, err error) {
	if i < len(r.b) && r.b[i] != '{' {
		return i, r.at(i, errNotObject)
	}
	if i, err = r.expect(i, '{'); err != nil {
		return i, err
	}
	if i < len(r.b) && r.b[i] == '}' {
		return i + 1, nil
	}
	a := &o.attributes
	for {
		begin := i
		var name []byte
		var escaped bool
		if name, escaped, i, err = r.name(i); err != nil {
			return i, err
		}
		switch place, known := memberIndex(name); {
		case !known:
			size, rewritten := a.size, a.document.rewritten
			x := a.addExtension(view(name), placeOf(begin))
			if x == nil {
				return i, r.at(begin, a.exceeded())
			}
			if a.size += len(name); escaped { // the name has memory of its own
				a.document.rewritten += len(name)
			} else {
				x.state |= isNameBorrowed
			}
			if i, err = r.attribute(a, &x.addedValue, name, begin, i); a.keepSome(size) {
				a.document.rewritten = rewritten
			}
		case place == memberData:
			i, err = r.dataMember(a, &o.data, name, begin, i)
		case place == memberDataBase64:
			i, err = r.dataMember(a, &o.encoded, name, begin, i)
		default:
			v := a.addCore(place, placeOf(begin))
			if v == nil {
				return i, r.at(begin, a.exceeded())
			}
			i, err = r.attribute(a, v, name, begin, i)
		}
		if err != nil {
			return i, err
		}
		i = jsonscan.Space(r.b, i)
		if i < len(r.b) && r.b[i] == '}' {
			return i + 1, nil
		}
		if i+1 < len(r.b) && r.b[i] == ',' && r.b[i+1] > ' ' {
			i++
		} else if i, err = r.expect(i, ','); err != nil {
			return i, err
		}
	}
}

// formStates has the states of a text for each form of a string.
var formStates = [...]addedState{
	jsonscan.Printable: isBorrowed | isPrintable,
	jsonscan.Verbatim:  isBorrowed,
	jsonscan.Escaped:   isEscaped,
}

// attribute sets v to the value at i of the attribute whose member begins at begin, and
// returns the end of the value.
func (r *jsonReader) attribute(a *Attributes, v *addedValue, name []byte, begin, i int) (end int, err error) {
	if r.b[i] != '"' {
		end, err = r.otherAttribute(a, v, name, i)
	} else {
		var form jsonscan.Form
		var f jsonscan.Fault
		start := i + 1
		if end, form, f = jsonscan.String(r.b, start); f != jsonscan.None {
			return end, r.badString(name, end, f)
		}
		v.text = view(r.b[start:end])
		v.state |= formStates[form]
		if v.state&isRepeated == 0 {
			v.at = placeOf(start)
		}
		if a.size += end - start; form == jsonscan.Escaped {
			a.document.rewritten += end - start
		}
		end++
	}
	if a.document.last == 0 {
		a.document.first = begin
	}
	a.document.last = end
	return end, err
}

// otherAttribute is attribute for a value that is not a string.
func (r *jsonReader) otherAttribute(a *Attributes, v *addedValue, name []byte, i int) (end int, err error) {
	var m jsonMember
	if end, err = r.value(&m, name, i); err != nil {
		return end, err
	}
	if v.state&isRepeated == 0 {
		v.at = placeOf(i)
	}
	switch m.kind {
	case 'n':
		v.state |= isNull
	case 't':
		v.typ, v.text = spec.Boolean, "true"
	case 'f':
		v.typ, v.text = spec.Boolean, "false"
	case '{', '[':
		v.kind = m.kind
	default:
		v.typ, v.text = spec.Integer, view(r.b[m.start:m.end])
		v.state |= isBorrowed
		a.size += len(v.text)
		if !m.integer {
			v.kind = m.kind
		}
	}
	return end, nil
}

// dataMember sets m, which is data or data_base64, to the value at i, and returns its
// end. A repeated member counts as an attribute.
func (r *jsonReader) dataMember(a *Attributes, m *jsonMember, name []byte, begin, i int) (end int, err error) {
	if m.kind == 0 {
		return r.value(m, name, i)
	}
	if a.counted() {
		return i, r.at(begin, a.exceeded())
	}
	if !m.repeated {
		m.repeated = true
		a.Fail(r.at(begin, duplicate(string(name))))
	}
	var again jsonMember
	return r.value(&again, name, i)
}

// The members that hold data come after the core attributes.
const (
	memberData = coreCount + iota
	memberDataBase64
	memberCount
)

// memberIndex returns the place of a member that is not an extension.
func memberIndex[T string | []byte](name T) (int, bool) {
	switch string(name) {
	case spec.ID:
		return coreID, true
	case spec.Source:
		return coreSource, true
	case spec.SpecVersion:
		return coreSpecVersion, true
	case spec.EventType:
		return coreType, true
	case spec.DataContentType:
		return coreDataContentType, true
	case spec.DataSchema:
		return coreDataSchema, true
	case spec.Subject:
		return coreSubject, true
	case spec.Time:
		return coreTime, true
	case spec.Data:
		return memberData, true
	case spec.DataBase64:
		return memberDataBase64, true
	}
	return 0, false
}

// name reads the name of a member at i. It returns whether the name had escapes, and the
// index of the value.
func (r *jsonReader) name(i int) (name []byte, escaped bool, value int, err error) {
	if i >= len(r.b) {
		return nil, false, i, r.fault(i, jsonscan.UnexpectedEnd)
	}
	if r.b[i] != '"' {
		return nil, false, i, r.fault(i, jsonscan.UnexpectedByte)
	}
	start := i + 1
	end, form, f := jsonscan.String(r.b, start)
	if f != jsonscan.None {
		return nil, false, end, r.fault(end, f)
	}
	name, escaped = r.b[start:end:end], form == jsonscan.Escaped
	if escaped {
		var offset int
		if name, offset, f = jsonscan.AppendUnquoted(nil, name); f != jsonscan.None {
			return nil, true, start, r.fault(start+offset, f)
		}
	}
	if value, f = jsonscan.Colon(r.b, end+1); f != jsonscan.None {
		return nil, escaped, value, r.fault(value, f)
	}
	return name, escaped, value, nil
}

// value sets m to the value at i of the member with the given name, and returns its end.
func (r *jsonReader) value(m *jsonMember, name []byte, i int) (end int, err error) {
	var f jsonscan.Fault
	m.start, m.kind = i, r.b[i]
	switch m.kind {
	case '"':
		m.start++
		m.end, m.form, f = jsonscan.String(r.b, m.start)
		if f == jsonscan.None {
			return m.end + 1, nil
		}
		return m.end, r.badString(name, m.end, f)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		m.end, m.integer, f = jsonscan.Number(r.b, i)
	default:
		m.end, f = jsonscan.Value(r.b, i, r.maxDepth)
	}
	if f != jsonscan.None {
		return m.end, r.fault(m.end, f)
	}
	return m.end, nil
}

// badString returns the error about a malformed string, the value of the member with the
// given name.
func (r *jsonReader) badString(name []byte, offset int, f jsonscan.Fault) error {
	if name := string(name); f == jsonscan.InvalidUTF8 && name != spec.Data && name != spec.DataBase64 {
		return r.at(offset, badJSONCharacter(name, f))
	}
	return r.fault(offset, f)
}
