package spec_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/spec"
)

var (
	legalName    = regexp.MustCompile(`\A[a-z0-9]{1,20}\z`)
	legalSection = regexp.MustCompile(`\A[a-z]+(-[a-z]+)*\.md#[a-z0-9]+(-[a-z0-9]+)*\z`)
)

// longNames are names of the specification that are longer than it advises.
var longNames = []string{"deprecationmigration", "opcuametadatamajorversion", "opcuametadataminorversion"}

// documents are the names of the extension attributes in the order of their document.
var documents = map[string]string{
	"authcontext.md":         "authtype authid authclaims",
	"bam.md":                 "bamtxid bampid bamptxid bamptxsid bamptxsstatus bamptxcompleted",
	"correlation.md":         "correlationid causationid",
	"data-classification.md": "dataclassification dataregulation datacategory",
	"dataref.md":             "dataref",
	"deprecation.md":         "deprecated deprecationfrom deprecationsunset deprecationmigration",
	"distributed-tracing.md": "traceparent tracestate",
	"expirytime.md":          "expirytime",
	"opcua.md":               "opcuametadatamajorversion opcuametadataminorversion opcuastatus",
	"partitioning.md":        "partitionkey",
	"recordedtime.md":        "recordedtime",
	"sampledrate.md":         "sampledrate",
	"sequence.md":            "sequence",
	"severity.md":            "severitytext severitynumber",
	"verifiability.md":       "dssematerial",
}

func TestAttributesAreWellFormed(t *testing.T) {
	seen := map[string]bool{spec.Data: true}
	for _, a := range slices.Concat(spec.V1.Attributes(), spec.Extensions()) {
		if !legalName.MatchString(a.Name) && !slices.Contains(longNames, a.Name) {
			t.Errorf("%s: illegal or long name", a.Name)
		}
		if seen[a.Name] {
			t.Errorf("%s: reserved, or there twice", a.Name)
		}
		seen[a.Name] = true
		if !a.Type.Valid() {
			t.Errorf("%s: %v", a.Name, a.Type)
		}
		if !legalSection.MatchString(a.Section) {
			t.Errorf("%s: section %q", a.Name, a.Section)
		}
		// The anchor of a heading like "### bampid (BAM Process ID)" goes on.
		if _, anchor, _ := strings.Cut(a.Section, "#"); anchor != a.Name && !strings.HasPrefix(anchor, a.Name+"-") {
			t.Errorf("%s: section %q is about something else", a.Name, a.Section)
		}
	}
}

func TestCoreAttributes(t *testing.T) {
	want := []spec.Attribute{
		{Name: "id", Type: spec.String, Required: true, Section: "spec.md#id"},
		{Name: "source", Type: spec.URIReference, Required: true, Section: "spec.md#source"},
		{Name: "specversion", Type: spec.String, Required: true, Section: "spec.md#specversion"},
		{Name: "type", Type: spec.String, Required: true, Section: "spec.md#type"},
		{Name: "datacontenttype", Type: spec.String, Section: "spec.md#datacontenttype"},
		{Name: "dataschema", Type: spec.URI, Section: "spec.md#dataschema"},
		{Name: "subject", Type: spec.String, Section: "spec.md#subject"},
		{Name: "time", Type: spec.Timestamp, Section: "spec.md#time"},
	}
	if got := spec.V1.Attributes(); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	for _, a := range want {
		if got, ok := spec.V1.Attribute(a.Name); !ok || got != a {
			t.Errorf("Attribute(%q) = %v, %v", a.Name, got, ok)
		}
	}
	for _, name := range []string{"", "ID", "i", "data", "data_base64", "sequence", "schemaurl"} {
		if got, ok := spec.V1.Attribute(name); ok || got != (spec.Attribute{}) {
			t.Errorf("Attribute(%q) = %v, %v", name, got, ok)
		}
	}
}

func TestExtensionsAreThoseOfTheDocuments(t *testing.T) {
	names := map[string][]string{}
	last := ""
	for _, a := range spec.Extensions() {
		document, _, _ := strings.Cut(a.Section, "#")
		names[document] = append(names[document], a.Name)
		if document < last {
			t.Errorf("%s is behind %s", document, last)
		}
		last = document
		if got, ok := spec.Extension(a.Name); !ok || got != a {
			t.Errorf("Extension(%q) = %v, %v; want %v", a.Name, got, ok, a)
		}
	}
	for document, want := range documents {
		if got := strings.Join(names[document], " "); got != want {
			t.Errorf("%s: %s; want %s", document, got, want)
		}
		delete(names, document)
	}
	for document := range names {
		t.Errorf("%s is not among the documents", document)
	}
	for _, name := range []string{"", "id", "Sequence", "shard", "data", strings.Repeat("x", 26)} {
		if got, ok := spec.Extension(name); ok || got != (spec.Attribute{}) {
			t.Errorf("Extension(%q) = %v, %v", name, got, ok)
		}
	}
}

