package dispatch_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

func unknown(t *testing.T, m *dispatch.Mux, e cloudevents.Event) string {
	t.Helper()
	_, err := m.HandleEvent(t.Context(), &e)
	if err == nil {
		t.Fatalf("%q is known", e.Type)
	}
	return err.Error()
}

func TestUnknownTypeNamesTheNearest(t *testing.T) {
	m := newMux(t,
		dispatch.Route{Type: "com.example.order.placed"}, dispatch.Route{Type: "com.example.order.paid"},
		dispatch.Route{Type: "com.example.refund.requested"}, dispatch.Route{Type: "com.example.stock.*"},
		dispatch.Route{Type: "org.example.thing"}, dispatch.Route{Type: "only.eu", Source: "/eu/*"})
	for _, c := range []struct{ reason, eventType, want string }{
		{"letters swapped", "com.example.order.plcaed", `one: "com.example.order.placed", "com.example.order.paid"`},
		{"case", "Com.Example.Order.Placed", `one: "com.example.order.placed"`},
		{"beginning is wrong", "example.order.placed", `one: "com.example.order.placed"`},
		{"version is unknown", "com.example.order.placed.v7", `one: "com.example.order.placed"`},
		{"prefix is misspelt", "com.exmaple.stock.counted.again", `one: "com.example.stock.*"`},
		{"known from another source", "only.eu", "no handler for type \"only.eu\" from this source"},
		{"nothing is near", "x", `one: "`},
		{"quotes", "a\"b", `type "a\"b"`},
	} {
		t.Run(c.reason, func(t *testing.T) {
			if got := unknown(t, m, cloudevents.Event{Type: c.eventType, Source: "/us"}); !strings.Contains(got, c.want) {
				t.Errorf("%s; want %s", got, c.want)
			}
		})
	}
	var empty dispatch.Mux
	if got := unknown(t, &empty, cloudevents.Event{Type: "t"}); strings.Contains(got, "nearest") {
		t.Error(got)
	}
}

// A long type must cause neither much work nor a long answer.
func TestUnknownTypeIsBounded(t *testing.T) {
	var routes []dispatch.Route
	for i := range 2000 {
		routes = append(routes, dispatch.Route{Type: fmt.Sprintf("com.example.%d.%s", i, strings.Repeat("y", 500))})
	}
	m := newMux(t, routes...)
	for _, eventType := range []string{
		strings.Repeat("com.example.", 100_000), strings.Repeat("y", 1<<20), strings.Repeat("\x00", 1<<20), strings.Repeat("é", 1<<19),
	} {
		var text string
		n := alloctest.Least(func() { text = unknown(t, m, cloudevents.Event{Type: eventType}) })
		if len(text) > 1000 || n > 50_000 {
			t.Errorf("%d bytes of text, %d allocated", len(text), n)
		}
	}
}

func BenchmarkUnknownType(b *testing.B) {
	var routes []dispatch.Route
	for i := range 1000 {
		routes = append(routes, dispatch.Route{Type: fmt.Sprintf("com.example.%d.%s", i, strings.Repeat("y", 100))})
	}
	m := newMux(b, routes...)
	e := cloudevents.Event{Type: strings.Repeat("com.example.", 100_000)}
	for b.Loop() {
		_, _ = m.HandleEvent(b.Context(), &e)
	}
}

// The edit distance counts what must be inserted too.
func TestUnknownTypeOrdersByDistance(t *testing.T) {
	m := newMux(t, dispatch.Route{Type: "abcdef"}, dispatch.Route{Type: "xyz"}, dispatch.Route{Type: "ab12345678"})
	want := `one: "xyz", "abcdef", "ab12345678"` // 3, 4 and 8
	if got := unknown(t, m, cloudevents.Event{Type: "ab", Source: "/"}); !strings.HasSuffix(got, want) {
		t.Errorf("%s; want %s", got, want)
	}
}

// Of many types, those are compared that have most in common with the unknown one at both ends.
func TestUnknownTypeAmongMany(t *testing.T) {
	for _, c := range []struct{ reason, eventType, near, far string }{
		{"a letter in the middle", "abcdef", "abzdef", "abcdx"},
		{"the last letter", "abcdef", "abcdez", "abcy"},
		{"the first letter", "abcdef", "zbcdef", "ab"},
	} {
		routes := []dispatch.Route{{Type: c.near}}
		for letter := 'g'; letter < 'g'+20; letter++ { // more than are compared
			routes = append(routes, dispatch.Route{Type: c.far + string(letter) + strings.Repeat("x", 6-len(c.far)-1)})
		}
		if got := unknown(t, newMux(t, routes...), cloudevents.Event{Type: c.eventType, Source: "/"}); !strings.Contains(got, `one: "`+c.near+`"`) {
			t.Errorf("%s: %s", c.reason, got)
		}
	}
}
