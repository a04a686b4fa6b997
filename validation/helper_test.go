package validation_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var sentinels = []error{
	validation.ErrMissing, validation.ErrName, validation.ErrCharacter, validation.ErrSyntax, validation.ErrRange,
	validation.ErrType, validation.ErrDuplicate, validation.ErrVersion, validation.ErrData,
}

// verdict fails the test unless err is as wanted: nil if want is nil, and otherwise a
// complete *Error about text that wraps want and no other sentinel.
func verdict(t *testing.T, text string, err, want error, section string) {
	t.Helper()
	if want == nil {
		if err != nil {
			t.Fatalf("%q: %v; it is legal", text, err)
		}
		return
	}
	e, ok := err.(*validation.Error)
	if !ok {
		t.Fatalf("%q: %T %v; want %v", text, err, err, want)
	}
	for _, s := range sentinels {
		if errors.Is(err, s) != (s == want) {
			t.Fatalf("%q: %v wraps %v: %v; want %v", text, err, s, s != want, want)
		}
	}
	if e.Attribute != "" || e.Section != section {
		t.Errorf("%q: attribute %q, section %q; want %q", text, e.Attribute, e.Section, section)
	}
	checkExcerpt(t, text, e.Value)
}

func checkExcerpt(t *testing.T, text, value string) {
	t.Helper()
	if len(text) <= 64 {
		if value != text {
			t.Errorf("excerpt of %q is %q", text, value)
		}
		return
	}
	kept, cut := strings.CutSuffix(value, "…")
	if !cut || !strings.HasPrefix(text, kept) || len(value) > 64 || len(value) < 64-utf8.UTFMax {
		t.Errorf("excerpt of %q is %q, %d bytes", text, value, len(value))
	}
	if utf8.ValidString(text) && !utf8.ValidString(value) {
		t.Errorf("excerpt of %q is %q, invalid UTF-8", text, value)
	}
}

func textOf(typ spec.Type) func(string) error {
	return func(s string) error { return validation.Text(typ, s) }
}

// kinds are the checks of one text, each with a legal and an illegal sample.
var kinds = []struct {
	name    string
	check   func(string) error
	section string
	legal   []string
	illegal string
}{
	{"String", validation.String, spec.SectionTypeSystem, []string{"", "plain text", "Größe 😀 " + long}, "a\x00"},
	{"Boolean", textOf(spec.Boolean), spec.SectionTypeSystem, []string{"true", "false"}, "True"},
	{"Integer", textOf(spec.Integer), spec.SectionTypeSystem, []string{"0", "-2147483648", "2147483647"}, "2147483648"},
	{"Binary", textOf(spec.Binary), spec.SectionTypeSystem, []string{"", "YQ==", strings.Repeat("YWJj", 99)}, "YQ="},
	{"URI", validation.URI, spec.SectionTypeSystem, []string{"urn:a", "https://u@[2001:db8::1]:8080/p%20q?x=1#f", "http://[v1.x]/" + long, "http://[::ffff:192.0.2.1]"}, "/a"},
	{"URIReference", validation.URIReference, spec.SectionTypeSystem, []string{"", "/a/b?c#d", "//h:1/p", "mailto:a@b", long}, "a b"},
	{"Timestamp", textOf(spec.Timestamp), spec.SectionTypeSystem, []string{"2024-02-29T12:34:56Z", "2016-12-31T23:59:60.5z", "0000-01-01t00:00:00.1234567891-23:59"}, "2023-02-29T00:00:00Z"},
	{"MediaType", validation.MediaType, "spec.md#datacontenttype", []string{"text/plain", `application/vnd.x+json; a=b ;c="d\" e"`}, "text"},
	{"Name", validation.Name, spec.SectionNaming, []string{"id", "traceparent", long}, "Id"},
}

var long = strings.Repeat("abcdefgh", 20)

func TestLegalTextsAllocateNothing(t *testing.T) {
	for _, kind := range kinds {
		for _, text := range kind.legal {
			if err := kind.check(text); err != nil {
				t.Errorf("%s(%q): %v", kind.name, text, err)
			}
			alloctest.AtMost(t, fmt.Sprintf("%s(%q)", kind.name, text), 0, func() { _ = kind.check(text) })
		}
	}
	for name, parse := range map[string]func(){
		"ParseBoolean":          func() { _, _ = validation.ParseBoolean("true") },
		"ParseInteger":          func() { _, _ = validation.ParseInteger("-12") },
		"ParseTimestamp in UTC": func() { _, _ = validation.ParseTimestamp("2024-02-29T12:34:56.789Z") },
	} {
		alloctest.AtMost(t, name, 0, parse)
	}
}

// An illegal text costs an error and an excerpt, however long it is.
func TestIllegalTextsAllocateLittle(t *testing.T) {
	for _, kind := range kinds {
		for _, text := range []string{kind.illegal, strings.Repeat(" ", 1<<16) + "\x00"} {
			if kind.check(text) == nil {
				t.Errorf("%s(%.20q) is legal", kind.name, text)
			}
			alloctest.AtMost(t, fmt.Sprintf("%s(%.20q)", kind.name, text), 3, func() { _ = kind.check(text) })
		}
	}
}

func TestErrorsCiteTheSection(t *testing.T) {
	for _, kind := range kinds {
		err := kind.check(kind.illegal)
		e, ok := err.(*validation.Error)
		if !ok {
			t.Errorf("%s(%q): %T", kind.name, kind.illegal, err)
			continue
		}
		if e.Section != kind.section {
			t.Errorf("%s: section %q, want %q", kind.name, e.Section, kind.section)
		}
	}
}

func BenchmarkLegal(b *testing.B) {
	for _, kind := range kinds {
		b.Run(kind.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, text := range kind.legal {
					_ = kind.check(text)
				}
			}
		})
	}
}

func BenchmarkIllegal(b *testing.B) {
	for _, kind := range kinds {
		b.Run(kind.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = kind.check(kind.illegal)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for name, parse := range map[string]func(){
		"Integer":   func() { _, _ = validation.ParseInteger("-2147483648") },
		"Binary":    func() { _, _ = validation.ParseBinary("AAECAwQFBgcICQoLDA0ODw==") },
		"Timestamp": func() { _, _ = validation.ParseTimestamp("2024-02-29T12:34:56.789Z") },
		"Offset":    func() { _, _ = validation.ParseTimestamp("2024-02-29T12:34:56.789+05:45") },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				parse()
			}
		})
	}
}
