package page_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/page"
)

// newPage returns a page that sends messages, for the names of a loopback address.
func newPage(t *testing.T) (p *page.Page, sent *[]string) {
	t.Helper()
	p, sent = page.New(), new([]string)
	p.Listening = "http://127.0.0.1:8080/"
	p.Has = func(host string) bool { return strings.HasPrefix(host, "127.0.0.1:") || host == "localhost" }
	p.Explain = func(m *page.Message) page.Details {
		return page.Details{Violations: []page.Violation{{Text: "explained " + m.ID}}}
	}
	p.Send = func(ctx context.Context, m *page.Message, target *url.URL) (*http.Response, error) {
		r, err := http.NewRequestWithContext(ctx, m.Method, target.String(), strings.NewReader(string(m.Body)))
		if err != nil {
			return nil, err
		}
		return http.DefaultTransport.RoundTrip(r)
	}
	p.Sent = func(number int64, target *url.URL, outcome string) {
		*sent = append(*sent, fmt.Sprintf("%d %s %s", number, target.Host, outcome))
	}
	return p, sent
}

func message(id, body string) *page.Message {
	return &page.Message{
		Method: "POST", URI: "/", Proto: "HTTP/1.1", Host: "localhost", Mode: "binary", Status: 204, Events: 1, ID: id, Type: "t", Text: id + "\nt\n",
		Header: http.Header{"X-Header": {"Value"}}, LeftOut: []string{"Authorization"}, Body: []byte(body),
	}
}

// ask makes a request to the page. headers are names and values.
func ask(p http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "127.0.0.1:8081"
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

// token returns the token of a page, as its script finds it.
func token(t *testing.T, p http.Handler) string {
	t.Helper()
	found := regexp.MustCompile(`name="ce-token" content="(\w+)"`).FindStringSubmatch(ask(p, "GET", "/", "").Body.String())
	if found == nil {
		t.Fatal("the page has no token")
	}
	return found[1]
}

// update is a part of a stream.
type update struct {
	Reset    bool
	Messages []struct {
		Number int64
		ID     string
	}
	Totals struct{ Messages, Events, Refused, Oldest int64 }
}

// stream returns the first part of a stream.
func stream(t *testing.T, p http.Handler, q string) (u update) {
	t.Helper()
	server := httptest.NewServer(p)
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/stream?q="+url.QueryEscape(q), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return next(t, bufio.NewReader(response.Body))
}

func next(t *testing.T, lines *bufio.Reader) (u update) {
	t.Helper()
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := strings.CutPrefix(line, "data: "); ok {
			if err := json.Unmarshal([]byte(text), &u); err != nil {
				t.Fatal(err)
			}
			return u
		}
	}
}

// The last messages are kept, within a number and a size.
func TestKeepsTheLastMessages(t *testing.T) {
	for _, c := range []struct {
		name        string
		count, size int
		oldest      int64
	}{
		{"few", 3, 10, 1},
		{"as many as it keeps", page.MaxMessages, 10, 1},
		{"one more", page.MaxMessages + 1, 10, 2},
		{"many", 5*page.MaxMessages + 7, 10, 4*page.MaxMessages + 8},
		{"large ones", 100, 3 << 20, 80},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _ := newPage(t)
			body := strings.Repeat("x", c.size)
			for i := range c.count {
				p.Add(message(fmt.Sprint(i+1), body))
			}
			u := stream(t, p, "")
			if u.Totals.Oldest != c.oldest || u.Totals.Messages != int64(c.count) || len(u.Messages) != c.count-int(c.oldest)+1 || !u.Reset {
				t.Errorf("%+v, %d messages", u.Totals, len(u.Messages))
			}
			for i, m := range u.Messages {
				if want := c.oldest + int64(i); m.Number != want || m.ID != fmt.Sprint(want) {
					t.Fatalf("message %d is %+v", want, m)
				}
			}
			for number, want := range map[int64]int{0: 404, c.oldest - 1: 404, c.oldest: 200, int64(c.count): 200, int64(c.count) + 1: 404, -1: 404} {
				if w := ask(p, "GET", fmt.Sprintf("/messages/%d", number), ""); w.Code != want || want == 200 && !strings.Contains(w.Body.String(), fmt.Sprintf(`"explained %d"`, number)) {
					t.Errorf("message %d: status %d, want %d", number, w.Code, want)
				}
			}
		})
	}
}

