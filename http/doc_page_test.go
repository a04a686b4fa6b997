package cehttp_test

import (
	"crypto/tls"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func getDoc(t testing.TB, doc http.Handler, change func(r *http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/docs", nil)
	if change != nil {
		change(r)
	}
	doc.ServeHTTP(w, r)
	return w
}

func TestDocChoosesTheFormat(t *testing.T) {
	var m cehttp.Mux
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
		w := getDoc(t, m.Doc(), func(r *http.Request) { r.Header["Accept"] = c.accept })
		if got := w.Header().Get("Content-Type"); w.Code != 200 || got != c.want || w.Header().Get("Vary") != "Accept" {
			t.Errorf("%s: %d %s", c.reason, w.Code, got)
		}
	}
}

func TestDocMethods(t *testing.T) {
	var m cehttp.Mux
	for method, want := range map[string]int{"GET": 200, "HEAD": 200, "POST": 405, "OPTIONS": 405} {
		w := getDoc(t, m.Doc(), func(r *http.Request) { r.Method = method })
		if w.Code != want || (w.Header().Get("Allow") == "GET, HEAD") != (want == 405) {
			t.Errorf("%s: %d %v", method, w.Code, w.Header())
		}
	}
}

func TestDocURL(t *testing.T) {
	m := newMux(t, cehttp.Route{Type: "t"})
	for _, c := range []struct {
		reason string
		doc    cehttp.Doc
		host   string
		tls    bool
		want   string
	}{
		{"host of the request", cehttp.Doc{}, "events.example.com:8080", false, "http://events.example.com:8080/"},
		{"over TLS", cehttp.Doc{}, "events.example.com", true, "https://events.example.com/"},
		{"IPv6", cehttp.Doc{}, "[::1]:80", false, "http://[::1]:80/"},
		{"field", cehttp.Doc{URL: "https://api.example.com/events"}, "internal", false, "https://api.example.com/events"},
		{"no host", cehttp.Doc{}, "", false, "http://localhost/"},
		{"hostile host", cehttp.Doc{}, "x' --config /etc/passwd '", false, "http://localhost/"},
		{"path in the host", cehttp.Doc{}, "x/y", false, "http://localhost/"},
	} {
		c.doc.Mux = m
		w := getDoc(t, &c.doc, func(r *http.Request) {
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

func TestDocWithoutRoutes(t *testing.T) {
	for _, doc := range []*cehttp.Doc{{}, {Mux: &cehttp.Mux{}}} {
		if got := getDoc(t, doc, nil).Body.String(); !strings.Contains(got, `<p id="none">`) {
			t.Error(got)
		}
		if got := string(docJSON(t, doc)); !strings.Contains(got, `"events": []`) {
			t.Error(got)
		}
	}
}

func TestDocJSON(t *testing.T) {
	var m cehttp.Mux
	if err := m.Handle(
		cehttp.Route{Type: "*", Handler: ok},
		cehttp.Route{
			Type: "com.example.order.*", Source: "/eu/*", Version: "v2", Summary: "Orders.", Handler: ok,
			In:  cehttp.EventDoc{Data: order{"tea", 1}},
			Out: cehttp.EventDoc{Event: cloudevents.Event{ID: "7", Source: "/o", Type: "done"}, Data: "fine"},
		},
		cehttp.Route{Type: "own", Version: "https://example.com/s/*", Handler: ok, In: cehttp.EventDoc{Schema: []byte(`{"const":1}`)}},
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
      "in": {
        "example": {"specversion":"1.0","id":"example-1","source":"/eu/example","type":"com.example.order.example.v2",
          "datacontenttype":"application/json","data":{"item":"tea","count":1}},
        "schema": {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
          "properties":{"item":{"type":"string"},"count":{"type":"integer"}},"required":["item","count"]}
      },
      "out": {"example": {"specversion":"1.0","id":"7","source":"/o","type":"done","datacontenttype":"text/plain","data":"fine"}}
    },
    {
      "type": "own",
      "version": "https://example.com/s/*",
      "in": {
        "example": {"specversion":"1.0","id":"example-1","source":"/example","type":"own","dataschema":"https://example.com/s/example"},
        "schema": {"const": 1}
      }
    },
    {
      "type": "*",
      "in": {"example": {"specversion":"1.0","id":"example-1","source":"/example","type":"example"}}
    }
  ]
}`
	var g, w map[string]any
	if err := json.Unmarshal(docJSON(t, m.Doc()), &g); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	for _, e := range g["events"].([]any) {
		in := e.(map[string]any)["in"].(map[string]any)
		if len(in["curl"].(map[string]any)) != 3 {
			t.Errorf("%v", in["curl"])
		}
		delete(in, "curl")
	}
	wantDiff(t, w, g)
}

func TestDocPageShowsARoute(t *testing.T) {
	var m cehttp.Mux
	if err := m.Handle(cehttp.Route{
		Type: "com.example.*", Source: "/eu/*", Version: "v2", Summary: "Orders & more.", Handler: ok,
		In:  cehttp.EventDoc{Data: order{"tea", 1}},
		Out: cehttp.EventDoc{Event: cloudevents.Event{Type: "com.example.done"}, Data: []byte{0xff, 0}},
	}); err != nil {
		t.Fatal(err)
	}
	w := getDoc(t, m.Doc(), nil)
	for _, want := range []string{
		"<details class=\"event\" open>", // there is no other
		"<h2>com.example.*</h2>", "version <b>v2</b>", "source <b>/eu/*</b>", "<p>Orders &amp; more.</p>",
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

func TestEventDocIsRefused(t *testing.T) {
	for _, c := range []struct {
		reason string
		route  cehttp.Route
	}{
		{"type is not that of the route", cehttp.Route{In: cehttp.EventDoc{Event: cloudevents.Event{Type: "u"}}}},
		{"source is not that of the route", cehttp.Route{Source: "/a/*", In: cehttp.EventDoc{Event: cloudevents.Event{Source: "/b"}}}},
		{"dataschema is not that of the route", cehttp.Route{Version: "urn:a", In: cehttp.EventDoc{Event: cloudevents.Event{DataSchema: "urn:b"}}}},
		{"version is not that of the route", cehttp.Route{Type: "t*", Version: "v2", In: cehttp.EventDoc{Event: cloudevents.Event{Type: "t.v1"}}}},
		{"invalid attribute", cehttp.Route{In: cehttp.EventDoc{Event: cloudevents.Event{ID: "\x00"}}}},
		{"data does not fit its content type", cehttp.Route{In: cehttp.EventDoc{Event: cloudevents.Event{DataContentType: "text/plain"}, Data: 1}}},
		{"data is no JSON", cehttp.Route{In: cehttp.EventDoc{Event: cloudevents.Event{DataContentType: "application/json"}, Data: "{"}}},
		{"data cannot be written", cehttp.Route{In: cehttp.EventDoc{Data: func() {}}}},
		{"content type of an event", cehttp.Route{In: cehttp.EventDoc{Event: cloudevents.Event{DataContentType: "application/cloudevents+json"}, Data: "{}"}}},
		{"schema is no JSON", cehttp.Route{In: cehttp.EventDoc{Schema: []byte("{")}}},
		{"reply without a type", cehttp.Route{Out: cehttp.EventDoc{Data: 1}}},
	} {
		if c.route.Type == "" {
			c.route.Type = "t"
		}
		c.route.Handler = ok
		var m cehttp.Mux
		if err := m.Handle(c.route); err == nil {
			t.Errorf("%s: no error", c.reason)
		} else if !strings.Contains(err.Error(), "(In): ") && !strings.Contains(err.Error(), "(Out): ") {
			t.Errorf("%s: %v", c.reason, err)
		}
	}
}

// What is registered later must not change what was, and the other way round.
func TestEventDocIsCopied(t *testing.T) {
	data, schema := []byte("abc"), json.RawMessage(`{"a":1}`)
	var m cehttp.Mux
	if err := m.Handle(cehttp.Route{Type: "t", Handler: ok, In: cehttp.EventDoc{Data: data, Schema: schema}}); err != nil {
		t.Fatal(err)
	}
	before := string(docJSON(t, m.Doc()))
	copy(data, "xyz")
	copy(schema, "?")
	if after := string(docJSON(t, m.Doc())); after != before {
		t.Error(after)
	}
}

// tag is what the page may have between < and >; text is escaped.
var tag = regexp.MustCompile(`<[^>]*>`)

// FuzzDocPage checks that nothing from a route becomes a tag, and that all of it is
// there as text.
func FuzzDocPage(f *testing.F) {
	for _, s := range []string{
		"", "</script><script>alert(1)</script>", `" onload="x`, "'><img src=x>", "<!--", "]]>", "&lt;", "{{.}}", "\x00", "\xff<", "\u2028", "</title>", "</code></pre>",
	} {
		f.Add(s, s, s)
	}
	page := func(t testing.TB, title, summary, eventType string, data any) string {
		var m cehttp.Mux
		if m.Handle(cehttp.Route{
			Type: eventType, Summary: summary, Handler: ok, In: cehttp.EventDoc{Data: data, Event: cloudevents.Event{Subject: summary}},
		}) != nil {
			return ""
		}
		return getDoc(t, &cehttp.Doc{Mux: &m, Title: title, URL: title + "http://h/"}, nil).Body.String()
	}
	plain := page(f, "title", "summary", "type", "data")
	f.Fuzz(func(t *testing.T, title, summary, eventType string) {
		got := page(t, title, summary, eventType, "data"+eventType)
		if got == "" {
			return
		}
		if title == "" || summary == "" {
			return // has another shape
		}
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

func docJSON(t testing.TB, doc http.Handler) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/docs", nil)
	r.Header.Set("Accept", "application/json")
	doc.ServeHTTP(w, r)
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.Bytes()
}

func wantDiff(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
