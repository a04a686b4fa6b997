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

// assemble sets e, which is empty, to what the members of an object say: one string
// for all attributes, one slice for the extensions, both shared with others like it.
func (r *jsonReader) assemble(e *Event, o *jsonObject, extensions []jsonExtension, others int) error {
	errs := o.duplicates
	distinct := ascending(extensions) // as most senders write them
	if !distinct {
		sortMembers(extensions)
	}
	r.reserve(o, len(extensions), others)
	for core := range coreAttributes {
		if err := r.assembleCore(e, core, &o.known[core]); err != nil {
			errs = append(errs, err)
		}
	}
	xs := r.backing.extensions
	begin := len(xs)
	for i := range extensions {
		m := &extensions[i]
		if !distinct && i > 0 && bytes.Equal(m.name, extensions[i-1].name) {
			errs = append(errs, r.at(m.start, duplicate(string(m.name))))
			continue
		}
		if m.kind == 'n' && validation.Name(string(m.name)) == nil {
			continue
		}
		n := len(xs)
		xs = append(xs, Extension{})
		if err := r.extension(&xs[n], m); err != nil {
			errs = append(errs, err)
		}
	}
	if len(xs) > begin {
		r.backing.extensions = xs
		e.Extensions = slices.Clip(xs[begin:])
	}
	if err := r.payload(e, o); err != nil {
		errs = append(errs, err)
	}
	if len(errs) == 0 {
		return nil
	}
	return validation.Join(errs)
}

// ascending reports whether members are sorted by name, and no name is there twice.
func ascending(ms []jsonExtension) bool {
	for i := 1; i < len(ms); i++ {
		if bytes.Compare(ms[i-1].name, ms[i].name) >= 0 {
			return false
		}
	}
	return true
}

// sortMembers sorts by name and keeps the order of those with the same.
func sortMembers(ms []jsonExtension) {
	if len(ms) > 16 {
		many := byName(slices.Clone(ms)) // what an interface gets escapes; ms is on the stack
		sort.Sort(many)
		copy(ms, many)
		return
	}
	for i := range ms {
		for j := i; j > 0 && bytes.Compare(ms[j].name, ms[j-1].name) < 0; j-- {
			ms[j], ms[j-1] = ms[j-1], ms[j]
		}
	}
}

// byName needs no stable sort, which would be linked for it alone.
type byName []jsonExtension

func (ms byName) Len() int      { return len(ms) }
func (ms byName) Swap(i, j int) { ms[i], ms[j] = ms[j], ms[i] }
func (ms byName) Less(i, j int) bool {
	if c := bytes.Compare(ms[i].name, ms[j].name); c != 0 {
		return c < 0
	}
	return ms[i].start < ms[j].start
}

// reserve makes room for the attributes of an event, and of others like it. If they
// are two thirds of what is from the first to the last, as with many extensions, that
// is copied at once, and they are cut from the copy.
func (r *jsonReader) reserve(o *jsonObject, extensions, others int) {
	r.span = jsonSpan{}
	size := o.size
	together := o.last-o.first <= size+size/2
	if together {
		size = o.last - o.first + o.rewritten
	}
	r.backing.reserve(size, extensions, others)
	if together {
		r.span = jsonSpan{r.backing.append(r.b[o.first:o.last]), o.first}
	}
}

// jsonSpan is a copy of a part of the document, or nothing.
type jsonSpan struct {
	text  string
	start int
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
		return r.wrongType(m, coreAttributes[core].Name, "string")
	}
	s, err := r.text(m, coreAttributes[core].Name)
	if err != nil {
		return err
	}
	if m.form == jsonscan.Printable && s != "" {
		switch core {
		case coreID:
			e.ID = s
			return nil
		case coreType:
			e.Type = s
			return nil
		case coreSubject:
			e.Subject = s
			return nil
		}
	}
	if err := e.setCore(core, s); err != nil {
		return r.at(m.start, err)
	}
	return nil
}

// text returns a string or a number, cut from the backing string.
func (r *jsonReader) text(m *jsonMember, name string) (string, error) {
	if m.form == jsonscan.Escaped {
		return r.unescaped(m, name)
	}
	return r.cut(m.start, m.end), nil
}

// cut returns a part of the document as it is.
func (r *jsonReader) cut(start, end int) string {
	if r.span.text != "" {
		return r.span.text[start-r.span.start : end-r.span.start]
	}
	return r.backing.append(r.b[start:end])
}

// unescaped is text for a string with escapes, which are rare in attributes.
func (r *jsonReader) unescaped(m *jsonMember, name string) (string, error) {
	s, offset, f := jsonscan.AppendUnquoted(r.backing.text.Room(), r.b[m.start:m.end])
	if f != jsonscan.None {
		return "", r.badCharacter(name, m.start+offset, f)
	}
	return r.backing.text.Cut(s), nil
}

// wrongType is the error about a value of another JSON type than want.
func (r *jsonReader) wrongType(m *jsonMember, name, want string) error {
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
	return r.at(m.start, validation.NewError(name, "", spec.SectionJSONTypes, rule))
}

// extension sets x to what a member that is not null says.
func (r *jsonReader) extension(x *Extension, m *jsonExtension) error {
	var name string
	if m.nameAt >= 0 {
		name = r.cut(m.nameAt, m.nameAt+len(m.name))
	} else {
		name = r.backing.append(m.name)
	}
	if err := validation.Name(name); err != nil {
		return r.at(m.start, err)
	}

	declared, typ := r.declared(name)
	var text string
	var err error
	switch m.kind {
	case '"':
		if text, err = r.text(&m.jsonMember, name); err != nil {
			return err
		}
		if !declared && m.form == jsonscan.Printable {
			*x = Extension{name, Value{text, spec.String}}
			return nil
		}
	case 't', 'f':
		if declared && typ != spec.Boolean {
			return r.wrongType(&m.jsonMember, name, jsonType(typ))
		}
		typ, text = spec.Boolean, "true"
		if m.kind == 'f' {
			text = "false"
		}
	case '{', '[':
		want := "string, boolean or number"
		if declared {
			want = jsonType(typ)
		}
		return r.wrongType(&m.jsonMember, name, want)
	default:
		if declared && typ != spec.Integer {
			return r.wrongType(&m.jsonMember, name, jsonType(typ))
		}
		if !m.integer {
			return r.at(m.start, validation.NewError(name, string(r.b[m.start:m.end]), spec.SectionJSONTypes, ruleJSONInteger))
		}
		typ = spec.Integer
		if text, err = r.text(&m.jsonMember, name); err != nil {
			return err
		}
	}
	if !legalText(typ, text) {
		return r.at(m.start, validation.Attribute(spec.Attribute{Name: name, Type: typ}, text))
	}
	*x = Extension{name, canonical(typ, text)}
	return nil
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