// A long body is not kept, and the message then cannot be sent again.
func TestKeepsNoLongBody(t *testing.T) {
	p, _ := newPage(t)
	p.Add(message("long", strings.Repeat("x", page.MaxBody+1)))
	cut := message("cut", "x")
	cut.Cut = true
	p.Add(cut)
	get := message("get", "")
	get.Method = "GET"
	p.Add(get)
	for number, want := range map[int]string{1: "its body is not kept", 2: "not read to its end", 3: "its method is GET"} {
		w := ask(p, "GET", fmt.Sprintf("/messages/%d", number), "")
		var shown struct{ NoReplay, WireNote string }
		if err := json.NewDecoder(w.Body).Decode(&shown); err != nil || !strings.Contains(shown.NoReplay, want) || (number == 3) != (shown.WireNote == "") {
			t.Errorf("message %d: %+v, %v", number, shown, err)
		}
		w = ask(p, "POST", fmt.Sprintf("/messages/%d/replay", number), `{"url":"http://localhost:1/"}`, "Content-Type", "application/json", "Ce-Page-Token", token(t, p))
		if w.Code != http.StatusConflict {
			t.Errorf("message %d: status %d", number, w.Code)
		}
	}
}

// A search looks at attributes, at the header and at the body, and at no credentials.
func TestSearch(t *testing.T) {
	p, _ := newPage(t)
	p.Add(message("A-1", `{"order":17}`))
	p.Add(message("A-2", `{"ORDER":18,"text":"ÄÖ"}`))
	refused := message("A-3", "")
	refused.Status, refused.Problem = 400, "attribute missing"
	p.Add(refused)
	for q, want := range map[string]string{
		"": "A-1 A-2 A-3", "order": "A-1 A-2", "a-1": "A-1", "  17   ORDER ": "A-1", "äö": "A-2", "x-header: value": "A-1 A-2 A-3", "400 bad": "A-3", "missing": "A-3",
		"nothing": "", "order 17 18": "", "left": "A-1 A-2 A-3", strings.Repeat("x", 10_000): "",
	} {
		var ids []string
		for _, m := range stream(t, p, q).Messages {
			ids = append(ids, m.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%.20q: %s, want %s", q, got, want)
		}
	}
}

// Requests of other origins and for other hosts are refused, and none of the answers can be
// embedded.
func TestIsClosed(t *testing.T) {
	p, sent := newPage(t)
	reached := 0
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	defer target.Close()
	p.Add(message("1", "x"))
	order := `{"url":"` + target.URL + `"}`
	good := []string{"Content-Type", "application/json", "Ce-Page-Token", token(t, p), "Origin", "http://127.0.0.1:8081", "Sec-Fetch-Site", "same-origin"}
	with := func(headers ...string) []string { return append(append([]string(nil), good...), headers...) }
	for _, c := range []struct {
		name, method, path string
		headers            []string
		status             int
	}{
		{"the page", "GET", "/", nil, 200},
		{"the page, by a link from elsewhere", "GET", "/", []string{"Sec-Fetch-Site", "cross-site"}, 200},
		{"the page under another name", "GET", "/", []string{"Host", "evil.example:8081"}, 421},
		{"a message", "GET", "/messages/1", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"a message, for another site", "GET", "/messages/1", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a message, for another port", "GET", "/messages/1", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"a message, for another origin", "GET", "/messages/1", []string{"Origin", "http://localhost:3000"}, 403},
		{"a message under another name", "GET", "/messages/1", []string{"Host", "evil.example"}, 421},
		{"the stream, for another site", "GET", "/stream", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a replay without a token", "POST", "/messages/1/replay", with("Ce-Page-Token", ""), 403},
		{"a replay with a wrong token", "POST", "/messages/1/replay", with("Ce-Page-Token", "x"+token(t, p)[1:]), 403},
		{"a replay as a form", "POST", "/messages/1/replay", with("Content-Type", "text/plain"), 403},
		{"a replay of another origin", "POST", "/messages/1/replay", with("Origin", "http://evil.example"), 403},
		{"a replay of no origin", "POST", "/messages/1/replay", with("Origin", "null"), 403},
		{"a replay of another site", "POST", "/messages/1/replay", with("Sec-Fetch-Site", "same-site"), 403},
		{"a replay under another name", "POST", "/messages/1/replay", with("Host", "evil.example", "Origin", "http://evil.example"), 421},
		{"a replay by GET", "GET", "/messages/1/replay", good, 405},
		{"another path", "GET", "/other", nil, 404},
	} {
		w := ask(p, c.method, c.path, order, c.headers...)
		h := w.Header()
		if w.Code != c.status || h.Get("Cross-Origin-Resource-Policy") != "same-origin" || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Cache-Control") != "no-store" || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: status %d, want %d, header %v", c.name, w.Code, c.status, h)
		}
	}
	if reached != 0 || len(*sent) != 0 {
		t.Fatalf("%d messages were sent", reached)
	}
	if w := ask(p, "POST", "/messages/1/replay", order, good...); w.Code != 200 || reached != 1 || len(*sent) != 1 || !strings.HasSuffix((*sent)[0], " 200 OK in "+strings.SplitAfter((*sent)[0], " in ")[1]) {
		t.Errorf("status %d, %q, %s", w.Code, *sent, w.Body)
	}
	policy := ask(p, "GET", "/", "").Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'", "form-action 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(policy, want) || strings.Contains(policy, "unsafe") {
			t.Errorf("policy %s", policy)
		}
	}
}

