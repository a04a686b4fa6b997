package interop_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/http/eventdoc"
)

var screenshots = flag.String("screenshots", "", "directory for pictures of the documentation page")

type docLine struct {
	SKU   string  `json:"sku" doc:"Number of the article." example:"tea-250"`
	Count int     `json:"count" doc:"How many pieces." example:"2"`
	Price float64 `json:"price" doc:"Of one piece, in the currency of the order." example:"4.5"`
}

type docOrder struct {
	ID       string            `json:"id" doc:"Number of the order, which no other order of the shop has." example:"o-7"`
	Placed   time.Time         `json:"placed"`
	Currency string            `json:"currency"`
	Lines    []docLine         `json:"lines" doc:"At least one."`
	Labels   map[string]string `json:"labels,omitempty"`
	Note     string            `json:"note,omitempty" doc:"For the driver." example:"don't ring"`
}

type docReceipt struct {
	Order string `json:"order" doc:"Number of the order." example:"o-7"`
	Total string `json:"total" doc:"With taxes, as a decimal." example:"9.00"`
}

const hostile = `"'><script>alert(1)</script><img src=/stolen onerror=alert(2)>&lt;{{.}}` + "\u202e"

func docHandle(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }

func docOrders(context.Context, *cloudevents.Event, docOrder) (*cloudevents.Event, error) {
	return nil, nil
}

// shopRoutes are three routes as most services have them.
func shopRoutes() []dispatch.Route {
	placed := dispatch.On("com.example.order.placed", docOrders)
	placed.Summary = "A customer has placed an order. The reply is a receipt, once the stock is reserved."
	placed.Out = dispatch.EventDoc{Event: cloudevents.Event{Source: "/orders", Type: "com.example.order.accepted"}, Data: docReceipt{}}
	placed.Answers = map[int]string{409: "The stock is reserved for somebody else.", 503: "The stock is being counted."}
	return []dispatch.Route{
		placed,
		{Type: "com.example.order.canceled", Summary: "An order will not be delivered.", Handler: docHandle,
			In: dispatch.EventDoc{Data: map[string]string{"id": "o-7"}}},
		{Type: "*", Summary: "Everything else is written to the audit log.", Handler: docHandle},
	}
}

// hostileRoutes have names that break pages.
func hostileRoutes() []dispatch.Route {
	return append(shopRoutes(),
		dispatch.Route{Type: "com.example.order.placed", Version: "v2", Source: "/shops/eu/*", Handler: docHandle,
			Summary: "The second version, from European shops only.", In: dispatch.EventDoc{Data: docOrder{}}},
		dispatch.Route{Type: "com.example.sensor.*", Summary: "Readings of all sensors, as text.", Handler: docHandle, In: dispatch.EventDoc{Data: "12 °C"}},
		dispatch.Route{Type: "com.example.photo", Summary: "A picture of a parcel.", Handler: docHandle,
			In: dispatch.EventDoc{Data: []byte("\xff\xd8\x00"), Event: cloudevents.Event{DataContentType: "image/jpeg"}}},
		dispatch.Route{Type: "hostile." + hostile, Summary: hostile + strings.Repeat("long", 100), Handler: docHandle,
			In:      dispatch.EventDoc{Data: []string{hostile}, Schema: json.RawMessage(`{"properties":{"` + strings.Repeat("long", 40) + `":{"type":"<img>","description":"<img src=/stolen>"}}}`)},
			Answers: map[int]string{418: hostile}},
		dispatch.Route{Type: strings.Repeat("verylongword", 20), Source: "/" + strings.Repeat("long", 60), Version: "https://example.com/" + strings.Repeat("long", 60), Handler: docHandle},
	)
}

// manyRoutes are 60 routes, ten for each of six prefixes.
func manyRoutes() (routes []dispatch.Route) {
	for _, part := range []string{"customer", "invoice", "order", "parcel", "payment", "stock"} {
		for _, what := range strings.Fields("archived assigned changed checked closed created deleted merged opened shipped") {
			r := dispatch.On("com.example."+part+"."+what, docOrders)
			r.Summary = "The " + part + " was " + what + "."
			routes = append(routes, r)
		}
	}
	return routes
}

