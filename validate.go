package cloudevents

import (
	"slices"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var (
	ruleCoreName  = &validation.Rule{Sentinel: validation.ErrName, Detail: "an extension has the name of a core attribute"}
	ruleTimeRange = &validation.Rule{Sentinel: validation.ErrRange, Type: spec.Timestamp, Detail: "the year of a Timestamp has four digits"}
)

// Validate checks the attributes of e against the specification. A violation is a
// [*validation.Error]. Several are [validation.Errors], with core attributes first, in
// the order of the specification. Data is not checked, because each format has its own
// rules for it.
//
// Validating a legal event does not allocate, unless the event has more than 32
// extensions that are not sorted by name.
func (e *Event) Validate() error {
	if e.SpecVersion == spec.V1 && e.legalAttributes() && legalExtensions(e.Extensions) {
		return nil
	}
	return e.violations()
}

// legalAttributes reports whether the core attributes of an event of version 1.0 have no
// violations.
func (e *Event) legalAttributes() bool {
	arePrintable := ascii.Printable(e.ID) && ascii.Printable(e.Type) && ascii.Printable(e.Subject)
	return e.ID != "" && e.Source != "" && e.Type != "" &&
		(arePrintable || legalString(e.ID) && legalString(e.Type) && legalString(e.Subject)) &&
		validation.URIReference(e.Source) == nil &&
		(e.DataContentType == "" || legal(coreDataContentType, e.DataContentType)) &&
		(e.DataSchema == "" || legal(coreDataSchema, e.DataSchema)) &&
		(timestamp.InRange(e.Time) || timestamp.Absent(e.Time))
}

// legalExtensions reports whether extensions are sorted by name and have no violations.
// It may be false for legal ones that are not sorted.
func legalExtensions(xs []Extension) bool {
	before := ""
	for i := range xs {
		name, v := xs[i].Name, &xs[i].Value
		if !ascii.Less(before, name) || !ascii.LowerAlphanumeric(name) {
			return false
		}
		if _, known := memberIndex(name); known { // the name data is reserved, too
			return false
		}
		if !(v.typ == spec.String && ascii.Printable(v.text)) && !legalText(v.typ, v.text) {
			return false
		}
		before = name
	}
	return true
}

// legalName reports whether an extension may have the given name.
func legalName(name string) bool {
	if name == "" || !ascii.LowerAlphanumeric(name) {
		return false
	}
	_, known := memberIndex(name) // the name data is reserved, too
	return !known
}

// legalText reports whether validation.Text accepts text. It is faster.
func legalText(t spec.Type, text string) bool {
	switch t {
	case spec.String:
		return legalString(text)
	case spec.Boolean:
		return text == "true" || text == "false"
	case spec.Integer:
		_, err := validation.ParseInteger(text)
		return err == nil
	}
	return validation.Text(t, text) == nil
}

// legalString reports whether validation.String accepts text. It is faster.
func legalString(text string) bool {
	return ascii.Printable(text) || validation.String(text) == nil
}

// violations returns all violations of e.
func (e *Event) violations() error {
	var errs []error
	for core := range coreCount {
		if err := e.validateCore(core); err != nil {
			errs = append(errs, err)
		}
	}
	for i := range e.Extensions {
		if err := checkExtension(e.SpecVersion, e.Extensions[i].Name, e.Extensions[i].Value); err != nil {
			errs = append(errs, err)
		}
	}
	errs = append(errs, duplicateExtensions(e.Extensions)...)
	return validation.Join(errs)
}

func (e *Event) validateCore(core int) error {
	a := &coreAttributes(e.SpecVersion)[core]
	switch core {
	case coreSpecVersion:
		if !e.SpecVersion.Valid() {
			return validation.NewError(a.Name, e.SpecVersion.String(), a.Section, validation.ErrVersion)
		}
		return nil
	case coreTime:
		if !timestamp.Absent(e.Time) && !timestamp.InRange(e.Time) {
			return validation.NewError(a.Name, "", a.Section, ruleTimeRange)
		}
		return nil
	}
	text := *e.text(core)
	if text == "" {
		if a.Required {
			return validation.Missing(*a)
		}
		return nil
	}
	if legal(coreGrammar(e.SpecVersion, core), text) {
		return nil
	}
	return validation.Attribute(*a, text)
}

// checkExtension checks the name and the value of one extension.
func checkExtension(version spec.Version, name string, v Value) error {
	if version == spec.V1 && legalName(name) && legalText(v.typ, v.text) {
		return nil
	}
	if err := checkName(version, name); err != nil {
		return err
	}
	return validation.Attribute(spec.Attribute{Name: name, Type: v.typ}, v.text)
}

// checkName checks the name of an extension.
func checkName(v spec.Version, name string) error {
	if err := validation.Name(name); err != nil {
		return err
	}
	if _, core := coreIndex(v, name); core || v == spec.V03 && name == spec.DataContentEncoding {
		return validation.NewError(name, "", spec.SectionNaming, ruleCoreName)
	}
	if v == spec.V03 && name[0] <= '9' {
		return validation.NewError(name, "", spec.SectionNamingV03, ruleNameV03)
	}
	return nil
}

// duplicateExtensions returns an error for each name that occurs more than once, sorted
// by name.
func duplicateExtensions(xs []Extension) (errs []error) {
	var few [32]string
	names := few[:0]
	for i := range xs {
		names = append(names, xs[i].Name)
	}
	slices.Sort(names)
	for i, name := range names {
		if i > 0 && names[i-1] == name && (i == 1 || names[i-2] != name) {
			errs = append(errs, duplicate(name))
		}
	}
	return errs
}

func duplicate(name string) error {
	return validation.NewError(name, "", spec.SectionContextAttributes, validation.ErrDuplicate)
}
