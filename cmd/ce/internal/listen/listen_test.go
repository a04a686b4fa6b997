package listen

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/check"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
)

// post gives a raw message to a listener and returns the answer.
func post(t *testing.T, l *listener, raw string) *http.Response {
	t.Helper()
	u, err := stream.NewReader(strings.NewReader(raw), "", stream.HTTP, 1<<20).Next()
	if err != nil {
		t.Fatal(err)
	}
	m := u.Message
	method, _, _ := strings.Cut(m.Start, " ")
	r := httptest.NewRequest(method, "/events?a=b", bytes.NewReader(m.Body))
	for key, values := range m.Header {
		for _, v := range values {
			r.Header.Add(key, v)
		}
	}
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	return w.Result()
}

func newListener(t *testing.T, change func(*listener)) (l *listener, out, errs *bytes.Buffer) {
	t.Helper()
	p, out, errs := cetest.Process("")
	l = &listener{process: p, dataBytes: 64, maxBytes: 1 << 16, stop: func() {}}
	l.record.maxFiles, l.record.maxBytes = defaultRecordFiles, defaultRecordBytes
	change(l)
	if err := l.prepare(); err != nil {
		t.Fatal(err)
	}
	return l, out, errs
}

const minimal = `"specversion":"1.0","id":"1","source":"/s","type":"t"`

// The messages of the tests of listen, each with the status of its answer.
var arriving = []struct {
	raw    string
	status int
}{
	{"POST / HTTP/1.1\nce-specversion: 1.0\nce-id: A-1\nce-source: /orders\nce-type: com.example.order.placed\nce-partitionkey: k\nContent-Type: application/json\nAuthorization: Bearer secret\n\n{\"n\":1,\"text\":\"\u202ea\"}", 204},
	{"POST / HTTP/1.1\nContent-Type: application/cloudevents+json\n\n{" + minimal + `,"datacontenttype":"text/plain","data":"\u001b[31mred\u009b0m\r\nsecond line"}`, 204},
	{"POST / HTTP/1.1\nContent-Type: application/cloudevents-batch+json\n\n[{" + minimal + "},{" + strings.Replace(minimal, `"1","source`, `"2","source`, 1) + "}]", 204},
	{"POST / HTTP/1.1\nce-specversion: 1.0\nce-id: A-3\nce-source: /\nce-type: t\nContent-Type: image/png\n\n\x89PNG\x00" + strings.Repeat("\xff", 100), 204},
	{"PUT / HTTP/1.1\nce-specversion: 1.0\nce-id: A-4\nce-source: /\nce-type: t\nContent-Type: text/plain\n\n" + strings.Repeat("\u20ac", 100), 204},
	{"POST / HTTP/1.1\nContent-Type: application/cloudevents+json\n\n" + `{"specversion":"1.0","id":"","source":"a b\u001b[2J","x":[]}`, 400},
	{"POST / HTTP/1.1\nContent-Type: application/cloudevents-batch+json\n\n[{" + minimal + `},{}]`, 400},
	{"POST / HTTP/1.1\nContent-Type: application/json\n\n{}", 415},
	{"GET / HTTP/1.1\n\n", 405},
	{"POST / HTTP/1.1\nContent-Type: application/cloudevents+json\n\n{" + minimal + `,"a\n-- event --\nb":"x"}`, 400},
	{"POST / HTTP/1.1\nContent-Type: application/cloudevents-batch+json\n\n[]", 204},
	{"POST / HTTP/1.1\nce-specversion: 1.0\nce-id: 1\nce-source: /\nce-type: t\n\n" + strings.Repeat("x", 1<<17), 413},
}

// Each message is printed in each form, on a terminal and in a file.
func TestListenPrints(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*listener)
	}{
		{"listen", func(*listener) {}},
		{"listen-json", func(l *listener) { l.json = true }},
		{"listen-raw", func(l *listener) { l.raw, l.process.Terminal = true, func(any) bool { return true } }},
		{"listen-json-terminal", func(l *listener) { l.json, l.process.Terminal = true, func(any) bool { return true } }},
		{"listen-color", func(l *listener) { l.process.Terminal = func(any) bool { return true } }},
		{"listen-no-color", func(l *listener) {
			l.process.Terminal = func(any) bool { return true }
			l.process.Getenv = func(name string) string { return map[string]string{"NO_COLOR": "1"}[name] }
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, out, errs := newListener(t, c.change)
			for _, m := range arriving {
				if l.raw && m.status == 413 {
					continue
				}
				if status := post(t, l, m.raw).StatusCode; status != m.status {
					t.Errorf("%.200q: status %d, want %d", m.raw, status, m.status)
				}
			}
			got := out.String()
			for _, sequence := range []string{"\x1b[31mred", "\x1b[2J", "\u009b", "\u202e", "\x00", "\x89"} {
				if strings.Contains(got, sequence) && (c.name != "listen-json" || sequence < " ") {
					t.Errorf("%q reaches the terminal", sequence)
				}
			}
			if strings.Contains(got, "Bearer secret") {
				t.Error("credentials are shown")
			}
			if (c.name == "listen-no-color") == strings.Contains(got, "\x1b[") && strings.Contains(c.name, "color") {
				t.Error("colors are wrong")
			}
			cetest.Golden(t, filepath.Join("testdata", c.name+".golden"), got+"=====\n"+errs.String())
		})
	}
}

