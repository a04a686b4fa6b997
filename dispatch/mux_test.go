package dispatch_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/validation"
)

// namedHandler returns a handler whose reply has that id.
func namedHandler(id string) dispatch.Handler {
	return func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return &cloudevents.Event{ID: id}, nil
	}
}

// taken returns the name of the handler that takes e, or "" for none.
func taken(t testing.TB, m *dispatch.Mux, e *cloudevents.Event) string {
	t.Helper()
	reply, err := m.HandleEvent(context.Background(), e)
	var unknown *dispatch.Error
	if errors.As(err, &unknown) {
		if unknown.StatusCode() != 422 || unknown.Type != "unknown_type" || unknown.Retryable {
			t.Errorf("%+v", unknown)
		}
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return reply.ID
}

// versions is a table in which every rule of precedence decides a case. The name of a
// handler is its pattern.
var versions = []dispatch.Route{
	{Type: "*"},
	{Type: "*", Source: "/eu/*"},
	{Type: "*", Version: "v9"},
	{Type: "com.example.*"},
	{Type: "com.example.*", Version: "v2"},
	{Type: "com.example.*", Version: "https://example.com/v2/*"},
	{Type: "com.example.order.*"},
	{Type: "com.example.order.placed"},
	{Type: "com.example.order.placed", Version: "v2"},
	{Type: "com.example.order.placed", Version: "https://example.com/v2/*"},
	{Type: "com.example.order.placed", Version: "https://example.com/v2/placed.json"},
	{Type: "com.example.order.placed", Source: "/eu/*"},
	{Type: "com.example.order.placed", Source: "/eu/berlin/*"},
	{Type: "com.example.order.placed", Source: "/eu/berlin/1", Version: "https://example.com/v2/*"},
	{Type: "com.example.refund", Source: "/eu"},
}

func name(r dispatch.Route) string {
	return strings.TrimRight(r.Type+" "+r.Source+" "+r.Version, " ")
}

func newMux(t testing.TB, routes ...dispatch.Route) *dispatch.Mux {
	t.Helper()
	routes = slices.Clone(routes)
	for i := range routes {
		routes[i].Handler = namedHandler(name(routes[i]))
	}
	var m dispatch.Mux
	if err := m.Handle(routes...); err != nil {
		t.Fatal(err)
	}
	return &m
}

func TestMuxPrecedence(t *testing.T) {
	backwards := slices.Clone(versions)
	slices.Reverse(backwards)
	tables := map[string]*dispatch.Mux{"forwards": newMux(t, versions...), "backwards": newMux(t, backwards...)}
	for _, c := range []struct{ reason, eventType, source, schema, want string }{
		{"exact type", "com.example.order.placed", "/us", "", "com.example.order.placed"},
		{"another case is another type", "com.example.order.Placed", "/us", "", "com.example.order.*"},
		{"longest prefix", "com.example.order.paid", "/us", "", "com.example.order.*"},
		{"shorter prefix", "com.example.stock", "/us", "", "com.example.*"},
		{"prefix is all of the type", "com.example.", "/us", "", "com.example.*"},
		{"prefix without its dot", "com.example", "/us", "", "*"},
		{"nothing but the star", "org.example", "/us", "", "*"},
		{"star, narrowed by source", "org.example", "/eu/1", "", "* /eu/*"},
		{"source before version", "org.example.v9", "/eu/1", "", "* /eu/*"},
		{"star, narrowed by version", "org.example.v9", "/us", "", "*  v9"},
		{"version is all of the type", "v9", "/us", "", "*"},
		{"exact type with version", "com.example.order.placed.v2", "/us", "", "com.example.order.placed  v2"},
		{"unknown version of an exact type", "com.example.order.placed.v3", "/us", "", "com.example.order.*"},
		{"longer prefix before version", "com.example.order.paid.v2", "/us", "", "com.example.order.*"},
		{"prefix with version", "com.example.stock.v2", "/us", "", "com.example.*  v2"},
		{"dataschema before version in the type", "com.example.stock.v2", "/us", "https://example.com/v2/s", "com.example.*  https://example.com/v2/*"},
		{"prefix of dataschema", "com.example.order.placed", "/us", "https://example.com/v2/other", "com.example.order.placed  https://example.com/v2/*"},
		{"exact dataschema", "com.example.order.placed", "/us", "https://example.com/v2/placed.json", "com.example.order.placed  https://example.com/v2/placed.json"},
		{"other dataschema", "com.example.order.placed", "/us", "https://example.com/v1/placed.json", "com.example.order.placed"},
		{"prefix of source", "com.example.order.placed", "/eu/rome", "", "com.example.order.placed /eu/*"},
		{"longer prefix of source", "com.example.order.placed", "/eu/berlin/2", "", "com.example.order.placed /eu/berlin/*"},
		{"source before dataschema", "com.example.order.placed", "/eu/rome", "https://example.com/v2/placed.json", "com.example.order.placed /eu/*"},
		{"exact source and dataschema", "com.example.order.placed", "/eu/berlin/1", "https://example.com/v2/x", "com.example.order.placed /eu/berlin/1 https://example.com/v2/*"},
		{"exact source without the dataschema", "com.example.order.placed", "/eu/berlin/1", "", "com.example.order.placed /eu/berlin/*"},
		{"exact type from a source that it does not take", "com.example.refund", "/us", "", "com.example.*"},
		{"exact type and source", "com.example.refund", "/eu", "", "com.example.refund /eu"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			e := cloudevents.Event{ID: "1", Source: c.source, Type: c.eventType, DataSchema: c.schema}
			for order, m := range tables {
				if got := taken(t, m, &e); got != c.want {
					t.Errorf("%s: %q takes it, want %q", order, got, c.want)
				}
			}
		})
	}
}