// docPage serves the documentation of a shop. asked returns the paths of all requests.
func docPage(t *testing.T, routes []dispatch.Route) (url string, asked func() []string) {
	var m dispatch.Mux
	if err := m.Handle(routes...); err != nil {
		t.Fatal(err)
	}
	page, err := eventdoc.New(&m)
	if err != nil {
		t.Fatal(err)
	}
	page.Title = "Events of the shop"
	var mu sync.Mutex
	var paths []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		paths = append(paths, r.URL.Path)
		mu.Unlock()
		page.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/docs", func() []string {
		mu.Lock()
		defer mu.Unlock()
		return paths
	}
}

const shown = `Array.from(document.querySelectorAll(".event:not([hidden])")).map(e => e.querySelector("h3").textContent)`

func TestDocPageInBrowser(t *testing.T) {
	b := newBrowser(t)
	url, asked := docPage(t, hostileRoutes())
	b.open("about:blank") // instead of the page of a new window
	b.requests()
	b.open(url)

	if title := eval[string](b, "document.title"); title != "Events of the shop" {
		t.Errorf("title %q", title)
	}
	all := eval[[]string](b, shown)
	if len(all) != 8 || all[0] != "com.example.order.canceled" || all[7] != "*" || all[5] != "hostile."+hostile {
		t.Errorf("events %q", all)
	}
	if n := eval[int](b, `document.querySelectorAll("main script, main img").length`); n != 0 {
		t.Errorf("%d elements broke out of their text", n)
	}

	b.write("#search", "order EU")
	if got := eval[[]string](b, shown); len(got) != 1 || got[0] != "com.example.order.placed" {
		t.Errorf("the search shows %q", got)
	}
	if got := eval[string](b, `document.getElementById("count").textContent`); got != "1 of 8" {
		t.Errorf("count is %q", got)
	}
	b.write("#search", " and nothing at all")
	if got := eval[[]string](b, shown); len(got) != 0 || !eval[bool](b, `!document.getElementById("none").hidden`) {
		t.Errorf("a search without result shows %q", got)
	}
	eval[any](b, `(document.getElementById("search").value = "", document.getElementById("search").dispatchEvent(new Event("input")), null)`)
	if got := eval[[]string](b, shown); len(got) != len(all) {
		t.Errorf("an empty search shows %q", got)
	}

	b.copies(t, url)

	for _, line := range b.console() {
		t.Error("console: " + line)
	}
	for _, u := range b.requests() {
		if u != url && u != "data:," {
			t.Errorf("the page asks for %s", u)
		}
	}
	for _, path := range asked() {
		if path != "/docs" {
			t.Errorf("the server was asked for %s", path)
		}
	}
}

// copies clicks on a copy button and reads the clipboard.
func (b *browser) copies(t *testing.T, url string) {
	b.devtools("Browser.grantPermissions", map[string]any{
		"origin": strings.TrimSuffix(url, "/docs"), "permissions": []string{"clipboardReadWrite", "clipboardSanitizedWrite"},
	})
	const first = ".event:nth-of-type(2)"
	b.click(first + " > summary")
	b.click(first + " .part[open] .copy")
	want := eval[string](b, `document.querySelector("`+first+` .part[open] pre").textContent`)
	if !strings.HasPrefix(want, "curl ") {
		t.Errorf("no command: %q", want)
	}
	if got := eval[string](b, "navigator.clipboard.readText()"); got != want {
		t.Errorf("clipboard has %q, want %q", got, want)
	}
	if got := eval[string](b, `document.querySelector("`+first+` .part[open] .copy").textContent`); got != "Copied" {
		t.Errorf("the button says %q", got)
	}
	// Without a clipboard, a selection is copied.
	eval[any](b, `(Object.defineProperty(navigator, "clipboard", {value: undefined, configurable: true}), null)`)
	b.click(first + " .code .copy")
	eval[any](b, `(delete navigator.clipboard, null)`)
	want = eval[string](b, `document.querySelector("`+first+` .code pre").textContent`)
	if got := eval[string](b, "navigator.clipboard.readText()"); got != want {
		t.Errorf("clipboard has %q, want %q", got, want)
	}
}

