package dispatch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/validation"
)

// registered is a route with its patterns in normal form.
type registered struct {
	Route
	key routeKey
}

// routeKey is the events that a route takes. Two routes with equal keys take the same
// events; two routes with different keys have an order.
type routeKey struct {
	eventType string // with the version at its end, unless it is a prefix
	source    string // any is "*"
	schema    string // any is "*"
	label     string // of a prefix; any is ""
}

func newRouteKey(r *Route) (k routeKey, err error) {
	k = routeKey{eventType: r.Type, source: r.Source, schema: "*"}
	if k.source == "" {
		k.source = "*"
	}
	switch {
	case r.Version == "":
	case strings.Contains(r.Version, ":") || r.Version == "*":
		k.schema = r.Version
	case !isLabel(r.Version):
		return k, fmt.Errorf("malformed Version %q: neither a URI nor a label", excerpt.Of(r.Version))
	case strings.HasSuffix(r.Type, "."+r.Version):
		return k, fmt.Errorf("malformed Version %q: Type ends in it already", excerpt.Of(r.Version))
	case isPrefix(r.Type):
		k.label = r.Version
	case r.Type != "":
		k.eventType += "." + r.Version
	}
	if err = checkPattern("Type", k.eventType, validation.String); err == nil {
		if err = checkPattern("Source", k.source, validation.URIReference); err == nil {
			err = checkPattern("Version", k.schema, validation.URI)
		}
	}
	return k, err
}

// matches reports whether e fits all patterns of k.
func (k *routeKey) matches(e *cloudevents.Event) bool {
	return matchPattern(k.eventType, e.Type) && (k.label == "" || strings.HasSuffix(e.Type, "."+k.label)) &&
		matchPattern(k.source, e.Source) && matchPattern(k.schema, e.DataSchema)
}

func matchPattern(pattern, text string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(text, prefix)
	}
	return text == pattern
}

// checkPattern checks a pattern of values for which check returns nil.
func checkPattern(field, pattern string, check func(string) error) error {
	if pattern == "" {
		return fmt.Errorf("%s is empty", field)
	}
	text := strings.TrimSuffix(pattern, "*")
	if strings.Contains(text, "*") {
		return fmt.Errorf("%s %q has a star before its end", field, excerpt.Of(pattern))
	}
	if isPrefix(pattern) {
		return checkPrefix(field, text)
	}
	if err := check(text); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	return nil
}

// checkPrefix returns an error if no value can begin with text.
func checkPrefix(field, text string) error {
	if err := validation.String(text); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	if field == "Type" || text == "" {
		return nil
	}
	var err error
	for _, rest := range completions {
		if err = validation.URIReference(text + rest); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%s %q* never matches: %w", field, excerpt.Of(text), err)
}

// completions make a URI of the beginning of one, wherever it was cut: in an escape, in a
// password, or in an address in brackets. The last one gives the best error.
var completions = [...]string{
	"0", "00", "@a", "]", "1]", ":1]", "::1]", ".1]", "0.1]", ".0.1]", "0.0.1]", ".0.0.1]", ".a]", "1.a]", "",
}

func isPrefix(pattern string) bool { return strings.HasSuffix(pattern, "*") }

func isLabel(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_'
	})
}

// patterns finds the values of a text: step 0 is the exact text, the other steps are its
// prefixes, the longest first. The patterns bound the work, however long the text is.
type patterns[V any] struct {
	exact   map[string]*V
	longest int // of exact
	prefix  map[string]*V
	lengths []int // of prefixes, falling
}

func (p *patterns[V]) steps() int { return 1 + len(p.lengths) }

// at returns the value of text at a step, or nil.
func (p *patterns[V]) at(text string, step int) *V {
	if step == 0 {
		if len(text) > p.longest {
			return nil
		}
		return p.exact[text]
	}
	n := p.lengths[step-1]
	if n > len(text) {
		return nil
	}
	return p.prefix[text[:n]]
}

// put returns the value of a pattern. It is new if the pattern is.
func (p *patterns[V]) put(pattern string) *V {
	text, prefix := strings.CutSuffix(pattern, "*")
	values := &p.exact
	if prefix {
		values = &p.prefix
	}
	if v := (*values)[text]; v != nil {
		return v
	}
	if *values == nil {
		*values = map[string]*V{}
	}
	v := new(V)
	(*values)[text] = v
	switch {
	case !prefix:
		p.longest = max(p.longest, len(text))
	case !slices.Contains(p.lengths, len(text)):
		p.lengths = append(p.lengths, len(text))
		slices.SortFunc(p.lengths, func(a, b int) int { return b - a })
	}
	return v
}

// versionedHandlers are the handlers for one type and one source.
type versionedHandlers struct {
	schemas patterns[choice]   // not "*"
	labels  map[string]*choice // at the end of the type
	rest    choice
}

func (v *versionedHandlers) put(k routeKey, r *Route) {
	switch {
	case k.schema != "*":
		v.schemas.put(k.schema).put(r)
	case k.label != "":
		if v.labels == nil {
			v.labels = map[string]*choice{}
		}
		if v.labels[k.label] == nil {
			v.labels[k.label] = new(choice)
		}
		v.labels[k.label].put(r)
	default:
		v.rest.put(r)
	}
}

func (v *versionedHandlers) find(e *cloudevents.Event) Handler {
	for i := range v.schemas.steps() {
		if c := v.schemas.at(e.DataSchema, i); c != nil {
			if h := c.find(e); h != nil {
				return h
			}
		}
	}
	if v.labels != nil {
		if i := strings.LastIndexByte(e.Type, '.'); i >= 0 {
			if c := v.labels[e.Type[i+1:]]; c != nil {
				if h := c.find(e); h != nil {
					return h
				}
			}
		}
	}
	return v.rest.find(e)
}

// choice has the handlers of routes that differ in their filters only.
type choice struct {
	filtered []filteredHandler // in the order of registration
	rest     Handler           // of the route without a filter
}

type filteredHandler struct {
	passes  func(*cloudevents.Event) bool
	handler Handler
}

func (c *choice) put(r *Route) {
	if r.Filter == nil {
		c.rest = r.handler()
		return
	}
	c.filtered = append(c.filtered, filteredHandler{r.Filter, r.handler()})
}

// find returns the handler of the first filter that passes e, or nil.
func (c *choice) find(e *cloudevents.Event) Handler {
	for i := range c.filtered {
		if c.filtered[i].passes(e) {
			return c.filtered[i].handler
		}
	}
	return c.rest
}
