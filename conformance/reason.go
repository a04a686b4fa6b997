package conformance

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/validation"
)

var sentinels = []struct {
	err  error
	rule string
}{
	{validation.ErrMissing, "missing"},
	{validation.ErrName, "name"},
	{validation.ErrCharacter, "character"},
	{validation.ErrSyntax, "syntax"},
	{validation.ErrRange, "range"},
	{validation.ErrType, "type"},
	{validation.ErrDuplicate, "duplicate"},
	{validation.ErrVersion, "version"},
	{validation.ErrData, "data"},
	{cloudevents.ErrNotCloudEvent, "not-cloudevent"},
	{cloudevents.ErrContentMode, "content-mode"},
	{format.ErrUnknown, "unknown-format"},
}

// Reasons returns the reasons that err has, one for each violation. Those of nil are
// nil. It knows the errors of this module's root, of its formats and of package
// validation. The Rule of any other error is empty: what a binding adds is known to
// that binding, and library.Reasons knows those of this module.
func Reasons(err error) []Reason {
	if err == nil {
		return nil
	}
	return reasons(err, Reason{Index: -1, Offset: -1})
}

// reasons walks an error down to its leaves. r is what the errors above have said.
func reasons(err error, r Reason) []Reason {
	switch e := err.(type) {
	case *cloudevents.BatchError:
		r.Index = e.Index
	case *cloudevents.SyntaxError:
		r.Offset, r.Rule = e.Offset, "json"
	case *cloudevents.LimitError:
		r.Rule = "limit"
	case *validation.Error:
		r.Attribute, r.Section = e.Attribute, e.Section
	}
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		var all []Reason
		for _, err := range e.Unwrap() {
			all = append(all, reasons(err, r)...)
		}
		return all
	case interface{ Unwrap() error }:
		if next := e.Unwrap(); next != nil {
			return reasons(next, r)
		}
	}
	for _, s := range sentinels {
		if err == s.err {
			r.Rule = s.rule
		}
	}
	return []Reason{r}
}