// openEvents returns the types of the events that are open.
const openEvents = `Array.from(document.querySelectorAll(".event[open]")).map(e => e.querySelector("h3").textContent)`

// A link to an event opens it, with JavaScript and without, and although a search hides it.
func TestDocPageLinks(t *testing.T) {
	b := newBrowser(t)
	url, _ := docPage(t, manyRoutes())
	const id, want = "com.example.parcel.shipped", "com.example.parcel.shipped"
	check := func(how string) {
		t.Helper()
		opened := eval[[]string](b, openEvents)
		if len(opened) != 1 || opened[0] != want {
			t.Errorf("%s: %q are open", how, opened)
		}
		if top := eval[float64](b, `document.querySelector(".event[open]").getBoundingClientRect().top`); top < -1 || top > 700 {
			t.Errorf("%s: the event is at %v", how, top)
		}
	}
	b.open(url + "#" + id)
	check("an address")

	b.open(url)
	b.write("#search", "invoice")
	eval[any](b, `(location.hash = "#`+id+`", null)`)
	check("a link to an event that is hidden")
	if got := eval[[]string](b, shown); len(got) != 60 {
		t.Errorf("%d events are shown", len(got))
	}

	b.open(url)
	b.click(`.link[href="#` + id + `"]`)
	check("the link of the event")

	b.devtools("Emulation.setScriptExecutionDisabled", map[string]any{"value": true})
	b.open("about:blank")
	b.open(url + "#" + id)
	if visible := eval[bool](b, `document.getElementById("`+id+`").checkVisibility()`); !visible {
		t.Error("without JavaScript, the event is closed")
	}
	if tools := eval[bool](b, `document.getElementById("tools").checkVisibility()`); tools {
		t.Error("without JavaScript, there is a search")
	}
}

// Many events are in groups, which the search narrows. It finds fields too.
func TestDocPageGroups(t *testing.T) {
	b := newBrowser(t)
	url, _ := docPage(t, manyRoutes())
	b.open(url)
	const heads = `Array.from(document.querySelectorAll(".group:not([hidden]) > h2")).map(e => e.textContent)`
	if got := eval[[]string](b, heads); len(got) != 6 || got[0] != "com.example.customer" {
		t.Errorf("groups %q", got)
	}
	if got := eval[int](b, `document.querySelectorAll("nav a").length`); got != 6 {
		t.Errorf("%d links to groups", got)
	}
	b.write("#search", "stock closed")
	if got := eval[[]string](b, heads); len(got) != 1 || got[0] != "com.example.stock" {
		t.Errorf("the search shows the groups %q", got)
	}
	url, _ = docPage(t, shopRoutes())
	b.open(url)
	if got := eval[[]string](b, heads); len(got) != 1 || got[0] != "All events" {
		t.Errorf("groups of three events %q", got)
	}
	for search, want := range map[string]string{"lines[].sku": "com.example.order.placed", "for the driver": "com.example.order.placed"} {
		b.open(url)
		b.write("#search", search)
		if got := eval[[]string](b, shown); len(got) != 1 || got[0] != want {
			t.Errorf("%s: the search shows %q", search, got)
		}
	}
}