// The types are the ones of the documents; all others are String.
func TestExtensionTypes(t *testing.T) {
	types := map[string]spec.Type{
		"bamptxcompleted": spec.Boolean, "dataref": spec.URIReference, "deprecated": spec.Boolean, "deprecationfrom": spec.Timestamp,
		"deprecationsunset": spec.Timestamp, "deprecationmigration": spec.URI, "expirytime": spec.Timestamp,
		"opcuametadatamajorversion": spec.Integer, "opcuametadataminorversion": spec.Integer, "opcuastatus": spec.Integer,
		"recordedtime": spec.Timestamp, "sampledrate": spec.Integer, "severitynumber": spec.Integer, "dssematerial": spec.Binary,
	}
	optional := strings.Fields("authid authclaims bamptxsstatus bamptxcompleted correlationid causationid dataregulation datacategory " +
		"deprecationfrom deprecationsunset deprecationmigration tracestate opcuametadatamajorversion opcuametadataminorversion " +
		"opcuastatus severitytext")
	for _, a := range spec.Extensions() {
		if a.Type != types[a.Name] {
			t.Errorf("%s is a %s, want %s", a.Name, a.Type, types[a.Name])
		}
		if a.Required == slices.Contains(optional, a.Name) {
			t.Errorf("%s is required: %v", a.Name, a.Required)
		}
	}
}

// Only the case of the first letter is ignored.
func TestExtensionName(t *testing.T) {
	for _, a := range spec.Extensions() {
		upper := strings.ToUpper(a.Name[:1]) + a.Name[1:]
		for _, name := range []string{a.Name, upper} {
			if got, ok := spec.ExtensionName(name); !ok || got != a.Name {
				t.Errorf("ExtensionName(%q) = %q, %v", name, got, ok)
			}
			alloctest.AtMost(t, "ExtensionName("+name+")", 0, func() { spec.ExtensionName(name) })
		}
		for _, name := range []string{
			strings.ToUpper(a.Name), a.Name[1:], "x" + a.Name, a.Name + "x",
			string(a.Name[0]-'a'+'0') + a.Name[1:], string(a.Name[0]-'a'+1) + a.Name[1:],
		} {
			if got, ok := spec.ExtensionName(name); ok || got != "" {
				t.Errorf("ExtensionName(%q) = %q, %v", name, got, ok)
			}
		}
	}
	for _, name := range []string{"", "id", "Id", "shard", strings.Repeat("x", 1000)} {
		if got, ok := spec.ExtensionName(name); ok || got != "" {
			t.Errorf("ExtensionName(%q) = %q, %v", name, got, ok)
		}
	}
}

func TestCore(t *testing.T) {
	for _, a := range spec.V1.Attributes() {
		if !a.Core() {
			t.Errorf("%s is not a core attribute", a.Name)
		}
	}
	for _, a := range append(spec.Extensions(), spec.Attribute{}, spec.Attribute{Name: "shard"}, spec.Attribute{Name: "id"},
		spec.Attribute{Name: "id", Section: "other.md#id"}, spec.Attribute{Name: "shard", Section: "spec.md#id"}) {
		if a.Core() {
			t.Errorf("%v is a core attribute", a)
		}
	}
}

func TestResultsAreCopies(t *testing.T) {
	lists := map[string]func() []spec.Attribute{
		"V1.Attributes": spec.V1.Attributes, "Extensions": spec.Extensions, "DistributedTracing": spec.DistributedTracing,
		"Partitioning": spec.Partitioning, "Sequence": spec.Sequence,
	}
	for name, list := range lists {
		first := list()
		want := slices.Clone(first)
		clear(first)
		_ = append(first[:0], spec.Attribute{Name: "x"})
		if got := list(); !slices.Equal(got, want) {
			t.Errorf("%s: a caller can change it: %v", name, got)
		}
	}
	if id, ok := spec.V1.Attribute(spec.ID); !ok || id.Name != spec.ID {
		t.Errorf("Attribute(id) = %v, %v", id, ok)
	}
}

func TestLookupAllocatesNothing(t *testing.T) {
	for name, f := range map[string]func(){
		"Version.Attribute": func() { spec.V1.Attribute(spec.Time) },
		"Version.String":    func() { _ = spec.V1.String() },
		"ParseVersion":      func() { spec.ParseVersion("1.0") },
		"Type.String":       func() { _ = spec.Timestamp.String() },
		"ParseType":         func() { spec.ParseType("Timestamp") },
		"Extension":         func() { spec.Extension("traceparent") },
		"Attribute.Core":    func() { _ = spec.Attribute{Name: spec.Time}.Core() },
	} {
		alloctest.AtMost(t, name, 0, f)
	}
}

func BenchmarkVersionAttribute(b *testing.B) {
	for b.Loop() {
		spec.V1.Attribute(spec.Time)
	}
}

func BenchmarkExtension(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		spec.Extension("traceparent")
	}
}

func BenchmarkExtensionName(b *testing.B) {
	for _, name := range []string{"Traceparent", "partitionkey", "Shard"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				spec.ExtensionName(name)
			}
		})
	}
}

func BenchmarkAttributeCore(b *testing.B) {
	a, _ := spec.V1.Attribute(spec.Time)
	for b.Loop() {
		a.Core()
	}
}

func BenchmarkParseVersion(b *testing.B) {
	for b.Loop() {
		spec.ParseVersion("1.0")
	}
}
