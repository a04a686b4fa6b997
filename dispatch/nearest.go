package dispatch

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// unknownType returns the error about an event that no route takes.
func (m *Mux) unknownType(ctx context.Context, e *cloudevents.Event) error {
	text := append(make([]byte, 0, 256), "no handler for type "...)
	message := string(strconv.AppendQuote(text, excerpt.Of(e.Type)))
	switch {
	case m.knows(e.Type):
		if hints(ctx) && m.filtersOut(e) {
			message += " whose Filter passes this event"
		} else {
			message += " from this source or with this dataschema"
		}
	case hints(ctx):
		if near := nearestTypes(e.Type, m.known); len(near) > 0 {
			message += "; the nearest that have one: " + strings.Join(near, ", ")
		}
	}
	return &Error{Status: 422, Type: "unknown_type", Message: message}
}

// filtersOut reports whether a route would take e if it had no Filter.
func (m *Mux) filtersOut(e *cloudevents.Event) bool {
	return slices.ContainsFunc(m.routes, func(r registered) bool { return r.Filter != nil && r.key.matches(e) })
}

// knows reports whether some route takes the type, from any source.
func (m *Mux) knows(eventType string) bool {
	for i := range m.types.steps() {
		if m.types.at(eventType, i) != nil {
			return true
		}
	}
	return false
}

// Bounds of the search for near types, so that a hostile type costs little.
const (
	nearestShown    = 3
	nearestCompared = 16  // by edit distance
	nearestLength   = 128 // bytes of a type that are compared and shown
)

// nearestTypes returns the quoted patterns that resemble eventType most. Common beginnings
// and ends rank all patterns, the edit distance ranks the best of them. Of two patterns at
// the same distance the longer one comes first, because it is more specific.
func nearestTypes(eventType string, known []string) []string {
	type candidate struct {
		pattern  string
		distance int
	}
	order := func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(len(b.pattern), len(a.pattern)), cmp.Compare(a.pattern, b.pattern))
	}
	var room [nearestCompared + 1]candidate
	best := room[:0]
	for _, pattern := range known {
		a, b := comparedParts(eventType, pattern)
		c := candidate{pattern, differing(a, b)}
		i, _ := slices.BinarySearchFunc(best, c, order)
		if i < nearestCompared {
			best = slices.Insert(best, i, c)
			best = best[:min(len(best), nearestCompared)]
		}
	}
	for i := range best {
		best[i].distance = editDistance(comparedParts(eventType, best[i].pattern))
	}
	slices.SortFunc(best, order)
	var names []string
	for _, c := range best[:min(len(best), nearestShown)] {
		names = append(names, fmt.Sprintf("%q", excerpt.Shorten(c.pattern, nearestLength)))
	}
	return names
}

// comparedParts returns the parts of a type and of a pattern that are compared.
func comparedParts(eventType, pattern string) (a, b string) {
	text, prefix := strings.CutSuffix(pattern, "*")
	if prefix {
		eventType = eventType[:min(len(eventType), len(text))]
	}
	return eventType[:min(len(eventType), nearestLength)], text[:min(len(text), nearestLength)]
}

// differing returns the length of the longer text without a common beginning and a
// common end. The edit distance is not greater.
func differing(a, b string) int {
	short := min(len(a), len(b))
	begin := 0
	for begin < short && ascii.Lower(a[begin]) == ascii.Lower(b[begin]) {
		begin++
	}
	end := 0
	for end < short-begin && ascii.Lower(a[len(a)-1-end]) == ascii.Lower(b[len(b)-1-end]) {
		end++
	}
	return max(len(a), len(b)) - begin - end
}

// editDistance returns how many bytes must be inserted, deleted or replaced to turn b into
// a, regardless of case. Both are at most nearestLength long.
func editDistance(a, b string) int {
	var row [nearestLength + 1]int
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if ascii.Lower(a[i]) != ascii.Lower(b[j]) {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
