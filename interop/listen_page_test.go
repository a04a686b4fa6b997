package interop_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// The page of ce listen --ui, in a browser.
func TestListenPage(t *testing.T) {
	program(t, "chromedriver", "Debian's chromium-driver")
	program := filepath.Join(t.TempDir(), "ce")
	build := exec.Command("go", "build", "-o", program, "./cmd/ce")
	build.Dir = ".."
	build.Env = append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, test := range map[string]func(*testing.T, string){
		"shows messages": testListenPageShows, "replays": testListenPageReplays, "is closed to other pages": testListenPageIsClosed,
		"fits": testListenPageFits, "is bounded": testListenPageIsBounded,
	} {
		t.Run(name, func(t *testing.T) { test(t, program) })
	}
}

// startListenPage runs ce listen --ui. It returns the address at which events are received, and
// that of the page.
func startListenPage(t *testing.T, program string) (events, page string) {
	t.Helper()
	cmd := exec.Command(program, "listen", "localhost:0", "--ui")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewReader(stderr)
	line, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	urls := regexp.MustCompile(`http://[0-9.:]+/`).FindAllString(line, -1)
	if len(urls) != 2 {
		t.Fatalf("no two addresses in %q", line)
	}
	return urls[0], urls[1]
}

// deliver sends a message to ce listen, and returns the status of the answer.
func deliver(t *testing.T, url, body string, header ...string) int {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// deliverShop sends what a page of ce listen shows on its screenshots: eight messages.
func deliverShop(t *testing.T, url string) {
	t.Helper()
	binary := []string{"ce-specversion", "1.0", "ce-source", "/orders", "Content-Type", "application/json"}
	for i, kind := range []string{"com.example.order.placed", "com.example.order.paid", "com.example.order.shipped.by.a.carrier.with.a.very.long.name.indeed.and.then.some"} {
		deliver(t, url, fmt.Sprintf(`{"order":%d,"lines":[{"sku":"tea-250","count":2}],"note":"€ %d"}`, 17+i, i),
			append(binary, "ce-id", fmt.Sprintf("A-%d", i+1), "ce-type", kind, "ce-partitionkey", "k-7", "ce-subject", "orders/17", "Authorization", "Bearer s3cr3t")...)
	}
	const event = `"specversion":"1.0","source":"https://shop.example.com/eu/","type":"com.example.stock.low"`
	deliver(t, url, `{`+event+`,"id":"b-1","subject":"tea-250","data":{"left":3}}`, "Content-Type", "application/cloudevents+json")
	deliver(t, url, `[{`+event+`,"id":"b-2"},{`+event+`,"id":"b-3","data_base64":"AAEC/w=="}]`, "Content-Type", "application/cloudevents-batch+json")
	deliver(t, url, `{"specversion":"1.0","id":"","source":"a b","x":[]}`, "Content-Type", "application/cloudevents+json")
	deliver(t, url, `{"hello":"world"}`, "Content-Type", "application/json", "X-Custom", "yes")
	deliver(t, url, `{"specversion":"1.0","id":"`+strings.ReplaceAll(strings.ReplaceAll(hostile, `\`, `\\`), `"`, `\"`)+
		`","source":"/hostile","type":"com.example.hostile","data":"`+strings.ReplaceAll(hostile, `"`, `\"`)+`"}`, "Content-Type", "application/cloudevents+json")
}

// waitFor polls an expression until it is true.
func (b *browser) waitFor(expression string) {
	b.t.Helper()
	for range 2400 { // two minutes, and what the browser takes
		if eval[bool](b, "Boolean("+expression+")") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("it never is true: %s\n%s", expression, eval[string](b, "document.body.innerText"))
}

// press presses keys at the element that has the focus.
func (b *browser) press(keys ...string) {
	b.t.Helper()
	var actions []any
	for _, key := range keys {
		actions = append(actions, map[string]any{"type": "keyDown", "value": key}, map[string]any{"type": "keyUp", "value": key})
	}
	b.call(http.MethodPost, "/actions", map[string]any{"actions": []any{map[string]any{"type": "key", "id": "keyboard", "actions": actions}}}, nil)
}

// Keys of the WebDriver protocol.
const (
	keyEnter     = "\ue007"
	keyEscape    = "\ue00c"
	keyArrowUp   = "\ue013"
	keyArrowDown = "\ue015"
)

const (
	listTypes  = `Array.from(document.querySelectorAll("#list li .kind")).map(e => e.textContent)`
	listLength = `document.querySelectorAll("#list li").length`
	restText   = `document.getElementById("rest").innerText`
)

func testListenPageShows(t *testing.T, program string) {
	b := newBrowser(t)
	events, page := startListenPage(t, program)
	b.open("about:blank")
	b.requests()
	b.open(page)
	b.waitFor(`document.getElementById("state").dataset.state === "live"`)
	if text := eval[string](b, `document.getElementById("none").textContent`); text != "No message yet." {
		t.Errorf("an empty list says %q", text)
	}

	deliverShop(t, events)
	b.waitFor(listLength + ` === 8`)
	kinds := eval[[]string](b, listTypes)
	if kinds[7] != "com.example.order.placed" || kinds[3] != "com.example.stock.low and 1 more" || kinds[0] != "com.example.hostile" || kinds[2] != "structured message" {
		t.Errorf("the list has %q", kinds)
	}
	if text := eval[string](b, `document.getElementById("totals").textContent`); text != "7 events, 2 messages refused" {
		t.Errorf("the totals are %q", text)
	}

	t.Run("details", func(t *testing.T) {
		b.click("#list li:nth-child(8)")
		b.waitFor(`document.getElementById("title").textContent === "com.example.order.placed"`)
		text := eval[string](b, restText)
		for _, want := range []string{"partitionkey", "k-7", `"sku": "tea-250"`, "POST / HTTP/1.1", "Ce-Subject: orders/17", "Authorization: (left out)", `"note":"€ 0"`} {
			if !strings.Contains(text, want) {
				t.Errorf("the message has no %q:\n%s", want, text)
			}
		}
		if strings.Contains(eval[string](b, "document.documentElement.innerHTML"), "s3cr3t") {
			t.Error("credentials are shown")
		}
		b.click("#list li:nth-child(3)")
		b.waitFor(`document.querySelectorAll("#report .card.bad").length === 4`)
		report := eval[string](b, `document.getElementById("report").innerText`)
		for _, want := range []string{`"id": must not be empty at offset 27 of the body`, "a%20b", "What the specification says"} {
			if !strings.Contains(report, want) {
				t.Errorf("the report has no %q:\n%s", want, report)
			}
		}
	})

	t.Run("hostile text stays text", func(t *testing.T) {
		b.click("#list li:nth-child(1)")
		b.waitFor(`document.getElementById("title").textContent === "com.example.hostile"`)
		if n := eval[int](b, `document.querySelectorAll("main script, main img, main iframe, [onerror]").length`); n != 0 {
			t.Errorf("%d elements broke out of their text", n)
		}
		if text := eval[string](b, "document.body.innerText"); !strings.Contains(text, "<script>alert(1)</script>") || strings.Contains(text, "\u202e") {
			t.Errorf("the text is\n%s", text)
		}
	})

	t.Run("search", func(t *testing.T) {
		for _, c := range []struct {
			search string
			found  int
		}{{"stock LOW", 2}, {"tea-250 shipped", 1}, {"x-custom", 1}, {"415", 1}, {"k-7 hello", 0}} {
			b.search(c.search)
			b.waitFor(fmt.Sprintf(`document.getElementById("totals").textContent.startsWith("%d message") && %s === %d`, c.found, listLength, c.found))
		}
		if !eval[bool](b, `!document.getElementById("none").hidden && document.getElementById("none").textContent === "No message matches."`) {
			t.Error("a search without result says nothing")
		}
		b.search("order")
		b.waitFor(listLength + ` === 3`)
		deliver(t, events, "", "ce-specversion", "1.0", "ce-id", "late", "ce-source", "/", "ce-type", "com.example.other")
		deliver(t, events, "", "ce-specversion", "1.0", "ce-id", "later", "ce-source", "/", "ce-type", "com.example.ORDER")
		b.waitFor(listLength + ` === 4`)
		b.search("")
		b.waitFor(listLength + ` === 10`)
	})

	t.Run("pause", func(t *testing.T) {
		b.click("#pause")
		deliver(t, events, "", "ce-specversion", "1.0", "ce-id", "paused", "ce-source", "/", "ce-type", "com.example.paused")
		b.waitFor(`document.getElementById("totals").textContent.startsWith("1 message waiting")`)
		if n := eval[int](b, listLength); n != 10 {
			t.Errorf("the list goes on: %d", n)
		}
		b.click("#pause")
		b.waitFor(listLength + ` === 11`)
	})

	t.Run("keyboard", func(t *testing.T) {
		b.press("/")
		if got := eval[string](b, "document.activeElement.id"); got != "search" {
			t.Errorf("/ goes to %q", got)
		}
		b.press(keyArrowDown)
		b.press(keyEnter)
		b.waitFor(`document.activeElement.getAttribute("aria-selected") === "true"`)
		first := eval[string](b, "document.activeElement.dataset.number")
		b.press(keyArrowDown, keyArrowDown, keyArrowUp)
		b.waitFor(`document.getElementById("title").textContent === document.querySelector("#list li:nth-child(2) .kind").textContent`)
		if second := eval[string](b, "document.activeElement.dataset.number"); second == first || eval[int](b, `document.querySelectorAll("#list [tabindex='0'], #list [aria-selected=true]").length`) != 1 {
			t.Errorf("the arrows go from %s to %s", first, second)
		}
	})

	for _, line := range b.console() {
		t.Error("console: " + line)
	}
	for _, u := range b.requests() {
		if !strings.HasPrefix(u, page) && u != "data:," {
			t.Errorf("the page asks for %s", u)
		}
	}
}

// search writes into the search field in place of what is there.
func (b *browser) search(text string) {
	b.t.Helper()
	eval[any](b, `(document.getElementById("search").value = "", null)`)
	if text == "" {
		eval[any](b, `(document.getElementById("search").dispatchEvent(new Event("input")), null)`)
		return
	}
	b.write("#search", text)
}

// The button sends the message as it came, to the address that was typed, and to no other.
func testListenPageReplays(t *testing.T, program string) {
	b := newBrowser(t)
	events, page := startListenPage(t, program)
	var mu sync.Mutex
	var arrived []string
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		arrived = append(arrived, r.Method+" "+r.RequestURI+" "+r.Header.Get("Ce-Id")+" "+r.Header.Get("Authorization")+" "+string(body))
		w.Header().Set("X-Answer", "yes")
		w.WriteHeader(http.StatusConflict)
		_, _ = io.WriteString(w, `{"error":"<img src=x>"}`)
	}))
	defer target.Close()
	b.open(page)
	deliverShop(t, events)
	b.waitFor(listLength + ` === 8`)
	b.click("#list li:nth-child(8)")
	b.waitFor(`document.getElementById("title").textContent === "com.example.order.placed"`)
	b.write("#target", target.URL+"/again?a=b"+keyEnter)
	b.waitFor(`document.getElementById("outcome").innerText.includes("409 Conflict")`)
	if text := eval[string](b, `document.getElementById("outcome").innerText`); !strings.Contains(text, "X-Answer: yes") || !strings.Contains(text, "<img src=x>") {
		t.Errorf("the outcome is\n%s", text)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(arrived) != 1 || arrived[0] != `POST /again?a=b A-1  {"order":17,"lines":[{"sku":"tea-250","count":2}],"note":"€ 0"}` {
		t.Errorf("arrived: %q", arrived)
	}
	eval[any](b, `(document.getElementById("target").value = "", null)`)
	b.write("#target", "ftp://x"+keyEnter)
	b.waitFor(`document.getElementById("outcome").innerText.includes("not an http or https URL")`)
}

// A page of another origin can neither read the page of ce listen nor make it send.
func testListenPageIsClosed(t *testing.T, program string) {
	b := newBrowser(t)
	events, page := startListenPage(t, program)
	reached := 0
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	defer target.Close()
	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!DOCTYPE html><title>stranger</title>")
	}))
	defer stranger.Close()
	deliverShop(t, events)
	b.open(stranger.URL)
	for name, script := range map[string]string{
		"read a message":      `fetch("PAGEmessages/1").then(r => r.text())`,
		"read without CORS":   `fetch("PAGEmessages/1", {mode: "no-cors"}).then(r => r.text())`,
		"read the token":      `fetch("PAGE").then(r => r.text())`,
		"send JSON":           `fetch("PAGEmessages/1/replay", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({url: "TARGET"})}).then(r => r.text())`,
		"send as a form does": `fetch("PAGEmessages/1/replay", {method: "POST", mode: "no-cors", body: JSON.stringify({url: "TARGET"})}).then(r => r.text())`,
		"read the stream":     `new Promise((yes, no) => { const s = new EventSource("PAGEstream"); s.onmessage = e => yes(e.data); s.onerror = () => { s.close(); no(new Error("refused")); }; })`,
		"show it in a frame":  `new Promise((yes, no) => { const f = document.createElement("iframe"); f.src = "PAGE"; f.onload = () => { try { yes(f.contentDocument.title) } catch (e) { no(e) } }; document.body.append(f); })`,
		"run it as a script":  `new Promise((yes, no) => { const s = document.createElement("script"); s.src = "PAGEmessages/1"; s.onload = () => yes("loaded"); s.onerror = no; document.head.append(s); })`,
	} {
		script = strings.NewReplacer("PAGE", page, "TARGET", target.URL).Replace(script)
		if got := eval[string](b, script+`.catch(() => "refused")`); got != "refused" && got != "" {
			t.Errorf("%s: %.200s", name, got)
		}
	}
	if reached != 0 {
		t.Errorf("%d messages were sent", reached)
	}
	// The same requests from a program, with what a browser would add.
	for name, c := range map[string]struct {
		header []string
		status int
	}{
		"no token":       {[]string{"Content-Type", "application/json"}, 403},
		"a wrong token":  {[]string{"Content-Type", "application/json", "Ce-Page-Token", "x"}, 403},
		"another origin": {[]string{"Content-Type", "application/json", "Origin", stranger.URL}, 403},
		"another site":   {[]string{"Content-Type", "application/json", "Sec-Fetch-Site", "same-site"}, 403},
	} {
		if status := deliver(t, page+"messages/1/replay", `{"url":"`+target.URL+`"}`, c.header...); status != c.status {
			t.Errorf("%s: status %d", name, status)
		}
	}
}

