package stream

import (
	"fmt"
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// Filter keeps events that a CESQL expression does not match out. The zero Filter passes all.
type Filter struct{ expression *cesql.Expression }

// Flag returns the function of a flag that sets f. Warnings about the expression go to p.
func (f *Filter) Flag(p *cli.Process) func(string) error {
	return func(text string) error {
		x, warnings, err := cesql.Compile(text)
		if err != nil {
			return err
		}
		for _, w := range warnings {
			p.Report(fmt.Errorf("--filter: %s", w))
		}
		f.expression = x
		return nil
	}
}

// Passes reports whether f passes an event.
func (f *Filter) Passes(e *cloudevents.Event) bool {
	return f.expression == nil || f.expression.Matches(e)
}

// Passing returns the events that f passes.
func (f *Filter) Passing(es []cloudevents.Event) []cloudevents.Event {
	if f.expression == nil {
		return es
	}
	return slices.DeleteFunc(slices.Clone(es), func(e cloudevents.Event) bool { return !f.Passes(&e) })
}
