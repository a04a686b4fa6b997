package extension_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/extension"
	"github.com/seed763dd41b/cloudevents/spec"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		reason   string
		declared []spec.Attribute
		want     string // "" is no error
	}{
		{"none", nil, ""},
		{"the documented ones", spec.Extensions(), ""},
		{"one of the program's", []spec.Attribute{{Name: "attempt", Type: spec.Integer}}, ""},
		{"the same twice", []spec.Attribute{{Name: "a"}, {Name: "a", Section: "x"}}, ""},
		{"an attribute of version 0.3", []spec.Attribute{{Name: "schemaurl"}}, ""},
		{"upper case", []spec.Attribute{{Name: "a"}, {Name: "orderId"}}, `entry 1: attribute "orderId"`},
		{"no name", []spec.Attribute{{Type: spec.Integer}}, "entry 0"},
		{"data", []spec.Attribute{{Name: "data"}}, "reserved"},
		{"a core attribute", []spec.Attribute{{Name: "subject", Type: spec.Integer}}, "core attribute"},
		{"no type", []spec.Attribute{{Name: "a", Type: 99}}, "Type(99)"},
		{"two types", []spec.Attribute{{Name: "a"}, {Name: "a", Type: spec.Integer}}, "declared as String before, and as Integer here"},
	} {
		err := extension.Check(c.declared)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", c.reason, err, c.want)
		}
	}
}
