package validation_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
	"unsafe"

	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestErrorText(t *testing.T) {
	cause := errors.New("cause")
	for _, c := range []struct {
		name string
		err  validation.Error
		want string
	}{
		{"all fields", validation.Error{Attribute: "id", Value: "v", Section: "spec.md#id", Err: cause}, `attribute "id": cause: "v" (spec.md#id)`},
		{"no attribute", validation.Error{Value: "v", Section: "spec.md#id", Err: cause}, `cause: "v" (spec.md#id)`},
		{"no value", validation.Error{Attribute: "id", Section: "spec.md#id", Err: cause}, `attribute "id": cause (spec.md#id)`},
		{"no section", validation.Error{Attribute: "id", Value: "v", Err: cause}, `attribute "id": cause: "v"`},
		{"cause only", validation.Error{Err: cause}, "cause"},
		{"line break in the value", validation.Error{Value: "a\nb", Err: cause}, `cause: "a\nb"`},
		{"line break in the name", validation.Error{Attribute: "a\nb", Err: cause}, `attribute "a\nb": cause`},
		{"long fields in a literal", validation.Error{Attribute: strings.Repeat("n", 99), Value: strings.Repeat("v", 99), Err: cause},
			`attribute "` + strings.Repeat("n", 61) + `…": cause: "` + strings.Repeat("v", 61) + `…"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.err.Error(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	if got := (&validation.Error{Section: "spec.md#id"}).Error(); !strings.Contains(got, "spec.md#id") {
		t.Errorf("without cause: %q", got)
	}
}

// Characters of every length across the place of the cut.
func TestNewCutsBetweenCharacters(t *testing.T) {
	for _, char := range []string{"a", "é", "€", "😀"} {
		for before := range 8 {
			for length := range 80 {
				text := strings.Repeat("x", before) + strings.Repeat(char, length)
				e := validation.NewError(text, text, "s", validation.ErrSyntax)
				checkExcerpt(t, text, e.Value)
				checkExcerpt(t, text, e.Attribute)
				if n := len(text); n > 64 && len(e.Value) < 64-utf8.RuneLen([]rune(char)[0])+1 {
					t.Errorf("%d bytes of %q cut to %d", n, char, len(e.Value))
				}
			}
		}
	}
}

// An error that is kept must not keep the message that it is about.
func TestNewCopies(t *testing.T) {
	for _, length := range []int{1, 64, 65, 1000} {
		text := strings.Repeat("a", length)
		e := validation.NewError(text, text, "", validation.ErrSyntax)
		if unsafe.StringData(e.Value) == unsafe.StringData(text) || unsafe.StringData(e.Attribute) == unsafe.StringData(text) {
			t.Errorf("%d bytes: the error holds the text", length)
		}
	}
}

func TestErrorUnwraps(t *testing.T) {
	rule := &validation.Rule{Sentinel: validation.ErrRange, Detail: "too much"}
	err := fmt.Errorf("edge: %w", validation.NewError("a", "9", "s", rule))
	var e *validation.Error
	var r *validation.Rule
	if !errors.As(err, &e) || e.Attribute != "a" || e.Value != "9" || e.Section != "s" {
		t.Errorf("%v: no *Error, or another: %+v", err, e)
	}
	if !errors.As(err, &r) || r != rule {
		t.Errorf("%v: no *Rule, or another: %+v", err, r)
	}
	if !errors.Is(err, validation.ErrRange) || errors.Is(err, validation.ErrSyntax) {
		t.Errorf("%v: wraps the wrong sentinel", err)
	}
}

// A rule names the type whose grammar is broken, whichever function found it.
func TestRulesHaveTheType(t *testing.T) {
	for typ, texts := range map[spec.Type][]string{
		spec.Boolean: {"", "TRUE"}, spec.Integer: {"", "01", "1.0", "2147483648"}, spec.String: {"\x00", "\xff", "\uFFFF"},
		spec.Binary: {"YQ", "YR==", "????"}, spec.URI: {"", "/a", "a:%", "a:b c", "a://["},
		spec.URIReference: {"a b", "1:2"}, spec.Timestamp: {"", "2023-02-29T00:00:00Z", "2023-02-28T00:00:60Z"},
	} {
		for _, text := range texts {
			for _, err := range []error{
				validation.Text(typ, text), validation.Attribute(spec.Attribute{Name: "own", Type: typ}, text),
			} {
				var rule *validation.Rule
				if !errors.As(err, &rule) || rule.Type != typ {
					t.Errorf("%s %q: the rule is %+v", typ, text, rule)
				}
			}
		}
	}
}

// Rules of data are found as themselves and as ErrData.
func TestDataRulesDiffer(t *testing.T) {
	rules := []*validation.Rule{validation.ErrDataTwice, validation.ErrDataString, validation.ErrDataCharset}
	for i, rule := range rules {
		err := validation.NewError(spec.Data, "", spec.SectionJSONDeserialize, rule)
		for k, other := range rules {
			if errors.Is(err, other) != (i == k) {
				t.Errorf("%v is %v: %v", err, other, i != k)
			}
		}
		if !errors.Is(err, validation.ErrData) {
			t.Errorf("%v is not ErrData", err)
		}
	}
}

func TestSentinelsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range sentinels {
		if seen[s.Error()] || s.Error() == "" {
			t.Errorf("%q: empty or twice", s)
		}
		seen[s.Error()] = true
	}
}
