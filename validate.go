package cloudevents

import (
	"slices"

	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var (
	ruleCoreName  = &validation.Rule{Sentinel: validation.ErrName, Detail: "an extension has the name of a core attribute"}
	ruleTimeRange = &validation.Rule{Sentinel: validation.ErrRange, Detail: "the year of a Timestamp has four digits"}
)

// Validate checks the attributes of e against the specification. Each violation
// is a [*validation.Error]; several are [validation.Errors], core
// attributes first, in the order of the specification. Data is not looked at:
// whether it can be represented is up to the format.
//
// A valid event costs no allocation, unless it has more than 32 extensions that
// are not sorted by name.
func (e *Event) Validate() error {
	var errs []error
	for core := range coreAttributes {
		if err := e.validateCore(core); err != nil {
			errs = append(errs, err)
		}
	}
	ascending := true
	for i := range e.Extensions {
		x := &e.Extensions[i]
		if err := checkExtension(x.Name, x.Value); err != nil {
			errs = append(errs, err)
		}
		ascending = ascending && (i == 0 || e.Extensions[i-1].Name < x.Name)
	}
	if !ascending {
		errs = append(errs, duplicateExtensions(e.Extensions)...)
	}
	return validation.Join(errs)
}

func (e *Event) validateCore(core int) error {
	a := &coreAttributes[core]
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
	if legal(core, text) {
		return nil
	}
	return validation.Attribute(*a, text)
}

// checkExtension checks name and value of an extension on their own.
func checkExtension(name string, v Value) error {
	nameErr := validation.Name(name)
	if _, core := coreIndex(name); core {
		nameErr = validation.NewError(name, "", spec.SectionNaming, ruleCoreName)
	}
	if nameErr != nil {
		return nameErr
	}
	if validation.Text(v.typ, v.text) == nil {
		return nil
	}
	return validation.Attribute(spec.Attribute{Name: name, Type: v.typ}, v.text)
}

// duplicateExtensions returns an error for each name that is there more than
// once, by name.
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
