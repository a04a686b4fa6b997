package validation_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// The rules that the documents of extensions have for numbers.
func TestDocumentedNumbers(t *testing.T) {
	for _, c := range []struct {
		name, value string
		ok          bool
	}{
		{"sampledrate", "1", true}, {"sampledrate", "0", false}, {"sampledrate", "-1", false}, {"sampledrate", "2147483647", true}, {"sampledrate", "x", false},
		{"severitynumber", "0", true}, {"severitynumber", "1", true}, {"severitynumber", "-1", false}, {"severitynumber", "x", false},
	} {
		a, ok := spec.Extension(c.name)
		if !ok {
			t.Fatal(c.name)
		}
		if err := validation.Attribute(a, c.value); (err == nil) != c.ok {
			t.Errorf("%s %s: %v", c.name, c.value, err)
		}
		own := spec.Attribute{Name: c.name, Type: a.Type} // another one of that name
		if err := validation.Attribute(own, c.value); (err == nil) != (c.value != "x") {
			t.Errorf("another %s %s: %v", c.name, c.value, err)
		}
	}
}
