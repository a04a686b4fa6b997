package events

import (
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/violations"
	"github.com/seed763dd41b/cloudevents/validation"
)

// maxViolations is how many violations of one event are told, and how many are forgiven.
const maxViolations = 32

// Violations are those of an event that its Attributes do not see, such as a type that only
// the format has.
type Violations struct {
	told     int
	forgiven []error
}

// Add adds an error to those that a ends with. If a forgives, and the error is about something
// optional, it is forgiven instead, up to 32 times.
func (v *Violations) Add(a *cloudevents.Attributes, optional bool, err error) {
	switch {
	case a.Forgive && optional && len(v.forgiven) < maxViolations:
		v.forgiven = append(v.forgiven, err)
	case v.told < maxViolations:
		v.told++
		a.Fail(err)
	}
}

// Refused returns err, which a has ended with, and behind it what v has forgiven.
func (v *Violations) Refused(err error) error {
	return validation.Join(slices.Concat(violations.Of(err), v.forgiven))
}

// Forgiven returns errs, and behind them what a and v have forgiven. It is nil if there is none
// of them.
func (v *Violations) Forgiven(a *cloudevents.Attributes, errs ...error) error {
	return validation.Join(slices.Concat(errs, violations.Of(a.Forgiven()), v.forgiven))
}