func TestMuxRefusesRoutes(t *testing.T) {
	for _, c := range []struct {
		reason string
		route  dispatch.Route
		want   string // part of the error
	}{
		{"no type", dispatch.Route{}, "Type is empty"},
		{"no type but a version", dispatch.Route{Version: "v2"}, "Type is empty"},
		{"star in the middle", dispatch.Route{Type: "com.*.placed"}, "has a star before its end"},
		{"two stars", dispatch.Route{Type: "com.**"}, "has a star before its end"},
		{"control character", dispatch.Route{Type: "com\n"}, "Type: "},
		{"invalid UTF-8 before the star", dispatch.Route{Type: "com\xff*"}, "Type: "},
		{"source is no URI-reference", dispatch.Route{Type: "t", Source: "a b"}, "Source: "},
		{"star in the source", dispatch.Route{Type: "t", Source: "/*/x"}, `Source "/*/x" has a star before its end`},
		{"dataschema is no URI", dispatch.Route{Type: "t", Version: "https://a b"}, "Version: "},
		{"label with a dot", dispatch.Route{Type: "t", Version: "1.0"}, "neither a URI nor a label"},
		{"label with a star", dispatch.Route{Type: "t", Version: "v*"}, "neither a URI nor a label"},
		{"version twice", dispatch.Route{Type: "t.v2", Version: "v2"}, `Version "v2": Type ends in it already`},
		{"same type", dispatch.Route{Type: "taken"}, "takes the same events as a route of an earlier call"},
		{"any source, said in two ways", dispatch.Route{Type: "taken", Source: "*"}, "takes the same events as a route of an earlier call"},
		{"any version, said in two ways", dispatch.Route{Type: "taken", Version: "*"}, "takes the same events as a route of an earlier call"},
		{"version in the type and beside it", dispatch.Route{Type: "old", Version: "v2"}, "takes the same events as a route of an earlier call"},
		{"same prefix", dispatch.Route{Type: "p.*"}, "takes the same events as a route of an earlier call"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			m := newMux(t, dispatch.Route{Type: "taken"}, dispatch.Route{Type: "old.v2"}, dispatch.Route{Type: "p.*"})
			c.route.Handler = ok
			err := m.Handle(dispatch.Route{Type: "fine", Handler: ok}, c.route)
			if err == nil || !strings.HasPrefix(err.Error(), "route 1, ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want %q about route 1", err, c.want)
			}
			if got := taken(t, m, &cloudevents.Event{Type: "fine"}); got != "" {
				t.Error("a route of the refused call is there")
			}
		})
	}
}

