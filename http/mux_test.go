package cehttp_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/validation"
)

// namedHandler returns a handler whose reply has that id.
func namedHandler(id string) cehttp.Handler {
	return func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return &cloudevents.Event{ID: id}, nil
	}
}

// taken returns the name of the handler that takes e, or "" for none.
func taken(t testing.TB, m *cehttp.Mux, e *cloudevents.Event) string {
	t.Helper()
	reply, err := m.HandleEvent(context.Background(), e)
	var unknown *cehttp.HandlerError
	if errors.As(err, &unknown) {
		if unknown.StatusCode() != http.StatusUnprocessableEntity || unknown.Type != "unknown_type" || unknown.Retryable {
			t.Errorf("%+v", unknown)
		}
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return reply.ID
}

func ok(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }

// versions is a table in which every rule of precedence decides something. The
// name of a handler is its pattern.
var versions = []cehttp.Route{
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

func name(r cehttp.Route) string {
	return strings.TrimRight(r.Type+" "+r.Source+" "+r.Version, " ")
}

func newMux(t testing.TB, routes ...cehttp.Route) *cehttp.Mux {
	t.Helper()
	routes = slices.Clone(routes)
	for i := range routes {
		routes[i].Handler = namedHandler(name(routes[i]))
	}
	var m cehttp.Mux
	if err := m.Handle(routes...); err != nil {
		t.Fatal(err)
	}
	return &m
}

func TestMuxPrecedence(t *testing.T) {
	backwards := slices.Clone(versions)
	slices.Reverse(backwards)
	tables := map[string]*cehttp.Mux{"forwards": newMux(t, versions...), "backwards": newMux(t, backwards...)}
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
		route  cehttp.Route
		want   error
	}{
		{"no type", cehttp.Route{}, cehttp.ErrPattern},
		{"no type but a version", cehttp.Route{Version: "v2"}, cehttp.ErrPattern},
		{"star in the middle", cehttp.Route{Type: "com.*.placed"}, cehttp.ErrPattern},
		{"two stars", cehttp.Route{Type: "com.**"}, cehttp.ErrPattern},
		{"control character", cehttp.Route{Type: "com\n"}, cehttp.ErrPattern},
		{"invalid UTF-8 before the star", cehttp.Route{Type: "com\xff*"}, cehttp.ErrPattern},
		{"source is no URI-reference", cehttp.Route{Type: "t", Source: "a b"}, cehttp.ErrPattern},
		{"star in the source", cehttp.Route{Type: "t", Source: "/*/x"}, cehttp.ErrPattern},
		{"dataschema is no URI", cehttp.Route{Type: "t", Version: "https://a b"}, cehttp.ErrPattern},
		{"label with a dot", cehttp.Route{Type: "t", Version: "1.0"}, cehttp.ErrPattern},
		{"label with a star", cehttp.Route{Type: "t", Version: "v*"}, cehttp.ErrPattern},
		{"version twice", cehttp.Route{Type: "t.v2", Version: "v2"}, cehttp.ErrPattern},
		{"same type", cehttp.Route{Type: "taken"}, cehttp.ErrRouteConflict},
		{"any source, said in two ways", cehttp.Route{Type: "taken", Source: "*"}, cehttp.ErrRouteConflict},
		{"any version, said in two ways", cehttp.Route{Type: "taken", Version: "*"}, cehttp.ErrRouteConflict},
		{"version in the type and beside it", cehttp.Route{Type: "old", Version: "v2"}, cehttp.ErrRouteConflict},
		{"same prefix", cehttp.Route{Type: "p.*"}, cehttp.ErrRouteConflict},
	} {
		t.Run(c.reason, func(t *testing.T) {
			m := newMux(t, cehttp.Route{Type: "taken"}, cehttp.Route{Type: "old.v2"}, cehttp.Route{Type: "p.*"})
			c.route.Handler = ok
			err := m.Handle(cehttp.Route{Type: "fine", Handler: ok}, c.route)
			wantError(t, err, c.want)
			if err != nil && !strings.Contains(err.Error(), "route 1") {
				t.Errorf("%q does not say which route", err)
			}
			if got := taken(t, m, &cloudevents.Event{Type: "fine"}); got != "" {
				t.Error("a route of the refused call is there")
			}
		})
	}
}

func TestMuxRefusesTheRestOfRoutes(t *testing.T) {
	var m cehttp.Mux
	err := m.Handle(
		cehttp.Route{Type: "none"},
		cehttp.Route{Type: "twice", Handler: ok}, cehttp.Route{Type: "twice", Handler: ok},
		cehttp.Route{Type: "bad*pattern", Handler: ok},
		cehttp.On[int]("nil function", nil),
	)
	if !errors.Is(err, cehttp.ErrPattern) || !errors.Is(err, cehttp.ErrRouteConflict) {
		t.Errorf("%v; want every problem", err)
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != 4 {
		t.Errorf("%d problems: %v", n, err)
	}
	var invalid *validation.Error
	if err := m.Handle(cehttp.Route{Type: "a\x00", Handler: ok}); !errors.As(err, &invalid) {
		t.Errorf("%v has no *validation.Error", err)
	}
	if err := m.Handle(); err != nil {
		t.Errorf("no route: %v", err)
	}
}

func TestMuxFallback(t *testing.T) {
	m := newMux(t, cehttp.Route{Type: "known"})
	m.Fallback = namedHandler("fallback")
	for eventType, want := range map[string]string{"known": "known", "unknown": "fallback", "": "fallback"} {
		if got := taken(t, m, &cloudevents.Event{Type: eventType}); got != want {
			t.Errorf("%q: %q", eventType, got)
		}
	}
}

func TestZeroMuxKnowsNothing(t *testing.T) {
	var m cehttp.Mux
	if got := taken(t, &m, &cloudevents.Event{Type: "t"}); got != "" {
		t.Error(got)
	}
}

func TestMuxFindsWithoutAllocating(t *testing.T) {
	routes := slices.Clone(versions)
	for i := range routes {
		routes[i].Handler = ok
	}
	var m cehttp.Mux
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
		wantAllocs(t, 0, func() error {
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
	var m cehttp.Mux
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
