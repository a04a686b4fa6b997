package interop_test

import (
	"context"
	"flag"
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
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

var screenshots = flag.String("screenshots", "", "directory for pictures of the documentation page")

type docLine struct {
	SKU   string  `json:"sku"`
	Count int     `json:"count"`
	Price float64 `json:"price"`
}

type docOrder struct {
	ID     string    `json:"id"`
	Placed time.Time `json:"placed"`
	Lines  []docLine `json:"lines"`
	Note   string    `json:"note,omitempty"`
}

type docReceipt struct {
	Order string `json:"order"`
	Total string `json:"total"`
}

const hostile = `"'><script>alert(1)</script><img src=/stolen onerror=alert(2)>&lt;{{.}}` + "\u202e"

// docPage serves the documentation of a shop, and counts who asks for what.
func docPage(t *testing.T) (url string, asked func() []string) {
	handle := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }
	order := docOrder{"o-7", time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), []docLine{{"tea-250", 2, 4.5}}, "don't ring"}
	var m dispatch.Mux
	if err := m.Handle(
		dispatch.Route{
			Type: "com.example.order.placed", Handler: handle,
			Summary: "A customer has placed an order. The reply is a receipt, once the stock is reserved.",
			In:      dispatch.EventDoc{Data: order},
			Out: dispatch.EventDoc{
				Event: cloudevents.Event{Source: "/orders", Type: "com.example.order.accepted"},
				Data:  docReceipt{"o-7", "9.00"},
			},
		},
		dispatch.Route{
			Type: "com.example.order.placed", Version: "v2", Source: "/shops/eu/*", Handler: handle,
			Summary: "The second version, from European shops only.", In: dispatch.EventDoc{Data: order},
		},
		dispatch.Route{Type: "com.example.order.cancelled", Summary: "An order will not be delivered.", Handler: handle,
			In: dispatch.EventDoc{Data: map[string]string{"id": "o-7"}}},
		dispatch.Route{Type: "com.example.sensor.*", Summary: "Readings of all sensors, as text.", Handler: handle, In: dispatch.EventDoc{Data: "12 °C"}},
		dispatch.Route{Type: "com.example.photo", Summary: "A picture of a parcel.", Handler: handle,
			In: dispatch.EventDoc{Data: []byte("\xff\xd8\x00"), Event: cloudevents.Event{DataContentType: "image/jpeg"}}},
		dispatch.Route{Type: "hostile." + hostile, Summary: hostile + strings.Repeat("long", 100), Handler: handle, In: dispatch.EventDoc{Data: []string{hostile}}},
		dispatch.Route{Type: "*", Summary: "Everything else is written to the audit log.", Handler: handle},
	); err != nil {
		t.Fatal(err)
	}
	doc := cehttp.Doc{Mux: &m, Title: "Events of the shop"}
	var mu sync.Mutex
	var paths []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		paths = append(paths, r.URL.Path)
		mu.Unlock()
		doc.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/docs", func() []string {
		mu.Lock()
		defer mu.Unlock()
		return paths
	}
}

const shown = `Array.from(document.querySelectorAll(".event:not([hidden])")).map(e => e.querySelector("h2").textContent)`

func TestDocPageInBrowser(t *testing.T) {
	b := newBrowser(t)
	url, asked := docPage(t)
	b.open("about:blank") // and not what a new window shows
	b.requests()
	b.open(url)

	if title := eval[string](b, "document.title"); title != "Events of the shop" {
		t.Errorf("title %q", title)
	}
	all := eval[[]string](b, shown)
	if len(all) != 7 || all[0] != "com.example.order.cancelled" || all[6] != "*" || all[5] != "hostile."+hostile {
		t.Errorf("events %q", all)
	}
	if n := eval[int](b, `document.querySelectorAll("main script, main img").length`); n != 0 {
		t.Errorf("%d elements broke out of their text", n)
	}

	b.write("#search", "order EU")
	if got := eval[[]string](b, shown); len(got) != 1 || got[0] != "com.example.order.placed" {
		t.Errorf("the search shows %q", got)
	}
	if got := eval[string](b, `document.getElementById("count").textContent`); got != "1 of 7" {
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

func TestDocPageFits(t *testing.T) {
	b := newBrowser(t)
	url, _ := docPage(t)
	for _, scheme := range []string{"light", "dark"} {
		b.devtools("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}}})
		for name, width := range map[string]int{"phone": 360, "desktop": 1100} {
			b.devtools("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 2300, "deviceScaleFactor": 1, "mobile": width < 500})
			b.open(url)
			for _, state := range []string{"closed", "open"} {
				if state == "open" {
					eval[any](b, `(document.querySelectorAll("details").forEach(e => e.open = true), null)`)
				}
				if got := eval[int](b, "document.documentElement.scrollWidth"); got > width {
					t.Errorf("%s, %s, %s: %d pixels wide", scheme, name, state, got)
				}
				if *screenshots != "" {
					if state == "open" { // what a reader opens
						eval[any](b, `(document.querySelectorAll("details").forEach((e, i) => e.open = e.matches(".event:nth-of-type(2), .event:nth-of-type(2) .part:not(.part ~ .part ~ .part)")), null)`)
					}
					file := filepath.Join(*screenshots, scheme+"-"+name+"-"+state+".png")
					if err := os.WriteFile(file, b.screenshot(), 0o644); err != nil {
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
