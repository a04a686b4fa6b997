// Package formattest has what the tests of the formats share: events, comparisons, and tests
// that hold for each of them.
package formattest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Minimal returns the event that the documents of the tests have: the required attributes.
func Minimal() cloudevents.Event {
	return cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
}

// Types returns the types of the extensions of e.
func Types(e *cloudevents.Event) (exts []spec.Attribute) {
	for _, x := range e.Extensions {
		exts = append(exts, spec.Attribute{Name: x.Name, Type: x.Value.Type()})
	}
	return exts
}

// Sorted returns a copy of extensions, sorted by name.
func Sorted(xs []cloudevents.Extension) []cloudevents.Extension {
	xs = slices.Clone(xs)
	slices.SortFunc(xs, func(x, y cloudevents.Extension) int { return strings.Compare(x.Name, y.Name) })
	return xs
}

// Violations returns every *validation.Error in err, in order.
func Violations(err error) (all []*validation.Error) {
	switch x := err.(type) {
	case *validation.Error:
		all = append(all, x)
	case interface{ Unwrap() []error }:
		for _, err := range x.Unwrap() {
			all = append(all, Violations(err)...)
		}
	case interface{ Unwrap() error }:
		all = Violations(x.Unwrap())
	}
	return all
}

// Cases returns the cases of the suite that are documents of those protocols and shorter than
// 4 KiB, for the corpus of a fuzz target. There have to be so many of them at least.
func Cases(t testing.TB, least int, protocols ...conformance.Protocol) []conformance.Case {
	t.Helper()
	cases, err := conformance.Load(os.DirFS("../../testdata"))
	if err != nil {
		t.Fatal(err)
	}
	cases = slices.DeleteFunc(cases, func(c conformance.Case) bool {
		return !slices.Contains(protocols, c.Message.Protocol) || len(c.Message.Body) >= 4<<10
	})
	if len(cases) < least {
		t.Fatalf("only %d cases of %q", len(cases), protocols)
	}
	return cases
}