func testListenPageFits(t *testing.T, program string) {
	b := newBrowser(t)
	events, page := startListenPage(t, program)
	deliverShop(t, events)
	for _, scheme := range []string{"light", "dark"} {
		b.devtools("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}}})
		for _, size := range [][2]int{{390, 844}, {1280, 900}} {
			b.devtools("Emulation.setDeviceMetricsOverride", map[string]any{"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size[0] < 500})
			b.open(page)
			b.waitFor(listLength + ` === 8`)
			for _, look := range []struct {
				state string
				row   int
			}{{"list", 0}, {"event", 8}, {"invalid", 3}, {"batch", 4}, {"hostile", 1}} {
				state, row := look.state, look.row
				if row > 0 {
					eval[any](b, fmt.Sprintf(`(document.querySelector("#list li:nth-child(%d)").click(), null)`, row))
					b.waitFor(fmt.Sprintf(`!document.getElementById("detail").hidden && document.querySelector("#list li:nth-child(%d)").getAttribute("aria-selected") === "true"`, row))
					b.waitFor(fmt.Sprintf(`document.getElementById("line").textContent.includes(document.querySelector("#list li:nth-child(%d) .time").textContent)`, row))
				}
				for _, part := range []string{"document.documentElement", `document.getElementById("messages")`, `document.getElementById("message")`} {
					if got, have := eval[int](b, part+".scrollWidth"), eval[int](b, part+".clientWidth"); got > have {
						t.Errorf("%s, %v, %s: %s is %d pixels wide in %d", scheme, size, state, part, got, have)
					}
				}
				if *screenshots != "" {
					file := filepath.Join(*screenshots, fmt.Sprintf("listen-%s-%d-%s.png", scheme, size[0], state))
					if err := os.WriteFile(file, b.screenshot(), 0o644); err != nil {
						t.Error(err)
					}
				}
				if row > 0 && size[0] < 500 {
					b.press(keyEscape)
					b.waitFor(`document.getElementById("message").offsetParent === null && document.getElementById("messages").offsetParent !== null`)
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

// The page keeps up with thousands of messages, and shows the last ones.
func testListenPageIsBounded(t *testing.T, program string) {
	b := newBrowser(t)
	events, page := startListenPage(t, program)
	b.open(page)
	b.waitFor(`document.getElementById("state").dataset.state === "live"`)
	const count = 2500
	for i := range count {
		request, err := http.NewRequest(http.MethodPost, events, bytes.NewReader(nil))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Ce-Specversion": "1.0", "Ce-Id": fmt.Sprint(i), "Ce-Source": "/", "Ce-Type": "t"} {
			request.Header.Set(name, value)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	b.waitFor(listLength + ` === 1000 && document.querySelector("#list li").dataset.number === "2500" && document.querySelector("#list li:last-child").dataset.number === "1501"`)
	if text := eval[string](b, `document.getElementById("totals").textContent`); text != "last 1,000 messages of 2,500 · 2,500 events, 0 messages refused" {
		t.Errorf("the totals are %q", text)
	}
}
