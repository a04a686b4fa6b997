package spec_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/spec"
)

var (
	legalName    = regexp.MustCompile(`\A[a-z0-9]{1,20}\z`)
	legalSection = regexp.MustCompile(`\A[a-z]+(-[a-z]+)*\.md#[a-z0-9]+(-[a-z0-9]+)*\z`)
)

// longNames are longer than the specification advises; it has them itself.
var longNames = []string{"deprecationmigration", "opcuametadatamajorversion", "opcuametadataminorversion"}

func documents() map[string][]spec.Attribute {
	return map[string][]spec.Attribute{
		"authcontext.md":         spec.AuthContext(),
		"bam.md":                 spec.BAM(),
		"correlation.md":         spec.Correlation(),
		"data-classification.md": spec.DataClassification(),
		"dataref.md":             spec.DataRef(),
		"deprecation.md":         spec.Deprecation(),
		"distributed-tracing.md": spec.DistributedTracing(),
		"expirytime.md":          spec.ExpiryTime(),
		"opcua.md":               spec.OPCUA(),
		"partitioning.md":        spec.Partitioning(),
		"recordedtime.md":        spec.RecordedTime(),
		"sampledrate.md":         spec.SampledRate(),
		"sequence.md":            spec.Sequence(),
		"severity.md":            spec.Severity(),
		"verifiability.md":       spec.Verifiability(),
	}
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
	all := spec.Extensions()
	count := 0
	for document, attributes := range documents() {
		if len(attributes) == 0 {
			t.Errorf("%s: no attributes", document)
		}
		count += len(attributes)
		for _, a := range attributes {
			if file, _, _ := strings.Cut(a.Section, "#"); file != document {
				t.Errorf("%s: section %q, want one of %s", a.Name, a.Section, document)
			}
			if !slices.Contains(all, a) {
				t.Errorf("%s is not among Extensions()", a.Name)
			}
			if got, ok := spec.Extension(a.Name); !ok || got != a {
				t.Errorf("Extension(%q) = %v, %v; want %v", a.Name, got, ok, a)
			}
		}
	}
	if len(all) != count {
		t.Errorf("Extensions() has %d attributes, the documents %d", len(all), count)
	}
	for _, name := range []string{"", "id", "Sequence", "shard", "data"} {
		if got, ok := spec.Extension(name); ok || got != (spec.Attribute{}) {
			t.Errorf("Extension(%q) = %v, %v", name, got, ok)
		}
	}
}

func TestResultsAreCopies(t *testing.T) {
	lists := map[string]func() []spec.Attribute{
		"V1.Attributes": spec.V1.Attributes, "Extensions": spec.Extensions, "AuthContext": spec.AuthContext, "BAM": spec.BAM,
		"Correlation": spec.Correlation, "DataClassification": spec.DataClassification, "DataRef": spec.DataRef,
		"Deprecation": spec.Deprecation, "DistributedTracing": spec.DistributedTracing, "ExpiryTime": spec.ExpiryTime,
		"OPCUA": spec.OPCUA, "Partitioning": spec.Partitioning, "RecordedTime": spec.RecordedTime, "SampledRate": spec.SampledRate,
		"Sequence": spec.Sequence, "Severity": spec.Severity,
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
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
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

func BenchmarkParseVersion(b *testing.B) {
	for b.Loop() {
		spec.ParseVersion("1.0")
	}
}
