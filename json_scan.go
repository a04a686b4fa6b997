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
	i             int // next byte
	extensions    []spec.Attribute
	maxDepth      int
	maxAttributes int
	inPlace       bool
	backing       jsonBacking
	isJSON        bool // the data of the last event was found to be one JSON value
}

// jsonMember is a member of an object, by offsets into the document.
type jsonMember struct {
	name       []byte // unescaped
	start, end int    // of the value; of a string, between its quotes
	kind       byte   // first byte of the value; 0: there is no such member
	escaped    bool
	integer    bool // a number without fraction and exponent
}

// jsonObject is what scanning gathers of an event, other than extensions.
type jsonObject struct {
	known      [memberCount]jsonMember // core attributes and data
	duplicates []error                 // one for each name
	again      uint16                  // the names in duplicates, a bit each
}

func (d *JSONDecoder) reader(document []byte) jsonReader {
	r := jsonReader{
		b:             document,
		extensions:    d.Extensions,
		maxDepth:      limit(d.MaxDepth, DefaultMaxDepth),
		maxAttributes: limit(d.MaxAttributes, DefaultMaxAttributes),
		inPlace:       d.InPlace,
	}
	if bytes.HasPrefix(document, []byte("\uFEFF")) {
		r.i = len("\uFEFF")
	}
	r.i = jsonscan.Space(r.b, r.i)
	return r
}

var (
	errNotObject = errors.New("an event is a JSON object (" + spec.SectionJSONEnvelope + ")")
	errNotArray  = errors.New("a batch is a JSON array (" + spec.SectionJSONBatch + ")")
)

func (r *jsonReader) fault(f jsonscan.Fault) error {
	if f == jsonscan.TooDeep {
		return r.at(r.i, &LimitError{"levels of nesting", r.maxDepth})
	}
	return r.at(r.i, f)
}

func (r *jsonReader) at(offset int, err error) error {
	return &SyntaxError{offset, err}
}

// expect consumes c and white space.
func (r *jsonReader) expect(c byte) error {
	if r.i >= len(r.b) {
		return r.fault(jsonscan.UnexpectedEnd)
	}
	if r.b[r.i] != c {
		return r.fault(jsonscan.UnexpectedByte)
	}
	r.i = jsonscan.Space(r.b, r.i+1)
	return nil
}

// end checks that nothing follows the document.
func (r *jsonReader) end() error {
	if r.i = jsonscan.Space(r.b, r.i); r.i < len(r.b) {
		return r.fault(jsonscan.UnexpectedByte)
	}
	return nil
}

// batch reads the array of events at r.i.
func (r *jsonReader) batch(maxEvents int) ([]Event, error) {
	if r.i < len(r.b) && r.b[r.i] != '[' {
		return nil, r.at(r.i, errNotArray)
	}
	if err := r.expect('['); err != nil {
		return nil, err
	}
	es := []Event{}
	if r.i < len(r.b) && r.b[r.i] == ']' {
		r.i++
		return es, nil
	}
	for {
		if len(es) == maxEvents {
			return nil, r.at(r.i, &LimitError{"events", maxEvents})
		}
		start := r.i
		e, err := r.event(true)
		if err == nil && len(es) > 0 && e.SpecVersion != es[0].SpecVersion {
			err = mixedVersions(&e)
		}
		if err != nil {
			return nil, &BatchError{len(es), err}
		}
		if len(es) == 0 {
			// Room for a batch of events like this one.
			es = make([]Event, 0, min(uint(maxEvents), uint((len(r.b)-start)/(r.i-start)+1)))
		}
		es = append(es, e)
		r.i = jsonscan.Space(r.b, r.i)
		if r.i < len(r.b) && r.b[r.i] == ']' {
			r.i++
			return es, nil
		}
		if err := r.expect(','); err != nil {
			return nil, err
		}
	}
}

// It takes a second version in spec to see this.
var ruleMixedVersions = &validation.Rule{Sentinel: validation.ErrVersion, Detail: "a batch has one specversion"}

func mixedVersions(e *Event) error {
	return validation.NewError(spec.SpecVersion, e.SpecVersion.String(), spec.SectionMessage, ruleMixedVersions)
}

// event reads the object at r.i. In a batch, others like it may follow.
func (r *jsonReader) event(batch bool) (Event, error) {
	var o jsonObject
	start, others := r.i, 0
	var few [16]jsonMember // enough for most events
	extensions, err := r.scan(&o, few[:0])
	if err != nil {
		return Event{}, err
	}
	if batch {
		others = (len(r.b) - r.i) / (r.i - start)
	}
	return r.assemble(&o, extensions, others)
}

