package listen

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// --status answers valid messages, one status after the other. The last one stays.
func TestListenAnswersWithStatuses(t *testing.T) {
	l, out, _ := newListener(t, func(l *listener) {
		if err := l.script.parse("503, 429,204"); err != nil {
			t.Fatal(err)
		}
		l.script.retryAfter = 1500 * time.Millisecond
	})
	for i, want := range []int{503, 400, 429, 204, 204} {
		raw := arriving[0].raw
		if want == 400 {
			raw = arriving[5].raw // an invalid message takes none of the statuses
		}
		r := post(t, l, raw)
		after, body := r.Header.Get("Retry-After"), new(strings.Builder)
		io.Copy(body, r.Body)
		if r.StatusCode != want || (after == "2") != (want == 503 || want == 429) || strings.Contains(body.String(), "{") != (want == 400) {
			t.Errorf("answer %d: status %d, want %d, Retry-After %q, %s", i, r.StatusCode, want, after, body)
		}
	}
	if text := out.String(); strings.Count(text, "● 503 Service Unavailable  binary") != 1 || strings.Count(text, "answered with --status, Retry-After 2\n") != 2 || strings.Count(text, " /orders\n") != 4 {
		t.Errorf("%s", text)
	}
	if l.accepted != 2 || l.refused != 3 {
		t.Errorf("%d accepted, %d refused", l.accepted, l.refused)
	}
}

// A sender repeats the event as the answers ask for.
func TestListenTriesOutASender(t *testing.T) {
	l, out, _ := newListener(t, func(l *listener) { l.script.parse("503,503,204") })
	server := httptest.NewServer(l)
	defer server.Close()
	sender := cehttp.Sender{Target: server.URL, Retry: cehttp.Retry{Wait: time.Millisecond}}
	e := cloudevents.Event{ID: "A-1", Source: "/s", Type: "t"}
	if err := sender.Send(t.Context(), &e); err != nil || strings.Count(out.String(), "A-1") != 3 {
		t.Errorf("%v\n%s", err, out)
	}
}

// --delay holds the answer back, but not longer than the sender or the listener is there.
func TestListenDelays(t *testing.T) {
	l, out, _ := newListener(t, func(l *listener) { l.script.delay = 30 * time.Millisecond })
	begin := time.Now()
	if r := post(t, l, arriving[0].raw); r.StatusCode != 204 || time.Since(begin) < l.script.delay || strings.Contains(out.String(), "hung up") {
		t.Errorf("status %d after %v\n%s", r.StatusCode, time.Since(begin), out)
	}
	l.script.delay = time.Hour
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	r := httptest.NewRequest("POST", "/", strings.NewReader("{"+minimal+"}")).WithContext(ctx)
	r.Header.Set("Content-Type", "application/cloudevents+json")
	l.ServeHTTP(httptest.NewRecorder(), r)
	if !strings.Contains(out.String(), "the sender hung up after ") {
		t.Errorf("%s", out)
	}
	ended := make(chan struct{})
	close(ended)
	l.ending = ended
	if r := post(t, l, arriving[0].raw); r.StatusCode != 204 {
		t.Errorf("status %d", r.StatusCode)
	}
}

func TestListenRefusesFlags(t *testing.T) {
	for _, args := range []string{
		"--status x", "--status 199", "--status 600", "--status 503,", "--status 204 --forward :1", "--retry-after 1s", "--retry-after -1s --status 503", "--delay -1s",
		"--json --oneline", "--raw --oneline", "--ui=0.0.0.0:0", "--ui=:0",
	} {
		if out, errs, status := cetest.Run(t, Command(), "", append([]string{":0"}, strings.Fields(args)...)...); status != cli.ExitUsage || out != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: status %d, %s%s", args, status, out, errs)
		}
	}
}

// The body with which the target refuses a message is shown, within limits and without what a
// terminal would act on. So is the header of an invalid message.
func TestListenShowsRefusals(t *testing.T) {
	body := `{"error":"no such order \u001b[2J"}`
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusConflict)
		io.WriteString(w, body)
	}))
	defer target.Close()
	l, out, _ := newListener(t, func(l *listener) { l.forward = target.URL })
	post(t, l, arriving[0].raw)
	if want := "  passing it on: status 409\n  answer  35 bytes\n    {\n      \"error\": \"no such order \\u001b[2J\"\n    }\n"; !strings.Contains(out.String(), want) {
		t.Errorf("no %q in\n%s", want, out)
	}
	out.Reset()
	body = strings.Repeat("\x1b", 1000)
	post(t, l, arriving[0].raw)
	if !strings.Contains(out.String(), "1000 bytes, the first 64 shown") || strings.Contains(out.String(), "\x1b") || out.Len() > 2000 {
		t.Errorf("%s", out)
	}

	out.Reset()
	var header strings.Builder
	for i := range 60 {
		fmt.Fprintf(&header, "X-%02d: %s\n", i, strings.Repeat("v", 1000))
	}
	post(t, l, "POST / HTTP/1.1\nContent-Type: application/json\nAuthorization: Bearer s3cr3t\nX-Api-Key: s3cr3t\n"+header.String()+"\n{}")
	text := out.String()
	if strings.Contains(text, "s3cr3t") || !strings.Contains(text, "\n    Authorization: (left out)\n    Content-Type: application/json\n    X-00: vvv") ||
		!strings.Contains(text, "and 13 more lines") || len(text) > 20_000 {
		t.Errorf("%d bytes: %s", len(text), text)
	}
}
