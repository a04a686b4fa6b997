package cloudevents_test

import (
	"errors"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// A value of a type that no attribute has is refused, whatever the attribute. If that is
// optional, it can be forgiven.
func TestAddUnfit(t *testing.T) {
	for name, c := range map[string]struct {
		attribute string
		declared  []spec.Attribute
		sentinel  error
		forgiven  bool
	}{
		"extension":          {"ratio", nil, validation.ErrType, true},
		"declared extension": {"ratio", []spec.Attribute{{Name: "ratio", Type: spec.Integer}}, validation.ErrType, true},
		"optional":           {spec.Time, nil, validation.ErrType, true},
		"illegal name":       {"Ratio", nil, validation.ErrName, true},
		"repeated":           {spec.Subject, nil, validation.ErrDuplicate, false},
		"repeated extension": {"x", nil, validation.ErrDuplicate, false},
	} {
		for _, forgive := range []bool{false, true} {
			a := cloudevents.Attributes{Extensions: c.declared, Forgive: forgive}
			for _, name := range []string{spec.SpecVersion, spec.ID, spec.Source, spec.EventType, spec.Subject, "x"} {
				a.Add(name, spec.String, "1.0")
			}
			a.AddUnfit(c.attribute, "double")
			var e cloudevents.Event
			err := a.Assemble(&e)
			if forgive && c.forgiven {
				if err != nil {
					t.Errorf("%s is not forgiven: %v", name, err)
				}
				err = a.Forgiven()
			}
			var v *validation.Error
			if !errors.As(err, &v) || v.Attribute != c.attribute || !errors.Is(err, c.sentinel) {
				t.Errorf("%s: %v", name, err)
			}
			if got, ok := e.Get(c.attribute); ok && c.forgiven {
				t.Errorf("%s is %v", name, got)
			}
		}
	}
}

// A required attribute of such a type is never forgiven.
func TestAddUnfitRequired(t *testing.T) {
	for _, forgive := range []bool{false, true} {
		a := cloudevents.Attributes{Forgive: forgive}
		a.AddUnfit(spec.SpecVersion, "float")
		var e cloudevents.Event
		err := a.Assemble(&e)
		const text = `attribute "specversion": the type is float, which no attribute has (spec.md#type-system)`
		var all validation.Errors
		if !errors.As(err, &all) || len(all) != 4 || all[2].Error() != text { // in the order of the specification
			t.Errorf("error is %v", err)
		}
	}
}
