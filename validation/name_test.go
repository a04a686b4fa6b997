package validation_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestName(t *testing.T) {
	for _, c := range []struct {
		name, text string
		legal      bool
	}{
		{"core attribute", "id", true},
		{"one letter", "a", true},
		{"digit first", "1a", true},
		{"digits only", "42", true},
		{"more than twenty characters", strings.Repeat("a", 100), true},
		{"longer than the reserved name", "data1", true},
		{"part of the reserved name", "dat", true},

		{"empty", "", false},
		{"reserved", "data", false},
		{"reserved by the JSON format", "data_base64", false},
		{"upper case", "traceParent", false},
		{"hyphen", "trace-parent", false},
		{"underscore", "trace_parent", false},
		{"point", "a.b", false},
		{"space", "a b", false},
		{"line break", "a\n", false},
		{"colon", "a:", false},
		{"non-ASCII letter", "größe", false},
		{"full-width digit", "a\uFF11", false},
		{"Kelvin sign", "\u212A", false},
		{"invalid UTF-8", "a\xff", false},
		{"long and illegal", strings.Repeat("é", 100), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := validation.Name(c.text); (err == nil) != c.legal {
				t.Errorf("Name(%q) = %v", c.text, err)
			}
			compareName(t, c.text)
		})
	}
}

var nameSyntax = regexp.MustCompile(`\A[a-z0-9]+\z`)

// compareName expects the name in the field Attribute of the error and no value.
func compareName(t *testing.T, s string) {
	t.Helper()
	err := validation.Name(s)
	if nameSyntax.MatchString(s) && s != "data" {
		if err != nil {
			t.Fatalf("Name(%q) = %v", s, err)
		}
		return
	}
	var e *validation.Error
	if !errors.As(err, &e) || !errors.Is(err, validation.ErrName) || e.Section != spec.SectionNaming || e.Value != "" {
		t.Fatalf("Name(%q) = %#v", s, err)
	}
	checkExcerpt(t, s, e.Attribute)
}

func TestNameEveryByte(t *testing.T) {
	for c := range 256 {
		s := string([]byte{byte(c)})
		compareName(t, s)
		compareName(t, "a"+s+"b")
	}
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"", "id", "data", "data_base64", "a-b", "9", "\xff", strings.Repeat("é", 40)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { compareName(t, s) })
}
