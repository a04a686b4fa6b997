package eventdoc_test

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// muxOf returns a mux with routes of those types.
func muxOf(t testing.TB, types ...string) *dispatch.Mux {
	t.Helper()
	m := new(dispatch.Mux)
	for _, name := range types {
		if err := m.Handle(dispatch.Route{Type: name, Handler: ok}); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

var groupHead = regexp.MustCompile(`<section class="group"(?: id="([^"]*)")?>\n<h2[^>]*>(.*)</h2>`)

// outline returns the groups of a page as it shows them: "prefix (number of events)".
func outline(t testing.TB, m *dispatch.Mux) (groups []string) {
	t.Helper()
	page := get(t, newPage(t, m), nil).Body.String()
	for _, section := range strings.Split(page, `<section class="group"`)[1:] {
		head := groupHead.FindStringSubmatch(`<section class="group"` + section)
		name := html.UnescapeString(strings.ReplaceAll(head[2], "<wbr>", ""))
		groups = append(groups, fmt.Sprintf("%s (%d)", name, strings.Count(section, `<details class="event"`)))
		if head[1] != "" && strings.Count(page, `href="#`+head[1]+`"`) != 1 {
			t.Errorf("group %s has no link", head[1])
		}
	}
	return groups
}

func series(format string, n int) (types []string) {
	for i := range n {
		types = append(types, fmt.Sprintf(format, i))
	}
	return types
}

func TestGroups(t *testing.T) {
	var six []string
	for _, part := range []string{"customer", "invoice", "order", "parcel", "payment", "stock"} {
		six = append(six, series("com.example."+part+".e%d", 10)...)
	}
	for _, c := range []struct {
		reason string
		types  []string
		want   []string
	}{
		{"few", series("com.example.a%d.b", 12), []string{"All events (12)"}},
		{"none", nil, []string{"All events (0)"}},
		{"six prefixes", six, []string{
			"com.example.customer (10)", "com.example.invoice (10)", "com.example.order (10)",
			"com.example.parcel (10)", "com.example.payment (10)", "com.example.stock (10)"}},
		{"single ones stay together", append(series("com.example.a.b%d", 11), "com.example.c", "com.example.d.e", "org.acme.f", "*"),
			[]string{"com.example.a (11)", "com.example (2)", "Other events (2)"}},
		{"nothing in common", series("t%d", 13), []string{"All events (13)"}},
		{"one prefix that does not divide", series("com.example.t%d", 30), []string{"All events (30)"}},
		{"a star", append(series("com.example.a.b%02d", 12), "com.example.a.*", "com.example.b.*", "com.example.b.c"),
			[]string{"com.example.a (13)", "com.example.b (2)"}},
		{"a large group is divided", append(series("a.b.c.t%d", 10), append(series("a.b.d.t%d", 10), "e.f.g", "e.f.h")...),
			[]string{"a.b.c (10)", "a.b.d (10)", "e.f (2)"}},
		{"dots alone", append(series("..%d", 7), series("...%d", 7)...), nil},
	} {
		got := outline(t, muxOf(t, c.types...))
		if c.want == nil {
			continue // as long as it ends
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.reason, diff)
		}
	}
}

// Every event has a link of its own, which no other element of the page has, and which needs
// no escape.
func TestLinks(t *testing.T) {
	m := muxOf(t, "search", "count", "none", "tools", "groups", "a b", "a-b", "a\"b", "*", "any", "é", "types-x", "x.a", "x.b", strings.Repeat("long.", 100),
		"x.*", "..", "<script>", "c1", "c2", "c3")
	if err := m.Handle(
		dispatch.Route{Type: "a", Version: "v1", Source: "/s", Handler: ok},
		dispatch.Route{Type: "a", Version: "v1", Source: "/s/*", Handler: ok},
		dispatch.Route{Type: "a", Version: "v1", Handler: ok},
	); err != nil {
		t.Fatal(err)
	}
	page := newPage(t, m)
	var doc struct{ Events []struct{ ID string } }
	if err := json.Unmarshal(getJSON(t, page), &doc); err != nil {
		t.Fatal(err)
	}
	text := get(t, page, nil).Body.String()
	ids := map[string]int{}
	for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(text, -1) {
		ids[id[1]]++
	}
	for id, n := range ids {
		if n != 1 {
			t.Errorf("%d elements have the id %s", n, id)
		}
	}
	for _, e := range doc.Events {
		if ids[e.ID] != 1 || !strings.Contains(text, `<a class="link" href="#`+e.ID+`"`) || regexp.MustCompile(`[^0-9A-Za-z._-]`).MatchString(e.ID) || len(e.ID) > 130 {
			t.Errorf("event %q has no link", e.ID)
		}
	}
	if len(doc.Events) != 24 {
		t.Errorf("%d events", len(doc.Events))
	}
}

// A star is told in words, in whatever pattern it is.
func TestPatternsInWords(t *testing.T) {
	for _, c := range []struct {
		route dispatch.Route
		want  []string
	}{
		{dispatch.Route{Type: "t"}, nil},
		{dispatch.Route{Type: "*"}, []string{"every type that is not listed"}},
		{dispatch.Route{Type: "a.*"}, []string{"every type that begins with <b>a.</b>"}},
		{dispatch.Route{Type: "t", Source: "/s", Version: "v2"}, []string{"version <b>v2</b>", "source <b>/s</b>"}},
		{dispatch.Route{Type: "t", Source: "/s/*", Version: "https://e/*"}, []string{"dataschema begins with <b>https://e/</b>", "source begins with <b>/s/</b>"}},
		{dispatch.Route{Type: "t", Source: "*", Version: "*"}, []string{"any dataschema", "any source"}},
		{dispatch.Route{Type: "t", Version: "https://e/s"}, []string{"dataschema <b>https://e/s</b>"}},
	} {
		c.route.Handler = ok
		var m dispatch.Mux
		if err := m.Handle(c.route); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, tag := range regexp.MustCompile(`<span class="tag">(.*?)</span>`).FindAllStringSubmatch(get(t, newPage(t, &m), nil).Body.String(), -1) {
			got = append(got, tag[1])
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %s %s: %s", c.route.Type, c.route.Source, c.route.Version, diff)
		}
	}
}

// The answers are those of a Receiver, of the type of the handler, and of the route.
func TestAnswers(t *testing.T) {
	typed := dispatch.Consume[order]("typed", nil)
	own := dispatch.Route{Type: "own", Answers: map[int]string{409: "The order is <closed>.", 204: "Seen.", 429: "Too many.", 422: ""}}
	replying := dispatch.Route{Type: "replying", Out: dispatch.EventDoc{Event: cloudevents.Event{Type: "r"}}}
	for _, c := range []struct {
		route    dispatch.Route
		statuses string
		has      string
	}{
		{typed, "204 400 413 415 422 500* 503*", "the data is not as described here"},
		{dispatch.Route{Type: "plain", In: dispatch.EventDoc{Data: order{}}}, "204 400 413 415 422 500* 503*", "or an attribute is not valid."},
		{own, "204 400 409 413 415 429* 500* 503*", "The order is \\u003cclosed\\u003e."},
		{replying, "200 400 413 415 422 500* 503*", "the body is the reply"},
	} {
		c.route.Handler = ok
		var m dispatch.Mux
		if err := m.Handle(c.route); err != nil {
			t.Fatal(err)
		}
		text := getJSON(t, newPage(t, &m))
		var doc struct {
			Events []struct {
				Answers []struct {
					Status int
					Again  bool
				}
			}
		}
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		var statuses []string
		for _, a := range doc.Events[0].Answers {
			s := fmt.Sprint(a.Status)
			if a.Again {
				s += "*"
			}
			statuses = append(statuses, s)
		}
		if got := strings.Join(statuses, " "); got != c.statuses || !strings.Contains(string(text), c.has) {
			t.Errorf("%s: %s: %s", c.route.Type, got, text)
		}
	}
}