// --json prints every event as it was decoded.
func TestListenJSONIsValid(t *testing.T) {
	l, out, _ := newListener(t, func(l *listener) { l.json = true })
	for _, m := range arriving {
		post(t, l, m.raw)
	}
	if report, errs, status := cetest.Run(t, check.Command(), out.String()); status != cli.ExitOK || !strings.Contains(report, "6 events") {
		t.Errorf("%s%s", report, errs)
	}
}

// Every recorded message is a case that the library passes.
func TestListenRecordsFixtures(t *testing.T) {
	dir := t.TempDir()
	into := filepath.Join(dir, "http", "decode")
	for range 2 { // the second listener adds to the files of the first
		l, _, _ := newListener(t, func(l *listener) { l.record.dir = into })
		for _, m := range arriving {
			post(t, l, m.raw)
		}
	}
	cases, err := conformance.Load(os.DirFS(dir))
	if err != nil || len(cases) != 20 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	this := library.Codec()
	for _, c := range cases {
		if err := this.Run(c); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		if strings.Contains(c.Message.Golden(), "secret") {
			t.Errorf("%s has credentials", c.Name)
		}
	}
	names, _ := filepath.Glob(filepath.Join(into, "*"))
	if filepath.Base(names[0]) != "0001-A-1.txtar" || filepath.Base(names[19]) != "0020-empty.txtar" {
		t.Errorf("files %q", names)
	}
}

// A message is passed on byte by byte, and the answer comes back. An invalid message is not
// passed on.
func TestListenForwards(t *testing.T) {
	var bodies []string
	status := http.StatusOK
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(b))
		if r.Header.Get("Ce-Id") != "A-1" || r.Header.Get("Authorization") == "" || r.Header.Get("Connection") != "" {
			t.Errorf("header %v", r.Header)
		}
		w.Header().Set("X-Answer", "yes")
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		io.WriteString(w, "thanks")
	}))
	l, out, _ := newListener(t, func(l *listener) { l.forward = target.URL })
	message := strings.Replace(arriving[0].raw, "Authorization", "Connection: x\nAuthorization", 1)
	answer := post(t, l, message)
	body, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != 200 || answer.Header.Get("X-Answer") != "yes" || string(body) != "thanks" {
		t.Errorf("answer %v %q", answer, body)
	}
	if len(bodies) != 1 || !strings.HasSuffix(message, bodies[0]) || !strings.Contains(out.String(), "200 OK") {
		t.Errorf("bodies %q", bodies)
	}
	for _, c := range []struct{ target, want int }{{503, 503}, {410, 410}, {400, 400}, {302, 502}} {
		status = c.target
		if got := post(t, l, message).StatusCode; got != c.want {
			t.Errorf("target %d: %d, want %d", c.target, got, c.want)
		}
	}
	passed := len(bodies)
	if got := post(t, l, arriving[7].raw).StatusCode; got != 415 || len(bodies) != passed {
		t.Errorf("an invalid message: %d, %d bodies", got, len(bodies))
	}
	// From the network, as net/http takes such statuses.
	for _, line := range []string{"200 OK\r\nContent-Length: 0\r\nX: " + strings.Repeat("x", 1<<20+1), "000 X", "099 X", "101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x"} {
		odd, _, _ := newListener(t, func(l *listener) { l.forward = rawAnswer(t, "HTTP/1.1 "+line+"\r\n\r\n") })
		if got := post(t, odd, message).StatusCode; got != 502 {
			t.Errorf("target %.64s: %d", line, got)
		}
	}
	target.Close()
	answer = post(t, l, message)
	var problem struct{ Retryable bool }
	if err := json.NewDecoder(answer.Body).Decode(&problem); answer.StatusCode != 502 || err != nil || !problem.Retryable {
		t.Errorf("nobody there: %v", answer)
	}
	if l.refused != 6 || l.accepted != 1 {
		t.Errorf("%d accepted, %d refused", l.accepted, l.refused)
	}
}

// A listener that cannot write says so and ends.
func TestListenCannotWrite(t *testing.T) {
	p, _, errs := cetest.Process("")
	p.Out = failingWriter{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l := &listener{process: p, maxBytes: 1 << 16, stop: cancel}
	if err := l.prepare(); err != nil {
		t.Fatal(err)
	}
	post(t, l, arriving[0].raw)
	if ctx.Err() == nil || l.failed == nil {
		t.Error("it goes on", errs)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// rawAnswer serves one request with an answer as it is, and keeps the connection open.
func rawAnswer(t *testing.T, answer string) (url string) {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tcp.Close() })
	go func() {
		c, err := tcp.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			io.WriteString(c, answer)
			io.Copy(io.Discard, c)
		}
	}()
	return "http://" + tcp.Addr().String()
}

// A message that comes back to the listener goes no further round.
func TestListenForwardsInCircles(t *testing.T) {
	var first, second *listener
	one := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { first.ServeHTTP(w, r) }))
	defer one.Close()
	two := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { second.ServeHTTP(w, r) }))
	defer two.Close()
	for _, target := range []string{one.URL, two.URL} {
		first, _, _ = newListener(t, func(l *listener) { l.forward = target })
		second, _, _ = newListener(t, func(l *listener) { l.forward = one.URL })
		answer := post(t, first, arriving[0].raw)
		var problem struct{ Retryable bool }
		if err := json.NewDecoder(answer.Body).Decode(&problem); err != nil || answer.StatusCode != 508 || problem.Retryable {
			t.Errorf("%d, %+v, %v", answer.StatusCode, problem, err)
		}
		if first.refused != 2 {
			t.Errorf("%d times round", first.refused)
		}
	}
}
