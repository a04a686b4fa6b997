package eventdoc_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/eventdoc"
	"github.com/seed763dd41b/cloudevents/validation"
)

type order struct {
	Item  string `json:"item"`
	Count int    `json:"count"`
}

func ok(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }

func newPage(t testing.TB, m *dispatch.Mux) *eventdoc.Page {
	t.Helper()
	page, err := eventdoc.New(m)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func get(t testing.TB, page http.Handler, change func(r *http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/docs", nil)
	if change != nil {
		change(r)
	}
	page.ServeHTTP(w, r)
	return w
}

func getJSON(t testing.TB, page http.Handler) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/docs", nil)
	r.Header.Set("Accept", "application/json")
	page.ServeHTTP(w, r)
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.Bytes()
}

func TestAccept(t *testing.T) {
	var m dispatch.Mux
	for _, c := range []struct {
		reason string
		accept []string
		want   string
	}{
		{"nothing said", nil, "text/html; charset=utf-8"},
		{"anything", []string{"*/*"}, "text/html; charset=utf-8"},
		{"browser", []string{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, "text/html; charset=utf-8"},
		{"JSON", []string{"application/json"}, "application/json"},
		{"JSON in another case", []string{"Application/JSON"}, "application/json"},
		{"JSON or anything", []string{"application/json, */*"}, "application/json"},
		{"JSON, else anything", []string{"application/json", "*/*;q=0.5"}, "application/json"},
		{"HTML, else JSON", []string{"text/html, application/json;q=0.9"}, "text/html; charset=utf-8"},
		{"JSON, else HTML", []string{"text/html;q=0.5, application/json;q=0.9"}, "application/json"},
		{"no JSON", []string{"application/json;q=0"}, "text/html; charset=utf-8"},
		{"another type that ends alike", []string{"application/problem+json"}, "text/html; charset=utf-8"},
		{"malformed quality", []string{"application/json;q=x"}, "text/html; charset=utf-8"},
	} {
		w := get(t, newPage(t, &m), func(r *http.Request) { r.Header["Accept"] = c.accept })
		if got := w.Header().Get("Content-Type"); w.Code != 200 || got != c.want || w.Header().Get("Vary") != "Accept" {
			t.Errorf("%s: %d %s", c.reason, w.Code, got)
		}
	}
}

func TestMethods(t *testing.T) {
	var m dispatch.Mux
	for method, want := range map[string]int{"GET": 200, "HEAD": 200, "POST": 405, "OPTIONS": 405} {
		w := get(t, newPage(t, &m), func(r *http.Request) { r.Method = method })
		if w.Code != want || (w.Header().Get("Allow") == "GET, HEAD") != (want == 405) {
			t.Errorf("%s: %d %v", method, w.Code, w.Header())
		}
	}
}

func TestURL(t *testing.T) {
	var m dispatch.Mux
	if err := m.Handle(dispatch.Route{Type: "t", Handler: ok}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reason string
		page   eventdoc.Page
		host   string
		tls    bool
		want   string
	}{
		{"host of the request", eventdoc.Page{}, "events.example.com:8080", false, "http://events.example.com:8080/"},
		{"over TLS", eventdoc.Page{}, "events.example.com", true, "https://events.example.com/"},
		{"IPv6", eventdoc.Page{}, "[::1]:80", false, "http://[::1]:80/"},
		{"field", eventdoc.Page{URL: "https://api.example.com/events"}, "internal", false, "https://api.example.com/events"},
		{"no host", eventdoc.Page{}, "", false, "http://localhost/"},
		{"hostile host", eventdoc.Page{}, "x' --config /etc/passwd '", false, "http://localhost/"},
		{"path in the host", eventdoc.Page{}, "x/y", false, "http://localhost/"},
	} {
		page := newPage(t, &m)
		page.Title, page.URL = c.page.Title, c.page.URL
		w := get(t, page, func(r *http.Request) {
			r.Host = c.host
			r.Header.Set("Accept", "application/json")
			if c.tls {
				r.TLS = &tls.ConnectionState{}
			}
		})
		var got struct {
			URL    string
			Events []struct {
				In struct{ Curl struct{ Binary string } }
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.URL != c.want || !strings.Contains(got.Events[0].In.Curl.Binary, c.want) {
			t.Errorf("%s: %s, %v", c.reason, w.Body, err)
		}
	}
}

func TestNoRoutes(t *testing.T) {
	for _, page := range []*eventdoc.Page{{}, newPage(t, &dispatch.Mux{})} {
		if got := get(t, page, nil).Body.String(); !strings.Contains(got, `<p id="none">`) {
			t.Error(got)
		}
		if got := string(getJSON(t, page)); !strings.Contains(got, `"events": []`) {
			t.Error(got)
		}
	}
}

func TestJSON(t *testing.T) {
	var m dispatch.Mux
	if err := m.Handle(
		dispatch.Route{Type: "*", Handler: ok},
		dispatch.Route{
			Type: "com.example.order.*", Source: "/eu/*", Version: "v2", Summary: "Orders.", Handler: ok,
			In:  dispatch.EventDoc{Data: order{"tea", 1}},
			Out: dispatch.EventDoc{Event: cloudevents.Event{ID: "7", Source: "/o", Type: "done"}, Data: "fine"},
		},
		dispatch.Route{Type: "own", Version: "https://example.com/s/*", Handler: ok, In: dispatch.EventDoc{Schema: []byte(`{"const":1}`)}},
	); err != nil {
		t.Fatal(err)
	}
	const want = `{
  "title": "Events",
  "url": "http://example.com/",
  "modes": ["binary", "structured", "batch"],
  "events": [
    {
      "type": "com.example.order.*",
      "source": "/eu/*",
      "version": "v2",
      "summary": "Orders.",
      "id": "com.example.order.any-v2-eu-any",
      "in": {
        "fields": [{"name":"item","type":"string","required":true},{"name":"count","type":"integer","required":true}],
        "example": {"specversion":"1.0","id":"example-2","source":"/eu/example-2","type":"com.example.order.example.v2",
          "datacontenttype":"application/json","data":{"item":"tea","count":1}},
        "schema": {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
          "properties":{"item":{"type":"string"},"count":{"type":"integer"}},"required":["item","count"]}
      },
      "out": {"example": {"specversion":"1.0","id":"7","source":"/o","type":"done","datacontenttype":"text/plain","data":"fine"}}
    },
    {
      "type": "own",
      "version": "https://example.com/s/*",
      "id": "own-https-example.com-s-any",
      "in": {
        "fields": [{"name":"","type":"1","required":true}],
        "example": {"specversion":"1.0","id":"example-3","source":"/example/3","type":"own","dataschema":"https://example.com/s/example"},
        "schema": {"const": 1}
      }
    },
    {
      "type": "*",
      "id": "any",
      "in": {"example": {"specversion":"1.0","id":"example-1","source":"/example/1","type":"example"}}
    }
  ]
}`
	var g, w map[string]any
	if err := json.Unmarshal(getJSON(t, newPage(t, &m)), &g); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	for _, e := range g["events"].([]any) {
		if len(e.(map[string]any)["answers"].([]any)) != 7 {
			t.Errorf("%v", e)
		}
		delete(e.(map[string]any), "answers")
		in := e.(map[string]any)["in"].(map[string]any)
		if len(in["curl"].(map[string]any)) != 3 {
			t.Errorf("%v", in["curl"])
		}
		delete(in, "curl")
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Error(diff)
	}
}

func TestHTML(t *testing.T) {
	var m dispatch.Mux
	if err := m.Handle(dispatch.Route{
		Type: "com.example.*", Source: "/eu/*", Version: "v2", Summary: "Orders & more.", Handler: ok,
		In:  dispatch.EventDoc{Data: order{"tea", 1}},
		Out: dispatch.EventDoc{Event: cloudevents.Event{Type: "com.example.done"}, Data: []byte{0xff, 0}},
	}); err != nil {
		t.Fatal(err)
	}
	w := get(t, newPage(t, &m), nil)
	for _, want := range []string{
		"<details class=\"event\" open>", // there is no other
		"<h3>com.<wbr>example.<wbr>*</h3>", "every type that begins with <b>com.example.</b>", "version <b>v2</b>",
		"source begins with <b>/eu/</b>", "<p>Orders &amp; more.</p>", `href="#com.example.any-v2-eu-any"`, `id="com.example.any-v2-eu-any"`,
		`<tr><th scope="row"><code>item</code></th><td>string</td><td>required</td><td></td></tr>`,
		`<tr><th scope="row">200 <span>OK</span></th><td>The event was handled, and the body is the reply.</td><td>no</td></tr>`,
		"<dd>com.example.example.v2</dd>", "&#34;item&#34;: &#34;tea&#34;", "JSON Schema", "Binary mode", "Structured mode", "Batch mode",
		"<dd>com.example.done</dd>", "2 bytes, in base64", "<code>/wA=</code>",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s is not shown", want)
		}
	}
	policy := w.Header().Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") {
		t.Error(policy)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		reason string
		route  dispatch.Route
	}{
		{"type is not that of the route", dispatch.Route{In: dispatch.EventDoc{Event: cloudevents.Event{Type: "u"}}}},
		{"source is not that of the route", dispatch.Route{Source: "/a/*", In: dispatch.EventDoc{Event: cloudevents.Event{Source: "/b"}}}},
		{"dataschema is not that of the route", dispatch.Route{Version: "urn:a", In: dispatch.EventDoc{Event: cloudevents.Event{DataSchema: "urn:b"}}}},
		{"version is not that of the route", dispatch.Route{Type: "t*", Version: "v2", In: dispatch.EventDoc{Event: cloudevents.Event{Type: "t.v1"}}}},
		{"invalid attribute", dispatch.Route{In: dispatch.EventDoc{Event: cloudevents.Event{ID: "\x00"}}}},
		{"data does not fit its content type", dispatch.Route{In: dispatch.EventDoc{Event: cloudevents.Event{DataContentType: "text/plain"}, Data: 1}}},
		{"data is no JSON", dispatch.Route{In: dispatch.EventDoc{Event: cloudevents.Event{DataContentType: "application/json"}, Data: "{"}}},
		{"data cannot be written", dispatch.Route{In: dispatch.EventDoc{Data: func() {}}}},
		{"content type of an event", dispatch.Route{In: dispatch.EventDoc{Event: cloudevents.Event{DataContentType: "application/cloudevents+json"}, Data: "{}"}}},
		{"schema is no JSON", dispatch.Route{In: dispatch.EventDoc{Schema: []byte("{")}}},
		{"reply without a type", dispatch.Route{Out: dispatch.EventDoc{Data: 1}}},
	} {
		if c.route.Type == "" {
			c.route.Type = "t"
		}
		c.route.Handler = ok
		var m dispatch.Mux
		if err := m.Handle(c.route); err != nil {
			t.Fatal(err)
		}
		if page, err := eventdoc.New(&m); err == nil || page != nil {
			t.Errorf("%s: no error", c.reason)
		} else if !strings.Contains(err.Error(), "(In): ") && !strings.Contains(err.Error(), "(Out): ") {
			t.Errorf("%s: %v", c.reason, err)
		}
	}
}

// Changes to an example and to the Mux do not change a Page that was made before.
func TestNewCopies(t *testing.T) {
	data, schema := []byte("abc"), json.RawMessage(`{"a":1}`)
	var m dispatch.Mux
	if err := m.Handle(dispatch.Route{Type: "t", Handler: ok, In: dispatch.EventDoc{Data: data, Schema: schema}}); err != nil {
		t.Fatal(err)
	}
	page := newPage(t, &m)
	before := string(getJSON(t, page))
	copy(data, "xyz")
	copy(schema, "?")
	if err := m.Handle(dispatch.Route{Type: "later", Handler: ok}); err != nil {
		t.Fatal(err)
	}
	if after := string(getJSON(t, page)); after != before {
		t.Error(after)
	}
}

// tag is a tag of the page. Text has no < and >, because it is escaped.
var tag = regexp.MustCompile(`<[^>]*>`)

// plainType returns a page of one event without what depends on the type: the places where a
// line may break, and the link.
func plainType(page string) string {
	_, rest, _ := strings.Cut(page, `<a class="link" href="#`)
	id, _, _ := strings.Cut(rest, `"`)
	return strings.NewReplacer("<wbr>", "", `href="#`+id+`"`, "", ` id="`+id+`"`, "").Replace(page)
}

// FuzzHTML checks that no text of a route becomes a tag, and that all of it is shown.
func FuzzHTML(f *testing.F) {
	for _, s := range []string{
		"", "</script><script>alert(1)</script>", `" onload="x`, "'><img src=x>", "<!--", "]]>", "&lt;", "{{.}}", "\x00", "\xff<", "\u2028", "</title>", "</code></pre>",
	} {
		f.Add(s, s, s)
	}
	page := func(t testing.TB, title, summary, eventType string, data any) string {
		var m dispatch.Mux
		if m.Handle(dispatch.Route{
			Type: eventType, Summary: summary, Handler: ok, In: dispatch.EventDoc{Data: data, Event: cloudevents.Event{Subject: summary}},
		}) != nil {
			return ""
		}
		page, err := eventdoc.New(&m)
		if err != nil {
			return ""
		}
		page.Title, page.URL = title, title+"http://h/"
		return get(t, page, nil).Body.String()
	}
	plain := plainType(page(f, "title", "summary", "type", "data"))
	f.Fuzz(func(t *testing.T, title, summary, eventType string) {
		got := page(t, title, summary, eventType, "data"+eventType)
		if got == "" {
			return
		}
		if title == "" || summary == "" || strings.HasSuffix(eventType, "*") {
			return // has another shape
		}
		got = plainType(got)
		want := tag.FindAllString(plain, -1)
		tags := tag.FindAllString(got, -1)
		if strings.Contains(got, "bytes, in base64") {
			want = tags[:0:0] // one more paragraph; only its text is compared
		}
		if len(want) > 0 && strings.Join(tags, "\n") != strings.Join(want, "\n") {
			t.Errorf("tags differ: %s", got)
		}
		text := html.UnescapeString(tag.ReplaceAllString(got, "\x01"))
		for _, s := range []string{title, summary, eventType} {
			shown := strings.ReplaceAll(string([]rune(s)), "\x00", "\uFFFD")
			if !strings.Contains(text, shown) {
				t.Errorf("%q is not shown", s)
			}
		}
	})
}

// The error of New has a text for each wrong route, and none for the others.
func TestNewNamesEachRoute(t *testing.T) {
	var m dispatch.Mux
	if err := m.Handle(
		dispatch.Route{Type: "a", Handler: ok, In: dispatch.EventDoc{Schema: []byte("{")}, Out: dispatch.EventDoc{Data: 1}},
		dispatch.Route{Type: "b", Handler: ok},
		dispatch.Route{Type: "c", Handler: ok, Out: dispatch.EventDoc{Data: 1}},
		dispatch.Route{Type: "d", Handler: ok, In: dispatch.EventDoc{Event: cloudevents.Event{ID: "\x00"}}},
	); err != nil {
		t.Fatal(err)
	}
	_, err := eventdoc.New(&m)
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	for i, want := range []string{
		`route 0, "a": documentation of the event (In): `,
		`route 2, "c": documentation of the reply (Out): `,
		`route 3, "d": documentation of the event (In): `,
	} {
		if len(lines) != 3 || !strings.HasPrefix(lines[i], want) {
			t.Errorf("%q does not begin with %q", lines, want)
		}
	}
	var invalid *validation.Error
	if !errors.As(err, &invalid) || invalid.Attribute != "type" && invalid.Attribute != "id" {
		t.Errorf("%v wraps no error of validation", err)
	}
}

// color refuses to be written before it is chosen.
type color string

func (c color) MarshalText() ([]byte, error) {
	if c == "" {
		return nil, errors.New("no color")
	}
	return []byte(c), nil
}

// email refuses whatever On would show.
type email string

func (m *email) UnmarshalText(b []byte) error {
	if !strings.HasPrefix(string(b), "mailto:") {
		return errors.New("no address")
	}
	*m = email(b)
	return nil
}

// An example that its own route refuses is not shown, or is an error if somebody has chosen
// it.
func TestExamplesThatTheRouteRefuses(t *testing.T) {
	type user struct{ Mail email }
	takes := func() dispatch.Route {
		return dispatch.Consume("t", func(context.Context, *cloudevents.Event, user) error { return nil })
	}
	text := dispatch.Consume("t", func(context.Context, *cloudevents.Event, string) error { return nil })
	mail := dispatch.Consume("t", func(context.Context, *cloudevents.Event, struct{ C color }) error { return nil })
	good, other, missing, kind := takes(), takes(), takes(), takes()
	good.In.Data = user{"mailto:a@example.com"}
	other.In.Event.DataContentType, other.In.Data = "text/plain", "a@example.com"
	missing.In.Data = nil
	kind.In.Data = map[string]int{"Mail": 7}
	for _, c := range []struct {
		reason string
		route  dispatch.Route
		shown  bool
		refuse string
	}{
		{"a zero value that is refused", takes(), false, ""},
		{"a zero value that cannot be written", mail, false, ""},
		{"an empty string, which binary mode does not have", text, true, ""},
		{"a good example", good, true, ""},
		{"another content type", other, false, "the content type of the data does not fit"},
		{"no data", missing, false, "missing"},
		{"another kind of data", kind, false, "number for"},
	} {
		var m dispatch.Mux
		if err := m.Handle(c.route); err != nil {
			t.Fatal(err)
		}
		page, err := eventdoc.New(&m)
		if c.refuse != "" {
			if err == nil || !strings.Contains(err.Error(), c.refuse) {
				t.Errorf("%s: %v", c.reason, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.reason, err)
			continue
		}
		text := string(getJSON(t, page))
		if strings.Contains(text, `"curl"`) != c.shown || strings.Contains(text, `"example-1"`) != c.shown || strings.Contains(text, `"schema"`) != (c.reason != "an empty string, which binary mode does not have") {
			t.Errorf("%s: %s", c.reason, text)
		}
		if html := get(t, page, nil).Body.String(); strings.Contains(html, "There is no example.") == c.shown || strings.Contains(html, "Send it") != c.shown {
			t.Errorf("%s: %s", c.reason, html)
		}
	}
}

// Every example that is sent to its receiver is handled once, and says so when it is sent
// again. No two examples are the same event.
func TestExamplesAreDifferentEvents(t *testing.T) {
	var m dispatch.Mux
	if err := m.Handle(
		dispatch.Route{Type: "a", Handler: ok},
		dispatch.Route{Type: "b", Handler: ok, Out: dispatch.EventDoc{Event: cloudevents.Event{Type: "c"}}},
		dispatch.Route{Type: "*", Handler: ok},
		dispatch.Route{Type: "a*", Source: "/eu/*", Handler: ok},
		dispatch.Route{Type: "b", Source: "/eu", Handler: ok},
		dispatch.Route{Type: "a", Source: "/eu", Handler: ok},
	); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Events []struct {
			In, Out struct{ Example *cloudevents.Event }
		}
	}
	if err := json.Unmarshal(getJSON(t, newPage(t, &m)), &doc); err != nil {
		t.Fatal(err)
	}
	ids, sources := map[string]bool{}, map[string]int{}
	count := 0
	for _, e := range doc.Events {
		for _, x := range []*cloudevents.Event{e.In.Example, e.Out.Example} {
			if x != nil {
				ids[x.ID], count = true, count+1
			}
		}
		sources[e.In.Example.Source]++
	}
	if len(ids) != 7 || count != 7 || len(sources) != 5 || sources["/eu"] != 2 {
		t.Errorf("%d events, ids %v, sources %v", count, ids, sources)
	}

	var d dispatch.Deduplicate
	rc := &cehttp.Receiver{Handler: d.Wrap(m.HandleEvent), Logger: slog.New(slog.DiscardHandler)}
	for _, want := range []string{"", "1"} {
		for _, e := range doc.Events {
			r, err := cehttp.ToHTTPRequest(t.Context(), "/", e.In.Example, cloudevents.BinaryMode, nil)
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			rc.ServeHTTP(w, r)
			if got := w.Header().Get("Duplicate-Events"); w.Code != 204 || got != want {
				t.Errorf("%s: %d, Duplicate-Events %q, want %q", e.In.Example, w.Code, got, want)
			}
		}
	}
}

// A route made by dispatch.On or dispatch.Consume has a schema, and if possible an example.
func TestTypedRoutes(t *testing.T) {
	for reason, c := range map[string]struct {
		route dispatch.Route
		want  string
	}{
		"struct":  {dispatch.On("t", func(context.Context, *cloudevents.Event, order) (*cloudevents.Event, error) { return nil, nil }), `"data":{"item":"item","count":42}`},
		"pointer": {dispatch.On("t", func(context.Context, *cloudevents.Event, *order) (*cloudevents.Event, error) { return nil, nil }), `"data":{"item":"item","count":42}`},
		"slice":   {dispatch.Consume("t", func(context.Context, *cloudevents.Event, []order) error { return nil }), `"data":[{"item":"item","count":42}]`},
		"map":     {dispatch.Consume("t", func(context.Context, *cloudevents.Event, map[string]int) error { return nil }), `"data":{"key":42}`},
		"zero value that cannot be written": {
			dispatch.Consume("t", func(context.Context, *cloudevents.Event, struct{ C color }) error { return nil }), `"required":["C"]`},
		"zero value whose method panics": {
			dispatch.Consume("t", func(context.Context, *cloudevents.Event, struct{ *time.Time }) error { return nil }), `"schema":{"$schema"`},
	} {
		var m dispatch.Mux
		if err := m.Handle(c.route); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := json.Compact(&b, getJSON(t, newPage(t, &m))); err != nil || !strings.Contains(b.String(), c.want) {
			t.Errorf("%s: %s", reason, b.String())
		}
	}
}