// scan gathers the members of the object at r.i, and returns the extensions in
// document order.
func (r *jsonReader) scan(o *jsonObject, extensions []jsonMember) ([]jsonMember, error) {
	if r.i < len(r.b) && r.b[r.i] != '{' {
		return nil, r.at(r.i, errNotObject)
	}
	if err := r.expect('{'); err != nil {
		return nil, err
	}
	if r.i < len(r.b) && r.b[r.i] == '}' {
		r.i++
		return extensions, nil
	}
	attributes := 0
	for {
		begin := r.i
		name, err := r.name()
		if err != nil {
			return nil, err
		}
		var again jsonMember
		m := &again
		place, known := memberIndex(name)
		switch {
		case !known:
			attributes++
			extensions = append(extensions, jsonMember{})
			m = &extensions[len(extensions)-1]
		case o.known[place].kind != 0:
			attributes++
			r.repeated(o, place, name, begin)
		default:
			if place < coreCount {
				attributes++
			}
			m = &o.known[place]
		}
		if attributes > r.maxAttributes && r.maxAttributes >= 0 {
			return nil, r.at(begin, &LimitError{"attributes", r.maxAttributes})
		}
		m.name = name
		if err := r.value(m); err != nil {
			return nil, err
		}
		r.i = jsonscan.Space(r.b, r.i)
		if r.i < len(r.b) && r.b[r.i] == '}' {
			r.i++
			return extensions, nil
		}
		if r.i+1 < len(r.b) && r.b[r.i] == ',' && r.b[r.i+1] > ' ' {
			r.i++
		} else if err := r.expect(','); err != nil {
			return nil, err
		}
	}
}

// repeated records that a member is there again, once for each name.
func (r *jsonReader) repeated(o *jsonObject, place int, name []byte, offset int) {
	if bit := uint16(1) << place; o.again&bit == 0 {
		o.again |= bit
		o.duplicates = append(o.duplicates, r.at(offset, duplicate(string(name))))
	}
}

// The members that hold data come after the core attributes.
const (
	memberData = coreCount + iota
	memberDataBase64
	memberCount
)

// memberIndex returns the place of a member that is no extension.
func memberIndex(name []byte) (int, bool) {
	switch string(name) {
	case spec.Data:
		return memberData, true
	case spec.DataBase64:
		return memberDataBase64, true
	}
	return coreIndex(string(name))
}

// name reads the name of a member and the colon.
func (r *jsonReader) name() ([]byte, error) {
	if r.i >= len(r.b) {
		return nil, r.fault(jsonscan.UnexpectedEnd)
	}
	if r.b[r.i] != '"' {
		return nil, r.fault(jsonscan.UnexpectedByte)
	}
	start := r.i + 1
	end, escaped, f := jsonscan.String(r.b, start)
	r.i = end
	if f != jsonscan.None {
		return nil, r.fault(f)
	}
	name := r.b[start:end:end]
	if escaped {
		var offset int
		if name, offset, f = jsonscan.AppendUnquoted(nil, name); f != jsonscan.None {
			r.i = start + offset
			return nil, r.fault(f)
		}
	}
	if r.i, f = jsonscan.Colon(r.b, r.i+1); f != jsonscan.None {
		return nil, r.fault(f)
	}
	return name, nil
}

// value reads the value at r.i.
func (r *jsonReader) value(m *jsonMember) error {
	var f jsonscan.Fault
	m.start, m.kind = r.i, r.b[r.i]
	switch m.kind {
	case '"':
		m.start++
		r.i, m.escaped, f = jsonscan.String(r.b, m.start)
		m.end = r.i
		if f == jsonscan.None {
			r.i++
			return nil
		}
		if name := string(m.name); f == jsonscan.InvalidUTF8 && name != spec.Data && name != spec.DataBase64 {
			return r.badCharacter(name, r.i, f)
		}
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		r.i, m.integer, f = jsonscan.Number(r.b, r.i)
	default:
		r.i, f = jsonscan.Value(r.b, r.i, r.maxDepth)
	}
	m.end = r.i
	if f != jsonscan.None {
		return r.fault(f)
	}
	return nil
}

// badCharacter is an error about the string value of an attribute.
func (r *jsonReader) badCharacter(name string, offset int, f jsonscan.Fault) error {
	rule := &validation.Rule{Sentinel: validation.ErrCharacter, Detail: f.Error()}
	return r.at(offset, validation.NewError(name, "", spec.SectionJSONTypes, rule))
}
