package dispatch_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// FuzzMux registers the lines of a table and compares the route of an event with the
// reference.
func FuzzMux(f *testing.F) {
	var table strings.Builder
	for _, r := range versions {
		table.WriteString(r.Type + "|" + r.Source + "|" + r.Version + "\n")
	}
	for _, e := range []cloudevents.Event{
		{Type: "com.example.order.placed", Source: "/eu/berlin/1", DataSchema: "https://example.com/v2/placed.json"},
		{Type: "com.example.stock.v2", Source: "/eu"},
		{Type: "v9", Source: "/"},
	} {
		f.Add(table.String(), e.Type, e.Source, e.DataSchema)
	}
	f.Add("a*||v2\n*||v2\n*\nab*|s*|\nab.v2||", "ab.v2", "s", "")
	f.Fuzz(func(t *testing.T, table, eventType, source, schema string) {
		var m dispatch.Mux
		var routes []dispatch.Route
		for line := range strings.Lines(table) {
			field := strings.SplitN(strings.TrimSuffix(line, "\n"), "|", 3)
			field = append(field, "", "")
			r := dispatch.Route{Type: field[0], Source: field[1], Version: field[2]}
			r.Handler = namedHandler(name(r))
			if m.Handle(r) == nil {
				routes = append(routes, r)
			}
		}
		e := cloudevents.Event{Type: eventType, Source: source, DataSchema: schema}
		if got, want := taken(t, &m, &e), referenceTaken(routes, &e); got != want {
			t.Errorf("%q takes %q, want %q; table\n%s", got, eventType, want, table)
		}
		for i := range routes {
			if got, want := routes[i].Matches(&e), referenceTaken(routes[i:i+1], &e) != ""; got != want {
				t.Errorf("%q matches %q: %v", name(routes[i]), eventType, got)
			}
		}
	})
}

// referenceTaken applies the rules literally: it returns the first in order of all routes
// that take the event.
func referenceTaken(routes []dispatch.Route, e *cloudevents.Event) string {
	fits := func(pattern, text string) bool {
		if p, prefix := strings.CutSuffix(pattern, "*"); prefix {
			return strings.HasPrefix(text, p)
		}
		return pattern == text
	}
	// exact is greater than any prefix, a longer prefix greater than a shorter one.
	rank := func(pattern string) int {
		if p, prefix := strings.CutSuffix(pattern, "*"); prefix {
			return len(p)
		}
		return 1 << 30
	}
	var best []int
	winner := ""
	for _, r := range routes {
		eventType, label, schema := r.Type, "", ""
		if strings.Contains(r.Version, ":") || r.Version == "*" {
			schema = r.Version
		} else {
			label = r.Version
		}
		if label != "" && !strings.HasSuffix(eventType, "*") {
			eventType, label = eventType+"."+label, ""
		}
		if !fits(eventType, e.Type) || r.Source != "" && !fits(r.Source, e.Source) ||
			schema != "" && !fits(schema, e.DataSchema) || label != "" && !strings.HasSuffix(e.Type, "."+label) {
			continue
		}
		order := []int{rank(eventType), rank(r.Source), rank(schema), len(label)}
		if r.Source == "" {
			order[1] = 0
		}
		if schema == "" {
			order[2] = 0
		}
		if winner == "" || slices.Compare(order, best) > 0 {
			best, winner = order, name(r)
		}
	}
	return winner
}
