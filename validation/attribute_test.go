package validation_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var typeTexts = map[spec.Type]struct {
	check func(string) error
	texts []string
}{
	spec.String:       {validation.String, []string{"", "a b", "é", "a\x00"}},
	spec.Boolean:      {parsed(validation.ParseBoolean), []string{"", "true", "false", "TRUE", "1", "true "}},
	spec.Integer:      {parsed(validation.ParseInteger), []string{"", "1", "-1", "2147483648", "1.0"}},
	spec.Binary:       {parsed(validation.ParseBinary), []string{"", "YQ==", "YQ"}},
	spec.URI:          {validation.URI, []string{"", "urn:a", "/a", "a b"}},
	spec.URIReference: {validation.URIReference, []string{"", "urn:a", "/a", "a b"}},
	spec.Timestamp:    {parsed(validation.ParseTimestamp), []string{"", "2024-02-29T00:00:00Z", "2023-02-29T00:00:00Z", "x"}},
}

// parsed returns the check that a parsing function makes.
func parsed[T any](parse func(string) (T, error)) func(string) error {
	return func(s string) error {
		_, err := parse(s)
		return err
	}
}

// same reports whether two errors of this package have the same rule and value. The
// attribute and the section may differ.
func same(a, b error) bool {
	var x, y *validation.Error
	return a == nil && b == nil || errors.As(a, &x) && errors.As(b, &y) && x.Err == y.Err && x.Value == y.Value
}

func TestTextIsTheCheckOfItsType(t *testing.T) {
	if len(typeTexts) != int(spec.Timestamp)+1 {
		t.Fatalf("%d types", len(typeTexts))
	}
	for typ, c := range typeTexts {
		for _, text := range c.texts {
			want, got := c.check(text), validation.Text(typ, text)
			if !same(got, want) {
				t.Errorf("Text(%v, %q) = %v, want %v", typ, text, got, want)
			}
			own := validation.Attribute(spec.Attribute{Name: "own", Type: typ}, text)
			if !same(own, want) {
				t.Errorf("Attribute of type %v, %q: %v, want %v", typ, text, own, want)
			}
			var e *validation.Error
			if errors.As(own, &e) && (e.Attribute != "own" || e.Section != spec.SectionTypeSystem) {
				t.Errorf("Attribute of type %v, %q: attribute %q, section %q", typ, text, e.Attribute, e.Section)
			}
		}
	}
	verdict(t, "x", validation.Text(spec.Timestamp+1, "x"), validation.ErrType, spec.SectionTypeSystem)
}

func TestBooleanAndParseBoolean(t *testing.T) {
	for _, c := range []struct {
		name, text   string
		value, legal bool
	}{
		{"true", "true", true, true},
		{"false", "false", false, true},
		{"empty", "", false, false},
		{"capital", "True", false, false},
		{"upper case", "FALSE", false, false},
		{"digit", "1", false, false},
		{"letter", "t", false, false},
		{"space before", " true", false, false},
		{"line break behind", "true\n", false, false},
		{"longer", "truex", false, false},
		{"yes", "yes", false, false},
		{"quoted", `"true"`, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want error
			if !c.legal {
				want = validation.ErrSyntax
			}
			verdict(t, c.text, validation.Text(spec.Boolean, c.text), want, spec.SectionTypeSystem)
			value, err := validation.ParseBoolean(c.text)
			verdict(t, c.text, err, want, spec.SectionTypeSystem)
			if value != c.value {
				t.Errorf("ParseBoolean(%q) = %v", c.text, value)
			}
		})
	}
}

func TestAttribute(t *testing.T) {
	own := func(typ spec.Type, section string) spec.Attribute {
		return spec.Attribute{Name: "own", Type: typ, Section: section}
	}
	core := func(name string) spec.Attribute {
		a, ok := spec.V1.Attribute(name)
		if !ok {
			t.Fatalf("no attribute %s", name)
		}
		return a
	}
	for _, c := range []struct {
		name    string
		a       spec.Attribute
		text    string
		want    error
		section string
	}{
		{"id", core("id"), "1", nil, ""},
		{"id empty", core("id"), "", validation.ErrMissing, "spec.md#id"},
		{"id with a control character", core("id"), "\x00", validation.ErrCharacter, "spec.md#id"},
		{"source empty, a legal URI-reference", core("source"), "", validation.ErrMissing, "spec.md#source"},
		{"source with a space", core("source"), "a b", validation.ErrSyntax, "spec.md#source"},
		{"type empty", core("type"), "", validation.ErrMissing, "spec.md#type"},
		{"optional attribute empty", core("subject"), "", validation.ErrMissing, "spec.md#subject"},
		{"datacontenttype", core("datacontenttype"), "text/plain; charset=utf-8", nil, ""},
		{"datacontenttype is no free text", core("datacontenttype"), "text", validation.ErrSyntax, "spec.md#datacontenttype"},
		{"datacontenttype empty", core("datacontenttype"), "", validation.ErrMissing, "spec.md#datacontenttype"},
		{"dataschema relative", core("dataschema"), "/a", validation.ErrSyntax, "spec.md#dataschema"},
		{"dataschema with fragment", core("dataschema"), "http://h/s#v1", nil, ""},
		{"time", core("time"), "2024-02-29T00:00:00Z", nil, ""},
		{"time out of range", core("time"), "2024-02-30T00:00:00Z", validation.ErrRange, "spec.md#time"},
		{"time empty", core("time"), "", validation.ErrMissing, "spec.md#time"},
		{"any version is a legal text", core("specversion"), "7.7", nil, ""},

		{"extension", own(spec.Integer, ""), "1", nil, ""},
		{"extension empty", own(spec.String, ""), "", nil, ""},
		{"extension of another document", own(spec.Integer, "sampledrate.md#sampledrate"), "x", validation.ErrSyntax, spec.SectionTypeSystem},
		{"extension called datacontenttype", spec.Attribute{Name: "datacontenttype"}, "free text", nil, ""},
		{"extension of unknown type", own(99, ""), "x", validation.ErrType, spec.SectionTypeSystem},
		{"long text", own(spec.Boolean, ""), strings.Repeat("é", 99), validation.ErrSyntax, spec.SectionTypeSystem},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := validation.Attribute(c.a, c.text)
			if c.want == nil {
				if err != nil {
					t.Errorf("%q: %v", c.text, err)
				}
				return
			}
			var e *validation.Error
			if !errors.As(err, &e) || !errors.Is(err, c.want) || e.Attribute != c.a.Name || e.Section != c.section {
				t.Fatalf("%q: %#v; want %v at %s", c.text, err, c.want, c.section)
			}
			checkExcerpt(t, c.text, e.Value)
		})
	}
}

func TestAttributeAllocatesNothing(t *testing.T) {
	texts := map[string]string{
		"id": "A234-1234-1234", "source": "/mycontext", "specversion": "1.0", "type": "com.example.someevent",
		"datacontenttype": "application/json", "dataschema": "https://example.com/s", "subject": "größe", "time": "2018-04-05T17:31:00Z",
	}
	for _, a := range spec.V1.Attributes() {
		text := texts[a.Name]
		if err := validation.Attribute(a, text); err != nil {
			t.Error(err)
		}
		alloctest.AtMost(t, a.Name, 0, func() { _ = validation.Attribute(a, text) })
		alloctest.AtMost(t, "text of "+a.Name, 0, func() { _ = validation.Text(a.Type, text) })
	}
}