// A type breaks at its dots, where it does not fit into a line.
func TestDocPageBreaksAtDots(t *testing.T) {
	b := newBrowser(t)
	url, _ := docPage(t, []dispatch.Route{{Type: strings.Repeat("word.", 20) + "end", Handler: docHandle}, {Type: "t", Handler: docHandle}})
	b.devtools("Emulation.setDeviceMetricsOverride", map[string]any{"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": true})
	b.open(url)
	lines := eval[[]string](b, `(function () {
		var lines = [], last = null;
		document.querySelectorAll(".event h3")[1].childNodes.forEach(function (node) {
			if (node.nodeType !== 3) return;
			var range = document.createRange();
			for (var i = 0; i < node.length; i++) {
				range.setStart(node, i); range.setEnd(node, i + 1);
				var top = Math.round(range.getBoundingClientRect().top);
				if (top !== last) { lines.push(""); last = top; }
				lines[lines.length - 1] += node.data[i];
			}
		});
		return lines;
	})()`)
	if len(lines) < 2 {
		t.Fatalf("%q is one line", lines)
	}
	for _, line := range lines[:len(lines)-1] {
		if !strings.HasSuffix(line, ".") {
			t.Errorf("a line ends in the middle of a word: %q", lines)
		}
	}
}

func TestDocPageFits(t *testing.T) {
	b := newBrowser(t)
	for pageName, routes := range map[string][]dispatch.Route{"shop": shopRoutes(), "many": manyRoutes(), "hostile": hostileRoutes()} {
		url, _ := docPage(t, routes)
		for _, scheme := range []string{"light", "dark"} {
			b.devtools("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}}})
			for _, width := range []int{320, 390, 1280} {
				if scheme == "dark" && *screenshots == "" && (width != 390 || pageName != "shop") {
					continue // colors change no width
				}
				b.devtools("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 2300, "deviceScaleFactor": 1, "mobile": width < 500})
				b.open(url)
				for _, state := range []string{"closed", "open"} {
					name := fmt.Sprintf("%s-%s-%d-%s", pageName, scheme, width, state)
					if state == "open" {
						eval[any](b, `(document.querySelectorAll("details").forEach(e => e.open = true), null)`)
					}
					if got := eval[int](b, "document.documentElement.scrollWidth"); got > width {
						t.Errorf("%s: %d pixels wide", name, got)
					}
					if out := eval[[]string](b, overlapping); len(out) != 0 {
						t.Errorf("%s: outside of their box or on others: %.300q", name, out)
					}
					if *screenshots != "" && width != 320 {
						if state == "open" { // as a reader opens one of them
							b.open(url)
							eval[any](b, `(document.querySelectorAll(".event:nth-of-type(2)").forEach(e => e.open = true), null)`)
						}
						if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), b.screenshot(), 0o644); err != nil {
							t.Error(err)
						}
					}
				}
				background := eval[[]int](b, `getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)`)
				text := eval[[]int](b, `getComputedStyle(document.body).color.match(/\d+/g).map(Number)`)
				if dark := background[0]+background[1]+background[2] < text[0]+text[1]+text[2]; dark != (scheme == "dark") {
					t.Errorf("%s: text %v on %v", scheme, text, background)
				}
			}
		}
	}
}

// overlapping finds headings, links and cells of tables that reach out of their event, and the
// links of events that lie on the heading.
const overlapping = `(function () {
	var wrong = [];
	document.querySelectorAll(".event").forEach(function (event) {
		var box = event.getBoundingClientRect();
		if (box.width === 0) return;
		event.querySelectorAll("h3, .tag, .link, p, td, th, dd, dt").forEach(function (e) {
			var r = e.getBoundingClientRect();
			if (e.closest("thead") || r.width === 0) return;
			if (r.right > box.right + 1 || r.left < box.left - 1) wrong.push("outside: " + e.textContent.slice(0, 40));
		});
		var link = event.querySelector(".link").getBoundingClientRect();
		Array.from(event.querySelector("h3").getClientRects()).forEach(function (r) {
			if (r.right > link.left && r.left < link.right && r.bottom > link.top && r.top < link.bottom) wrong.push("under the link: " + event.querySelector("h3").textContent.slice(0, 40));
		});
	});
	return wrong;
})()`
