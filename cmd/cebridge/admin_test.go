package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// failing is a target that does what a test says.
type failing struct{ err error }

func (f *failing) send(context.Context, *cloudevents.Event, layout) error { return f.err }
func (f *failing) close()                                                 {}

func (b *bridge) ask(path string) (status int, body string) {
	w := httptest.NewRecorder()
	b.adminHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

// The metrics are in the text format of Prometheus, and count what becomes of events.
func TestMetrics(t *testing.T) {
	lag := errors.New("the server is away")
	f := new(failing)
	b := &bridge{
		settings: settings{timeout: time.Minute, attempts: 2, types: []string{"a"}}, target: f, logger: slog.New(slog.DiscardHandler),
		lag: func(context.Context) (int64, error) { return 7, lag },
	}
	b.phase.Store(phaseOpen)
	d := b.delivery()
	d.Wait = -1
	try := func(err error, eventType string) {
		f.err = err
		d.Deliver(t.Context(), nil, &cloudevents.Event{ID: "1", Source: "/s", Type: eventType})
	}
	try(nil, "a")
	try(nil, "b")                                          // kept back
	try(errors.New("not now"), "a")                        // twice
	try(dispatch.Permanent(errors.New("never")), "a")      // refused
	d.Invalid(t.Context(), errors.New("this is no event")) // invalid
	_, without := b.ask("/metrics")
	lag = nil
	status, body := b.ask("/metrics")
	for _, want := range []string{
		"# HELP cebridge_sent_total Events that the target has.\n# TYPE cebridge_sent_total counter\ncebridge_sent_total 1\n",
		"\ncebridge_received_total 5\n", "\ncebridge_filtered_total 1\n", "\ncebridge_failed_total 3\n", "\ncebridge_refused_total 1\n",
		"\ncebridge_invalid_total 1\n", "\ncebridge_in_flight 0\n", "\ncebridge_send_seconds_count 4\n", "\n# TYPE cebridge_lag gauge\ncebridge_lag 7\n",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if strings.Contains(without, "cebridge_lag") {
		t.Error("there is a lag that is not known")
	}
	line := regexp.MustCompile(`^(# HELP cebridge_[a-z_]+ [^\n]+|# TYPE cebridge_[a-z_]+ (counter|gauge|summary)|cebridge_[a-z_]+ [0-9.e+-]+)$`)
	for text := range strings.Lines(body) {
		if !line.MatchString(strings.TrimSuffix(text, "\n")) {
			t.Errorf("line %q", text)
		}
	}
	if status != http.StatusOK {
		t.Errorf("status %d", status)
	}
}

// A bridge is ready while it is open and its target takes events. It is healthy always.
func TestReady(t *testing.T) {
	f := new(failing)
	b := &bridge{settings: settings{timeout: time.Minute, attempts: 1}, target: f, logger: slog.New(slog.DiscardHandler)}
	d := b.delivery()
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
	for _, c := range []struct {
		reason string
		phase  int32
		err    error
		want   int
		text   string
	}{
		{"opening", phaseOpening, nil, 503, "not open yet"},
		{"open", phaseOpen, nil, 200, "ok"},
		{"the target is away", phaseOpen, io.ErrUnexpectedEOF, 503, "unexpected EOF"},
		{"the target refuses an event", phaseOpen, dispatch.Permanent(errors.New("no")), 503, "unexpected EOF"},
		{"the target says much", phaseOpen, errors.New(strings.Repeat("x", 1<<16)), 503, "xxx"},
		{"the target is back", phaseOpen, nil, 200, "ok"},
		{"the target refuses an event only", phaseOpen, dispatch.Permanent(errors.New("no")), 200, "ok"},
		{"closing", phaseClosing, nil, 503, "closing"},
	} {
		b.phase.Store(c.phase)
		f.err = c.err
		d.Deliver(t.Context(), nil, &e)
		if status, body := b.ask("/ready"); status != c.want || !strings.Contains(body, c.text) || len(body) > 1200 {
			t.Errorf("%s: %d %q", c.reason, status, body)
		}
		if status, _ := b.ask("/health"); status != http.StatusOK {
			t.Errorf("%s: health is %d", c.reason, status)
		}
	}
}

// An expression that fails is not true, and says why in the log of -v.
func TestFilterFails(t *testing.T) {
	x, _, err := cesql.Compile("count > 3")
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	b := &bridge{filter: x, logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if b.wants(t.Context(), &cloudevents.Event{ID: "1"}) || !strings.Contains(log.String(), "count") {
		t.Errorf("log: %s", &log)
	}
}

// pipes is a listener without a network, which a synctest bubble needs.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (p pipes) Close() error   { close(p); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// A client of the admin address that stalls is left, in whatever way it does.
func TestAdminLeavesClients(t *testing.T) {
	for reason, sent := range map[string]string{
		"nothing is sent":            "",
		"the header does not end":    "GET /health HTTP/1.1\r\nHost: x\r\n",
		"the body does not come":     "GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n",
		"nothing is sent afterwards": "GET /health HTTP/1.1\r\nHost: x\r\n\r\n",
		"the answer is not read":     "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		t.Run(reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := make(pipes)
				b := &bridge{logger: slog.New(slog.DiscardHandler)}
				server := b.adminServer()
				go func() { _ = server.Serve(p) }()
				client, c := net.Pipe()
				p <- c
				begin := time.Now()
				if _, err := io.WriteString(client, sent); err != nil {
					t.Fatal(err)
				}
				if reason == "the answer is not read" {
					time.Sleep(time.Hour)
				}
				_, _ = io.Copy(io.Discard, client) // until the server closes it
				if waited := time.Since(begin); waited > time.Hour {
					t.Errorf("it was kept for %v", waited)
				}
				server.Close()
			})
		})
	}
}
