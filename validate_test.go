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

func TestValidate(t *testing.T) {
	with := func(xs ...cloudevents.Extension) cloudevents.Event {
		e := minimal()
		e.Extensions = xs
		return e
	}
	change := func(f func(*cloudevents.Event)) cloudevents.Event {
		e := minimal()
		f(&e)
		return e
	}
	v := cloudevents.BooleanValue(true)
	tests := []struct {
		name  string
		event cloudevents.Event
		want  []string
	}{
		{"what is required is enough", minimal(), nil},
		{"every attribute", full(), nil},
		{"data without content type is up to the format", change(func(e *cloudevents.Event) { e.Data = []byte("\xFF") }), nil},
		{"JSON data that is none is up to the format", change(func(e *cloudevents.Event) {
			e.DataContentType, e.Data = "application/json", []byte("{")
		}), nil},
		{"the zero event lacks what is required", cloudevents.Event{},
			[]string{"id: missing or empty", "source: missing or empty", "type: missing or empty"}},
		{"all violations in the order of the specification, then of the extensions, then duplicates by name",
			cloudevents.Event{
				Time:            time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC),
				Subject:         "\x7F",
				DataSchema:      "/relative",
				DataContentType: "json",
				Type:            "\x00",
				SpecVersion:     7,
				Source:          "a b",
				Extensions: []cloudevents.Extension{
					{Name: "z", Value: v}, {Name: "B", Value: v}, {Name: "y", Value: cloudevents.URIValue("/a")},
					{Name: "id", Value: v}, {Name: "z", Value: v}, {Name: "a", Value: v}, {Name: "a", Value: v},
				},
			},
			[]string{
				"id: missing or empty", "source: malformed value", "specversion: unsupported specversion",
				"type: illegal character", "datacontenttype: malformed value", "dataschema: malformed value",
				"subject: illegal character", "time: value out of range",
				"B: illegal attribute name", "y: malformed value", "id: illegal attribute name",
				"a: duplicate attribute", "z: duplicate attribute",
			}},
		{"extensions need not be sorted", with(cloudevents.Extension{Name: "b", Value: v}, cloudevents.Extension{Name: "a", Value: v}), nil},
		{"a zero value is the empty String", with(cloudevents.Extension{Name: "b"}), nil},
		{"duplicates side by side", with(named("aab")...), []string{"a: duplicate attribute"}},
		{"duplicates apart", with(named("bab")...), []string{"b: duplicate attribute"}},
		{"one error for three of a name", with(named("bcbab")...), []string{"b: duplicate attribute"}},
		{"one error for each name", with(named("cabcba")...),
			[]string{"a: duplicate attribute", "b: duplicate attribute", "c: duplicate attribute"}},
		{"an extension without name", with(cloudevents.Extension{Value: v}), []string{": illegal attribute name"}},
		{"an extension with the name of a core attribute", with(cloudevents.Extension{Name: "time", Value: v}),
			[]string{"time: illegal attribute name"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := tt.event.Clone()
			err := tt.event.Validate()
			if d := cmp.Diff(tt.want, broken(err)); d != "" {
				t.Errorf("%v\n%s", err, d)
			}
			if d := diff(before, tt.event); d != "" {
				t.Errorf("Validate changed the event:\n%s", d)
			}
			if len(tt.want) == 1 {
				if _, ok := err.(*validation.Error); !ok {
					t.Errorf("the only violation is a %T, want it as it is", err)
				}
			}
			if err != nil && strings.Count(err.Error(), "; ") != min(len(tt.want)-1, 8) {
				t.Errorf("error text does not show the first eight violations:\n%v", err)
			}
		})
	}
}

func TestValidateManyDuplicates(t *testing.T) {
	e := minimal()
	for range 2 {
		e.Extensions = append(e.Extensions, named("zyxwvutsrqponmlkjihgfedcba0123456789")...)
	}
	if got := len(violations(e.Validate())); got != 36 {
		t.Errorf("%d violations, want one for each of 36 names", got)
	}
}

// Values are checked by their type, whoever made them.
func TestValidateCitesTheTypeSystem(t *testing.T) {
	e := minimal()
	e.Extensions = []cloudevents.Extension{{Name: "ext", Value: cloudevents.URIValue(strings.Repeat("é", 100))}}
	all := violations(e.Validate())
	if len(all) != 1 {
		t.Fatalf("%d violations, want 1", len(all))
	}
	if v := all[0]; v.Section != spec.SectionTypeSystem || len(v.Value) > 64 || !strings.HasPrefix(v.Value, "éé") {
		t.Errorf("violation is %+v, want the type system cited and the value cut at 64 bytes", v)
	}
}