func TestMuxRefusesTheRestOfRoutes(t *testing.T) {
	var m dispatch.Mux
	err := m.Handle(
		dispatch.Route{Type: "none"},
		dispatch.Route{Type: "twice", Handler: ok}, dispatch.Route{Type: "twice", Handler: ok},
		dispatch.Route{Type: "bad*pattern", Handler: ok},
		dispatch.On[int]("nil function", nil),
	)
	if err == nil {
		t.Fatal("no error")
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != 4 {
		t.Errorf("%d problems: %v", n, err)
	}
	var invalid *validation.Error
	if err := m.Handle(dispatch.Route{Type: "a\x00", Handler: ok}); !errors.As(err, &invalid) {
		t.Errorf("%v has no *validation.Error", err)
	}
	if err := m.Handle(); err != nil {
		t.Errorf("no route: %v", err)
	}
}

func TestMuxRoutes(t *testing.T) {
	m := newMux(t, versions...)
	var got []string
	for route := range m.Routes() {
		got = append(got, name(route))
	}
	var want []string
	for _, route := range versions {
		want = append(want, name(route))
	}
	if !slices.Equal(got, want) {
		t.Errorf("routes %q, want %q", got, want)
	}
	for range m.Routes() {
		break // must not panic
	}
}

func TestRouteMatches(t *testing.T) {
	e := cloudevents.Event{Type: "com.example.placed.v2", Source: "/eu/berlin", DataSchema: "https://example.com/v2/placed.json"}
	for _, c := range []struct {
		reason string
		route  dispatch.Route
		want   bool
	}{
		{"exact type", dispatch.Route{Type: "com.example.placed.v2"}, true},
		{"version beside the type", dispatch.Route{Type: "com.example.placed", Version: "v2"}, true},
		{"another version", dispatch.Route{Type: "com.example.placed", Version: "v1"}, false},
		{"prefix with version", dispatch.Route{Type: "com.*", Version: "v2"}, true},
		{"prefix with another version", dispatch.Route{Type: "com.*", Version: "v"}, false},
		{"any type", dispatch.Route{Type: "*"}, true},
		{"exact source", dispatch.Route{Type: "*", Source: "/eu/berlin"}, true},
		{"another source", dispatch.Route{Type: "*", Source: "/eu"}, false},
		{"prefix of source", dispatch.Route{Type: "*", Source: "/eu*"}, true},
		{"prefix of dataschema", dispatch.Route{Type: "*", Version: "https://example.com/v2/*"}, true},
		{"another dataschema", dispatch.Route{Type: "*", Version: "https://example.com/v2"}, false},
		{"malformed", dispatch.Route{Type: "com.*.placed.v2"}, false},
		{"no type", dispatch.Route{}, false},
	} {
		if got := c.route.Matches(&e); got != c.want {
			t.Errorf("%s: %v", c.reason, got)
		}
	}
}

func TestMuxFallback(t *testing.T) {
	m := newMux(t, dispatch.Route{Type: "known"})
	m.Fallback = namedHandler("fallback")
	for eventType, want := range map[string]string{"known": "known", "unknown": "fallback", "": "fallback"} {
		if got := taken(t, m, &cloudevents.Event{Type: eventType}); got != want {
			t.Errorf("%q: %q", eventType, got)
		}
	}
}

func TestZeroMuxKnowsNothing(t *testing.T) {
	var m dispatch.Mux
	if got := taken(t, &m, &cloudevents.Event{Type: "t"}); got != "" {
		t.Error(got)
	}
}

func TestMuxFindsWithoutAllocating(t *testing.T) {
	routes := slices.Clone(versions)
	for i := range routes {
		routes[i].Handler = ok
	}
	var m dispatch.Mux
	if err := m.Handle(routes...); err != nil {
		t.Fatal(err)
	}
	for _, e := range []cloudevents.Event{
		{Type: "com.example.order.placed", Source: "/us"},
		{Type: "com.example.order.placed.v2", Source: "/us"},
		{Type: "com.example.order.placed", Source: "/eu/berlin/1", DataSchema: "https://example.com/v2/x"},
		{Type: "org.example.v9", Source: "/us", DataSchema: "https://example.com/"},
		{Type: strings.Repeat("com.example.", 10_000)},
	} {
		alloctest.Succeeding(t, 0, func() error {
			_, err := m.HandleEvent(t.Context(), &e)
			return err
		})
	}
}

func TestMuxConcurrently(t *testing.T) {
	m := newMux(t, versions...)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				taken(t, m, &cloudevents.Event{Type: "com.example.order.placed", Source: "/eu/berlin/1"})
				taken(t, m, &cloudevents.Event{Type: "com.example.refund.v2", Source: "/eu"})
			}
		})
	}
	wg.Wait()
}

