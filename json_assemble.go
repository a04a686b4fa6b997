package cloudevents

import (
	"bytes"
	"slices"
	"sort"

	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var ruleJSONInteger = &validation.Rule{Sentinel: validation.ErrSyntax, Detail: "an Integer has no fraction and no exponent"}

// assemble makes an Event of the members of an object: one string for all
// attributes, one slice for the extensions, both shared with others like it.
func (r *jsonReader) assemble(o *jsonObject, extensions []jsonMember, others int) (e Event, err error) {
	errs := o.duplicates
	distinct := ascending(extensions) // as most senders write them
	if !distinct {
		sortMembers(extensions)
	}
	r.backing.reserve(textSize(o, extensions), len(extensions), others)
	xs := r.backing.extensions
	begin := len(xs)
	for core := range coreAttributes {
		if err := r.assembleCore(&e, core, &o.known[core]); err != nil {
			errs = append(errs, err)
		}
	}
	for i := range extensions {
		m := &extensions[i]
		if !distinct && i > 0 && bytes.Equal(m.name, extensions[i-1].name) {
			errs = append(errs, r.at(m.start, duplicate(string(m.name))))
			continue
		}
		if m.kind == 'n' && validation.Name(string(m.name)) == nil {
			continue
		}
		x, err := r.extension(m)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		xs = append(xs, x)
	}
	if len(xs) > begin {
		r.backing.extensions = xs
		e.Extensions = slices.Clip(xs[begin:])
	}
	if err := r.payload(&e, o); err != nil {
		errs = append(errs, err)
	}
	return e, validation.Join(errs)
}

// ascending reports whether members are sorted by name, and no name is there twice.
func ascending(ms []jsonMember) bool {
	for i := 1; i < len(ms); i++ {
		if bytes.Compare(ms[i-1].name, ms[i].name) >= 0 {
			return false
		}
	}
	return true
}

// sortMembers sorts by name and keeps the order of those with the same.
func sortMembers(ms []jsonMember) {
	if len(ms) > 16 {
		many := slices.Clone(ms) // what an interface gets escapes; ms is on the stack
		sort.Stable(byName(many))
		copy(ms, many)
		return
	}
	for i := range ms {
		for j := i; j > 0 && bytes.Compare(ms[j].name, ms[j-1].name) < 0; j-- {
			ms[j], ms[j-1] = ms[j-1], ms[j]
		}
	}
}

type byName []jsonMember

func (ms byName) Len() int           { return len(ms) }
func (ms byName) Less(i, j int) bool { return bytes.Compare(ms[i].name, ms[j].name) < 0 }
func (ms byName) Swap(i, j int)      { ms[i], ms[j] = ms[j], ms[i] }

// textSize returns an upper bound of the bytes of the attributes: no string is
// longer than its JSON.
func textSize(o *jsonObject, extensions []jsonMember) (n int) {
	for core := range o.known[:coreCount] {
		n += o.known[core].size()
	}
	for i := range extensions {
		n += len(extensions[i].name) + extensions[i].size()
	}
	return n
}

func (m *jsonMember) size() int {
	switch m.kind {
	case '"', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return m.end - m.start
	}
	return 0 // true and false are constants, the rest is refused
}

func (r *jsonReader) assembleCore(e *Event, core int, m *jsonMember) error {
	switch m.kind {
	case 0, 'n':
		if a := &coreAttributes[core]; a.Required {
			return validation.Missing(*a)
		}
		return nil
	case '"':
	default:
		return r.wrongType(m, "string")
	}
	s, err := r.text(m)
	if err != nil {
		return err
	}
	if err := e.setCore(core, s); err != nil {
		return r.at(m.start, err)
	}
	return nil
}

// text returns a string or a number, cut from the backing string.
func (r *jsonReader) text(m *jsonMember) (string, error) {
	buffer := &r.backing.text
	begin := buffer.Len()
	raw := r.b[m.start:m.end]
	if !m.escaped {
		buffer.Write(raw)
		return buffer.String()[begin:], nil
	}
	var short [128]byte
	s, offset, f := jsonscan.AppendUnquoted(short[:0], raw)
	if f != jsonscan.None {
		return "", r.badCharacter(string(m.name), m.start+offset, f)
	}
	buffer.Write(s)
	return buffer.String()[begin:], nil
}

// wrongType is the error about a value of another JSON type than want.
func (r *jsonReader) wrongType(m *jsonMember, want string) error {
	kind := "number"
	switch m.kind {
	case '"':
		kind = "string"
	case '{':
		kind = "object"
	case '[':
		kind = "array"
	case 't', 'f':
		kind = "boolean"
	}
	rule := &validation.Rule{Sentinel: validation.ErrType, Detail: "the JSON type is " + kind + ", and must be " + want}
	return r.at(m.start, validation.NewError(string(m.name), "", spec.SectionJSONTypes, rule))
}

// extension makes an extension of a member that is not null.
func (r *jsonReader) extension(m *jsonMember) (x Extension, err error) {
	buffer := &r.backing.text
	begin := buffer.Len()
	buffer.Write(m.name)
	name := buffer.String()[begin:]
	if err := validation.Name(name); err != nil {
		return x, r.at(m.start, err)
	}

	declared, typ := r.declared(name)
	want := "string, boolean or number"
	if declared {
		want = jsonType(typ)
	}
	var text string
	switch m.kind {
	case '"':
		if text, err = r.text(m); err != nil {
			return x, err
		}
	case 't', 'f':
		if declared && typ != spec.Boolean {
			return x, r.wrongType(m, want)
		}
		typ, text = spec.Boolean, "true"
		if m.kind == 'f' {
			text = "false"
		}
	case '{', '[':
		return x, r.wrongType(m, want)
	default:
		if declared && typ != spec.Integer {
			return x, r.wrongType(m, want)
		}
		if !m.integer {
			return x, r.at(m.start, validation.NewError(name, string(r.b[m.start:m.end]), spec.SectionJSONTypes, ruleJSONInteger))
		}
		typ = spec.Integer
		if text, err = r.text(m); err != nil {
			return x, err
		}
	}
	if !legalText(typ, text) {
		return x, r.at(m.start, validation.Attribute(spec.Attribute{Name: name, Type: typ}, text))
	}
	return Extension{name, canonical(typ, text)}, nil
}

// jsonType returns the JSON type of an attribute type.
func jsonType(t spec.Type) string {
	switch t {
	case spec.Boolean:
		return "boolean"
	case spec.Integer:
		return "number"
	}
	return "string"
}

// declared returns whether an extension is, and its type; String if not.
func (r *jsonReader) declared(name string) (bool, spec.Type) {
	for i := range r.extensions {
		if r.extensions[i].Name == name {
			return true, r.extensions[i].Type
		}
	}
	return false, spec.String
}
