package cloudevents

import (
	"bytes"
	"errors"

	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// jsonReader reads one document. Scanning an object gathers where its members
// are; assembling (json_assemble.go) makes an Event of them once all are known,
// for their order means nothing.
type jsonReader struct {
	b             []byte
	extensions    []spec.Attribute
	maxDepth      int
	maxAttributes int
	inPlace       bool
	backing       jsonBacking
	span          jsonSpan
	isJSON        bool // the data of the last event was found to be one JSON value
}

// jsonMember is the value of a member of an object, by offsets into the document.
type jsonMember struct {
	start, end int           // of a string, between its quotes
	kind       byte          // first byte of the value; 0: there is no such member
	form       jsonscan.Form // of a string
	integer    bool          // a number without fraction and exponent
}

// jsonExtension is a member that is neither a core attribute nor data.
type jsonExtension struct {
	name   []byte // unescaped
	nameAt int    // where it is in the document; -1 if it had escapes
	jsonMember
}

// jsonObject is what scanning gathers of an event, other than extensions.
type jsonObject struct {
	known      [memberCount]jsonMember // core attributes and data
	duplicates []error                 // one for each name
	again      uint16                  // the names in duplicates, a bit each

	first, last int // begin of the first attribute, end of the last
	size        int // of all names of extensions and attributes, or more: no string is longer than its JSON
	rewritten   int // of those that have escapes
}

// open makes r, which is zero, read the document, and returns where its value begins.
func (r *jsonReader) open(d *JSONDecoder, document []byte) (i int) {
	r.b = document
	r.extensions = d.Extensions
	r.maxDepth = limit(d.MaxDepth, DefaultMaxDepth)
	r.maxAttributes = limit(d.MaxAttributes, DefaultMaxAttributes)
	r.inPlace = d.InPlace
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

// expect returns the index behind the byte c at i and white space.
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

// event sets e, which is empty, to the object at i, and returns its end. In a batch,
// others like it may follow. On an error, some of e is set.
func (r *jsonReader) event(e *Event, i int, batch bool) (end int, err error) {
	var o jsonObject
	var few [16]jsonExtension // enough for most events
	extensions, end, err := r.scan(&o, few[:0], i)
	if err != nil {
		return end, err
	}
	others := 0
	if batch {
		others = (len(r.b) - end) / (end - i)
	}
	return end, r.assemble(e, &o, extensions, others)
}

// scan gathers the members of the object at i, and returns the extensions in
// document order.
func (r *jsonReader) scan(o *jsonObject, extensions []jsonExtension, i int) (_ []jsonExtension, end int, err error) {
	if i < len(r.b) && r.b[i] != '{' {
		return nil, i, r.at(i, errNotObject)
	}
	if i, err = r.expect(i, '{'); err != nil {
		return nil, i, err
	}
	if i < len(r.b) && r.b[i] == '}' {
		return extensions, i + 1, nil
	}
	var attributes, last, size, rewritten int
	for {
		begin := i
		var name []byte
		var escaped bool
		if name, escaped, i, err = r.name(i); err != nil {
			return nil, i, err
		}
		var again jsonMember
		var m *jsonMember
		place, known := memberIndex(name)
		isAttribute := !known || place < coreCount
		switch {
		case !known:
			extensions = append(extensions, jsonExtension{})
			x := &extensions[len(extensions)-1]
			x.name, x.nameAt = name, begin+1
			if escaped {
				x.nameAt = -1
				rewritten += len(name)
			}
			m = &x.jsonMember
			size += len(name)
		case o.known[place].kind != 0:
			r.repeated(o, place, begin)
			m = &again
		default:
			m = &o.known[place]
		}
		if isAttribute || m == &again {
			if attributes++; attributes > r.maxAttributes && r.maxAttributes >= 0 {
				return nil, i, r.at(begin, &LimitError{"attributes", r.maxAttributes})
			}
		}
		if i, err = r.value(m, name, i); err != nil {
			return nil, i, err
		}
		if isAttribute {
			if last == 0 {
				o.first = begin
			}
			last = i
			size += m.size()
			if m.form == jsonscan.Escaped {
				rewritten += m.size()
			}
		}
		i = jsonscan.Space(r.b, i)
		if i < len(r.b) && r.b[i] == '}' {
			o.last, o.size, o.rewritten = last, size, rewritten
			return extensions, i + 1, nil
		}
		if i+1 < len(r.b) && r.b[i] == ',' && r.b[i+1] > ' ' {
			i++
		} else if i, err = r.expect(i, ','); err != nil {
			return nil, i, err
		}
	}
}

// repeated records that a member is there again, once for each name.
func (r *jsonReader) repeated(o *jsonObject, place, offset int) {
	if bit := uint16(1) << place; o.again&bit == 0 {
		o.again |= bit
		o.duplicates = append(o.duplicates, r.at(offset, duplicate(memberName(place))))
	}
}

// The members that hold data come after the core attributes.
const (
	memberData = coreCount + iota
	memberDataBase64
	memberCount
)

// memberIndex returns the place of a member that is no extension.
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

// memberName is the inverse of memberIndex.
func memberName(place int) string {
	switch place {
	case memberData:
		return spec.Data
	case memberDataBase64:
		return spec.DataBase64
	}
	return coreAttributes[place].Name
}

// name reads the name of a member at i, and returns whether it had escapes and where
// the value begins.
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

// value reads the value of the member of that name at i, and returns its end.
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
		if name := string(name); f == jsonscan.InvalidUTF8 && name != spec.Data && name != spec.DataBase64 {
			return m.end, r.badCharacter(name, m.end, f)
		}
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

// badCharacter is an error about the string value of an attribute.
func (r *jsonReader) badCharacter(name string, offset int, f jsonscan.Fault) error {
	rule := &validation.Rule{Sentinel: validation.ErrCharacter, Detail: f.Error()}
	return r.at(offset, validation.NewError(name, "", spec.SectionJSONTypes, rule))
}
