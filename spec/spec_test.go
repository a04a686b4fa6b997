package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/spec"
)

func TestVersionsParseAndPrint(t *testing.T) {
	texts := map[string]bool{}
	for n := range 256 {
		v := spec.Version(n)
		if !v.Valid() {
			if got, want := v.String(), fmt.Sprintf("Version(%d)", n); got != want {
				t.Errorf("version %d prints %q, want %q", n, got, want)
			}
			if len(v.Attributes()) != 0 {
				t.Errorf("%v has attributes", v)
			}
			if a, ok := v.Attribute("id"); ok {
				t.Errorf("%v has the attribute %v", v, a)
			}
			continue
		}
		if got, ok := spec.ParseVersion(v.String()); !ok || got != v {
			t.Errorf("ParseVersion(%q) = %v, %v", v, got, ok)
		}
		if texts[v.String()] || len(v.Attributes()) == 0 {
			t.Errorf("%v: there twice, or without attributes", v)
		}
		texts[v.String()] = true
	}
	if !texts["1.0"] || spec.V1.String() != "1.0" || spec.V1 != 0 {
		t.Errorf("1.0 is not the zero version: %v", texts)
	}
}

func TestParseVersionRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "major only": "1", "patch": "1.0.2", "working draft": "1.0.3-wip", "letter": "v1.0", "space": "1.0 ",
		"leading zero": "01.0", "later": "1.1", "printed unknown": "Version(7)", "earlier": "0.2",
	} {
		if v, ok := spec.ParseVersion(text); ok || v != 0 {
			t.Errorf("%s: ParseVersion(%q) = %v, %v", name, text, v, ok)
		}
	}
}

func TestTypesParseAndPrint(t *testing.T) {
	valid := 0
	for n := range 256 {
		typ := spec.Type(n)
		if !typ.Valid() {
			if got, want := typ.String(), fmt.Sprintf("Type(%d)", n); got != want {
				t.Errorf("type %d prints %q, want %q", n, got, want)
			}
			if got, ok := spec.ParseType(typ.String()); ok {
				t.Errorf("ParseType(%q) = %v", typ, got)
			}
			continue
		}
		valid++
		if got, ok := spec.ParseType(typ.String()); !ok || got != typ {
			t.Errorf("ParseType(%q) = %v, %v", typ, got, ok)
		}
	}
	if valid != 7 || spec.String != 0 {
		t.Errorf("%d types, String is %d", valid, spec.String)
	}
}

func TestParseTypeRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "lower case": "string", "upper case": "STRING", "no hyphen": "URIReference", "space": " String", "Go type": "int32",
	} {
		if typ, ok := spec.ParseType(text); ok || typ != 0 {
			t.Errorf("%s: ParseType(%q) = %v, %v", name, text, typ, ok)
		}
	}
}

func TestSectionURL(t *testing.T) {
	const root = "https://github.com/cloudevents/spec/blob/main/cloudevents/"
	for _, c := range []struct{ name, section, url string }{
		{"core", "spec.md#id", root + "spec.md#id"},
		{"second heading of the name", "spec.md#source", root + "spec.md#source-1"},
		{"format", "json-format.md#3-envelope", root + "formats/json-format.md#3-envelope"},
		{"another format", "avro-format.md#3-envelope", root + "formats/avro-format.md#3-envelope"},
		{"draft of a format", "xml-format.md#3-data", root + "working-drafts/xml-format.md#3-data"},
		{"protocol binding", "kafka-protocol-binding.md#1-introduction", root + "bindings/kafka-protocol-binding.md#1-introduction"},
		{"web hooks", "http-webhook.md#4-abuse-protection", root + "http-webhook.md#4-abuse-protection"},
		{"extension", "dataref.md#dataref", root + "extensions/dataref.md#dataref"},
		{"extension with a hyphen", "data-classification.md#datacategory", root + "extensions/data-classification.md#datacategory"},
		{"source of another document", "opcua.md#source", root + "extensions/opcua.md#source"},
		{"empty", "", ""},
		{"no anchor", "spec.md", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := spec.SectionURL(c.section); got != c.url {
				t.Errorf("SectionURL(%q) = %q, want %q", c.section, got, c.url)
			}
		})
	}
	for _, a := range append(spec.V1.Attributes(), spec.Extensions()...) {
		if url := spec.SectionURL(a.Section); !strings.HasPrefix(url, root) || !strings.Contains(url, "#"+a.Name) {
			t.Errorf("%s: %s", a.Name, url)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	for name, c := range map[string]struct{ got, want string }{
		"prefix":     {spec.MediaTypePrefix, "application/cloudevents"},
		"JSON":       {spec.MediaTypeJSON, "application/cloudevents+json"},
		"JSON batch": {spec.BatchMediaTypeJSON, "application/cloudevents-batch+json"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
}
