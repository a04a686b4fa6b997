package dispatch_test

import (
	"context"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// Filters decide between routes for the same events, and an event that none passes goes to the
// next route.
func TestRouteFilter(t *testing.T) {
	var called string
	route := func(name, eventType, version string, filter func(*cloudevents.Event) bool) dispatch.Route {
		return dispatch.Route{Type: eventType, Version: version, Filter: filter, Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
			called = name
			return nil, nil
		}}
	}
	subject := func(prefix string) func(*cloudevents.Event) bool {
		return func(e *cloudevents.Event) bool { return strings.HasPrefix(e.Subject, prefix) }
	}
	var mux dispatch.Mux
	if err := mux.Handle(
		route("rest", "t", "", nil),
		route("ab", "t", "", subject("ab")),
		route("a", "t", "", subject("a")),
		route("schema", "t", "urn:x", subject("s")),
		route("label", "t.*", "v2", subject("l")),
		route("prefix", "t*", "", nil),
		route("only", "u", "", subject("a")),
	); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ eventType, schema, subject, want string }{
		{"t", "", "x", "rest"}, {"t", "", "abc", "ab"}, {"t", "", "ac", "a"},
		{"t", "urn:x", "s", "schema"}, {"t", "urn:x", "a", "a"}, {"t", "urn:x", "x", "rest"},
		{"t.v2", "", "l", "label"}, {"t.v2", "", "x", "prefix"}, {"u", "", "a", "only"}, {"u", "", "x", ""},
	} {
		e := cloudevents.Event{ID: "1", Source: "/s", Type: c.eventType, DataSchema: c.schema, Subject: c.subject}
		called = ""
		_, err := mux.HandleEvent(t.Context(), &e)
		if called != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%+v: %q, %v", c, called, err)
		}
		if err != nil && !strings.Contains(err.Error(), `"u" whose Filter passes this event`) {
			t.Errorf("%v; want to be told of the Filter", err)
		}
	}
	if err := mux.Handle(route("twice", "t", "", nil)); err == nil {
		t.Error("a second route without a filter was taken")
	}
	narrow := route("", "t", "", subject("a"))
	if narrow.Matches(&cloudevents.Event{Type: "t", Subject: "x"}) || !narrow.Matches(&cloudevents.Event{Type: "t", Subject: "a"}) {
		t.Error("Matches does not ask the filter")
	}
}
