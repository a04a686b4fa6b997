package events

import (
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/violations"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Violations are those of an event that its Attributes do not see, such as a type that only
// the format has.
type Violations struct {
	told     int
	forgiven []error
}

// Add adds an error to those that a ends with. If a forgives, and the error is about something
// optional, it is forgiven instead, up to 32 times. No more than 32 are added to a.
func (v *Violations) Add(a *cloudevents.Attributes, optional bool, err error) {
	switch {
	case a.Forgive && optional && len(v.forgiven) < violations.Most:
		v.forgiven = append(v.forgiven, err)
	case v.told < violations.Most:
		v.told++
		a.Fail(err)
	}
}

// Assemble sets the attributes of e to those of a. An error that a ends with has behind it what
// v has forgiven. Where a and v have forgiven more than 32 violations together, it is those.
func (v *Violations) Assemble(a *cloudevents.Attributes, e *cloudevents.Event) error {
	if err := a.Assemble(e); err != nil {
		return validation.Join(slices.Concat(violations.Of(err), v.forgiven))
	}
	if len(v.forgiven) > 0 {
		if forgiven := v.Forgiven(a); len(violations.Of(forgiven)) > violations.Most {
			return forgiven
		}
	}
	return nil
}

// Forgiven returns errs, and behind them what a and v have forgiven. It is nil if there is none
// of them.
func (v *Violations) Forgiven(a *cloudevents.Attributes, errs ...error) error {
	return validation.Join(slices.Concat(errs, violations.Of(a.Forgiven()), v.forgiven))
}
