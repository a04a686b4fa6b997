package interop_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// browser is a session of headless Chromium, driven over the WebDriver protocol
// (https://www.w3.org/TR/webdriver2/).
type browser struct {
	t       *testing.T
	session string // its address
}

// program returns the path of a program that a test needs. Without it the test is
// skipped, or fails if CI_BROKERS is 1, because then nothing may be missing.
func program(t *testing.T, name, origin string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
	case os.Getenv("CI_BROKERS") == "1":
		t.Fatalf("%v; CI_BROKERS=1 says that nothing may be missing, and it comes with %s", err, origin)
	default:
		t.Skipf("%v; it comes with %s", err, origin)
	}
	return path
}

// newBrowser starts Chromium.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	driver := program(t, "chromedriver", "Debian's chromium-driver")
	chromium := program(t, "chromium", "Debian's chromium")
	profile := profileDir(t)
	cmd := exec.Command(driver, "--port=0")
	out, err := cmd.StdoutPipe()
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
	port := ""
	lines := bufio.NewScanner(out)
	for port == "" && lines.Scan() {
		if _, text, ok := strings.Cut(lines.Text(), "started successfully on port "); ok {
			port = strings.TrimSuffix(text, ".")
		}
	}
	if port == "" {
		t.Fatalf("%s does not say its port", driver)
	}
	go func() { // or the driver blocks when it writes
		for lines.Scan() {
		}
	}()

	b := &browser{t, "http://127.0.0.1:" + port + "/session"}
	var session struct {
		ID string `json:"sessionId"`
	}
	b.call(http.MethodPost, "", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"browserName": "chrome",
		"goog:chromeOptions": map[string]any{
			"binary": chromium,
			"args": []string{
				"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--user-data-dir=" + profile,
			},
		},
		"goog:loggingPrefs": map[string]any{"browser": "ALL", "performance": "ALL"},
	}}}, &session)
	b.session += "/" + session.ID
	t.Cleanup(func() { b.call(http.MethodDelete, "", nil, nil) })
	return b
}

// profileDir returns a directory for Chromium, of which some process may write for a moment after
// the driver has ended. That is why it is not one of the testing package, which removes it once.
func profileDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "chromium")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
			if err := os.RemoveAll(dir); err == nil {
				return
			} else if time.Now().After(end) {
				t.Error(err)
				return
			}
		}
	})
	return dir
}

// callTimeout is far more than a call needs. A browser that hangs then fails its test, which ends
// it, and not the whole run, which would leave it behind.
const callTimeout = 2 * time.Minute

// call makes a call of the protocol and reads its value into result, unless result is
// nil.
func (b *browser) call(method, path string, arguments, result any) {
	b.t.Helper()
	var body bytes.Buffer
	if arguments != nil {
		if err := json.NewEncoder(&body).Encode(arguments); err != nil {
			b.t.Fatal(err)
		}
	}
	req, err := http.NewRequest(method, b.session+path, &body)
	if err != nil {
		b.t.Fatal(err)
	}
	client := http.Client{Timeout: callTimeout}
	res, err := client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct{ Value json.RawMessage }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		b.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		b.t.Fatalf("%s %s: %.500s", method, path, answer.Value)
	}
	if result != nil {
		if err := json.Unmarshal(answer.Value, result); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b *browser) open(url string) {
	b.t.Helper()
	b.call(http.MethodPost, "/url", map[string]any{"url": url}, nil)
}

// devtools makes a call of the Chrome DevTools protocol.
func (b *browser) devtools(command string, parameters map[string]any) {
	b.t.Helper()
	b.call(http.MethodPost, "/goog/cdp/execute", map[string]any{"cmd": command, "params": parameters}, nil)
}

// eval returns the value of a JavaScript expression, which may be a promise.
func eval[T any](b *browser, expression string) (v T) {
	b.t.Helper()
	b.call(http.MethodPost, "/execute/sync", map[string]any{"script": "return " + expression, "args": []any{}}, &v)
	return v
}

// element returns the path of the first element that a CSS selector finds.
func (b *browser) element(selector string) string {
	b.t.Helper()
	var found map[string]string
	b.call(http.MethodPost, "/element", map[string]any{"using": "css selector", "value": selector}, &found)
	for _, id := range found {
		return "/element/" + id
	}
	b.t.Fatalf("no element %s", selector)
	return ""
}

func (b *browser) click(selector string) {
	b.t.Helper()
	b.call(http.MethodPost, b.element(selector)+"/click", map[string]any{}, nil)
}

func (b *browser) write(selector, text string) {
	b.t.Helper()
	b.call(http.MethodPost, b.element(selector)+"/value", map[string]any{"text": text}, nil)
}

func (b *browser) screenshot() []byte {
	b.t.Helper()
	var text string
	b.call(http.MethodGet, "/screenshot", nil, &text)
	png, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		b.t.Fatal(err)
	}
	return png
}

// console returns the lines logged since the last call.
func (b *browser) console() (lines []string) {
	b.t.Helper()
	var entries []struct{ Level, Message string }
	b.call(http.MethodPost, "/se/log", map[string]any{"type": "browser"}, &entries)
	for _, e := range entries {
		lines = append(lines, fmt.Sprintf("%s: %s", e.Level, e.Message))
	}
	return lines
}

// requests returns the addresses requested since the last call.
func (b *browser) requests() (urls []string) {
	b.t.Helper()
	var entries []struct{ Message string }
	b.call(http.MethodPost, "/se/log", map[string]any{"type": "performance"}, &entries)
	for _, e := range entries {
		var event struct {
			Message struct {
				Method string
				Params struct{ Request struct{ URL string } }
			}
		}
		if err := json.Unmarshal([]byte(e.Message), &event); err != nil {
			b.t.Fatal(err)
		}
		if event.Message.Method == "Network.requestWillBeSent" {
			urls = append(urls, event.Message.Params.Request.URL)
		}
	}
	return urls
}
