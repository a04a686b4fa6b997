package eventdoc

import (
	"slices"
	"strconv"
	"strings"
)

const (
	maxGroup    = 12  // events that are shown without being divided into groups
	maxFragment = 120 // bytes of a fragment, without the number that makes it unique
)

// group is a part of the page.
type group struct {
	ID     string  // the fragment of its address
	Prefix string  // of its types, without the dot; "" for those that have none in common
	Events []event // in order
}

// Groups returns the events in groups of those whose types begin with the same words. Few
// events are one group, without a prefix.
func (d *description) Groups() []group {
	if len(d.Events) <= maxGroup {
		return []group{{Events: d.Events}}
	}
	taken := map[string]bool{}
	for i := range d.Events {
		taken[d.Events[i].ID] = true
	}
	groups := divide(d.Events, "")
	if len(groups) == 1 {
		return []group{{Events: d.Events}}
	}
	for i := range groups {
		groups[i].ID = unique("types-"+slug(groups[i].Prefix), taken)
	}
	return groups
}

// divide returns the groups of events whose types all begin with prefix. An event that has
// no other one beside it stays in the group of the prefix, which is the last.
func divide(events []event, prefix string) (groups []group) {
	rest := group{Prefix: strings.TrimSuffix(prefix, ".")}
	for i := 0; i < len(events); {
		word, ok := nextWord(events[i].Type, prefix)
		end := i + 1
		for ok && end < len(events) && strings.HasPrefix(events[end].Type, word) {
			end++
		}
		same := events[i:end]
		switch {
		case len(same) < 2:
			rest.Events = append(rest.Events, same...)
		case len(same) == len(events) || len(same) > maxGroup:
			groups = append(groups, divide(same, word)...)
		default:
			groups = append(groups, group{Prefix: strings.TrimSuffix(common(same, word), "."), Events: same})
		}
		i = end
	}
	if len(rest.Events) > 0 {
		groups = append(groups, rest)
	}
	return groups
}

// common returns the longest prefix of whole words that all events have, which have this one.
func common(events []event, prefix string) string {
	first, last := events[0].Type, events[len(events)-1].Type // they are sorted
	for {
		longer, ok := nextWord(first, prefix)
		if !ok || !strings.HasPrefix(last, longer) {
			return prefix
		}
		prefix = longer
	}
}

// nextWord returns the prefix of a type with one word more, and its dot. The last word of a
// type is no prefix.
func nextWord(eventType, prefix string) (string, bool) {
	if !strings.HasPrefix(eventType, prefix) {
		return "", false
	}
	word, _, ok := strings.Cut(eventType[len(prefix):], ".")
	return prefix + word + ".", ok
}

// fragment returns what follows # in the address of an event. taken has those of others.
func fragment(e *event, taken map[string]bool) string {
	text := e.Type
	for _, part := range []string{e.Version, e.Source} {
		if part != "" {
			text += "-" + part
		}
	}
	return unique(slug(text), taken)
}

// reserved are the ids of the page itself.
var reserved = []string{"tools", "search", "count", "none", "groups"}

// unique returns text, with a number if it is taken, and takes it.
func unique(text string, taken map[string]bool) string {
	id := text
	for n := 2; taken[id] || slices.Contains(reserved, id); n++ {
		id = text + "-" + strconv.Itoa(n)
	}
	taken[id] = true
	return id
}

// slug returns text with a hyphen for what needs an escape in a URL.
func slug(text string) string {
	b := make([]byte, 0, min(len(text), maxFragment))
	for i := 0; i < len(text) && len(b) < maxFragment; i++ {
		c := text[i]
		switch {
		case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', c == '.', c == '_':
			b = append(b, c)
		case c == '*':
			b = append(b, "any"...)
		case len(b) > 0 && b[len(b)-1] != '-':
			b = append(b, '-')
		}
	}
	if len(b) == 0 {
		return "event"
	}
	return string(b)
}

// Words returns the parts of a type after which a line may break.
func (e event) Words() []string { return strings.SplitAfter(valid(e.Type), ".") }

// tag is what a pattern of a route says, in words.
type tag struct{ Name, Value string }

// Tags returns what the patterns of the route say, unless it is plain.
func (e event) Tags() (tags []tag) {
	if begin, ok := strings.CutSuffix(e.Type, "*"); ok && begin == "" {
		tags = append(tags, tag{Name: "every type that is not listed"})
	} else if ok {
		tags = append(tags, tag{"every type that begins with", valid(begin)})
	}
	name := "version"
	if strings.Contains(e.Version, ":") || strings.HasSuffix(e.Version, "*") {
		name = "dataschema"
	}
	for _, p := range []tag{{name, e.Version}, {"source", e.Source}} {
		begin, star := strings.CutSuffix(p.Value, "*")
		switch {
		case p.Value == "":
		case star && begin == "":
			tags = append(tags, tag{Name: "any " + p.Name})
		case star:
			tags = append(tags, tag{p.Name + " begins with", valid(begin)})
		default:
			tags = append(tags, tag{p.Name, valid(p.Value)})
		}
	}
	return tags
}

// Words returns the parts of a prefix after which a line may break.
func (g group) Words() []string { return strings.SplitAfter(valid(g.Prefix), ".") }