func BenchmarkMux(b *testing.B) {
	routes := slices.Clone(versions)
	for i := range routes {
		routes[i].Handler = ok
	}
	var m dispatch.Mux
	if err := m.Handle(routes...); err != nil {
		b.Fatal(err)
	}
	for name, eventType := range map[string]string{"exact": "com.example.order.placed", "prefix": "com.example.order.paid"} {
		b.Run(name, func(b *testing.B) {
			e := cloudevents.Event{Type: eventType, Source: "/us"}
			for b.Loop() {
				_, _ = m.HandleEvent(b.Context(), &e)
			}
		})
	}
}

// A prefix with which no legal value begins is refused, and every beginning of a legal
// value is taken.
func TestMuxRefusesPrefixesThatNeverMatch(t *testing.T) {
	for _, prefix := range []string{"a b", "/a b/", "ü", "<", "%zz", "%4x", "/%", "1a:", ":", "http://h:x/", "http://[x", "http://a]", "a\\b", "#a#", "^"} {
		err := new(dispatch.Mux).Handle(dispatch.Route{Type: "t", Source: prefix + "*", Handler: ok})
		if wantError := prefix != "/%"; (err != nil) != wantError {
			t.Errorf("Source %q*: %v", prefix, err)
		}
		if strings.Contains(prefix, ":") {
			if err := new(dispatch.Mux).Handle(dispatch.Route{Type: "t", Version: prefix + "*", Handler: ok}); err == nil {
				t.Errorf("Version %q*: no error", prefix)
			}
		}
	}
	for _, uri := range []string{
		"https://user:pass@example.com:8080/a/%e2%82%ac?b=c&d#e/f", "/eu/berlin/%20", "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
		"http://[2001:db8:0:0:1:2:3:4]:80/x", "http://[2001:db8::7]/", "http://[::ffff:192.0.2.1]/", "http://[v1.fe:80]/", "http://192.0.2.1/",
		"//host/path", "?query", "#fragment", "a.b-c+d:e", "../x", "mailto:a@example.com", "http:///", "http://h:/",
	} {
		for cut := range len(uri) + 1 {
			err := new(dispatch.Mux).Handle(dispatch.Route{Type: "t", Source: uri[:cut] + "*", Handler: ok})
			if err != nil {
				t.Errorf("Source %q*: %v", uri[:cut], err)
			}
		}
	}
}

// A label has letters, digits, - and _, up to the last of each.
func TestMuxLabels(t *testing.T) {
	for _, label := range []string{"a", "z", "A", "Z", "0", "9", "-", "_", "v2-RC_1"} {
		m := newMux(t, dispatch.Route{Type: "t", Version: label})
		if got := taken(t, m, &cloudevents.Event{Type: "t." + label}); got == "" {
			t.Errorf("%q is not taken", label)
		}
	}
	for _, label := range []string{"`", "{", "@", "[", "/", "v.2", "v 2", "é", ","} {
		if err := new(dispatch.Mux).Handle(dispatch.Route{Type: "t", Version: label, Handler: ok}); err == nil {
			t.Errorf("%q is taken", label)
		}
	}
}
