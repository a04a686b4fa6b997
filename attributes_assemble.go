package cloudevents

import (
	"sort"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/percent"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// assemble sets the attributes of e. Strings and extensions are cut from m, which is
// made large enough for the attributes of others like it.
func (a *Attributes) assemble(e *Event, m *attributeMemory, others int) (errs []error) {
	if a.isV03() {
		if err := a.renameV03(); err != nil {
			errs = append(errs, err)
		}
	}
	xs := a.few[:min(a.count, fewExtensions)]
	if a.many != nil {
		xs = a.many
	}
	if a.size > 0 || len(xs) > 0 {
		m.reserve(a, others)
	}

	if !a.assembleSimple(e, m) {
		errs = a.assembleCores(e, m, errs)
	}
	e.Extensions = nil
	if len(xs) == 0 {
		return errs
	}

	for i := range xs {
		if x := &xs[i]; x.state&isNameFolded != 0 {
			m.lower(x)
		}
	}
	var few [fewExtensions]uint8
	var order []uint8
	distinct := ascending(xs) // as most senders write them
	switch {
	case distinct:
	case a.many != nil:
		sort.Sort(byName(a.many)) // which net/http links too
	default:
		order = sorted(xs, &few)
	}
	out := m.extensions[len(m.extensions):] // there is room for all
	n := 0
	var before *addedExtension
	for i := range xs {
		x := &xs[i]
		if !distinct {
			if order != nil {
				x = &xs[order[i]]
			}
			if before != nil && before.name == x.name {
				if before.state&isRepeated == 0 && len(errs) < maxViolations {
					errs = append(errs, a.located(x.at, duplicate(x.name)))
				}
				x.state |= isRepeated
				before = x
				continue
			}
			before = x
		}
		if x.state&isNull != 0 && checkName(e.SpecVersion, x.name) == nil {
			continue
		}
		if len(errs) >= maxViolations {
			break
		}
		out = out[:n+1]
		if err := a.assembleExtension(e.SpecVersion, &out[n], x, m); err != nil {
			errs = a.violated(errs, err, true)
			continue
		}
		n++
	}
	if n > 0 {
		m.extensions = m.extensions[:len(m.extensions)+n]
		e.Extensions = out[:n:n]
	}
	return errs
}

// assembleCores sets the core attributes of e, and appends their violations to errs.
func (a *Attributes) assembleCores(e *Event, m *attributeMemory, errs []error) []error {
	// The version goes first: it says what the others are called.
	badVersion := a.assembleCore(e, coreSpecVersion, m)
	if a.V1Only && e.SpecVersion != spec.V1 && badVersion == nil {
		v := &a.core[coreSpecVersion]
		badVersion = a.located(v.at, validation.NewError(spec.SpecVersion, e.SpecVersion.String(), spec.SectionSpecVersion, ruleOnlyV1))
	}
	version := a.receipts // of an attribute whose place is not the first
	a.receipts = nil
	table := coreAttributes(e.SpecVersion)
	for place := range a.core {
		var err error
		switch {
		case place == coreSpecVersion:
			err = badVersion
			a.receipts = append(a.receipts, version...)
		case a.core[place].state != 0 || table[place].Required:
			err = a.assembleCore(e, place, m)
		}
		if err != nil {
			errs = a.violated(errs, err, !table[place].Required && a.core[place].state&isRepeated == 0)
		}
	}
	return errs
}

// assembleCore sets a core attribute of e.
func (a *Attributes) assembleCore(e *Event, place int, m *attributeMemory) error {
	v := &a.core[place]
	text := v.text
	switch v.state {
	case isAdded | isPrintable:
	case isAdded | isPrintable | isBorrowed:
		if e.setParsed(place, text) {
			return nil
		}
		text = a.copied(text, m)
	case isAdded | isBorrowed:
		if v.kind != 0 || v.typ != spec.String {
			return a.assembleRareCore(e, place, m)
		}
		text = a.copied(text, m)
	case isAdded:
		if v.kind != 0 || v.typ != spec.String {
			return a.assembleRareCore(e, place, m)
		}
	default:
		return a.assembleRareCore(e, place, m)
	}
	if v.state&isPrintable != 0 && text != "" {
		switch place {
		case coreID:
			e.ID = text
			return nil
		case coreType:
			e.Type = text
			return nil
		case coreSubject:
			e.Subject = text
			return nil
		}
	}
	if err := e.setCore(place, text); err != nil {
		return a.forgiveCore(e, place, text, a.located(v.at, err))
	}
	return nil
}

// assembleRareCore is assembleCore for what is not a legal String as it is.
func (a *Attributes) assembleRareCore(e *Event, place int, m *attributeMemory) error {
	v, attribute := &a.core[place], &coreAttributes(e.SpecVersion)[place]
	switch {
	case v.state&isRepeated != 0:
		return a.located(v.at, duplicate(attribute.Name))
	case v.state == 0 || v.state&isNull != 0:
		if attribute.Required {
			return validation.Missing(*attribute)
		}
		return nil
	case v.state&isUnfit != 0:
		return a.unfit(v, attribute.Name)
	case v.state&isTime != 0:
		e.Time = a.time
		return nil
	case v.kind != 0 || v.typ != spec.String && !fits(v.typ, attribute.Type):
		return a.located(v.at, a.wrongType(v, attribute.Name, attribute.Type))
	}
	text, err := a.text(v, attribute.Name, m)
	if err != nil {
		return a.forgiveCore(e, place, "", err)
	}
	if err := e.setCore(place, text); err != nil {
		return a.forgiveCore(e, place, text, a.located(v.at, err))
	}
	return nil
}

// assembleExtension sets out to an extension.
func (a *Attributes) assembleExtension(version spec.Version, out *Extension, x *addedExtension, m *attributeMemory) error {
	name := x.name
	if x.state&isNameBorrowed != 0 {
		name = a.copied(name, m)
	}
	if name == "" || name == spec.Data || x.state&isNameLegal == 0 && !ascii.LowerAlphanumeric(name) { // it is no core attribute
		return a.located(x.at, validation.Name(name))
	}
	if version != spec.V1 {
		if err := checkName(version, name); err != nil {
			return a.located(x.at, err)
		}
	}
	if len(a.Extensions) == 0 && x.typ == spec.String {
		switch x.state &^ (isNameBorrowed | isNameFolded | isNameLegal) {
		case isAdded | isPrintable:
			*out = Extension{name, Value{x.text, spec.String}}
			return nil
		case isAdded | isPrintable | isBorrowed:
			*out = Extension{name, Value{a.copied(x.text, m), spec.String}}
			return nil
		}
	}
	if x.state&isUnfit != 0 {
		return a.unfit(&x.addedValue, name)
	}
	t, isDeclared := x.typ, false
	var declared *spec.Attribute
	for i := range a.Extensions {
		if a.Extensions[i].Name == name {
			declared = &a.Extensions[i]
			t, isDeclared = declared.Type, true
			break
		}
	}
	switch {
	case x.kind != 0:
		return a.located(x.at, wrongJSONValue(&x.addedValue, name, t, isDeclared))
	case isDeclared && x.typ != spec.String && !fits(x.typ, t):
		return a.located(x.at, a.wrongType(&x.addedValue, name, t))
	}
	text, err := a.text(&x.addedValue, name, m)
	if err != nil {
		return err
	}
	if !legalText(t, text) {
		return a.located(x.at, validation.Attribute(spec.Attribute{Name: name, Type: t}, text))
	}
	if isDeclared && declared.Section != "" && (text == "" || t == spec.Integer) { // its document may say more
		if err := validation.Attribute(*declared, text); err != nil {
			return a.located(x.at, err)
		}
	}
	*out = Extension{name, canonical(t, text)}
	return nil
}

// fits reports whether a value that a message gives a type other than String can be
// one of type t.
func fits(given, t spec.Type) bool {
	return given == t || given == spec.URI && t == spec.URIReference
}

// text returns the text of a value that was added, in memory of the event's own.
func (a *Attributes) text(v *addedValue, name string, m *attributeMemory) (string, error) {
	switch {
	case v.state&(isPercent|isEscaped|isBorrowed) == 0:
		return v.text, nil
	case v.state&isPercent != 0:
		b, rule := percent.AppendUnescaped(m.text.Room(), v.text)
		if rule != nil {
			section := a.Section
			if section == "" {
				section = spec.SectionHTTPHeaderValues
			}
			return "", a.located(v.at, validation.NewError(name, v.text, section, rule))
		}
		return m.text.Cut(b), nil
	case v.state&isEscaped != 0:
		return a.unescaped(v, name, m)
	}
	return a.copied(v.text, m), nil
}

// located returns err with an offset, if that is known.
func (a *Attributes) located(at place, err error) error {
	if at == 0 {
		return err
	}
	return &SyntaxError{int(at - 1), err}
}

// wrongType is the error about a value of a type that does not fit the attribute.
func (a *Attributes) wrongType(v *addedValue, name string, want spec.Type) error {
	if a.document.b != nil {
		return wrongJSONType(v, name, jsonType(want))
	}
	rule := &validation.Rule{Sentinel: validation.ErrType, Detail: "the type is " + v.typ.String() + ", and must be " + want.String()}
	return validation.NewError(name, "", spec.SectionTypeSystem, rule)
}

// unfit is the error about a value of a type that no attribute has.
func (a *Attributes) unfit(v *addedValue, name string) error {
	rule := &validation.Rule{Sentinel: validation.ErrType, Detail: "the type is " + v.text + ", which no attribute has"}
	return a.located(v.at, validation.NewError(name, "", spec.SectionTypeSystem, rule))
}
