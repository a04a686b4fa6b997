package cloudevents_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// named returns extensions of those names, one a letter, whose value is "old".
func named(letters string) (xs []cloudevents.Extension) {
	for _, name := range letters {
		xs = append(xs, cloudevents.Extension{Name: string(name), Value: cloudevents.StringValue("old")})
	}
	return xs
}

func TestSetExtensionPlace(t *testing.T) {
	tests := []struct {
		name string
		have string
		set  string
		want string // the extension that was set in upper case
	}{
		{"the first one", "", "a", "A"},
		{"before all", "bd", "a", "Abd"},
		{"between", "bd", "c", "bCd"},
		{"after all", "bd", "e", "bdE"},
		{"replaced where it is", "abc", "b", "aBc"},
		{"replaced in a slice that is not sorted", "zam", "m", "zaM"},
		{"replaced before a greater name is met", "mza", "a", "mzA"},
		{"before the first greater one in a slice that is not sorted", "azc", "b", "aBzc"},
		{"the first of duplicates, which Get returns", "bab", "b", "Bab"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := cloudevents.Event{Extensions: named(tt.have)}
			if err := e.Set(tt.set, cloudevents.StringValue("new")); err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, x := range e.Extensions {
				if x.Value.String() == "new" {
					x.Name = strings.ToUpper(x.Name)
				}
				got.WriteString(x.Name)
			}
			if got.String() != tt.want {
				t.Errorf("extensions are %q, want %q", got.String(), tt.want)
			}
			if v, ok := e.Get(tt.set); !ok || v.String() != "new" {
				t.Errorf("Get = %q, %t after Set", v, ok)
			}
		})
	}
}

func TestSetExtensionRefused(t *testing.T) {
	ok := cloudevents.BooleanValue(true)
	tests := []struct {
		name      string
		extension string
		value     cloudevents.Value
		err       error
	}{
		{"the empty name", "", ok, validation.ErrName},
		{"the reserved name", "data", ok, validation.ErrName},
		{"the other member that holds data", "data_base64", ok, validation.ErrName},
		{"an upper-case letter", "Ext", ok, validation.ErrName},
		{"a core attribute in upper case", "ID", ok, validation.ErrName},
		{"a hyphen", "ext-a", ok, validation.ErrName},
		{"a line break", "ext\n", ok, validation.ErrName},
		{"a letter beyond ASCII", "é", ok, validation.ErrName},
		{"a String with a control character", "ext", cloudevents.StringValue("a\x00"), validation.ErrCharacter},
		{"a String that is not UTF-8", "ext", cloudevents.StringValue("\xFF"), validation.ErrCharacter},
		{"a URI without scheme", "ext", cloudevents.URIValue("/a"), validation.ErrSyntax},
		{"a URI-reference with a space", "ext", cloudevents.URIReferenceValue("a b"), validation.ErrSyntax},
		{"a year of five digits", "ext", cloudevents.TimestampValue(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), validation.ErrSyntax},
		{"a year before the year 0", "ext", cloudevents.TimestampValue(time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)), validation.ErrSyntax},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, before := full(), full()
			section := spec.SectionTypeSystem
			if tt.err == validation.ErrName {
				section = spec.SectionNaming
			}
			checkRefused(t, e.Set(tt.extension, tt.value), tt.err, spec.Attribute{Name: tt.extension, Section: section})
			if d := diff(before, e); d != "" {
				t.Errorf("a refused extension changed the event:\n%s", d)
			}
		})
	}
}

func TestSetTextExtension(t *testing.T) {
	tests := []struct {
		name string
		typ  spec.Type
		text string
		want cloudevents.Value
		err  error
	}{
		{"a String may be empty", spec.String, "", cloudevents.StringValue(""), nil},
		{"a String is not parsed", spec.String, "-0", cloudevents.StringValue("-0"), nil},
		{"the Integer -0 is 0", spec.Integer, "-0", cloudevents.IntegerValue(0), nil},
		{"an Integer at the lower end", spec.Integer, "-2147483648", cloudevents.IntegerValue(-1 << 31), nil},
		{"an Integer beyond the upper end", spec.Integer, "2147483648", cloudevents.Value{}, validation.ErrRange},
		{"an Integer without leading zero", spec.Integer, "01", cloudevents.Value{}, validation.ErrSyntax},
		{"a Boolean in lower case", spec.Boolean, "True", cloudevents.Value{}, validation.ErrSyntax},
		{"an empty Binary", spec.Binary, "", cloudevents.BinaryValue(nil), nil},
		{"a Binary with padding", spec.Binary, "AA", cloudevents.Value{}, validation.ErrSyntax},
		{"an empty URI-reference", spec.URIReference, "", cloudevents.URIReferenceValue(""), nil},
		{"an empty URI", spec.URI, "", cloudevents.Value{}, validation.ErrSyntax},
		{"an unknown type", spec.Type(99), "x", cloudevents.Value{}, validation.ErrType},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var e cloudevents.Event
			err := e.SetText(spec.Attribute{Name: "ext", Type: tt.typ}, tt.text)
			if tt.err != nil {
				checkRefused(t, err, tt.err, spec.Attribute{Name: "ext", Section: spec.SectionTypeSystem})
				if e.Extensions != nil {
					t.Errorf("refused, but the event has %v", e.Extensions)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([]cloudevents.Extension{{Name: "ext", Value: tt.want}}, e.Extensions); d != "" {
				t.Error(d)
			}
			// ParseValue gives the same value.
			if v, err := cloudevents.ParseValue(tt.typ, tt.text); err != nil || v != tt.want {
				t.Errorf("ParseValue = %v, %v; want %v", v, err, tt.want)
			}
		})
	}
}

func TestDeleteLastExtension(t *testing.T) {
	e := minimal()
	if err := e.Set("z", cloudevents.StringValue("old")); err != nil {
		t.Fatal(err)
	}
	e.Delete("z")
	if e.Extensions != nil {
		t.Errorf("Extensions is %v, want nil as if there never was one", e.Extensions)
	}
}

// A copy of an event shares its extensions; changing one must not change the
// other.
func TestChangesDoNotReachCopies(t *testing.T) {
	for name, change := range map[string]func(e *cloudevents.Event) error{
		"replace":       func(e *cloudevents.Event) error { return e.Set("b", cloudevents.StringValue("new")) },
		"insert":        func(e *cloudevents.Event) error { return e.Set("aa", cloudevents.StringValue("new")) },
		"append":        func(e *cloudevents.Event) error { return e.Set("z", cloudevents.StringValue("new")) },
		"delete":        func(e *cloudevents.Event) error { e.Delete("a"); return nil },
		"delete absent": func(e *cloudevents.Event) error { e.Delete("nosuch"); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			e := minimal()
			e.Extensions = make([]cloudevents.Extension, 0, 8) // room to write into
			for _, name := range []string{"a", "b", "c"} {
				e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name, Value: cloudevents.StringValue("old")})
			}
			before := e.Clone()
			first, second := e, e
			if err := change(&first); err != nil {
				t.Fatal(err)
			}
			changed := first.Clone()
			if err := second.Set("y", cloudevents.StringValue("second")); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(before, e); d != "" {
				t.Errorf("the original has changed:\n%s", d)
			}
			if d := cmp.Diff(changed, first); d != "" {
				t.Errorf("the first copy has changed with the second:\n%s", d)
			}
		})
	}
}