// A message goes to the URL that was typed, and the answer comes back within limits.
func TestReplay(t *testing.T) {
	p, sent := newPage(t)
	p.Add(message("1", "the body"))
	var got string
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = r.RequestURI + " " + string(body)
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		case "/long":
			io.WriteString(w, strings.Repeat("\x1b", 1<<20))
		}
	}))
	address := strings.TrimPrefix(target.URL, "http://")
	good := []string{"Content-Type", "application/json", "Ce-Page-Token", token(t, p)}
	for typed, want := range map[string]struct {
		status int
		text   string
	}{
		target.URL + "/a?b=c":    {200, "200 OK in "},
		" " + address + "/ ":     {200, "200 OK in "},
		target.URL + "/redirect": {200, "302 Found in "},
		target.URL + "/long":     {200, "(the answer goes on; these are the first 65536 bytes)"},
		"":                       {400, "not an http or https URL"},
		"file:///etc/passwd":     {400, "not an http or https URL"},
		"http://u:s3cr3t@127.0.0.1:1/?token=s3cr3t": {502, "No answer: dial tcp"},
	} {
		order, _ := json.Marshal(map[string]string{"url": typed})
		w := ask(p, "POST", "/messages/1/replay", string(order), good...)
		if text := w.Body.String(); w.Code != want.status || !strings.Contains(text, want.text) || strings.Contains(text, "s3cr3t") || strings.ContainsRune(text, '\x1b') || len(text) > 1<<20 {
			t.Errorf("%q: status %d, %.300s", typed, w.Code, text)
		}
	}
	if !strings.HasSuffix(got, " the body") || strings.Contains(got, "elsewhere") || strings.Contains(strings.Join(*sent, ""), "s3cr3t") {
		t.Errorf("%q, %q", got, *sent)
	}
	for _, body := range []string{"", "[]", `{"url":1}`, `{"url":"` + strings.Repeat("x", 20_000) + `"}`} {
		if w := ask(p, "POST", "/messages/1/replay", body, good...); w.Code != 400 {
			t.Errorf("%.20s: status %d", body, w.Code)
		}
	}
	target.Close()
}

// Messages arrive in a stream as they are added, and it ends with the process. A browser that
// reads nothing holds nobody up.
func TestStream(t *testing.T) {
	p, _ := newPage(t)
	ending := make(chan struct{})
	p.Ending = ending
	server := httptest.NewServer(p)
	defer server.Close()
	open := func() *http.Response {
		response, err := http.Get(server.URL + "/stream")
		if err != nil {
			t.Fatal(err)
		}
		return response
	}
	stalled := open()
	defer stalled.Body.Close()
	response := open()
	defer response.Body.Close()
	lines := bufio.NewReader(response.Body)
	if u := next(t, lines); !u.Reset || len(u.Messages) != 0 {
		t.Fatalf("%+v", u)
	}
	p.Add(message("1", ""))
	if u := next(t, lines); u.Reset || len(u.Messages) != 1 || u.Totals.Messages != 1 {
		t.Fatalf("%+v", u)
	}
	const count = 200_000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	added := make(chan struct{})
	go func() {
		defer close(added)
		for i := range count {
			p.Add(message(fmt.Sprint(i), "x"))
		}
	}()
	last := int64(0)
	for last < count+1 {
		u := next(t, lines)
		if len(u.Messages) > page.MaxMessages {
			t.Fatalf("%d messages at once", len(u.Messages))
		}
		if n := len(u.Messages); n > 0 {
			last = u.Messages[n-1].Number
		}
	}
	<-added
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 32<<20 {
		t.Errorf("%d bytes are kept", grown)
	}
	close(ending)
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, lines)
		ended <- err
	}()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Error("the stream goes on")
	}
}

// Only so many browsers look at the same time.
func TestStreamsAreLimited(t *testing.T) {
	p, _ := newPage(t)
	server := httptest.NewServer(p)
	defer server.Close()
	var last int
	for range 17 {
		response, err := http.Get(server.URL + "/stream")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		last = response.StatusCode
	}
	if last != http.StatusServiceUnavailable {
		t.Errorf("status %d", last)
	}
}
